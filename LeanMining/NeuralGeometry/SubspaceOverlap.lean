/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Field
import LeanMining.Algebra.Projection

/-!
# Subspace overlap and stable rank

Seed 001, *SubspaceOverlap*, which names the definitions. The overlap of two subspaces of the same
dimension is between 0 and 1. The energy of rows over that along any direction is at least 1, and so
the stable rank is, where the direction is the strongest one.

## Main results

* `subspaceOverlap_mem`: an overlap is between 0 and 1
* `one_le_energyRatio`: the energy of rows is at least that along a direction
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {n d r : Nat}

/-- The mean, over the vectors of one orthonormal family, of the energy that the span of the other
has of them. -/
def subspaceOverlap (v w : Fin r → Fin d → K) : K := capturedEnergy w v / Nat.cast r

/-- The overlap of two orthonormal families is between 0 and 1 (seed 001, SubspaceOverlap). -/
theorem subspaceOverlap_mem {v w : Fin r → Fin d → K} (hv : Orthonormal v) (hw : Orthonormal w) :
    0 ≤ subspaceOverlap v w ∧ subspaceOverlap v w ≤ 1 := by
  have le : capturedEnergy w v ≤ Nat.cast r := by
    have e : energy v = Nat.cast r := (sum_congr fun s => (hv s s).trans (delta_self s)).trans
      ((sum_const 1 r).trans (mul_one _))
    exact e ▸ capturedEnergy_le_energy hw v
  exact ⟨div_nonneg (capturedEnergy_nonneg w v) (natCast_nonneg r),
    div_le_one_of_le le (natCast_nonneg r)⟩

/-- The energy of rows over a number `t`. It is their stable rank where `t` is the most energy that
lies along a vector of length 1, which nothing here asks. -/
def energyRatio (E : Fin n → Fin d → K) (t : K) : K := energy E / t

/-- The energy of rows is at least that along any direction `v` of length 1. So the stable rank, for
which `v` is the strongest one, is at least 1 (seed 001, SubspaceOverlap). -/
theorem one_le_energyRatio {E : Fin n → Fin d → K} {v : Fin d → K} (hv : normSq v = 1) {t : K}
    (ht : 0 < t) (h : energyAlong E v = t) : 1 ≤ energyRatio E t :=
  (one_le_div ht).mpr (h ▸ energyAlong_le_energy hv E)

end LeanMining
