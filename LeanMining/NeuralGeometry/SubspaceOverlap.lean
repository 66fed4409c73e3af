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
dimension is between 0 and 1, and a stable rank between 1 and the rank. The squared operator norm is
given as the least of its bounds; that there is one over the reals is `exists_isSpectralSq`, in
`LeanMining.Analysis.Instances`.

## Main results

* `subspaceOverlap_mem`: an overlap is between 0 and 1
* `one_le_stableRank`, `stableRank_le`: a stable rank is at least 1 and at most the rank
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

/-- `t` is the squared operator norm of the matrix with the rows `E`: the least number for which the
energy along every `v` is at most `t ‖v‖²` (seed 001, SubspaceOverlap, `spectralSq`). -/
structure IsSpectralSq (E : Fin n → Fin d → K) (t : K) : Prop where
  bound : ∀ v, energyAlong E v ≤ t * normSq v
  least : ∀ u, (∀ v, energyAlong E v ≤ u * normSq v) → t ≤ u

/-- The squared Frobenius norm of the matrix with the rows `E` over its squared operator norm `t`
(seed 001, SubspaceOverlap). -/
def stableRank (E : Fin n → Fin d → K) (t : K) : K := energy E / t

/-- The squared operator norm is at most the squared Frobenius norm. -/
theorem spectralSq_le_energy {E : Fin n → Fin d → K} {t : K} (h : IsSpectralSq E t) :
    t ≤ energy E := h.least _ (energyAlong_le_energy_mul E)

theorem IsSpectralSq.pos {E : Fin n → Fin d → K} {t : K} (h : IsSpectralSq E t)
    (hE : ∃ s i, E s i ≠ 0) : 0 < t := hE.elim fun s k => by
  have p : 0 < normSq (E s) := normSq_pos k
  have e : normSq (E s) * normSq (E s) ≤ t * normSq (E s) :=
    le_trans (single_le_sum (f := fun r => dot (E r) (E s) * dot (E r) (E s))
      (fun r => mul_self_nonneg _) s) (h.bound (E s))
  exact lt_of_lt_of_le p (le_of_mul_le_mul_left (by rw [mul_comm _ t]; exact e) p)

/-- The stable rank of rows that are not all 0 is at least 1 (seed 001, SubspaceOverlap). -/
theorem one_le_stableRank {E : Fin n → Fin d → K} {t : K} (h : IsSpectralSq E t)
    (hE : ∃ s i, E s i ≠ 0) : 1 ≤ stableRank E t :=
  (one_le_div (h.pos hE)).mpr (spectralSq_le_energy h)

/-- The stable rank of rows in the span of `r` orthonormal vectors is at most `r`: the stable rank
is at most the rank (seed 001, SubspaceOverlap). -/
theorem stableRank_le {E : Fin n → Fin d → K} {t : K} (h : IsSpectralSq E t)
    {w : Fin r → Fin d → K} (hw : Orthonormal w) (span : ∀ s i, E s i = project w (E s) i) :
    stableRank E t ≤ Nat.cast r := by
  have whole : energy E = capturedEnergy w E := by
    have e := energy_sub_project hw E
    have z : energy (fun s i => E s i - project w (E s) i) = 0 := sum_eq_zero fun s =>
      normSq_eq_zero_iff.mpr fun i => sub_eq_zero_iff.mpr (span s i)
    exact sub_eq_zero_iff.mp (e.symm.trans z)
  have le : energy E ≤ Nat.cast r * t := by
    rw [whole, ← sum_const]
    refine sum_le_sum fun a => le_trans (h.bound (w a)) (le_of_eq ?_)
    show t * dot (w a) (w a) = t
    rw [hw a a, delta_self, mul_one]
  exact (le_or_lt t 0).elim (fun k => by
    have z : energy E = 0 := le_antisymm
      (le_trans le (mul_nonpos_of_nonneg_of_nonpos (natCast_nonneg r) k)) (energy_nonneg E)
    show energy E / t ≤ Nat.cast r
    rw [z, zero_div]
    exact natCast_nonneg r) fun k => (div_le_iff k).mpr le

end LeanMining
