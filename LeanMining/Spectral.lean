/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses

/-!
# Spectral limits of quantization

Seed 003. Rounding the entries of a matrix to a grid moves it by at most half a step an entry, which
bounds the error in the Frobenius norm, and so in the operator norm. That the operator norm of the
error is at most that of the matrix over 2ᵇ is false, and so is that a condition number above 2ᵇ
makes quantization fail.

Norms appear squared, and a bound `c` of the square of an operator norm as
`∀ x, normSq (mulVec W x) ≤ c * normSq x`, so that neither roots nor least upper bounds are needed.

## Main definitions

* `RoundedTo Δ W Q`: `Q` is `W` with each entry rounded to the nearest multiple of `Δ`
* `HasRange W lo hi`: the least and the greatest entry of `W`
* `run`, `bound`: what a network's first layers give, and what bounds the error of its quantized
  layers
-/

set_option autoImplicit false

universe u v

namespace LeanMining

/-! ### The error of one matrix -/

section Ring

variable {K : Type u} [LinearOrderedCommRing K] {m n : Nat}

/-- A matrix lengthens no vector by more than its Frobenius norm (seed 003, Step 1: Quantization
Error Analysis). -/
theorem opNorm_le_frobenius (E : Fin m → Fin n → K) (x : Fin n → K) :
    normSq (mulVec E x) ≤ frobeniusSq E * normSq x := by
  show ∑ i, _ ≤ (∑ i, _) * _
  rw [sum_mul]
  exact sum_le_sum fun i => dot_mul_dot_le (E i) x

/-- Entries that are each off by at most `h` are off by at most `√(m n) h` together (seed 003, Step
1: Quantization Error Analysis). -/
theorem quant_frobenius_le {E : Fin m → Fin n → K} {h : K} (hE : ∀ i j, |E i j| ≤ h) :
    frobeniusSq E ≤ Nat.cast m * (Nat.cast n * (h * h)) :=
  sum_le_card_mul fun i => sum_le_card_mul fun j => by
    rw [← abs_mul_abs_self]
    exact mul_self_le_mul_self (abs_nonneg _) (hE i j)

end Ring

/-- `lo` is the least entry of `W` and `hi` its greatest, so that `max |lo| |hi|` is `‖W‖∞`. -/
structure HasRange {K : Type u} [LE K] {m n : Nat} (W : Fin m → Fin n → K) (lo hi : K) : Prop where
  /-- No entry is less than `lo`. -/
  lower : ∀ i j, lo ≤ W i j
  /-- No entry is greater than `hi`. -/
  upper : ∀ i j, W i j ≤ hi
  /-- Some entry is `lo`. -/
  least : ∃ i j, W i j = lo
  /-- Some entry is `hi`. -/
  greatest : ∃ i j, W i j = hi

section Field

variable {K : Type u} [LinearOrderedField K] {m n : Nat}

/-- `Q` is `W` with each entry rounded to the nearest multiple of `Δ` (seed 003, Weight
Quantization). -/
structure RoundedTo (Δ : K) (W Q : Fin m → Fin n → K) : Prop where
  /-- The entries of `Q` are multiples of `Δ`. -/
  onGrid : ∀ i j, ∃ k : Nat, Q i j = Nat.cast k * Δ ∨ Q i j = -(Nat.cast k * Δ)
  /-- An entry is at most half a step away, so that no multiple is nearer. -/
  near : ∀ i j, |W i j - Q i j| ≤ Δ / 2

/-- `‖W − Q‖ ≤ √N c / 2ᵇ` in the Frobenius norm, with `N = m n` the number of entries, for nearest
rounding with `Δ = (hi − lo) / 2ᵇ` and any bound `c` of the range, as `‖W‖∞` is one (seed 003, Step
1: Quantization Error Analysis). -/
theorem quant_frobenius_inf {b : Nat} {lo hi c : K} {W Q : Fin m → Fin n → K}
    (hQ : RoundedTo ((hi - lo) / 2 ^ b) W Q) (hlo : -c ≤ lo) (hhi : hi ≤ c) :
    frobeniusSq (fun i j => W i j - Q i j) ≤
      Nat.cast m * (Nat.cast n * (c / 2 ^ b * (c / 2 ^ b))) :=
  quant_frobenius_le fun i j => le_trans (hQ.near i j) (by
    have e : (c - -c) / 2 ^ b / 2 = c / 2 ^ b := by
      rw [sub_neg_eq_add, ← two_mul, mul_div_assoc, mul_div_cancel_left _ two_ne_zero]
    exact e ▸ div_le_div_of_nonneg_right
      (div_le_div_of_nonneg_right (sub_le_sub hhi hlo) (pow_nonneg zero_le_two b)) zero_le_two)

end Field

theorem halves_hasRange : HasRange halves (-1) 1 where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .succ .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem halves_roundedTo : RoundedTo ((1 - -1) / 2 ^ 1) halves halvesRounded where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨1, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨1, .inr (by decide)⟩
    | .zero, .succ (.succ .zero) => ⟨0, .inl (by decide)⟩
    | .succ _, _ => ⟨0, .inl (by decide : (0 : Rat) = Nat.cast 0 * ((1 - -1) / 2 ^ 1))⟩
  near := by decide

/-- With the dimension `d` in the place of the number of entries it is false, already for square
matrices, whose rows are as many as their columns: seven errors of 1/2 have the square sum
7/4 > 3 (1/2)² (seed 003, Step 1: Quantization Error Analysis). -/
theorem quant_frobenius_dimension_as_given_false :
    ¬ ∀ (d b : Nat) (lo hi : Rat) (W Q : Fin d → Fin d → Rat), HasRange W lo hi →
      RoundedTo ((hi - lo) / 2 ^ b) W Q →
      frobeniusSq (fun i j => W i j - Q i j) ≤
        Nat.cast d * (max |lo| |hi| / 2 ^ b * (max |lo| |hi| / 2 ^ b)) :=
  fun h => absurd (h 3 1 (-1) 1 halves halvesRounded halves_hasRange halves_roundedTo) (by decide)

theorem halvesRow_hasRange : HasRange halvesRow (-1) 1 where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .succ .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem halvesRow_roundedTo : RoundedTo ((1 - -1) / 2 ^ 1) halvesRow halvesRowRounded where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨1, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨1, .inr (by decide)⟩
    | .zero, .succ (.succ .zero) => ⟨0, .inl (by decide)⟩
    | .zero, .succ (.succ (.succ .zero)) => ⟨0, .inl (by decide)⟩
    | .zero, .succ (.succ (.succ (.succ .zero))) => ⟨0, .inl (by decide)⟩
  near := by decide

/-- That the operator norm of the error is at most that of the matrix over 2ᵇ is false: the error
`[0, 0, 1/2, 1/2, 1/2]` of the row `[1, −1, 1/2, 1/2, 1/2]` has the square 3/4, and 11/4 over 4 is
less (seed 003, Quantization Error). -/
theorem quant_opNorm_as_given_false :
    ¬ ∀ (m n b : Nat) (lo hi : Rat) (W Q : Fin m → Fin n → Rat), HasRange W lo hi →
      RoundedTo ((hi - lo) / 2 ^ b) W Q →
      ∀ c : Rat, (∀ x, normSq (mulVec W x) ≤ c * normSq x) →
        ∀ x, normSq (mulVec (fun i j => W i j - Q i j) x) ≤ c / 4 ^ b * normSq x :=
  fun h => absurd (h 1 5 1 (-1) 1 halvesRow halvesRowRounded halvesRow_hasRange halvesRow_roundedTo
    (frobeniusSq halvesRow) (opNorm_le_frobenius halvesRow)
    fun j => halvesRow .zero j - halvesRowRounded .zero j) (by decide)

/-! ### Condition numbers -/

theorem nearlySingular_hasRange : HasRange nearlySingular 1 (1 + 1 / 2 ^ 20) where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .zero, rfl⟩
  greatest := ⟨.succ .zero, .succ .zero, rfl⟩

theorem nearlySingular_roundedTo :
    RoundedTo ((1 + 1 / 2 ^ 20 - 1) / 2 ^ 8) nearlySingular nearlySingular where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨268435456, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨268435456, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨268435456, .inl (by decide)⟩
    | .succ .zero, .succ .zero => ⟨268435712, .inl (by decide)⟩
  near := by decide

/-- That a condition number above 2ᵇ makes quantization to b bits fail is false, even if any error
at all counts as a failure: the condition number of [[1, 1], [1, 1 + 2⁻²⁰]] is above 2²⁰, and all
its entries are multiples of Δ = 2⁻²⁸ for b = 8 (seed 003, Lock Condition). That it is above 2ᵇ is
said by two vectors: W lengthens `x` more than 2ᵇ times as much as `y`. -/
theorem cond_lock_as_given_false :
    ¬ ∀ (n b : Nat) (lo hi : Rat) (W Q : Fin n → Fin n → Rat), HasRange W lo hi →
      RoundedTo ((hi - lo) / 2 ^ b) W Q →
      (∃ x y, 4 ^ b * (normSq (mulVec W y) * normSq x) < normSq (mulVec W x) * normSq y) →
        ∃ i j, Q i j ≠ W i j :=
  fun h => (h 2 8 1 (1 + 1 / 2 ^ 20) nearlySingular nearlySingular nearlySingular_hasRange
    nearlySingular_roundedTo
    ⟨fun _ => 1, Vector.get (1 ::ᵥ -1 ::ᵥ .nil), by decide⟩).elim fun _ h => h.elim fun _ k => k rfl

/-- What does hold of small singular values: if the error's operator norm is below the least
singular value of `W` (here `e` and `c` bound their squares), then `Q` maps no vector but 0 to 0
(seed 003, Step 3: Condition Number Sensitivity). -/
theorem injective_of_error_lt {K : Type u} [LinearOrderedCommRing K] {m n : Nat}
    {W Q : Fin m → Fin n → K} {c e : K} (hW : ∀ x, c * normSq x ≤ normSq (mulVec W x))
    (hE : ∀ x, normSq (mulVec (fun i j => W i j - Q i j) x) ≤ e * normSq x) (h : e < c)
    {x : Fin n → K} (hx : ∀ i, mulVec Q x i = 0) : ∀ i, x i = 0 := by
  have same : normSq (mulVec (fun i j => W i j - Q i j) x) = normSq (mulVec W x) :=
    normSq_congr fun i => by rw [mulVec_sub, hx i, sub_zero]
  have le : (c - e) * normSq x ≤ (c - e) * 0 := by
    rw [mul_zero, sub_mul]
    exact sub_nonpos.mpr (le_trans (hW x) (same ▸ hE x))
  exact normSq_eq_zero_iff.mp (le_antisymm (le_of_mul_le_mul_left le (sub_pos.mpr h))
    (normSq_nonneg x))

/-! ### The error of a network -/

/-- What the first `n` layers `f` make of an input. -/
def run {X : Nat → Type v} (f : (l : Nat) → X l → X (Nat.succ l)) : (n : Nat) → X 0 → X n
  | .zero, x => x
  | .succ n, x => f n (run f n x)

/-- `∑ l < n, (∏ l < j < n, L j) * ε l` in Horner's form: each layer stretches the error so far by
`L` and adds `ε`. -/
def bound {K : Type u} [CommRing K] (L ε : Nat → K) : Nat → K
  | .zero => 0
  | .succ n => L n * bound L ε n + ε n

/-- The outputs of two networks are no farther apart than their layers' errors accumulate to, if
`ε l` bounds the error of layer `l` on the activations of the *second*, quantized network and `L l`
is a Lipschitz constant of the layer of the *first*, original one. The layers are any functions and
`d` any distances with the triangle inequality; for a matrix with an activation function of slope at
most 1, `L l` is ‖W‖ (seed 003, Step 2: Output Error Propagation). -/
theorem dist_run_le_bound {K : Type u} [LinearOrderedCommRing K] {X : Nat → Type v}
    {d : (l : Nat) → X l → X l → K} (triangle : ∀ l x y z, d l x z ≤ d l x y + d l y z)
    {f q : (l : Nat) → X l → X (Nat.succ l)} {L ε : Nat → K} (hL : ∀ l, 0 ≤ L l)
    (lipschitz : ∀ l x y, d (Nat.succ l) (f l x) (f l y) ≤ L l * d l x y) {x : X 0}
    (hx : d 0 x x ≤ 0) (hε : ∀ l, d (Nat.succ l) (f l (run q l x)) (q l (run q l x)) ≤ ε l) :
    (n : Nat) → d n (run f n x) (run q n x) ≤ bound L ε n
  | .zero => hx
  | .succ n =>
    have ih := dist_run_le_bound triangle hL lipschitz hx hε n
    le_trans (triangle _ _ (f n (run q n x)) _)
      (add_le_add (le_trans (lipschitz n _ _) (mul_le_mul_of_nonneg_left ih (hL n))) (hε n))

/-- With the errors ‖W − Q‖ of the weights in the place of those on the quantized network's
activations it is false: the weights 1, 1 rounded to multiples of 11/10 give 1.21 for the input 1,
off by .21 > .1 + .1 (seed 003, Step 2: Output Error Propagation). -/
theorem error_propagation_as_given_false :
    ¬ ∀ Δ w₁ w₂ q₁ q₂ x : Rat, RoundedTo Δ (fun _ _ => w₁ : Fin 1 → Fin 1 → Rat) (fun _ _ => q₁) →
      RoundedTo Δ (fun _ _ => w₂ : Fin 1 → Fin 1 → Rat) (fun _ _ => q₂) → |x| ≤ 1 →
        |w₂ * (w₁ * x) - q₂ * (q₁ * x)| ≤ |w₂| * |w₁ - q₁| + |w₂ - q₂| :=
  have rounded : RoundedTo (11 / 10) (fun _ _ => 1 : Fin 1 → Fin 1 → Rat) (fun _ _ => 11 / 10) :=
    ⟨fun _ _ => ⟨1, .inl (by decide)⟩, fun _ _ => by decide⟩
  fun h => absurd (h (11 / 10) 1 1 (11 / 10) (11 / 10) 1 rounded rounded (by decide)) (by decide)

end LeanMining
