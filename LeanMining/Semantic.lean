/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Sum
import LeanMining.Algebra.Vector

/-!
# Quantization that keeps meaning

Seed 004. What its claims come to that can be said without a network: from which step on everything
rounds to 0, when a coarser code makes it likelier that two draws collide, and that the share of
points at the corners of the cube is what its name says.

## Main definitions

* `IsRounding δ w q`: `q` is a multiple of `δ` that is nearest to `w`
* `collision w Q`: the probability that two draws get the same code
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

/-! ### Collisions of a code -/

/-- The probability that two draws from the distribution `w` get the same code. Its negative
logarithm is the code's Rényi information of order 2. -/
def collision {K : Type u} [CommRing K] {n : Nat} (w : Fin n → K) (Q : Fin n → Nat) : K :=
  ∑ i, ∑ j, w i * w j * (if Q i = Q j then 1 else 0)

/-- A code that is a function of another one, as that of the coarser of two nested grids is of the
finer one's, collides at least as often: its Rényi information of order 2 is no greater (seed 004,
Critical Threshold δ_crit, as far as it is true). -/
theorem collision_le_collision_comp {K : Type u} [LinearOrderedCommRing K] {n : Nat} {w : Fin n → K}
    (hw : ∀ i, 0 ≤ w i) (Q : Fin n → Nat) (f : Nat → Nat) :
    collision w Q ≤ collision w fun i => f (Q i) :=
  sum_le_sum fun i => sum_le_sum fun j => mul_le_mul_of_nonneg_left (by
    cases Nat.decEq (Q i) (Q j) with
    | isTrue h => exact le_of_eq ((if_pos h).trans (if_pos (congrArg f h)).symm)
    | isFalse h =>
      refine le_trans (le_of_eq (if_neg h)) ?_
      cases Nat.decEq (f (Q i)) (f (Q j)) with
      | isTrue k => exact le_trans zero_le_one (ge_of_eq (if_pos k))
      | isFalse k => exact ge_of_eq (if_neg k)) (mul_nonneg (hw i) (hw j))

/-- For grids that are not nested a greater step may make collisions rarer: steps of 2 round 5/4 and
11/4 both to 2, steps of 4 round them to 0 and 4 (seed 004, Critical Threshold δ_crit; for these two
points information, of which the theorem does not speak, rises from 0 bits to 1). -/
theorem collision_le_of_step_le_as_given_false :
    ¬ ∀ (n : Nat) (x : Fin n → Rat) (δ₁ δ₂ : Rat) (k₁ k₂ : Fin n → Nat), 0 < δ₁ → δ₁ ≤ δ₂ →
      (∀ i, IsRounding δ₁ (x i) (Nat.cast (k₁ i) * δ₁)) →
      (∀ i, IsRounding δ₂ (x i) (Nat.cast (k₂ i) * δ₂)) →
        collision (fun _ => 1 / Nat.cast n : Fin n → Rat) k₁ ≤
          collision (fun _ => 1 / Nat.cast n : Fin n → Rat) k₂ :=
  have near₁ : ∀ i, |Vector.get (5 / 4 ::ᵥ 11 / 4 ::ᵥ .nil) i -
      Nat.cast 1 * 2| ≤ (2 / 2 : Rat) := by decide
  have near₂ : ∀ i, |Vector.get (5 / 4 ::ᵥ 11 / 4 ::ᵥ .nil) i -
      Nat.cast (Vector.get (0 ::ᵥ 1 ::ᵥ .nil) i) * 4| ≤ (4 / 2 : Rat) := by decide
  fun h => absurd (h 2 (Vector.get (5 / 4 ::ᵥ 11 / 4 ::ᵥ .nil)) 2 4 (fun _ => 1)
    (Vector.get (0 ::ᵥ 1 ::ᵥ .nil)) (by decide) (by decide) (fun i => ⟨⟨1, .inl rfl⟩, near₁ i⟩)
    fun i => ⟨⟨_, .inl rfl⟩, near₂ i⟩) (by decide)

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

end LeanMining
