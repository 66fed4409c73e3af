/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.JensenFloor

/-!
# β near the sign lattice

Seed 001, *BetaLocalHessian*, which takes the second-order expansion of β along a rotation as an
axiom. Along the rotation of a plane of two coordinates by an angle with cosine `c` and sine `s` it
is exact while no sign changes, and no limit is needed: with `x = 2(1 - c)/d`, β falls from 1 to
`(1 - x)²`. General rotations, and how many steps an optimizer takes, are not treated.
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {n : Nat}

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

/-- At a point of the sign lattice whose first two entries are equal and positive, the L1 norm falls
by `2(1 - c)` magnitudes. -/
theorem l1Norm_rotateFirst {c s m : K} (hm : 0 ≤ m) (hs : |s| ≤ c)
    {k : Fin (Nat.succ (Nat.succ n)) → K} (h0 : k .zero = m) (h1 : k (.succ .zero) = m)
    (hk : ∀ i, |k i| = m) :
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

/-- Along a rotation of a plane that changes no sign, β at a point of the sign lattice is exactly
`(1 - x)²` with `x = 2(1 - c)/d` (seed 001, BetaLocalHessian: its expansion to the second order,
along such rotations). -/
theorem beta_local_quadratic_expansion {c s m : K} (hm : 0 < m) (hcs : c * c + s * s = 1)
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

/-- A point of the sign lattice, for examples. -/
def ones : Fin 2 → Rat := fun _ => 1

theorem ones_abs (i : Fin 2) : |ones i| = 1 := match i with
  | .zero => by decide
  | .succ .zero => by decide

theorem beta_local_quadratic_expansion_example : beta (rotateFirst (4 / 5) (3 / 5) ones) =
    (1 - 2 * (1 - 4 / 5) / Nat.cast 2) * (1 - 2 * (1 - 4 / 5) / Nat.cast 2) :=
  beta_local_quadratic_expansion (m := 1) (by decide) (by decide) (by decide) (by decide)
    (by decide) ones_abs

/-- To be within `e` of 1, β needs a rotation whose squared sine is at most `d e`: near the lattice
each gain in β asks for quadratically more accuracy (seed 001, BetaLocalHessian, without the number
of steps). -/
theorem beta_last_mile_quadratic_hardness {c s m : K} (hm : 0 < m) (hcs : c * c + s * s = 1)
    (hs : |s| ≤ c) {k : Fin (Nat.succ (Nat.succ n)) → K} (h0 : k .zero = m)
    (h1 : k (.succ .zero) = m) (hk : ∀ i, |k i| = m) :
    s * s / Nat.cast (Nat.succ (Nat.succ n)) ≤ 1 - beta (rotateFirst c s k) := by
  rw [beta_local_quadratic_expansion hm hcs hs h0 h1 hk]
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
  have e : 1 - (1 - 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n))) *
    (1 - 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n))) -
      2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n)) =
    2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n)) *
      (1 - 2 * (1 - c) / Nat.cast (Nat.succ (Nat.succ n))) := by ring
  rw [e]
  exact mul_nonneg x0 (sub_nonneg.mpr x1)

theorem beta_last_mile_quadratic_hardness_example :
    3 / 5 * (3 / 5) / Nat.cast 2 ≤ 1 - beta (rotateFirst (4 / 5) (3 / 5) ones) :=
  beta_last_mile_quadratic_hardness (m := 1) (by decide) (by decide) (by decide) (by decide)
    (by decide) ones_abs

/-- The second-order coefficient is not negative: along such a rotation β falls from its value 1 on
the lattice (seed 001, BetaLocalHessian). -/
theorem beta_hessian_nonneg {c s m : K} (hm : 0 < m) (hcs : c * c + s * s = 1) (hs : |s| ≤ c)
    {k : Fin (Nat.succ (Nat.succ n)) → K} (h0 : k .zero = m) (h1 : k (.succ .zero) = m)
    (hk : ∀ i, |k i| = m) :
    beta (rotateFirst c s k) ≤ 1 :=
  sub_nonneg.mp (le_trans (div_nonneg (mul_self_nonneg s) (natCast_nonneg _))
    (beta_last_mile_quadratic_hardness hm hcs hs h0 h1 hk))

theorem beta_hessian_nonneg_example : beta (rotateFirst (4 / 5) (3 / 5) ones) ≤ 1 :=
  beta_hessian_nonneg (m := 1) (by decide) (by decide) (by decide) (by decide) (by decide) ones_abs

end LeanMining
