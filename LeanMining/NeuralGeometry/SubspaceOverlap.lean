/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.RankRResidualCorrection

/-!
# Subspace overlap and stable rank

Seed 001, *SubspaceOverlap*, which names the definitions. The overlap of two subspaces of dimension
`r` is between 0 and 1, and the stable rank of rows that are not all zero is at least 1.
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {n d r : Nat}

/-- The mean, over the vectors of one orthonormal family, of the energy that the span of the other
has of them. -/
def subspaceOverlap (v w : Fin r → Fin d → K) : K := capturedEnergy w v / Nat.cast r

theorem subspaceOverlap_mem {v w : Fin r → Fin d → K} (hr : (0 : K) < Nat.cast r)
    (hv : Orthonormal v) (hw : Orthonormal w) :
    0 ≤ subspaceOverlap v w ∧ subspaceOverlap v w ≤ 1 := by
  have nonneg : 0 ≤ capturedEnergy w v := sum_nonneg fun a => sum_nonneg fun s => mul_self_nonneg _
  have le : capturedEnergy w v ≤ Nat.cast r := by
    have e : capturedEnergy w v = ∑ s, ∑ a, dot (v s) (w a) * dot (v s) (w a) := sum_comm _
    have f : (Nat.cast r : K) = ∑ s : Fin r, normSq (v s) :=
      ((sum_congr fun s => (hv s s).trans (delta_self s)).trans
        ((sum_const 1 r).trans (mul_one _))).symm
    rw [e, f]
    exact sum_le_sum fun s => sum_dot_sq_le_normSq hw (v s)
  exact ⟨div_nonneg nonneg hr.1, (div_le_one hr).mpr le⟩

theorem subspaceOverlap_mem_example :
    0 ≤ subspaceOverlap direction345 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) ∧
      subspaceOverlap direction345 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) ≤ 1 :=
  subspaceOverlap_mem (by decide) direction345_orthonormal fun i j => match i, j with
    | .zero, .zero => by decide

/-- The energy of rows over that along their strongest direction, `top` times. -/
def stableRank (E : Fin n → Fin d → K) (top : K) : K := energy E / top

/-- The stable rank is at least 1, with `v` a direction of length 1 along which the energy is
`top`. -/
theorem one_le_stableRank {E : Fin n → Fin d → K} {v : Fin d → K} (hv : normSq v = 1) {top : K}
    (ht : 0 < top) (h : energyAlong E v = top) : 1 ≤ stableRank E top := (one_le_div ht).mpr (by
  rw [← h]
  exact sum_le_sum fun s => by
    have e := dot_mul_dot_le (E s) v
    rw [hv, mul_one] at e
    exact e)

theorem one_le_stableRank_example : 1 ≤ stableRank axisRows 4 :=
  one_le_stableRank (v := Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) (by decide) (by decide) (by decide)

end LeanMining
