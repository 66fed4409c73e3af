/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses
import LeanMining.NeuralGeometry.JensenFloor

/-!
# The isotropic floor

Seed 001, *IsotropicFloor*. The seed has it as an axiom that every rotation that does not look at
the data achieves exactly the isotropic floor on coordinate-isotropic keys. That is false: β of such
keys depends on the rotation.

## Main definitions

* `betaRows k`: β of several keys
* `CoordinateIsotropic k`
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- `2/p` is below 1 for every `p` above 2, such as π, for which it is the isotropic floor (seed
001, IsotropicFloor). -/
theorem one_sub_two_div_pos {p : K} (h : 2 < p) : 0 < 1 - 2 / p :=
  sub_pos.mpr ((div_lt_iff (lt_of_le_of_lt zero_le_two h)).mpr (by rw [one_mul]; exact h))

/-- β of several keys, weighted by their energy: the share of it that their one-bit forms keep. -/
def betaRows {m d : Nat} (k : Fin m → Fin d → K) : K :=
  (∑ s, l1Norm (k s) * l1Norm (k s)) / (Nat.cast d * ∑ s, normSq (k s))

theorem betaRows_le_one {m d : Nat} (k : Fin m → Fin d → K) : betaRows k ≤ 1 :=
  div_le_one_of_le (by rw [mul_sum]; exact sum_le_sum fun s => l1Norm_mul_l1Norm_le (k s))
    (mul_nonneg (natCast_nonneg d) (sum_nonneg fun s => normSq_nonneg (k s)))

/-- Keys whose coordinates have mean 0, are uncorrelated and have equal second moments (seed 001,
IsotropicFloor). -/
structure CoordinateIsotropic {K : Type u} [CommRing K] {m d : Nat} (k : Fin m → Fin d → K) :
    Prop where
  centered : ∀ i, ∑ s, k s i = 0
  isotropic : ∃ c : K, ∀ i j, ∑ s, k s i * k s j = c * delta i j

/-- No number is β of coordinate-isotropic keys after every rotation, be it the floor or another:
the sign vectors of the plane have β = 1, and 16/25 after a rotation (seed 001, IsotropicFloor, an
axiom there; no Hadamard matrix plays a part). -/
theorem srht_achieves_isotropic_floor_as_given_false :
    ¬ ∀ (m d : Nat) (k : Fin m → Fin d → Rat), CoordinateIsotropic k →
      ∃ floor : Rat, ∀ R : Fin d → Fin d → Rat, IsOrthogonal R →
        betaRows (fun s => mulVec R (k s)) = floor :=
  fun h => (h 4 2 signVectors ⟨by decide, 4, by decide⟩).elim fun _ k =>
    absurd ((k _ isOrthogonal_delta).trans (k _ rotation345_isOrthogonal).symm) (by decide)

end LeanMining
