/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.JensenFloor
import LeanMining.Algebra.Matrix

/-!
# The isotropic floor

Seed 001, *IsotropicFloor*. The seed has it as an axiom that every rotation that does not look at
the data achieves exactly the isotropic floor on coordinate-isotropic keys. That is false: β of such
keys depends on the rotation.
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- The floor 2/π stays below 1, for any number above 2 in the place of π (seed 001,
IsotropicFloor). -/
theorem isotropic_floor_pos {p : K} (h : 2 < p) : 0 < 1 - 2 / p :=
  sub_pos.mpr ((div_lt_iff (lt_of_le_of_lt zero_le_two h)).mpr (by rw [one_mul]; exact h))

theorem isotropic_floor_pos_example : 0 < 1 - 2 / (22 / 7 : Rat) := isotropic_floor_pos (by decide)

/-- β of several keys, weighted by their energy: the share of it that their one-bit forms keep. -/
def betaRows {m d : Nat} (k : Fin m → Fin d → K) : K :=
  (∑ s, l1Norm (k s) * l1Norm (k s)) / (Nat.cast d * ∑ s, normSq (k s))

theorem betaRows_le_one {m d : Nat} {k : Fin m → Fin d → K}
    (h : (0 : K) < Nat.cast d * ∑ s, normSq (k s)) :
    betaRows k ≤ 1 := (div_le_one h).mpr (by
  rw [mul_sum]; exact sum_le_sum fun s => l1Norm_mul_l1Norm_le (k s))

/-- Keys whose coordinates have mean 0, are uncorrelated and have equal second moments (seed 001,
IsotropicFloor). -/
structure CoordinateIsotropic {m d : Nat} (k : Fin m → Fin d → K) : Prop where
  centered : ∀ i, ∑ s, k s i = 0
  isotropic : ∃ c : K, ∀ i j, ∑ s, k s i * k s j = c * delta i j

/-- The four sign vectors of the plane. -/
def signVectors : Fin 4 → Fin 2 → Rat
  | .zero => Vector.get (1 ::ᵥ 1 ::ᵥ .nil)
  | .succ .zero => Vector.get (1 ::ᵥ -1 ::ᵥ .nil)
  | .succ (.succ .zero) => Vector.get (-1 ::ᵥ 1 ::ᵥ .nil)
  | .succ (.succ (.succ .zero)) => Vector.get (-1 ::ᵥ -1 ::ᵥ .nil)

/-- A rotation of the plane by an angle with rational cosine and sine. -/
def rotation345 : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (3 / 5 ::ᵥ 4 / 5 ::ᵥ .nil)
  | .succ .zero => Vector.get (-4 / 5 ::ᵥ 3 / 5 ::ᵥ .nil)

theorem signVectors_isotropic : CoordinateIsotropic signVectors where
  centered i := match i with
    | .zero => by decide
    | .succ .zero => by decide
  isotropic := ⟨4, fun i j => match i, j with
    | .zero, .zero => by decide
    | .zero, .succ .zero => by decide
    | .succ .zero, .zero => by decide
    | .succ .zero, .succ .zero => by decide⟩

theorem rotation345_isOrthogonal : IsOrthogonal rotation345 := fun i j => match i, j with
  | .zero, .zero => by decide
  | .zero, .succ .zero => by decide
  | .succ .zero, .zero => by decide
  | .succ .zero, .succ .zero => by decide

theorem identity_isOrthogonal : IsOrthogonal (fun i j => delta i j : Fin 2 → Fin 2 → Rat) :=
  fun i j => match i, j with
  | .zero, .zero => by decide
  | .zero, .succ .zero => by decide
  | .succ .zero, .zero => by decide
  | .succ .zero, .succ .zero => by decide

/-- Not all rotations of coordinate-isotropic keys achieve the same β, so that none is "exactly the
floor": the sign vectors of the plane have β = 1, and 16/25 after a rotation (seed 001,
IsotropicFloor, an axiom there). -/
theorem srht_achieves_isotropic_floor_as_given_false :
    ¬ ∀ (m d : Nat) (k : Fin m → Fin d → Rat), CoordinateIsotropic k →
      ∃ floor : Rat, ∀ R : Fin d → Fin d → Rat, IsOrthogonal R →
      betaRows (fun s => mulVec R (k s)) = floor :=
  fun h => (h 4 2 signVectors signVectors_isotropic).elim fun _ k =>
    absurd ((k _ identity_isOrthogonal).trans (k _ rotation345_isOrthogonal).symm) (by decide)

end LeanMining
