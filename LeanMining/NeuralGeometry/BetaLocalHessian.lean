/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.JensenFloor

/-!
# β near the sign lattice

Seed 001, *BetaLocalHessian*, which takes the second-order expansion of β along a rotation as an
axiom. Here one kind of rotation is treated, that of the first two coordinates by an angle with
cosine `c` and sine `s`, at a point of the sign lattice whose first two entries are equal and
positive. While no sign changes the expansion is exact, and no limit is needed: with
`x = 2(1 - c)/d`, β falls from 1 to `(1 - x)²`. Other rotations, and how many steps an optimizer
takes, are not treated.

## Main results

* `beta_rotateFirst`: β along such a rotation
* `mul_self_div_le_one_sub_beta_rotateFirst`: it falls by at least `s²/d`
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Ring

variable {K : Type u} [CommRing K] {n : Nat}

/-- The rotation of the plane of the first two coordinates. -/
def rotateFirst (c s : K) (k : Fin (Nat.succ (Nat.succ n)) → K) : Fin (Nat.succ (Nat.succ n)) → K
  | .zero => c * k .zero - s * k (.succ .zero)
  | .succ .zero => s * k .zero + c * k (.succ .zero)
  | .succ (.succ i) => k (.succ (.succ i))

theorem normSq_rotateFirst {c s : K} (h : c * c + s * s = 1) (k : Fin (Nat.succ (Nat.succ n)) → K) :
    normSq (rotateFirst c s k) = normSq k := by
  show (c * k .zero - s * k (.succ .zero)) * (c * k .zero - s * k (.succ .zero)) +
      ((s * k .zero + c * k (.succ .zero)) * (s * k .zero + c * k (.succ .zero)) +
        ∑ i, k (.succ (.succ i)) * k (.succ (.succ i))) =
    k .zero * k .zero +
      (k (.succ .zero) * k (.succ .zero) + ∑ i, k (.succ (.succ i)) * k (.succ (.succ i)))
  have e : (c * k .zero - s * k (.succ .zero)) * (c * k .zero - s * k (.succ .zero)) +
      ((s * k .zero + c * k (.succ .zero)) * (s * k .zero + c * k (.succ .zero)) +
        ∑ i, k (.succ (.succ i)) * k (.succ (.succ i))) =
      (c * c + s * s) * (k .zero * k .zero + k (.succ .zero) * k (.succ .zero)) +
        ∑ i, k (.succ (.succ i)) * k (.succ (.succ i)) := by ring
  rw [e, h, one_mul, add_assoc]

end Ring

/-- At a point of the sign lattice whose first two entries are equal and positive, the L1 norm falls
by `2(1 - c)` magnitudes. -/
theorem l1Norm_rotateFirst {K : Type u} [LinearOrderedCommRing K] {n : Nat} {c s m : K} (hm : 0 ≤ m)
    (hs : |s| ≤ c) {k : Fin (Nat.succ (Nat.succ n)) → K} (h0 : k .zero = m)
    (h1 : k (.succ .zero) = m) (hk : ∀ i, |k i| = m) :
    l1Norm (rotateFirst c s k) = Nat.cast (Nat.succ (Nat.succ n)) * m - 2 * (1 - c) * m := by
  have rest : ∑ i : Fin n, |k (.succ (.succ i))| = Nat.cast n * m :=
    (sum_congr fun i => hk _).trans (sum_const m n)
  have a : 0 ≤ c * m - s * m := by
    rw [← sub_mul]; exact mul_nonneg (sub_nonneg.mpr (le_trans (le_abs_self s) hs)) hm
  have b : 0 ≤ s * m + c * m := by
    rw [← add_mul, add_comm, ← sub_neg_eq_add]
    exact mul_nonneg (sub_nonneg.mpr (le_trans (neg_le_abs s) hs)) hm
  show |c * k .zero - s * k (.succ .zero)| +
    (|s * k .zero + c * k (.succ .zero)| + ∑ i : Fin n, |k (.succ (.succ i))|) = _
  rw [h0, h1, abs_of_nonneg a, abs_of_nonneg b, rest]
  rw [natCast_succ, natCast_succ]; ring

variable {K : Type u} [LinearOrderedField K] {n : Nat}

/-- At a point of the sign lattice whose first two entries are equal and positive, β is exactly
`(1 - x)²` with `x = 2(1 - c)/d` along the rotation of these two coordinates, as long as it changes
no sign (seed 001, BetaLocalHessian: its second-order expansion, along such rotations). -/
theorem beta_rotateFirst {c s m : K} (hm : 0 < m) (hcs : c * c + s * s = 1)
    (hs : |s| ≤ c) {k : Fin (Nat.succ (Nat.succ n)) → K} (h0 : k .zero = m)
    (h1 : k (.succ .zero) = m) (hk : ∀ i, |k i| = m) :
    beta (rotateFirst c s k) = (1 - 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n))) *
      (1 - 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n))) := by
  have hd : (Nat.cast (Nat.succ (Nat.succ n)) : K) ≠ 0 := Ne.symm (ne_of_lt (natCast_succ_pos _))
  have hm' : m ≠ 0 := Ne.symm (ne_of_lt hm)
  have norm : normSq k = Nat.cast (Nat.succ (Nat.succ n)) * (m * m) :=
    (sum_congr fun i => by rw [← abs_mul_abs_self, hk i]).trans (sum_const (m * m) _)
  have e : (1 : K) - 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n)) =
      (Nat.cast (Nat.succ (Nat.succ n)) * m - 2 * (1 - c) * m) /
        (Nat.cast (Nat.succ (Nat.succ n)) * m) := by
    rw [← sub_mul, mul_comm _ m, mul_comm _ m, mul_div_mul_left _ _ hm', sub_div, div_self hd]
  show l1Norm (rotateFirst c s k) * l1Norm (rotateFirst c s k) /
    (Nat.cast (Nat.succ (Nat.succ n)) * normSq (rotateFirst c s k)) = _
  rw [e, normSq_rotateFirst hcs, norm, l1Norm_rotateFirst hm.1 hs h0 h1 hk, div_mul_div_comm,
    ← mul_assoc (Nat.cast _) (Nat.cast _) (m * m), mul_mul_mul_comm (Nat.cast _) (Nat.cast _) m m]

/-- Along such a rotation by an angle of sine `s`, β falls by at least `s²/d`: to be within `e` of 1
it needs `s² ≤ d e` (seed 001, BetaLocalHessian, "last mile", without the number of steps). -/
theorem mul_self_div_le_one_sub_beta_rotateFirst {c s m : K} (hm : 0 < m) (hcs : c * c + s * s = 1)
    (hs : |s| ≤ c) {k : Fin (Nat.succ (Nat.succ n)) → K} (h0 : k .zero = m)
    (h1 : k (.succ .zero) = m) (hk : ∀ i, |k i| = m) :
    s * s / Nat.cast (Nat.succ (Nat.succ n)) ≤ 1 - beta (rotateFirst c s k) := by
  rw [beta_rotateFirst hm hcs hs h0 h1 hk]
  have hd : (0 : K) < Nat.cast (Nat.succ (Nat.succ n)) := natCast_succ_pos _
  have hc : 0 ≤ c := le_trans (abs_nonneg s) hs
  have hc1 : c ≤ 1 := le_of_mul_self_le_mul_self zero_le_one (by
    rw [mul_one, ← hcs]; exact le_add_of_nonneg_right (mul_self_nonneg s))
  have low : s * s ≤ 2 * (1 - c) := by
    have e : 2 * (1 - c) - s * s = (1 - c) * (1 - c) := by
      have f : s * s = 1 - c * c := by rw [← hcs]; ring
      rw [f]; ring
    exact sub_nonneg.mp (e ▸ mul_self_nonneg _)
  have two : (2 : K) ≤ Nat.cast (Nat.succ (Nat.succ n)) := by
    rw [natCast_succ, natCast_succ, add_assoc]
    exact le_trans (le_of_eq (by ring)) (le_add_of_nonneg_left (natCast_nonneg n))
  have x0 : 0 ≤ 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n)) :=
    div_nonneg (mul_nonneg zero_le_two (sub_nonneg.mpr hc1)) hd.1
  have x1 : 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n)) ≤ 1 := (div_le_one hd).mpr (le_trans
    (le_trans (mul_le_mul_of_nonneg_left (sub_le_self hc) zero_le_two) (le_of_eq (mul_one 2))) two)
  refine le_trans (div_le_div_of_nonneg_right low hd.1) (sub_nonneg.mp ?_)
  have e (y : K) : 1 - (1 - y) * (1 - y) - y = y * (1 - y) := by ring
  rw [e]
  exact mul_nonneg x0 (sub_nonneg.mpr x1)

/-- No rotation of the first two coordinates takes β above 1, its value on the sign lattice (seed
001, BetaLocalHessian, "Hessian": of second order nothing is said). -/
theorem beta_rotateFirst_le_one (c s : K) (k : Fin (Nat.succ (Nat.succ n)) → K) :
    beta (rotateFirst c s k) ≤ 1 := beta_le_one _

end LeanMining
