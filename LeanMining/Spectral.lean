/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Multiple
import LeanMining.Algebra.Projection
import LeanMining.Examples.Witnesses
import LeanMining.Network
import LeanMining.NeuralGeometry.JensenFloor

/-!
# Spectral limits of quantization

Seed 003. Rounding the entries of a matrix to a grid moves it by at most half a step an entry, which
bounds the error in the Frobenius norm, and so in the operator norm. That the operator norm of the
error is at most that of the matrix over 2ᵇ is false, and so is that a condition number above 2ᵇ
makes quantization fail.

Norms appear squared, and a bound `c` of the square of an operator norm as
`∀ x, normSq (mulVec W x) ≤ c * normSq x`, so that neither roots nor least upper bounds are needed.

## Main definitions

* `SingularRange W s t`: the squares of the least and of the greatest singular value of `W`
* `RoundedTo Δ W Q`: `Q` is `W` with each entry rounded to the nearest multiple of `Δ`
* `HasRange W lo hi`: the least and the greatest entry of `W`
* `MonotoneNorm`: a norm that looks at magnitudes, such as the L1 and the L2 norm
* `bound`: what bounds the error of a network's quantized layers
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
    normSq (mulVec E x) ≤ frobeniusSq E * normSq x := energyAlong_le_energy_mul E x

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

@[reducible] instance instDecidableRoundedTo {m n : Nat} (Δ : Rat) (W Q : Fin m → Fin n → Rat) :
    Decidable (RoundedTo Δ W Q) :=
  decidable_of_iff (a := (∀ i j, ∃ k : Nat, Q i j = Nat.cast k * Δ ∨ Q i j = -(Nat.cast k * Δ)) ∧
    ∀ i j, |W i j - Q i j| ≤ Δ / 2) ⟨fun h => ⟨h.1, h.2⟩, fun h => ⟨h.onGrid, h.near⟩⟩

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

/-- `s` and `t` are the squares of the least and of the greatest singular value of `W`: the least
and the greatest of `‖W x‖² / ‖x‖²`, so that `t / s` is the square of its condition number. -/
structure SingularRange {K : Type u} [LinearOrderedCommRing K] {m n : Nat} (W : Fin m → Fin n → K)
    (s t : K) : Prop where
  /-- No vector is lengthened less. -/
  lower : ∀ x, s * normSq x ≤ normSq (mulVec W x)
  /-- No vector is lengthened more. -/
  upper : ∀ x, normSq (mulVec W x) ≤ t * normSq x
  /-- Some vector is lengthened so little. -/
  least : ∃ x, normSq x ≠ 0 ∧ normSq (mulVec W x) = s * normSq x
  /-- Some vector is lengthened so much. -/
  greatest : ∃ x, normSq x ≠ 0 ∧ normSq (mulVec W x) = t * normSq x

/-- The error of a layer's output relative to that output is at most the condition number times the
relative error of the weights: `‖(W − Q) x‖² / ‖W x‖² ≤ (t / s) (e / t)`, written without quotients,
where `s` and `t` are the squares of the extreme singular values of `W` and `e` bounds the square of
the error's operator norm (seed 003, AI/RL/ML Statement 2, Spectral Sensitivity). -/
theorem relative_error_le {K : Type u} [LinearOrderedCommRing K] {m n : Nat}
    {W E : Fin m → Fin n → K} {s e : K} (hs : 0 ≤ s)
    (hW : ∀ x, s * normSq x ≤ normSq (mulVec W x)) (he : 0 ≤ e)
    (hE : ∀ x, normSq (mulVec E x) ≤ e * normSq x) (x : Fin n → K) :
    s * normSq (mulVec E x) ≤ e * normSq (mulVec W x) :=
  le_trans (mul_le_mul_of_nonneg_left (hE x) hs) (le_trans (le_of_eq (mul_left_comm s e _))
    (mul_le_mul_of_nonneg_left (hW x) he))

/-- So with `Δ = (hi − lo) / 2ᵇ` the relative error of a layer's output is at most `C cond(W) / 2ᵇ`
for `C = √N (hi − lo) / (2 ‖W‖)`, in squares: `s ‖(W − Q) x‖² ≤ N (Δ/2)² ‖W x‖²`. Where the
condition number is infinite, `s` is 0 and this says nothing (seed 003, AI/RL/ML Statement 2,
Spectral Sensitivity, and Step 10, Error Bound). -/
theorem relative_error_le_of_rounded {K : Type u} [LinearOrderedField K] {m n b : Nat} {lo hi s : K}
    {W Q : Fin m → Fin n → K} (hs : 0 ≤ s) (hW : ∀ x, s * normSq x ≤ normSq (mulVec W x))
    (hQ : RoundedTo ((hi - lo) / 2 ^ b) W Q) (x : Fin n → K) :
    s * normSq (mulVec (fun i j => W i j - Q i j) x) ≤
      Nat.cast m * (Nat.cast n * ((hi - lo) / 2 ^ b / 2 * ((hi - lo) / 2 ^ b / 2))) *
        normSq (mulVec W x) :=
  relative_error_le hs hW
    (mul_nonneg (natCast_nonneg m) (mul_nonneg (natCast_nonneg n) (mul_self_nonneg _)))
    (fun x => le_trans (opNorm_le_frobenius _ x)
      (mul_le_mul_of_nonneg_right (quant_frobenius_le hQ.near) (normSq_nonneg x))) x

theorem singularRange_of_isOrthogonal {n : Nat} {R : Fin (Nat.succ n) → Fin (Nat.succ n) → Rat}
    (h : IsOrthogonal R) : SingularRange R 1 1 :=
  have one : ∀ x, normSq (mulVec R x) = 1 * normSq x := fun x =>
    (normSq_mulVec_of_isOrthogonal h x).trans (one_mul _).symm
  have ne : normSq (fun i : Fin (Nat.succ n) => delta .zero i : Fin (Nat.succ n) → Rat) ≠ 0 := by
    have e : normSq (fun i : Fin (Nat.succ n) => delta .zero i : Fin (Nat.succ n) → Rat) = 1 :=
      (sum_delta_mul .zero fun i => delta .zero i).trans (delta_self _)
    rw [e]
    exact one_ne_zero
  ⟨fun x => ge_of_eq (one x), fun x => le_of_eq (one x), ⟨_, ne, one _⟩, ⟨_, ne, one _⟩⟩

/-- `rotation345` rounded to multiples of 4/5. -/
def rotation345Rounded : Fin 2 → Fin 2 → Rat
  | .zero => fun _ => 4 / 5
  | .succ .zero => Vector.get (-4 / 5 ::ᵥ 4 / 5 ::ᵥ .nil)

theorem rotation345_hasRange : HasRange rotation345 (-4 / 5) (4 / 5) where
  lower := by decide
  upper := by decide
  least := ⟨.succ .zero, .zero, rfl⟩
  greatest := ⟨.zero, .succ .zero, rfl⟩

theorem rotation345_roundedTo :
    RoundedTo ((4 / 5 - -4 / 5) / 2 ^ 1) rotation345 rotation345Rounded where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨1, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨1, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨1, .inr (by decide)⟩
    | .succ .zero, .succ .zero => ⟨1, .inl (by decide)⟩
  near := by decide

theorem rotation345_exact : RoundedTo ((4 / 5 - -4 / 5) / 2 ^ 3) rotation345 rotation345 where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨3, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨4, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨4, .inr (by decide)⟩
    | .succ .zero, .succ .zero => ⟨3, .inl (by decide)⟩
  near := by decide

/-- The identity of the plane. -/
def identity2 : Fin 2 → Fin 2 → Rat := fun i j => delta i j

theorem identity2_hasRange : HasRange identity2 0 1 where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .succ .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem identity2_exact : RoundedTo ((1 - 0) / 2 ^ 1) identity2 identity2 where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨2, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨0, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨0, .inl (by decide)⟩
    | .succ .zero, .succ .zero => ⟨2, .inl (by decide)⟩
  near := by decide

/-- No function of the condition number, proportional or other, is the error of rounding: at 1 bit
the identity has none, and a rotation, whose condition number is 1 too, has one (seed 003, Key AI/ML
Techniques 3, "‖f − f_Q‖ ∝ κ(W)", and the corollary, Quantization-Friendly Spectra). -/
theorem sensitivity_as_given_false :
    ¬ ∃ f : Rat → Rat, ∀ (b : Nat) (lo hi s t : Rat) (W Q : Fin 2 → Fin 2 → Rat),
      HasRange W lo hi → RoundedTo ((hi - lo) / 2 ^ b) W Q → SingularRange W s t →
        frobeniusSq (fun i j => W i j - Q i j) = f (t / s) := fun ⟨f, h⟩ =>
  have e := h 1 0 1 1 1 identity2 identity2 identity2_hasRange identity2_exact
    (singularRange_of_isOrthogonal isOrthogonal_delta)
  have k := h 1 (-4 / 5) (4 / 5) 1 1 rotation345 rotation345Rounded rotation345_hasRange
    rotation345_roundedTo (singularRange_of_isOrthogonal rotation345_isOrthogonal)
  absurd (e.trans k.symm) (by decide)

/-- A symmetric matrix with the singular values 32 and 2, whose entries are multiples of its step at
any number of bits but 0. -/
def illConditioned : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (17 ::ᵥ 15 ::ᵥ .nil)
  | .succ .zero => Vector.get (15 ::ᵥ 17 ::ᵥ .nil)

theorem illConditioned_hasRange : HasRange illConditioned 15 17 where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .succ .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem illConditioned_exact : RoundedTo ((17 - 15) / 2 ^ 1) illConditioned illConditioned where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨17, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨15, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨15, .inl (by decide)⟩
    | .succ .zero, .succ .zero => ⟨17, .inl (by decide)⟩
  near := by decide

theorem illConditioned_exact_3 : RoundedTo ((17 - 15) / 2 ^ 3) illConditioned illConditioned where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨68, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨60, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨60, .inl (by decide)⟩
    | .succ .zero, .succ .zero => ⟨68, .inl (by decide)⟩
  near := by decide

theorem illConditioned_exact_5 : RoundedTo ((17 - 15) / 2 ^ 5) illConditioned illConditioned where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨272, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨240, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨240, .inl (by decide)⟩
    | .succ .zero, .succ .zero => ⟨272, .inl (by decide)⟩
  near := by decide

theorem illConditioned_singularRange : SingularRange illConditioned 4 1024 := by
  have image : ∀ x : Fin 2 → Rat, normSq (mulVec illConditioned x) =
      (17 * x .zero + 15 * x (.succ .zero)) * (17 * x .zero + 15 * x (.succ .zero)) +
        (15 * x .zero + 17 * x (.succ .zero)) * (15 * x .zero + 17 * x (.succ .zero)) := fun x => by
    show (17 * x .zero + (15 * x (.succ .zero) + 0)) * (17 * x .zero + (15 * x (.succ .zero) + 0)) +
      ((15 * x .zero + (17 * x (.succ .zero) + 0)) * (15 * x .zero + (17 * x (.succ .zero) + 0)) +
        0) = _
    ring
  have length : ∀ x : Fin 2 → Rat, normSq x =
      x .zero * x .zero + x (.succ .zero) * x (.succ .zero) := fun x => by
    show x .zero * x .zero + (x (.succ .zero) * x (.succ .zero) + 0) = _
    ring
  refine ⟨fun x => ?_, fun x => ?_, ⟨Vector.get (1 ::ᵥ -1 ::ᵥ .nil), by decide, by decide⟩,
    ⟨fun _ => 1, by decide, by decide⟩⟩
  · rw [image, length]
    refine sub_nonneg.mp (le_trans (mul_nonneg (by decide : (0 : Rat) ≤ 510)
      (mul_self_nonneg (x .zero + x (.succ .zero)))) (le_of_eq ?_))
    ring
  · rw [image, length]
    refine sub_nonneg.mp (le_trans (mul_nonneg (by decide : (0 : Rat) ≤ 510)
      (mul_self_nonneg (x .zero - x (.succ .zero)))) (le_of_eq ?_))
    ring

/-- Bits by `⌈log₂ κ⌉` and a common number need not keep more than equal bits of the same size: with
κ = 16 and κ = 1, and 3 bits for each or 5 and 1, the matrix of κ = 16 is stored exactly by both,
and the rotation by 3 bits only (seed 003, Step 7: Mixed Precision via Spectral Analysis). The
condition numbers here are powers of 2. -/
theorem mixed_precision_as_given_false :
    ¬ ∀ (b base j k : Nat) (lo lo' hi hi' s s' : Rat) (W W' P P' Q Q' : Fin 2 → Fin 2 → Rat),
      HasRange W lo hi → HasRange W' lo' hi' → SingularRange W s (4 ^ j * s) →
      SingularRange W' s' (4 ^ k * s') → j + base + (k + base) = b + b →
      RoundedTo ((hi - lo) / 2 ^ (j + base)) W P → RoundedTo ((hi' - lo') / 2 ^ (k + base)) W' P' →
      RoundedTo ((hi - lo) / 2 ^ b) W Q → RoundedTo ((hi' - lo') / 2 ^ b) W' Q' →
        frobeniusSq (fun i j => W i j - P i j) + frobeniusSq (fun i j => W' i j - P' i j) ≤
          frobeniusSq (fun i j => W i j - Q i j) + frobeniusSq (fun i j => W' i j - Q' i j) :=
  fun h => absurd (h 3 1 4 0 15 (-4 / 5) 17 (4 / 5) 4 1 illConditioned rotation345 illConditioned
    rotation345Rounded illConditioned rotation345 illConditioned_hasRange rotation345_hasRange
    illConditioned_singularRange (singularRange_of_isOrthogonal rotation345_isOrthogonal) rfl
    illConditioned_exact_5 rotation345_roundedTo illConditioned_exact_3 rotation345_exact)
    (by decide)

/-! ### Rounding relative to the spectral norm -/

/-- Rounding relative to a norm `c` changes nothing: what `Q_b` makes of `W / c`, times `c`, is `W`
rounded to the nearest multiples of `W`'s own step (seed 003, Step 4: Spectral Norm
Quantization). -/
theorem spectral_roundedTo {K : Type u} [LinearOrderedField K] {m n b : Nat} {c lo hi : K}
    (hc : 0 < c) {W Q : Fin m → Fin n → K}
    (h : RoundedTo ((hi / c - lo / c) / 2 ^ b) (fun i j => W i j / c) Q) :
    RoundedTo ((hi - lo) / 2 ^ b) W fun i j => c * Q i j := by
  have ne : c ≠ 0 := Ne.symm (ne_of_lt hc)
  have step : c * ((hi / c - lo / c) / 2 ^ b) = (hi - lo) / 2 ^ b := by
    rw [← sub_div, ← mul_div_assoc, mul_comm c, div_mul_cancel _ ne]
  refine ⟨fun i j => ?_, fun i j => ?_⟩
  · rw [← step]
    exact (h.onGrid i j).elim fun k e => ⟨k, e.elim
      (fun e => .inl (by rw [e, mul_left_comm]))
      fun e => .inr (by rw [e, mul_neg, mul_left_comm])⟩
  · have d : W i j - c * Q i j = c * (W i j / c - Q i j) := by
      rw [mul_sub, mul_comm c (W i j / c), div_mul_cancel _ ne]
    rw [← step, d, abs_mul, abs_of_pos hc, mul_div_assoc]
    exact mul_le_mul_of_nonneg_left (h.near i j) hc.1

/-- A row of length 2: two weights that are their own roundings, and eight halfway. -/
def lengthTwo : Fin 1 → Fin 10 → Rat := fun _ j => match j with
  | .zero => 1
  | .succ .zero => -1
  | .succ (.succ _) => 1 / 2

/-- `lengthTwo / 2`, rounded. -/
def lengthTwoRounded : Fin 1 → Fin 10 → Rat := fun _ j => match j with
  | .zero => 1 / 2
  | .succ .zero => -1 / 2
  | .succ (.succ _) => 0

theorem lengthTwo_roundedTo :
    RoundedTo ((1 / 2 - -1 / 2) / 2 ^ 1) (fun i j => lengthTwo i j / 2) lengthTwoRounded where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨1, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨1, .inr (by decide)⟩
    | .zero, .succ (.succ _) => ⟨0, .inl (by decide : (0 : Rat) = Nat.cast 0 *
      ((1 / 2 - -1 / 2) / 2 ^ 1))⟩
  near := by decide

/-- That rounding relative to the spectral norm bounds the error by ‖W‖ / 2ᵇ is false: the row of
1, −1 and eight halves has the norm 2, and at 1 bit the square of its error is 2, more than 4 / 4
(seed 003, Step 4: Spectral Norm Quantization, "Advantage"). -/
theorem spectral_opNorm_as_given_false :
    ¬ ∀ (m n b : Nat) (lo hi c : Rat) (W Q : Fin m → Fin n → Rat), 0 < c → HasRange W lo hi →
      (∀ x, normSq (mulVec W x) ≤ c * c * normSq x) →
      RoundedTo ((hi / c - lo / c) / 2 ^ b) (fun i j => W i j / c) Q →
        ∀ x, normSq (mulVec (fun i j => W i j - c * Q i j) x) ≤ c * c / 4 ^ b * normSq x :=
  fun h => absurd (h 1 10 1 (-1) 1 2 lengthTwo lengthTwoRounded (by decide)
    ⟨by decide, by decide, ⟨.zero, .succ .zero, rfl⟩, ⟨.zero, .zero, rfl⟩⟩
    (fun x => le_trans (opNorm_le_frobenius lengthTwo x) (mul_le_mul_of_nonneg_right
      (by decide : frobeniusSq lengthTwo ≤ 2 * 2) (normSq_nonneg x)))
    lengthTwo_roundedTo fun j => lengthTwo .zero j - 2 * lengthTwoRounded .zero j) (by decide)

/-- That well-conditioned matrices lose less of themselves is false: at 1 bit the rotation of
condition number 1 loses a share of its squares, and the matrix of condition number 16 none (seed
003, the corollary, Quantization-Friendly Spectra; Overview, "concentrated spectra"). -/
theorem friendly_spectra_as_given_false :
    ¬ ∀ (b : Nat) (lo lo' hi hi' s s' t t' : Rat) (W W' Q Q' : Fin 2 → Fin 2 → Rat),
      HasRange W lo hi → HasRange W' lo' hi' → SingularRange W s t → SingularRange W' s' t' →
      t / s ≤ t' / s' → RoundedTo ((hi - lo) / 2 ^ b) W Q → RoundedTo ((hi' - lo') / 2 ^ b) W' Q' →
        frobeniusSq (fun i j => W i j - Q i j) / frobeniusSq W ≤
          frobeniusSq (fun i j => W' i j - Q' i j) / frobeniusSq W' :=
  fun h => absurd (h 1 (-4 / 5) 15 (4 / 5) 17 1 4 1 1024 rotation345 illConditioned
    rotation345Rounded illConditioned rotation345_hasRange illConditioned_hasRange
    (singularRange_of_isOrthogonal rotation345_isOrthogonal) illConditioned_singularRange
    (by decide) rotation345_roundedTo illConditioned_exact) (by decide)

/-! ### Codes -/

theorem exists_natCast_eq_two_pow {K : Type u} [CommRing K] :
    (b : Nat) → ∃ m : Nat, (2 ^ b : K) = Nat.cast m
  | .zero => ⟨1, rfl⟩
  | .succ b => match exists_natCast_eq_two_pow (K := K) b with
    | ⟨m, e⟩ => ⟨m * 2, by rw [pow_succ, e, natCast_mul]; rfl⟩

/-- Where the range is from −c to c, no code of `b + 1` bits is above 2ᵇ, as the source has it: what
is at most c in magnitude is not within half a step of a higher multiple of Δ (seed 003, Terminology
Translation Table). -/
theorem code_le_of_symmetric {K : Type u} [LinearOrderedField K] {b k : Nat} {c x : K} (hc : 0 < c)
    (hx : |x| ≤ c)
    (h : |x - Nat.cast k * ((c - -c) / 2 ^ Nat.succ b)| ≤ (c - -c) / 2 ^ Nat.succ b / 2) :
    (Nat.cast k : K) ≤ 2 ^ b := by
  have p : (0 : K) < 2 ^ b := pow_pos zero_lt_two b
  have step : (c - -c) / 2 ^ Nat.succ b = c / 2 ^ b := by
    rw [sub_neg_eq_add, ← two_mul, pow_succ, mul_comm (2 ^ b)]
    exact mul_div_mul_left _ _ two_ne_zero
  rw [step] at h
  obtain ⟨m, e⟩ := exists_natCast_eq_two_pow (K := K) b
  have pos : 0 < c / 2 ^ b := div_pos hc p
  have top : c = Nat.cast m * (c / 2 ^ b) := by
    rw [← e, mul_comm, div_mul_cancel _ (Ne.symm (ne_of_lt p))]
  rw [e]
  refine (le_or_lt k m).elim (fun l => Int.cast_le_cast (a := .ofNat k) (b := .ofNat m) |>.mpr l)
    fun l => ?_
  have up : (Nat.cast m + 1 : K) ≤ Nat.cast k :=
    natCast_succ (R := K) m ▸
      (Int.cast_le_cast (R := K) (a := .ofNat (Nat.succ m)) (b := .ofNat k)).mpr
        (Nat.lt_iff_succ_le.mp l)
  have far : Nat.cast m * (c / 2 ^ b) + c / 2 ^ b ≤ Nat.cast k * (c / 2 ^ b) := by
    have f := mul_le_mul_of_nonneg_right up pos.1
    rw [add_mul, one_mul] at f
    exact f
  have near : Nat.cast k * (c / 2 ^ b) ≤ Nat.cast m * (c / 2 ^ b) + c / 2 ^ b / 2 := by
    rw [← top, add_comm]
    refine sub_le_iff_le_add.mp (le_trans (sub_le_sub (le_refl _)
      (le_trans (le_abs_self x) hx)) (le_trans (le_abs_self _) ?_))
    rw [abs_sub_comm]
    exact h
  exact absurd (le_of_add_le_add_left (le_trans far near)) (half_lt_self pos).2

/-- 0 and 1. -/
def zeroOne : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (0 ::ᵥ 1 ::ᵥ .nil)

/-- Elsewhere it is false that the codes of `b + 1` bits are from −2ᵇ to 2ᵇ: over the range from 0
to 1 the weight 1 has, at 1 bit, the code 2 (seed 003, Terminology Translation Table). -/
theorem codes_as_given_false :
    ¬ ∀ (m n b : Nat) (lo hi : Rat) (W Q : Fin m → Fin n → Rat), HasRange W lo hi →
      RoundedTo ((hi - lo) / 2 ^ Nat.succ b) W Q →
        ∀ i j, |Q i j| ≤ 2 ^ b * ((hi - lo) / 2 ^ Nat.succ b) :=
  fun h => absurd (h 1 2 0 0 1 zeroOne zeroOne
    ⟨by decide, by decide, ⟨.zero, .zero, rfl⟩, ⟨.zero, .succ .zero, rfl⟩⟩
    ⟨fun i j => match i, j with
      | .zero, .zero => ⟨0, .inl (by decide)⟩
      | .zero, .succ .zero => ⟨2, .inl (by decide)⟩, by decide⟩ .zero (.succ .zero)) (by decide)

/-- −1, 0 and 1. -/
def threeLevels : Fin 1 → Fin 3 → Rat := fun _ => Vector.get (-1 ::ᵥ 0 ::ᵥ 1 ::ᵥ .nil)

/-- Nor do `b` bits hold the codes, of which there may be 2ᵇ + 1: at 1 bit −1, 0 and 1 are three
levels, and no two of three weights need to become equal (seed 003, Terminology Translation
Table, "b bits per weight"). -/
theorem levels_as_given_false :
    ¬ ∀ (lo hi : Rat) (W Q : Fin 1 → Fin 3 → Rat), HasRange W lo hi →
      RoundedTo ((hi - lo) / 2 ^ 1) W Q → Q .zero .zero = Q .zero (.succ .zero) ∨
        Q .zero .zero = Q .zero (.succ (.succ .zero)) ∨
          Q .zero (.succ .zero) = Q .zero (.succ (.succ .zero)) :=
  fun h => absurd (h (-1) 1 threeLevels threeLevels
    ⟨by decide, by decide, ⟨.zero, .zero, rfl⟩, ⟨.zero, .succ (.succ .zero), rfl⟩⟩
    ⟨fun i j => match i, j with
      | .zero, .zero => ⟨1, .inr (by decide)⟩
      | .zero, .succ .zero => ⟨0, .inl (by decide)⟩
      | .zero, .succ (.succ .zero) => ⟨1, .inl (by decide)⟩, by decide⟩) (by decide)

/-! ### With the source's own step -/

theorem one_le_four_pow {K : Type u} [LinearOrderedCommRing K] :
    (n : Nat) → (1 : K) ≤ 4 ^ n ∧ (Nat.cast n : K) ≤ 4 ^ n
  | .zero => ⟨le_refl 1, zero_le_one⟩
  | .succ n => by
    obtain ⟨one, le⟩ := one_le_four_pow (K := K) n
    have four : ∀ p : K, p * 4 = p + p + (p + p) := fun p => by ring
    have e : (4 ^ Nat.succ n : K) = 4 ^ n + 4 ^ n + (4 ^ n + 4 ^ n) := four _
    have pos : (0 : K) ≤ 4 ^ n + 4 ^ n :=
      add_nonneg (le_trans zero_le_one one) (le_trans zero_le_one one)
    refine ⟨?_, ?_⟩
    · rw [e]
      exact le_trans one (le_trans (le_add_of_nonneg_right (le_trans zero_le_one one))
        (le_add_of_nonneg_right pos))
    · rw [e, natCast_succ]
      exact le_trans (add_le_add le one) (le_add_of_nonneg_right pos)

theorem one_le_two_pow {K : Type u} [LinearOrderedCommRing K] : (n : Nat) → (1 : K) ≤ 2 ^ n
  | .zero => le_refl 1
  | .succ n => by
    rw [pow_succ, mul_two]
    exact le_trans (one_le_two_pow n)
      (le_add_of_nonneg_right (le_trans zero_le_one (one_le_two_pow n)))

theorem exists_lt_four_pow (c : Rat) : ∃ b : Nat, c < 4 ^ b := by
  have le : c ≤ Nat.cast c.num.natAbs := by
    show c.num * 1 ≤ Int.ofNat c.num.natAbs * Int.ofNat c.den
    rw [mul_one]
    cases c.num with
    | ofNat m =>
      have up : m * 1 ≤ m * c.den := Nat.mul_le_mul_left m (Nat.lt_iff_succ_le.mp c.den_pos)
      exact le_trans (α := Nat) (le_of_eq (Nat.mul_one m).symm) up
    | negSucc m => exact Int.negSucc_le_ofNat
  have lt : (Nat.cast c.num.natAbs : Rat) < Nat.cast (Nat.succ c.num.natAbs) := by
    rw [natCast_succ]
    exact lt_add_of_pos_right zero_lt_one
  exact ⟨Nat.succ c.num.natAbs, lt_of_le_of_lt le (lt_of_lt_of_le lt (one_le_four_pow _).2)⟩

/-- A matrix of condition number 1. -/
def nearIdentity (δ : Rat) : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (1 ::ᵥ δ ::ᵥ .nil)
  | .succ _ => Vector.get (-δ ::ᵥ 1 ::ᵥ .nil)

/-- `nearIdentity δ`, each entry moved by `δ`. -/
def nearIdentityRounded (δ : Rat) : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get ((1 + δ) ::ᵥ 0 ::ᵥ .nil)
  | .succ _ => Vector.get (0 ::ᵥ (1 + δ) ::ᵥ .nil)

theorem nearIdentity_singularRange (δ : Rat) :
    SingularRange (nearIdentity δ) (1 + δ * δ) (1 + δ * δ) := by
  have image : ∀ x : Fin 2 → Rat,
      normSq (mulVec (nearIdentity δ) x) = (1 + δ * δ) * normSq x := fun x => by
    show (1 * x .zero + (δ * x (.succ .zero) + 0)) * (1 * x .zero + (δ * x (.succ .zero) + 0)) +
      ((-δ * x .zero + (1 * x (.succ .zero) + 0)) * (-δ * x .zero + (1 * x (.succ .zero) + 0)) +
        0) = (1 + δ * δ) * (x .zero * x .zero + (x (.succ .zero) * x (.succ .zero) + 0))
    ring
  have ne : normSq (fun _ : Fin 2 => (1 : Rat)) ≠ 0 := by decide
  exact ⟨fun x => ge_of_eq (image x), fun x => le_of_eq (image x), ⟨_, ne, image _⟩,
    ⟨_, ne, image _⟩⟩

theorem nearIdentity_hasRange {δ : Rat} (h : 0 ≤ δ) (k : δ ≤ 1) :
    HasRange (nearIdentity δ) (-δ) 1 where
  lower i j := match i, j with
    | .zero, .zero => le_trans (neg_nonpos.mpr h) zero_le_one
    | .zero, .succ .zero => neg_le_self h
    | .succ .zero, .zero => le_refl _
    | .succ .zero, .succ .zero => le_trans (neg_nonpos.mpr h) zero_le_one
  upper i j := match i, j with
    | .zero, .zero => le_refl _
    | .zero, .succ .zero => k
    | .succ .zero, .zero => le_trans (neg_nonpos.mpr h) zero_le_one
    | .succ .zero, .succ .zero => le_refl _
  least := ⟨.succ .zero, .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem nearIdentity_step {δ : Rat} {b : Nat} (e : δ * (2 * 2 ^ b) = 1 + δ) :
    (1 - -δ) / 2 ^ b = 2 * δ := by
  have ne : (2 ^ b : Rat) ≠ 0 := Ne.symm (ne_of_lt (pow_pos zero_lt_two b))
  have f : ∀ p : Rat, δ * (2 * p) = 2 * δ * p := fun p => by ring
  rw [sub_neg_eq_add, ← e, f, mul_div_cancel_right _ ne]

theorem nearIdentity_roundedTo {δ : Rat} {b : Nat} (h : 0 ≤ δ) (e : δ * (2 * 2 ^ b) = 1 + δ) :
    RoundedTo ((1 - -δ) / 2 ^ b) (nearIdentity δ) (nearIdentityRounded δ) := by
  have top : (1 + δ : Rat) = 2 ^ b * (2 * δ) := by
    have f : ∀ p : Rat, δ * (2 * p) = p * (2 * δ) := fun p => by ring
    rw [← e, f]
  have half : 2 * δ / 2 = δ := mul_div_cancel_left δ two_ne_zero
  rw [nearIdentity_step e]
  obtain ⟨m, hm⟩ := exists_natCast_eq_two_pow (K := Rat) b
  rw [hm] at top
  have zero : (0 : Rat) = Nat.cast 0 * (2 * δ) := (zero_mul _).symm
  refine ⟨fun i j => match i, j with
    | .zero, .zero => ⟨m, .inl top⟩
    | .zero, .succ .zero => ⟨0, .inl zero⟩
    | .succ .zero, .zero => ⟨0, .inl zero⟩
    | .succ .zero, .succ .zero => ⟨m, .inl top⟩, fun i j => ?_⟩
  rw [half]
  have up : |(1 : Rat) - (1 + δ)| ≤ δ := by
    rw [abs_sub_comm, add_sub_cancel_left, abs_of_nonneg h]
    exact le_refl δ
  exact match i, j with
    | .zero, .zero => up
    | .zero, .succ .zero => le_of_eq ((congrArg abs (sub_zero δ)).trans (abs_of_nonneg h))
    | .succ .zero, .zero => le_of_eq ((congrArg abs (sub_zero (-δ))).trans
      ((abs_neg δ).trans (abs_of_nonneg h)))
    | .succ .zero, .succ .zero => up

/-- With the source's own `Δ = (hi − lo) / 2ᵇ` no constant bounds the output error by
`C cond(W) Δ / 2ᵇ`, here in squares: of a matrix of condition number 1, all of whose entries are
half a step from a multiple of Δ, the error is as Δ, for every b (seed 003, AI/RL/ML Statement 2,
Spectral Sensitivity). -/
theorem sensitivity_step_as_given_false :
    ¬ ∃ c : Rat, ∀ (b : Nat) (lo hi s t : Rat) (W Q : Fin 2 → Fin 2 → Rat), HasRange W lo hi →
      SingularRange W s t → RoundedTo ((hi - lo) / 2 ^ b) W Q →
        ∀ x, normSq (mulVec (fun i j => W i j - Q i j) x) ≤
          c * (t / s) * ((hi - lo) / 2 ^ b * ((hi - lo) / 2 ^ b) / 4 ^ b) * normSq x := by
  refine fun ⟨c, h⟩ => ?_
  obtain ⟨b, hb⟩ := exists_lt_four_pow (2 * c)
  have two : (1 : Rat) ≤ 2 ^ b := one_le_two_pow b
  have large : (1 : Rat) ≤ 2 * 2 ^ b - 1 := le_sub_iff_add_le.mpr (by
    rw [two_mul]
    exact add_le_add two two)
  have pos : (0 : Rat) < 2 * 2 ^ b - 1 := lt_of_lt_of_le zero_lt_one large
  revert large pos
  generalize ed : (2 * 2 ^ b - 1 : Rat) = d
  intro large pos
  have δpos : 0 < 1 / d := div_pos zero_lt_one pos
  have unit : 1 / d * d = 1 := div_mul_cancel 1 (Ne.symm (ne_of_lt pos))
  have le_one : 1 / d ≤ 1 := (div_le_one pos).mpr large
  revert δpos unit le_one
  generalize (1 / d : Rat) = δ
  intro δpos unit le_one
  have e : δ * (2 * 2 ^ b) = 1 + δ := by
    rw [show (2 * 2 ^ b : Rat) = d + 1 by rw [← ed, sub_add_cancel], mul_add, mul_one, unit]
  have k := h b (-δ) 1 (1 + δ * δ) (1 + δ * δ) (nearIdentity δ) (nearIdentityRounded δ)
    (nearIdentity_hasRange δpos.1 le_one) (nearIdentity_singularRange δ)
    (nearIdentity_roundedTo δpos.1 e) (Vector.get (1 ::ᵥ 0 ::ᵥ .nil))
  have left : normSq (mulVec (fun i j => nearIdentity δ i j - nearIdentityRounded δ i j)
      (Vector.get (1 ::ᵥ 0 ::ᵥ .nil))) = 2 * (δ * δ) := by
    show ((1 - (1 + δ)) * 1 + ((δ - 0) * 0 + 0)) * ((1 - (1 + δ)) * 1 + ((δ - 0) * 0 + 0)) +
      (((-δ - 0) * 1 + ((1 - (1 + δ)) * 0 + 0)) * ((-δ - 0) * 1 + ((1 - (1 + δ)) * 0 + 0)) + 0) =
        2 * (δ * δ)
    ring
  have length : normSq (Vector.get (1 ::ᵥ 0 ::ᵥ .nil) : Fin 2 → Rat) = 1 := by decide
  have one : (1 + δ * δ) / (1 + δ * δ) = 1 := div_self (Ne.symm (ne_of_lt
    (add_pos_of_pos_of_nonneg zero_lt_one (mul_self_nonneg δ))))
  rw [left, length, one, nearIdentity_step e, mul_one, mul_one, ← mul_div_assoc] at k
  have m := (le_div_iff (pow_pos (by decide : (0 : Rat) < 4) b)).mp k
  have f : c * (2 * δ * (2 * δ)) = 2 * c * (2 * (δ * δ)) := by ring
  rw [f, mul_comm (2 * (δ * δ))] at m
  exact hb.2 (le_of_mul_le_mul_right m (mul_pos zero_lt_two (mul_pos δpos δpos)))

/-! ### One bit -/

/-- What one bit a weight keeps of a matrix: the signs, times the mean of the magnitudes (seed 003,
Step 8: Binary Neural Networks). -/
def binarized {K : Type u} [LinearOrderedField K] {m n : Nat} (W : Fin m → Fin n → K) :
    Fin m → Fin n → K :=
  fun i j => (∑ i, l1Norm (W i)) / (Nat.cast m * Nat.cast n) * sign (W i j)

/-- What one bit loses is no matter of the spectrum: the identity of the plane and a rotation have
the same singular values, and lose a half and a fiftieth of their squares (seed 003, Step 8: Binary
Neural Networks, "Only works when spectral structure permits sign approximation"). -/
theorem binary_spectrum_as_given_false :
    ¬ ∀ R S : Fin 2 → Fin 2 → Rat, IsOrthogonal R → IsOrthogonal S →
      frobeniusSq (fun i j => R i j - binarized R i j) =
        frobeniusSq (fun i j => S i j - binarized S i j) :=
  fun h => absurd (h identity2 rotation345 isOrthogonal_delta rotation345_isOrthogonal) (by decide)

/-! ### Norms -/

/-- A norm of vectors of every length that looks at the magnitudes of their entries alone and grows
with them, as the L1, the L2 and the maximum norm do. -/
structure MonotoneNorm (K : Type u) [LinearOrderedCommRing K] where
  /-- The norm of a vector. -/
  norm : {n : Nat} → (Fin n → K) → K
  zero (n : Nat) : norm (fun _ : Fin n => 0) = 0
  add_le {n : Nat} (u v : Fin n → K) : norm (fun i => u i + v i) ≤ norm u + norm v
  mono {n : Nat} {u v : Fin n → K} (h : ∀ i, |u i| ≤ |v i|) : norm u ≤ norm v

namespace MonotoneNorm

variable {K : Type u} [LinearOrderedCommRing K]

/-- The L1 norm. -/
@[reducible] def l1 : MonotoneNorm K where
  norm := l1Norm
  zero _ := sum_eq_zero fun _ => abs_zero
  add_le u v := le_trans (sum_le_sum fun i => abs_add_le (u i) (v i))
    (le_of_eq (sum_add (fun i => |u i|) fun i => |v i|))
  mono h := sum_le_sum h

/-- The L2 norm, where every number that is not negative has a square root. -/
@[reducible] def l2 (root : K → K) (nonneg : ∀ a, 0 ≤ a → 0 ≤ root a)
    (mul_self : ∀ a, 0 ≤ a → root a * root a = a) : MonotoneNorm K where
  norm v := root (normSq v)
  zero n := by
    have z : normSq (fun _ : Fin n => (0 : K)) = 0 := sum_eq_zero fun _ => mul_zero 0
    rw [z]
    exact mul_self_eq_zero_iff.mp (mul_self 0 (le_refl 0))
  add_le {n} u v := by
    have ru := nonneg _ (normSq_nonneg u)
    have rv := nonneg _ (normSq_nonneg v)
    have cross : dot u v ≤ root (normSq u) * root (normSq v) :=
      le_of_mul_self_le_mul_self (mul_nonneg ru rv) (by
        rw [mul_mul_mul_comm, mul_self _ (normSq_nonneg u), mul_self _ (normSq_nonneg v)]
        exact dot_mul_dot_le u v)
    refine le_of_mul_self_le_mul_self (add_nonneg ru rv) ?_
    rw [mul_self _ (normSq_nonneg _), normSq_add]
    have e : (root (normSq u) + root (normSq v)) * (root (normSq u) + root (normSq v)) =
        root (normSq u) * root (normSq u) + 2 * (root (normSq u) * root (normSq v)) +
          root (normSq v) * root (normSq v) := by ring
    rw [e, mul_self _ (normSq_nonneg u), mul_self _ (normSq_nonneg v)]
    exact add_le_add_right (add_le_add_left (mul_le_mul_of_nonneg_left cross zero_le_two) _) _
  mono {n u v} h := le_of_mul_self_le_mul_self (nonneg _ (normSq_nonneg v)) (by
    rw [mul_self _ (normSq_nonneg u), mul_self _ (normSq_nonneg v)]
    exact sum_le_sum fun i => mul_self_le_mul_self_of_abs_le (h i))

theorem congr (ν : MonotoneNorm K) {n : Nat} {u v : Fin n → K} (h : ∀ i, u i = v i) :
    ν.norm u = ν.norm v :=
  le_antisymm (ν.mono fun i => h i ▸ le_refl _) (ν.mono fun i => h i ▸ le_refl _)

end MonotoneNorm

/-! ### The error of a network -/

/-- `∑ l < n, (∏ l < j < n, L j) * ε l` in Horner's form: each layer stretches the error so far by
`L` and adds `ε`. -/
def bound {K : Type u} [CommRing K] (L ε : Nat → K) : Nat → K
  | .zero => 0
  | .succ n => L n * bound L ε n + ε n

/-- The product of `L j` for `l < j < n`. -/
def productAfter {K : Type u} [CommRing K] (L : Nat → K) (l : Nat) : Nat → K
  | .zero => 1
  | .succ n => if l < n then L n * productAfter L l n else 1

/-- The sum of `f l` for `l < n`. -/
def sumBelow {K : Type u} [CommRing K] (f : Nat → K) : Nat → K
  | .zero => 0
  | .succ n => sumBelow f n + f n

theorem mul_sumBelow {K : Type u} [CommRing K] (c : K) {f g : Nat → K} :
    (n : Nat) → (∀ l, l < n → c * f l = g l) → c * sumBelow f n = sumBelow g n
  | .zero, _ => mul_zero c
  | .succ n, h => by
    show c * (sumBelow f n + f n) = sumBelow g n + g n
    rw [mul_add, mul_sumBelow c n fun l k => h l (Nat.lt_succ_iff.mpr k.1),
      h n (Nat.lt_succ_iff.mpr (le_refl n))]

/-- `bound` is the sum of products that the source writes (seed 003, Step 2: Output Error
Propagation). -/
theorem bound_eq_sumBelow {K : Type u} [CommRing K] (L ε : Nat → K) :
    (n : Nat) → bound L ε n = sumBelow (fun l => productAfter L l n * ε l) n
  | .zero => rfl
  | .succ n => by
    show L n * bound L ε n + ε n = sumBelow (fun l => productAfter L l (Nat.succ n) * ε l) n +
      (if n < n then L n * productAfter L n n else 1) * ε n
    rw [if_neg (lt_irrefl n), one_mul, bound_eq_sumBelow L ε n]
    refine congrArg (· + ε n) (mul_sumBelow (L n) n fun l h => ?_)
    show L n * (productAfter L l n * ε l) = (if l < n then L n * productAfter L l n else 1) * ε l
    rw [if_pos h, mul_assoc]

/-- The outputs of a network and of the one with the weights `Q` are no farther apart than
`∑ l, (∏ j > l, ‖W j‖) ε l`, where `ε l` is the norm of `(W l - Q l) x` at what the *second*,
quantized network puts into layer `l`, and `c l` bounds the operator norm of the *first* network's
`W l`. The norm is any that looks at magnitudes, and the activation functions have slope at most 1,
as ReLU has (`abs_relu_sub_relu_le`) (seed 003, Step 2: Output Error Propagation). -/
theorem output_error_le {K : Type u} [LinearOrderedCommRing K] (ν : MonotoneNorm K)
    {d : Nat → Nat} (N : Network K d) (Q : (l : Nat) → Fin (d (Nat.succ l)) → Fin (d l) → K)
    {c : Nat → K} (hc : ∀ l, 0 ≤ c l)
    (hW : ∀ l v, ν.norm (mulVec (N.weight l) v) ≤ c l * ν.norm v)
    (slope : ∀ l a b, |N.activation l a - N.activation l b| ≤ |a - b|) (x : Fin (d 0) → K) :
    (n : Nat) → ν.norm (fun i => N.output x n i - (N.withWeights Q).output x n i) ≤
      bound c (fun l => ν.norm (mulVec (fun i j => N.weight l i j - Q l i j)
        ((N.withWeights Q).output x l))) n
  | .zero => le_trans (le_of_eq (ν.congr fun i => sub_self (x i))) (le_of_eq (ν.zero _))
  | .succ n => by
    have ih := output_error_le ν N Q hc hW slope x n
    have e : ∀ i, N.preactivation n (N.output x n) i -
        (N.withWeights Q).preactivation n ((N.withWeights Q).output x n) i =
        mulVec (N.weight n) (fun j => N.output x n j - (N.withWeights Q).output x n j) i +
          mulVec (fun i j => N.weight n i j - Q n i j) ((N.withWeights Q).output x n) i :=
      fun i => by
        show (∑ j, N.weight n i j * N.output x n j) + N.bias n i -
            ((∑ j, Q n i j * (N.withWeights Q).output x n j) + N.bias n i) =
          ∑ j, N.weight n i j * (N.output x n j - (N.withWeights Q).output x n j) +
            ∑ j, (N.weight n i j - Q n i j) * (N.withWeights Q).output x n j
        rw [add_sub_add_comm, sub_self, add_zero, ← sum_sub, ← sum_add]
        exact sum_congr fun j => by ring
    refine le_trans (ν.mono (v := fun i =>
      mulVec (N.weight n) (fun j => N.output x n j - (N.withWeights Q).output x n j) i +
        mulVec (fun i j => N.weight n i j - Q n i j) ((N.withWeights Q).output x n) i)
      fun i => e i ▸ slope n _ _) ?_
    exact le_trans (ν.add_le _ _)
      (add_le_add_right (le_trans (hW n _) (mul_le_mul_of_nonneg_left ih (hc n))) _)

theorem twoOneColumn_hasRange : HasRange twoOneColumn 1 2 where
  lower := by decide
  upper := by decide
  least := ⟨.succ .zero, .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem twoOneColumn_exact : RoundedTo ((2 - 1) / 2 ^ 1) twoOneColumn twoOneColumn where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨4, .inl (by decide)⟩
    | .succ .zero, .zero => ⟨2, .inl (by decide)⟩
  near := by decide

theorem oneMinusTwoRow_hasRange : HasRange oneMinusTwoRow (-2) 1 where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .succ .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem oneMinusTwoRow_roundedTo :
    RoundedTo ((1 - -2) / 2 ^ 1) oneMinusTwoRow oneMinusTwoRowRounded where
  onGrid i j := match i, j with
    | .zero, .zero => ⟨1, .inl (by decide)⟩
    | .zero, .succ .zero => ⟨1, .inr (by decide)⟩
  near := by decide

theorem zeroWeight_hasRange : HasRange (fun _ _ => 0 : Fin 1 → Fin 1 → Rat) 0 0 where
  lower := by decide
  upper := by decide
  least := ⟨.zero, .zero, rfl⟩
  greatest := ⟨.zero, .zero, rfl⟩

theorem zeroWeight_exact : RoundedTo ((0 - 0) / 2 ^ 1)
    (fun _ _ => 0 : Fin 1 → Fin 1 → Rat) (fun _ _ => 0) where
  onGrid _ _ := ⟨0, .inl (by decide)⟩
  near := by decide

theorem cancelling_hasRange :
    (l : Nat) → HasRange (cancelling l) (cancellingLeast l) (cancellingGreatest l)
  | .zero => twoOneColumn_hasRange
  | .succ .zero => oneMinusTwoRow_hasRange
  | .succ (.succ _) => zeroWeight_hasRange

theorem cancelling_roundedTo : (l : Nat) →
    RoundedTo ((cancellingGreatest l - cancellingLeast l) / 2 ^ 1) (cancelling l)
      (cancellingRounded l)
  | .zero => twoOneColumn_exact
  | .succ .zero => oneMinusTwoRow_roundedTo
  | .succ (.succ _) => zeroWeight_exact

theorem cancelling_opNorm (l : Nat) (v : Fin (oneTwoOne l) → Rat) :
    normSq (mulVec (cancelling l) v) ≤ 3 * 3 * normSq v :=
  le_trans (opNorm_le_frobenius _ v) (mul_le_mul_of_nonneg_right (match l with
    | .zero => (by decide : frobeniusSq twoOneColumn ≤ 3 * 3)
    | .succ .zero => (by decide : frobeniusSq oneMinusTwoRow ≤ 3 * 3)
    | .succ (.succ _) =>
      (by decide : frobeniusSq (fun _ _ => 0 : Fin 1 → Fin 1 → Rat) ≤ 3 * 3)) (normSq_nonneg v))

/-- The Frobenius norm of what rounding changes of each layer of `cancelling` is at most this. -/
@[reducible] def cancellingError : Nat → Rat
  | .zero => 0
  | .succ .zero => 1
  | .succ (.succ _) => 0

theorem cancelling_error : (l : Nat) → 0 ≤ cancellingError l ∧
    frobeniusSq (fun i j => cancelling l i j - cancellingRounded l i j) ≤
      cancellingError l * cancellingError l
  | .zero => ⟨by decide, (by decide :
      frobeniusSq (fun i j => twoOneColumn i j - twoOneColumn i j) ≤ 0 * 0)⟩
  | .succ .zero => ⟨by decide, (by decide :
      frobeniusSq (fun i j => oneMinusTwoRow i j - oneMinusTwoRowRounded i j) ≤ 1 * 1)⟩
  | .succ (.succ _) => ⟨le_refl 0, (by decide :
      frobeniusSq (fun _ _ => 0 - 0 : Fin 1 → Fin 1 → Rat) ≤ 0 * 0)⟩

/-- With the errors ‖W − Q‖_F of the weights in the place of those on the quantized network's
activations it is false, for weights rounded at `b` bits as the source has it, each layer with the
step of its own range: the layers `(2, 1)` and `(1, −2)` make 0 of 1, and 3/2 at one bit, where the
bound is ‖(1/2, 1/2)‖ < 1. Norms are given by bounds `c` of ‖W‖_op and `ε` of ‖W − Q‖_F, least ones
included. The source limits neither the activation functions nor the input; both limits here make
the refutation stronger (seed 003, Step 2: Output Error Propagation). -/
theorem error_propagation_as_given_false :
    ¬ ∀ (d : Nat → Nat) (N : Network Rat d) (b n : Nat) (lo hi c ε : Nat → Rat)
      (Q : (l : Nat) → Fin (d (Nat.succ l)) → Fin (d l) → Rat) (x : Fin (d 0) → Rat),
      (∀ l, HasRange (N.weight l) (lo l) (hi l)) →
      (∀ l, RoundedTo ((hi l - lo l) / 2 ^ b) (N.weight l) (Q l)) →
      (∀ l, 0 ≤ c l ∧ ∀ v, normSq (mulVec (N.weight l) v) ≤ c l * c l * normSq v) →
      (∀ l, 0 ≤ ε l ∧ frobeniusSq (fun i j => N.weight l i j - Q l i j) ≤ ε l * ε l) →
      (∀ l p q, |N.activation l p - N.activation l q| ≤ |p - q|) → normSq x ≤ 1 →
      normSq (fun i => N.output x n i - (N.withWeights Q).output x n i) ≤
        sumBelow (fun l => productAfter c l n * ε l) n *
          sumBelow (fun l => productAfter c l n * ε l) n :=
  fun h => absurd (h oneTwoOne ⟨cancelling, fun _ _ => 0, fun _ => relu⟩ 1 2 cancellingLeast
    cancellingGreatest (fun _ => 3) cancellingError cancellingRounded (fun _ => 1)
    cancelling_hasRange cancelling_roundedTo (fun l => ⟨by decide, cancelling_opNorm l⟩)
    cancelling_error (fun _ => abs_relu_sub_relu_le) (by decide)) (by decide)

end LeanMining
