/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Matrix
import LeanMining.Algebra.Multiple
import LeanMining.Clipping
import LeanMining.Information

/-!
# Quantization that keeps meaning

Seed 004. What its claims come to that can be said without a network: from which step on everything
rounds to 0, when a coarser code makes it likelier that two draws collide, and that the share of
points at the corners of the cube is what its name says.

## Main definitions

* `IsRounding δ w q`: `q` is a multiple of `δ` that is nearest to `w`
* `hypercubicity x t`: the share of the points `x s` that are corners within the tolerance `t`
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {n : Nat}

/-! ### The critical step -/

/-- `q` is a multiple of `δ` that is nearest to `w`. -/
def IsRounding (δ w q : K) : Prop :=
  (∃ k : Nat, q = Nat.cast k * δ ∨ q = -(Nat.cast k * δ)) ∧ |w - q| ≤ δ / 2

@[reducible] instance instDecidableIsRounding (δ w q : Rat) : Decidable (IsRounding δ w q) :=
  inferInstanceAs (Decidable ((∃ k : Nat, q = Nat.cast k * δ ∨ q = -(Nat.cast k * δ)) ∧
    |w - q| ≤ δ / 2))

theorem round_eq_zero_of_lt {δ w q : K} (hq : IsRounding δ w q) (h : 2 * |w| < δ) : q = 0 := by
  have hδ : 0 < δ := lt_of_le_of_lt (mul_nonneg zero_le_two (abs_nonneg w)) h
  have small : |q| < δ := by
    have half : |w| < δ / 2 := (lt_div_iff zero_lt_two).mpr (mul_comm 2 |w| ▸ h)
    have tri : |q| ≤ |q - w| + |w| := by
      have t := abs_add_le (q - w) w
      rw [sub_add_cancel] at t
      exact t
    have sum := add_lt_add_of_le_of_lt (abs_sub_comm w q ▸ hq.2) half
    rw [add_halves] at sum
    exact lt_of_le_of_lt tri sum
  refine hq.1.elim fun k hk => ?_
  have size : |q| = Nat.cast k * δ := by
    have nonneg : 0 ≤ Nat.cast k * δ := mul_nonneg (natCast_nonneg k) hδ.1
    exact hk.elim (fun e => by rw [e, abs_of_nonneg nonneg]) fun e => by
      rw [e, abs_neg, abs_of_nonneg nonneg]
  cases k with
  | zero => exact abs_eq_zero.mp (size.trans (zero_mul δ))
  | succ k =>
    rw [size, natCast_succ, add_mul, one_mul] at small
    exact absurd (le_add_of_nonneg_left (mul_nonneg (natCast_nonneg k) hδ.1)) (not_le_of_lt small)

theorem two_mul_abs_le_of_round_eq_zero {δ w q : K} (hq : IsRounding δ w q) (h : q = 0) :
    2 * |w| ≤ δ := by
  have near := hq.2
  rw [h, sub_zero] at near
  rw [mul_comm]
  exact (le_div_iff zero_lt_two).mp near

/-- The sharp threshold of rounding to nearest: every weight becomes 0 exactly if the step is above
twice the largest magnitude, ties left aside (seed 004, Critical Threshold δ_crit). -/
theorem round_eq_zero_iff {δ : K} {w q : Fin n → K} (hq : ∀ i, IsRounding δ (w i) (q i))
    (tie : ∀ i, 2 * |w i| ≠ δ) : (∀ i, q i = 0) ↔ ∀ i, 2 * |w i| < δ :=
  ⟨fun h i => lt_of_le_of_ne (two_mul_abs_le_of_round_eq_zero (hq i) (h i)) (tie i),
   fun h i => round_eq_zero_of_lt (hq i) (h i)⟩

/-- Rescaling the weights of a model moves its threshold: at whatever step, there are a scale at
which all of them round to 0 and one at which not all do (seed 004, Critical Threshold δ_crit). -/
theorem exists_scale_lost_and_scale_kept {w : Fin n → K} (hw : ∃ i, w i ≠ 0) {δ : K} (hδ : 0 < δ) :
    ∃ a b : K, 0 < a ∧ 0 < b ∧
      (∀ q : Fin n → K, (∀ i, IsRounding δ (a * w i) (q i)) → ∀ i, q i = 0) ∧
      (∀ q : Fin n → K, (∀ i, IsRounding δ (b * w i) (q i)) → ¬ ∀ i, q i = 0) :=
  hw.elim fun k hk => by
    have size : 0 < |w k| := abs_pos.mpr hk
    have total : 0 < ∑ i, |w i| := sum_pos (fun i => abs_nonneg _) ⟨k, size⟩
    have a_pos : 0 < δ / (4 * ∑ i, |w i|) := div_pos hδ (mul_pos (natCast_succ_pos 3) total)
    have b_pos : 0 < δ / |w k| := div_pos hδ size
    refine ⟨_, _, a_pos, b_pos, fun q hq i => round_eq_zero_of_lt (hq i) ?_, fun q hq h => ?_⟩
    · rw [abs_mul, abs_of_pos a_pos]
      refine lt_of_le_of_lt (mul_le_mul_of_nonneg_left (mul_le_mul_of_nonneg_left
        (single_le_sum (fun i => abs_nonneg (w i)) i) a_pos.1) zero_le_two) ?_
      have e : 2 * (δ / (4 * ∑ i, |w i|) * ∑ i, |w i|) = δ / 2 := by
        refine (eq_div_iff two_ne_zero).mpr ?_
        have four : 2 * (δ / (4 * ∑ i, |w i|) * ∑ i, |w i|) * 2 =
          δ / (4 * ∑ i, |w i|) * (4 * ∑ i, |w i|) := by ring
        have ne : 4 * ∑ i, |w i| ≠ 0 := Ne.symm (ne_of_lt (mul_pos (natCast_succ_pos 3) total))
        rw [four, div_mul_cancel _ ne]
      rw [e]
      exact half_lt_self hδ
    · have small := two_mul_abs_le_of_round_eq_zero (hq k) (h k)
      rw [abs_mul, abs_of_pos b_pos, div_mul_cancel _ (Ne.symm (ne_of_lt size))] at small
      exact not_le_of_lt (lt_add_of_pos_right hδ) (two_mul δ ▸ small)

variable (K) in
/-- No step is the threshold of every model that is not 0: that its weights all round to 0 from `δ₀`
on fails for the weight `δ₀` itself (seed 004, Critical Threshold δ_crit, "δ_crit = 0.2"). -/
theorem critical_step_as_given_false :
    ¬ ∃ δ₀ : K, 0 < δ₀ ∧ ∀ (n : Nat) (w q : Fin n → K) (δ : K), (∃ i, w i ≠ 0) → 0 < δ →
      (∀ i, IsRounding δ (w i) (q i)) → ((∀ i, q i = 0) ↔ δ₀ ≤ δ) :=
  fun ⟨δ₀, hδ, h⟩ => by
    have own : IsRounding δ₀ δ₀ δ₀ := ⟨⟨1, .inl (one_mul δ₀).symm⟩, by
      rw [sub_self, abs_zero]
      exact (half_pos hδ).1⟩
    exact ne_of_lt hδ ((h 1 (fun _ => δ₀) (fun _ => δ₀) δ₀ ⟨.zero, Ne.symm (ne_of_lt hδ)⟩ hδ
      fun _ => own).mpr (le_refl δ₀) .zero).symm

/-! ### Information -/

/-- For grids that are not nested a greater step may tell more, whatever measure of information that
falls with a code's probability: steps of 2 round 5/4 and 11/4 both to 2, steps of 4 round them to 0
and 4 (seed 004, Critical Threshold δ_crit; Shannon's information rises from 0 bits to 1). -/
theorem information_le_of_step_le_as_given_false {ψ : Rat → Rat} (hψ : ψ 1 < ψ (1 / 2)) :
    ¬ ∀ (n : Nat) (x : Fin n → Rat) (δ₁ δ₂ : Rat) (k₁ k₂ : Fin n → Nat), 0 < δ₁ → δ₁ ≤ δ₂ →
      (∀ i, IsRounding δ₁ (x i) (Nat.cast (k₁ i) * δ₁)) →
      (∀ i, IsRounding δ₂ (x i) (Nat.cast (k₂ i) * δ₂)) →
        information ψ (fun _ => 1 / Nat.cast n : Fin n → Rat) k₂ ≤
          information ψ (fun _ => 1 / Nat.cast n : Fin n → Rat) k₁ :=
  have near₁ : ∀ i, |Vector.get (5 / 4 ::ᵥ 11 / 4 ::ᵥ .nil) i -
      Nat.cast 1 * 2| ≤ (2 / 2 : Rat) := by decide
  have near₂ : ∀ i, |Vector.get (5 / 4 ::ᵥ 11 / 4 ::ᵥ .nil) i -
      Nat.cast (Vector.get (0 ::ᵥ 1 ::ᵥ .nil) i) * 4| ≤ (4 / 2 : Rat) := by decide
  have one : ∀ i, codeProb (fun _ => 1 / Nat.cast 2 : Fin 2 → Rat) (fun _ => (1 : Nat)) i = 1 := by
    decide
  have half : ∀ i, codeProb (fun _ => 1 / Nat.cast 2 : Fin 2 → Rat)
      (Vector.get ((0 : Nat) ::ᵥ 1 ::ᵥ .nil)) i = 1 / 2 := by decide
  have mean (c : Rat) : ∑ _i : Fin 2, 1 / Nat.cast 2 * c = c := by
    rw [← sum_mul, (by decide : ∑ _i : Fin 2, (1 / Nat.cast 2 : Rat) = 1), one_mul]
  have told₁ : information ψ (fun _ => 1 / Nat.cast 2 : Fin 2 → Rat) (fun _ => (1 : Nat)) = ψ 1 :=
    (sum_congr fun i => congrArg (1 / Nat.cast 2 * ψ ·) (one i)).trans (mean _)
  have told₂ : information ψ (fun _ => 1 / Nat.cast 2 : Fin 2 → Rat)
      (Vector.get ((0 : Nat) ::ᵥ 1 ::ᵥ .nil)) = ψ (1 / 2) :=
    (sum_congr fun i => congrArg (1 / Nat.cast 2 * ψ ·) (half i)).trans (mean _)
  fun h => by
    have k := h 2 (Vector.get (5 / 4 ::ᵥ 11 / 4 ::ᵥ .nil)) 2 4 (fun _ => 1)
      (Vector.get (0 ::ᵥ 1 ::ᵥ .nil)) (by decide) (by decide) (fun i => ⟨⟨1, .inl rfl⟩, near₁ i⟩)
      fun i => ⟨⟨_, .inl rfl⟩, near₂ i⟩
    rw [told₁, told₂] at k
    exact not_le_of_lt hψ k

/-! ### Corners of the cube -/

section Corners

variable {R : Type u} [LinearOrderedCommRing R]

/-- Whether every coordinate is at least `1 − t` in magnitude. -/
def isCorner : {d : Nat} → (Fin d → R) → R → Bool
  | .zero, _, _ => true
  | .succ _, x, t => Bool.and (decide (1 - t ≤ |x .zero|)) (isCorner (fun i => x (.succ i)) t)

theorem isCorner_iff :
    {d : Nat} → {x : Fin d → R} → {t : R} → (isCorner x t = true ↔ ∀ i, 1 - t ≤ |x i|)
  | .zero, _, _ => ⟨fun _ i => i.elim0.elim, fun _ => rfl⟩
  | .succ _, x, t => ⟨fun h => Fin.forall_succ.2 ⟨of_decide_eq_true (Bool.and_eq_true_left h),
      isCorner_iff.1 (Bool.and_eq_true_right h)⟩, fun h => by
    show Bool.and (decide (1 - t ≤ |x .zero|)) (isCorner (fun i => x (.succ i)) t) = true
    rw [decide_eq_true (h .zero)]
    exact isCorner_iff.2 fun i => h (.succ i)⟩

end Corners

/-- The share of points whose every coordinate is at least `1 − t` in magnitude (seed 004,
Hypercubicity metric). -/
def hypercubicity {d : Nat} (x : Fin n → Fin d → K) (t : K) : K :=
  (∑ s, indicator (fun s => isCorner (x s) t) s) / Nat.cast n

/-- Hypercubicity is a share (seed 004, Hypercubicity metric). -/
theorem hypercubicity_mem {d : Nat} (x : Fin n → Fin d → K) (t : K) :
    0 ≤ hypercubicity x t ∧ hypercubicity x t ≤ 1 :=
  ⟨div_nonneg (sum_nonneg fun s => indicator_nonneg _ s) (natCast_nonneg n), div_le_one_of_le
    (le_trans (sum_le_card_mul fun _ => indicator_mono (q := fun _ => true) fun _ => rfl)
      (le_of_eq (mul_one _))) (natCast_nonneg n)⟩

/-- A larger tolerance counts no fewer corners (seed 004, Hypercubicity metric). -/
theorem hypercubicity_mono {d : Nat} (x : Fin n → Fin d → K) {t u : K} (h : t ≤ u) :
    hypercubicity x t ≤ hypercubicity x u :=
  div_le_div_of_nonneg_right (sum_le_sum fun _ => indicator_mono fun k =>
    isCorner_iff.2 fun i => le_trans (sub_le_sub (le_refl 1) h) (isCorner_iff.1 k i))
      (natCast_nonneg n)

/-! ### Regularized networks -/

/-- Where no weights have a smaller loss than zeros, as with labels that have nothing to do with the
inputs, the only optimum of the loss with L2 regularization is zeros (seed 004, Hypercubic Latent
Spaces). -/
theorem eq_zero_of_regularized_optimum {m d : Nat} {L : (Fin d → Fin m → K) → K} {c : K}
    (hc : 0 < c) (h₀ : ∀ W, L (fun _ _ => 0) ≤ L W) {W : Fin d → Fin m → K}
    (hW : ∀ V, L W + c * frobeniusSq W ≤ L V + c * frobeniusSq V) : ∀ i j, W i j = 0 := by
  have none : frobeniusSq (fun _ _ => 0 : Fin d → Fin m → K) = 0 :=
    sum_eq_zero fun _ => normSq_eq_zero_iff.mpr fun _ => rfl
  have k := le_trans (hW fun _ _ => 0) (add_le_add_right (h₀ W) _)
  rw [none, mul_zero] at k
  have small := le_of_add_le_add_left k
  rw [← mul_zero c] at small
  have zero : frobeniusSq W = 0 :=
    le_antisymm (le_of_mul_le_mul_left small hc) (frobeniusSq_nonneg W)
  intro i
  exact normSq_eq_zero_iff.mp
    ((sum_eq_zero_iff_of_nonneg fun i => normSq_nonneg (W i)).mp zero i)

/-- At that optimum no activation is near a corner, for any activation function that is 0 at 0, as
tanh is (seed 004, Hypercubic Latent Spaces). -/
theorem hypercubicity_regularized_optimum {m d : Nat} {L : (Fin (Nat.succ d) → Fin m → K) → K}
    {c t : K} (hc : 0 < c) (ht : t < 1) (h₀ : ∀ W, L (fun _ _ => 0) ≤ L W)
    {W : Fin (Nat.succ d) → Fin m → K}
    (hW : ∀ V, L W + c * frobeniusSq W ≤ L V + c * frobeniusSq V) {f : K → K} (hf : f 0 = 0)
    (x : Fin n → Fin m → K) : hypercubicity (fun s i => f (mulVec W (x s) i)) t = 0 := by
  have zero := eq_zero_of_regularized_optimum hc h₀ hW
  have out : ∀ s i, f (mulVec W (x s) i) = 0 := fun s i => by
    have e : mulVec W (x s) i = 0 := sum_eq_zero fun j => by rw [zero i j, zero_mul]
    rw [e, hf]
  have none : ∑ s, indicator (fun s => isCorner (fun i => f (mulVec W (x s) i)) t) s = (0 : K) :=
    sum_eq_zero fun s => by
      show (cond (isCorner (fun i => f (mulVec W (x s) i)) t) 1 0 : K) = 0
      cases e : isCorner (fun i => f (mulVec W (x s) i)) t with
      | false => rfl
      | true =>
        have k := isCorner_iff.mp e .zero
        rw [out s .zero, abs_zero] at k
        exact absurd (sub_nonpos.mp k) (not_le_of_lt ht)
  show (∑ s, _) / _ = _
  rw [none, zero_div]

/-- That L2 regularization makes half of the points corners within 1/5, whatever the loss, is false:
at the optimum of a constant loss none is. So it takes a loss that wants corners (seed 004,
Hypercubic Latent Spaces, which names none). -/
theorem regularized_hypercubic_of_any_loss_false :
    ¬ ∀ (n m d : Nat) (L : (Fin (Nat.succ d) → Fin m → Rat) → Rat) (c : Rat)
      (W : Fin (Nat.succ d) → Fin m → Rat) (f : Rat → Rat) (x : Fin (Nat.succ n) → Fin m → Rat),
      0 < c → (∀ V, L W + c * frobeniusSq W ≤ L V + c * frobeniusSq V) → f 0 = 0 →
      (∀ y, |f y| ≤ 1) → 1 / 2 ≤ hypercubicity (fun s i => f (mulVec W (x s) i)) (1 / 5) :=
  fun h => by
    have none : frobeniusSq (fun _ _ => 0 : Fin 1 → Fin 1 → Rat) = 0 := by decide
    have optimum : ∀ V : Fin 1 → Fin 1 → Rat,
        (0 : Rat) + 1 * frobeniusSq (fun _ _ => 0 : Fin 1 → Fin 1 → Rat) ≤
          0 + 1 * frobeniusSq V := fun V => by
      rw [none]
      exact add_le_add_left (mul_le_mul_of_nonneg_left
        (sum_nonneg fun i => normSq_nonneg (V i)) zero_le_one) 0
    have k := h 0 1 0 (fun _ => 0) 1 (fun _ _ => 0) (fun y => clip y 1) (fun _ _ => 1)
      zero_lt_one optimum (by decide) (clip_abs_le zero_le_one)
    exact absurd k (by decide)

/-! ### Sizes -/

/-- A coder that spends at least `r` bits on each entry of `f` bits, and `s` on scales, makes no
model `f / r` times smaller: `c i` entries take `b i` bits each (seed 004, Results Preview; for
`f = 32` and `r = 2` that is 16 times). -/
theorem not_compressed_of_bits_ge {c b : Fin n → K} {f r s t : K} (hc : ∀ i, 0 ≤ c i)
    (hb : ∀ i, r ≤ b i) (hs : 0 < s) (ht : 0 < t) (h : f ≤ t * r) :
    ¬ t * (∑ i, c i * b i + s) ≤ ∑ i, c i * f := by
  refine not_le_of_lt (lt_of_le_of_lt ?_ (mul_lt_mul_of_pos_left (lt_add_of_pos_right hs) ht))
  rw [mul_sum]
  exact sum_le_sum fun i => by
    rw [mul_left_comm]
    exact mul_le_mul_of_nonneg_left (le_trans h (mul_le_mul_of_nonneg_left (hb i) ht.1)) (hc i)

/-- Twenty times smaller than float32 is out of reach with two bits or more for each entry (seed
004, Results Preview). -/
theorem compression_20_of_two_bits_false :
    ¬ ∃ (n : Nat) (c b : Fin n → K) (s : K), (∀ i, 0 ≤ c i) ∧ (∀ i, 2 ≤ b i) ∧ 0 < s ∧
      20 * (∑ i, c i * b i + s) ≤ ∑ i, c i * 32 :=
  fun ⟨_, _, _, _, hc, hb, hs, h⟩ => not_compressed_of_bits_ge hc hb hs (natCast_succ_pos 19) (by
    have e : (20 : K) * 2 = 32 + 8 := by ring
    show (32 : K) ≤ 20 * 2
    rw [e]
    exact le_add_of_nonneg_right (natCast_nonneg 8)) h

/-- Fifty times smaller than float32 is out of reach with one bit or more for each entry (seed 004,
TL;DR). -/
theorem compression_50_of_one_bit_false :
    ¬ ∃ (n : Nat) (c b : Fin n → K) (s : K), (∀ i, 0 ≤ c i) ∧ (∀ i, 1 ≤ b i) ∧ 0 < s ∧
      50 * (∑ i, c i * b i + s) ≤ ∑ i, c i * 32 :=
  fun ⟨_, _, _, _, hc, hb, hs, h⟩ => not_compressed_of_bits_ge hc hb hs (natCast_succ_pos 49) (by
    have e : (50 : K) * 1 = 32 + 18 := by ring
    show (32 : K) ≤ 50 * 1
    rw [e]
    exact le_add_of_nonneg_right (natCast_nonneg 18)) h

/-! ### Quantization dynamics -/

/-- `x (t + 1) = f (Q (x t))` (seed 004, Quantization Dynamics). -/
def quantizedRun {X : Type u} (f Q : X → X) : Nat → X → X
  | .zero, x => x
  | .succ t, x => f (Q (quantizedRun f Q t x))

/-- Where `f` is a contraction with the factor `L` and rounding moves nothing by more than `h`,
after `t` rounds the iteration is within `L ^ t d(x, p) + (1 - L ^ t) L h / (1 - L)` of the fixed
point `p`
of `f` itself (seed 004, Quantization Dynamics). -/
theorem dist_quantizedRun_le {X : Type u} {d : X → X → K}
    (triangle : ∀ x y z, d x z ≤ d x y + d y z) {f Q : X → X} {L h : K} (hL : 0 ≤ L)
    (hL' : L ≤ 1) (lipschitz : ∀ x y, d (f x) (f y) ≤ L * d x y) (hQ : ∀ x, d (Q x) x ≤ h)
    {p : X} (hp : f p = p) (x : X) : (t : Nat) →
    (1 - L) * d (quantizedRun f Q t x) p ≤ (1 - L) * (L ^ t * d x p) + L * h * (1 - L ^ t)
  | .zero => le_of_eq (by
    show (1 - L) * d x p = (1 - L) * (1 * d x p) + L * h * (1 - 1)
    ring)
  | .succ t => by
    have closed : ∀ a : K, L * ((1 - L) * h + ((1 - L) * (a * d x p) + L * h * (1 - a))) =
      (1 - L) * (a * L * d x p) + L * h * (1 - a * L) := fun a => by ring
    have ih := dist_quantizedRun_le triangle hL hL' lipschitz hQ hp x t
    have step : d (quantizedRun f Q (Nat.succ t) x) p ≤
        L * (h + d (quantizedRun f Q t x) p) := by
      have k := lipschitz (Q (quantizedRun f Q t x)) p
      rw [hp] at k
      exact le_trans k (mul_le_mul_of_nonneg_left
        (le_trans (triangle _ _ _) (add_le_add_right (hQ _) _)) hL)
    refine le_trans (mul_le_mul_of_nonneg_left step (sub_nonneg.mpr hL')) ?_
    have e : (1 - L) * (L * (h + d (quantizedRun f Q t x) p)) =
      L * ((1 - L) * h + (1 - L) * d (quantizedRun f Q t x) p) := by ring
    rw [e]
    refine le_trans (mul_le_mul_of_nonneg_left (add_le_add_left ih _) hL) (le_of_eq ?_)
    rw [pow_succ]
    exact closed (L ^ t)

end LeanMining
