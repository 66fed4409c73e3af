/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.DCMeanCentering

/-!
# β near the sign lattice

Seed 001, *BetaLocalHessian*, which takes the second-order expansion of β along a rotation as an
axiom. Here `k` is a point of the sign lattice: all its magnitudes are equal. As long as a rotation
`R` changes no sign of `k`, β of `R k` is a function of the distance from `k` alone, so that no
limit is needed, and the expansion follows with an explicit constant. Every orthogonal matrix is
allowed, whether or not it is near the identity.

## Main results

* `beta_mulVec_of_signs_kept`: β is exactly `(1 - ‖R k - k‖² / 2‖k‖²)²`
* `beta_local_quadratic_expansion`: β is `1 - (t²/2) H + O(t³)` along every path `k + t A k + O(t²)`
* `beta_hessian_nonneg`: the coefficient `H` of such an expansion is not negative
* `beta_last_mile_quadratic_hardness`: `1 - β` is between half of `‖R k - k‖² / ‖k‖²` and all of it
* `beta_concave_in_plane`: β is concave along rotations in a plane, up to 45°
* `beta_steps_to_lattice`: how many steps of a given length reach the lattice at the earliest, and
  `beta_last_mile_steps_from_start_false`: of steps of any length one is enough
* `beta_last_mile_steps_as_given_false`: with β after the steps no constant makes a bound either
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {d : Nat}

/-! ### Vectors as long as a point of the lattice -/

section Lattice

variable {m : K} {k v : Fin d → K}

theorem normSq_of_abs_eq (hk : ∀ i, |k i| = m) : normSq k = Nat.cast d * (m * m) :=
  (sum_congr fun i => by rw [← abs_mul_abs_self, hk i]).trans (sum_const (m * m) d)

theorem dot_le_mul_l1Norm (hk : ∀ i, |k i| = m) (v : Fin d → K) : dot k v ≤ m * l1Norm v := by
  show ∑ i, k i * v i ≤ m * ∑ i, |v i|
  rw [mul_sum]
  exact sum_le_sum fun i => le_trans (le_abs_self _) (le_of_eq (by rw [abs_mul, hk i]))

theorem dot_eq_mul_l1Norm (hk : ∀ i, |k i| = m) (keep : ∀ i, 0 ≤ k i * v i) :
    dot k v = m * l1Norm v := by
  show ∑ i, k i * v i = m * ∑ i, |v i|
  rw [mul_sum]
  exact sum_congr fun i => by rw [← hk i, ← abs_mul, abs_of_nonneg (keep i)]

theorem normSq_sub_of_normSq_eq (hv : normSq v = normSq k) :
    normSq (fun i => v i - k i) = 2 * (normSq k - dot k v) := by
  rw [normSq_sub, hv, dot_comm v k]; ring

theorem beta_eq_of_abs_eq (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0) (hv : normSq v = normSq k) :
    beta v = m * l1Norm v / normSq k * (m * l1Norm v / normSq k) := by
  have n := normSq_of_abs_eq hk
  have mm : m * m ≠ 0 := fun e => h0 (by rw [n, e, mul_zero])
  show l1Norm v * l1Norm v / (Nat.cast d * normSq v) = _
  have e : normSq k * normSq k = m * m * (Nat.cast d * normSq k) := by
    have f : normSq k * normSq k = Nat.cast d * (m * m) * normSq k :=
      congrArg (· * normSq k) n
    rw [f]; ring
  rw [div_mul_div_comm, hv, e, mul_mul_mul_comm, mul_div_mul_left _ _ mm]

/-- β of a vector as long as `k`, if the signs are those of `k`. -/
theorem beta_of_signs_kept (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0) (hv : normSq v = normSq k)
    (keep : ∀ i, 0 ≤ k i * v i) :
    beta v = (1 - normSq (fun i => v i - k i) / (2 * normSq k)) *
      (1 - normSq (fun i => v i - k i) / (2 * normSq k)) := by
  have e : 1 - normSq (fun i => v i - k i) / (2 * normSq k) = m * l1Norm v / normSq k := by
    rw [normSq_sub_of_normSq_eq hv, mul_div_mul_left _ _ two_ne_zero, sub_div, div_self h0,
      dot_eq_mul_l1Norm hk keep]
    ring
  rw [e, beta_eq_of_abs_eq hk h0 hv]

/-- How far a vector as long as `k` is from `k` at least, whatever its signs are. -/
theorem normSq_mul_one_sub_beta_le (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0)
    (hv : normSq v = normSq k) : normSq k * (1 - beta v) ≤ normSq fun i => v i - k i := by
  rw [normSq_sub_of_normSq_eq hv, beta_eq_of_abs_eq hk h0 hv]
  have pos : 0 ≤ normSq k := normSq_nonneg k
  have far : 2 * (normSq k - m * l1Norm v) ≤ 2 * (normSq k - dot k v) :=
    mul_le_mul_of_nonneg_left (sub_le_sub (le_refl _) (dot_le_mul_l1Norm hk v)) zero_le_two
  refine le_trans (sub_nonneg.mp ?_) far
  have c : normSq k * (m * l1Norm v / normSq k) = m * l1Norm v := by
    rw [mul_comm, div_mul_cancel _ h0]
  have e (y : K) : 2 * (normSq k - normSq k * y) - normSq k * (1 - y * y) =
      normSq k * ((1 - y) * (1 - y)) := by ring
  have f := e (m * l1Norm v / normSq k)
  rw [c] at f
  rw [f]
  exact mul_nonneg pos (mul_self_nonneg _)

/-- How far a vector as long as `k` is from `k` at most, if the signs are those of `k`. -/
theorem normSq_sub_le_of_signs_kept (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0)
    (hv : normSq v = normSq k) (keep : ∀ i, 0 ≤ k i * v i) :
    normSq (fun i => v i - k i) ≤ 2 * normSq k * (1 - beta v) := by
  rw [beta_of_signs_kept hk h0 hv keep]
  have pos : 0 < 2 * normSq k :=
    mul_pos zero_lt_two (lt_of_le_of_ne (normSq_nonneg k) (Ne.symm h0))
  have x0 : 0 ≤ normSq (fun i => v i - k i) / (2 * normSq k) := div_nonneg (normSq_nonneg _) pos.1
  have x1 : normSq (fun i => v i - k i) / (2 * normSq k) ≤ 1 := (div_le_one pos).mpr (by
    rw [normSq_sub_of_normSq_eq hv]
    exact mul_le_mul_of_nonneg_left (sub_le_self (sum_nonneg keep)) zero_le_two)
  have c : 2 * normSq k * (normSq (fun i => v i - k i) / (2 * normSq k)) =
      normSq fun i => v i - k i := by
    rw [mul_comm, div_mul_cancel _ (Ne.symm (ne_of_lt pos))]
  have e (y : K) : 2 * normSq k * (1 - (1 - y) * (1 - y)) - 2 * normSq k * y =
      2 * normSq k * (y * (1 - y)) := by ring
  have f := e (normSq (fun i => v i - k i) / (2 * normSq k))
  rw [c] at f
  exact sub_nonneg.mp (f ▸ mul_nonneg pos.1 (mul_nonneg x0 (sub_nonneg.mpr x1)))

end Lattice

/-! ### Rotations -/

/-- At a point `k` of the sign lattice and for every rotation `R` that changes no sign of it, β of
`R k` is exactly `(1 - ‖R k - k‖² / 2‖k‖²)²`; of a sign vector ‖k‖² is `d` (seed 001,
BetaLocalHessian: its expansion, without a remainder). -/
theorem beta_mulVec_of_signs_kept {R : Fin d → Fin d → K} (hR : IsOrthogonal R) {k : Fin d → K}
    {m : K} (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0) (keep : ∀ i, 0 ≤ k i * mulVec R k i) :
    beta (mulVec R k) = (1 - normSq (fun i => mulVec R k i - k i) / (2 * normSq k)) *
      (1 - normSq (fun i => mulVec R k i - k i) / (2 * normSq k)) :=
  beta_of_signs_kept hk h0 (normSq_mulVec_of_isOrthogonal hR k) keep

/-- The second-order coefficient of β at a point `k` of the sign lattice in the direction `A k`
(seed 001, BetaLocalHessian). -/
def betaHessian (A : Fin d → Fin d → K) (k : Fin d → K) : K :=
  2 * normSq (mulVec A k) / normSq k

/-- Along every path of rotations that is `k + t A k` up to `M t²` at a point `k` of the sign
lattice, β is `1 - (t²/2) H` up to `C |t|³`, with an explicit `C`. That the path `exp (t A)` of a
skew `A` is one, with `M = ‖A A k‖ / 2`, is not proved here, where there is no exponential. Here `R`
is the path at one `t`, so small that no sign changes: `h = ‖A k‖`, and `(h + M) |t|` is at most the
magnitude `m` (seed 001, BetaLocalHessian). -/
theorem beta_local_quadratic_expansion {R A : Fin d → Fin d → K} (hR : IsOrthogonal R)
    {k : Fin d → K} {m h M t : K} (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0) (hh : 0 ≤ h)
    (hh' : h * h = normSq (mulVec A k)) (hM : 0 ≤ M)
    (path : normSq (fun i => mulVec R k i - k i - t * mulVec A k i) ≤ M * (t * t) * (M * (t * t)))
    (ht : |t| ≤ 1) (small : (h + M) * |t| ≤ m) :
    |beta (mulVec R k) - (1 - t * t / 2 * betaHessian A k)| ≤
      ((2 * h * M + M * M) / normSq k +
        (h + M) * (h + M) * ((h + M) * (h + M)) / (2 * normSq k * (2 * normSq k))) *
        (|t| * |t| * |t|) := by
  have pos : 0 < normSq k := lt_of_le_of_ne (normSq_nonneg k) (Ne.symm h0)
  have t0 : 0 ≤ |t| := abs_nonneg t
  have tt : t * t = |t| * |t| := (abs_mul_abs_self t).symm
  have t2 : |t| * |t| ≤ |t| := le_trans (mul_le_mul_of_nonneg_left ht t0) (le_of_eq (mul_one _))
  have t4 : |t| * |t| * (|t| * |t|) ≤ |t| * |t| * |t| :=
    mul_le_mul_of_nonneg_left t2 (mul_nonneg t0 t0)
  have sum : normSq (fun i => mulVec R k i - k i) = normSq (fun i => t * mulVec A k i +
      (mulVec R k i - k i - t * mulVec A k i)) := normSq_congr fun i => by ring
  have na : normSq (fun i => t * mulVec A k i) = |t| * h * (|t| * h) := by
    rw [normSq_smul, ← hh', tt]; ring
  have ne : normSq (fun i => mulVec R k i - k i - t * mulVec A k i) ≤
      M * (|t| * |t|) * (M * (|t| * |t|)) := tt ▸ path
  have hm2 : 0 ≤ M * (|t| * |t|) := mul_nonneg hM (mul_nonneg t0 t0)
  have th : 0 ≤ |t| * h := mul_nonneg t0 hh
  have hM0 : 0 ≤ (h + M) * |t| := mul_nonneg (add_nonneg hh hM) t0
  have far : normSq (fun i => mulVec R k i - k i) ≤ (h + M) * |t| * ((h + M) * |t|) := by
    rw [sum]
    refine le_trans (normSq_add_le th hm2 (le_of_eq na) ne) (mul_self_le_mul_self
      (add_nonneg th hm2) ?_)
    refine le_trans (add_le_add_left (mul_le_mul_of_nonneg_left t2 hM) _) (le_of_eq (by ring))
  have keep : ∀ i, 0 ≤ k i * mulVec R k i := fun i => by
    have near : |mulVec R k i - k i| ≤ m := le_of_mul_self_le_mul_self (le_trans hM0 small) (by
      rw [abs_mul_abs_self]
      exact le_trans (mul_self_le_normSq (fun i => mulVec R k i - k i) i)
        (le_trans far (mul_self_le_mul_self hM0 small)))
    have e : k i * mulVec R k i = m * m - -(k i * (mulVec R k i - k i)) := by
      rw [← hk i, abs_mul_abs_self]; ring
    rw [e]
    refine sub_nonneg.mpr (le_trans (neg_le_abs _) ?_)
    rw [abs_mul, hk i]
    exact mul_le_mul_of_nonneg_left near (hk i ▸ abs_nonneg (k i))
  have cross : |normSq (fun i => mulVec R k i - k i) - |t| * h * (|t| * h)| ≤
      (2 * h * M + M * M) * (|t| * |t| * |t|) := by
    rw [sum, normSq_add, na]
    have e (x y z : K) : x + 2 * y + z - x = 2 * y + z := by ring
    rw [e]
    refine le_trans (abs_add_le _ _) ?_
    rw [abs_mul, abs_of_nonneg (zero_le_two (R := K)), abs_of_nonneg (normSq_nonneg _)]
    refine le_trans (add_le_add (mul_le_mul_of_nonneg_left (abs_dot_le th hm2 (le_of_eq na) ne)
      zero_le_two) ne) ?_
    have f : 2 * (|t| * h * (M * (|t| * |t|))) + M * (|t| * |t|) * (M * (|t| * |t|)) =
        2 * h * M * (|t| * |t| * |t|) + M * M * (|t| * |t| * (|t| * |t|)) := by ring
    rw [f, add_mul]
    exact add_le_add_left (mul_le_mul_of_nonneg_left t4 (mul_nonneg hM hM)) _
  have square : normSq (fun i => mulVec R k i - k i) * normSq (fun i => mulVec R k i - k i) ≤
      (h + M) * (h + M) * ((h + M) * (h + M)) * (|t| * |t| * |t|) := by
    refine le_trans (mul_le_mul far far (normSq_nonneg _) (mul_self_nonneg _)) ?_
    have f : (h + M) * |t| * ((h + M) * |t|) * ((h + M) * |t| * ((h + M) * |t|)) =
        (h + M) * (h + M) * ((h + M) * (h + M)) * (|t| * |t| * (|t| * |t|)) := by ring
    rw [f]
    exact mul_le_mul_of_nonneg_left t4 (mul_nonneg (mul_self_nonneg _) (mul_self_nonneg _))
  have two : (2 * normSq k : K) ≠ 0 := mul_ne_zero two_ne_zero h0
  have e : beta (mulVec R k) - (1 - t * t / 2 * betaHessian A k) =
      -((normSq (fun i => mulVec R k i - k i) - |t| * h * (|t| * h)) / normSq k) +
        normSq (fun i => mulVec R k i - k i) * normSq (fun i => mulVec R k i - k i) /
          (2 * normSq k * (2 * normSq k)) := by
    rw [beta_mulVec_of_signs_kept hR hk h0 keep, ← div_mul_div_comm, sub_div]
    have a : normSq (fun i => mulVec R k i - k i) / normSq k =
        2 * (normSq (fun i => mulVec R k i - k i) / (2 * normSq k)) := by
      rw [← mul_div_assoc, mul_div_mul_left _ _ two_ne_zero]
    have b : t * t / 2 * betaHessian A k = |t| * h * (|t| * h) / normSq k := by
      show t * t / 2 * (2 * normSq (mulVec A k) / normSq k) = _
      rw [← hh', tt, div_mul_div_comm, mul_left_comm, mul_div_mul_left _ _ two_ne_zero]
      exact congrArg (· / normSq k) (by ring)
    rw [a, b]; ring
  rw [e]
  refine le_trans (abs_add_le _ _) ?_
  rw [abs_neg, abs_div, abs_of_pos pos, abs_of_nonneg (div_nonneg (mul_self_nonneg _)
    (mul_self_nonneg (2 * normSq k))), add_mul, div_mul_eq_mul_div, div_mul_eq_mul_div]
  exact add_le_add (div_le_div_of_nonneg_right cross pos.1)
    (div_le_div_of_nonneg_right square (mul_self_nonneg _))

/-- Along no path can β grow from 1: the coefficient `H` of an expansion `1 - (t²/2) H + O(t³)` of β
is not negative, whatever the matrices and the key are (seed 001, BetaLocalHessian). -/
theorem beta_hessian_nonneg {R : K → Fin d → Fin d → K} {k : Fin d → K} {H C r : K} (hr : 0 < r)
    (h : ∀ t : K, 0 < t → t ≤ r →
      |beta (mulVec (R t) k) - (1 - t * t / 2 * H)| ≤ C * (t * t * t)) : 0 ≤ H :=
  (le_or_lt 0 H).elim id fun neg => by
    have bound : ∀ t : K, 0 < t → t ≤ r → -H ≤ 2 * C * t := fun t (t0 : 0 < t) tr => by
      have b : 1 - t * t / 2 * H - beta (mulVec (R t) k) ≤ C * (t * t * t) :=
        le_trans (le_abs_self _) (le_trans (le_of_eq (abs_sub_comm _ _)) (h t t0 tr))
      have c : 1 - t * t / 2 * H - 1 ≤ C * (t * t * t) :=
        le_trans (sub_le_sub (le_refl _) (beta_le_one _)) b
      refine le_of_mul_le_mul_left ?_ (mul_pos t0 t0)
      have two : t * t / 2 * H * 2 = t * t * H := by
        rw [mul_right_comm, div_mul_cancel _ two_ne_zero]
      have e : t * t * -H = 2 * (1 - t * t / 2 * H - 1) := by
        have f : 2 * (1 - t * t / 2 * H - 1) = -(t * t / 2 * H * 2) := by ring
        rw [f, two, mul_neg]
      have f : t * t * (2 * C * t) = 2 * (C * (t * t * t)) := by ring
      rw [e, f]
      exact mul_le_mul_of_nonneg_left c zero_le_two
    have top : 0 < 2 * C := pos_of_mul_pos_right (lt_of_lt_of_le (neg_pos.mpr neg)
      (bound r hr (le_refl r))) hr
    have small : -H ≤ 2 * C * min r (-H / (2 * C) / 2) := bound _
      (lt_min hr (half_pos (div_pos (neg_pos.mpr neg) top))) (min_le_left _ _)
    have half : 2 * C * min r (-H / (2 * C) / 2) ≤ -H / 2 :=
      le_trans (mul_le_mul_of_nonneg_left (min_le_right _ _) top.1) (le_of_eq (by
        rw [← mul_div_assoc, mul_comm, div_mul_cancel _ (Ne.symm (ne_of_lt top))]))
    exact absurd (le_trans small half) (not_le_of_lt (half_lt_self (neg_pos.mpr neg)))
where
  pos_of_mul_pos_right {a b : K} (h : 0 < a * b) (hb : 0 < b) : 0 < a :=
    (le_or_lt a 0).elim (fun k => absurd (by
      rw [mul_comm]; exact mul_nonpos_of_nonneg_of_nonpos hb.1 k) (not_le_of_lt h)) id
  lt_min {a b c : K} (h : a < b) (k : a < c) : a < min b c := (le_total b c).elim
    (fun l => (min_eq_left l).symm ▸ h) fun l => (min_eq_right l).symm ▸ k

/-- For a rotation that changes no sign, `1 - β` is between half of `‖R k - k‖² / ‖k‖²` and all of
it: to be within `e` of 1 it must come as near as `√(2 e)` to the lattice, and `√e` is near enough.
The lower bound on the distance needs no sign kept (seed 001, BetaLocalHessian). -/
theorem beta_last_mile_quadratic_hardness {R : Fin d → Fin d → K} (hR : IsOrthogonal R)
    {k : Fin d → K} {m : K} (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0) :
    normSq k * (1 - beta (mulVec R k)) ≤ normSq (fun i => mulVec R k i - k i) ∧
      ((∀ i, 0 ≤ k i * mulVec R k i) →
        normSq (fun i => mulVec R k i - k i) ≤ 2 * normSq k * (1 - beta (mulVec R k))) :=
  ⟨normSq_mul_one_sub_beta_le hk h0 (normSq_mulVec_of_isOrthogonal hR k),
    normSq_sub_le_of_signs_kept hk h0 (normSq_mulVec_of_isOrthogonal hR k)⟩

/-! ### Concavity -/

/-- `k` turned by the angle with cosine `c` and sine `s` in a plane, where `p` is the part of `k` in
the plane and `q` is `p` after a quarter turn. -/
def turnInPlane (p q k : Fin d → K) (c s : K) : Fin d → K :=
  fun i => k i + ((c - 1) * p i + s * q i)

section Plane

variable {p q k : Fin d → K} {c s : K}

theorem dot_turnInPlane (hp : dot k p = normSq p) (hq : dot k q = 0) :
    dot k (turnInPlane p q k c s) = normSq k - (1 - c) * normSq p := by
  show dot k (fun i => k i + ((c - 1) * p i + s * q i)) = _
  rw [dot_add_right, dot_add_right, dot_smul_right, dot_smul_right, hp, hq]
  show normSq k + _ = _
  ring

theorem normSq_turnInPlane (hp : dot k p = normSq p) (hq : dot k q = 0) (hpq : dot p q = 0)
    (hqq : normSq q = normSq p) (h : c * c + s * s = 1) :
    normSq (turnInPlane p q k c s) = normSq k := by
  show normSq (fun i => k i + ((c - 1) * p i + s * q i)) = _
  rw [normSq_add, dot_add_right, dot_smul_right, dot_smul_right, hp, hq,
    normSq_add (fun i => (c - 1) * p i) fun i => s * q i, normSq_smul, normSq_smul, dot_smul_left,
    dot_smul_right, hpq, hqq]
  have e : normSq k + 2 * ((c - 1) * normSq p + s * 0) + ((c - 1) * (c - 1) * normSq p +
      2 * ((c - 1) * (s * 0)) + s * s * normSq p) =
      normSq k + (c * c + s * s - 1) * normSq p := by ring
  rw [e, h, sub_self, zero_mul, add_zero]

/-- Along a rotation in a plane β is `(1 - (1 - c) ρ)²`, where `ρ` is the share of the energy of `k`
that is in the plane, as long as no sign changes. -/
theorem beta_turnInPlane {m : K} (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0)
    (hp : dot k p = normSq p) (hq : dot k q = 0) (hpq : dot p q = 0) (hqq : normSq q = normSq p)
    (h : c * c + s * s = 1) (keep : ∀ i, 0 ≤ k i * turnInPlane p q k c s i) :
    beta (turnInPlane p q k c s) = (1 - (1 - c) * (normSq p / normSq k)) *
      (1 - (1 - c) * (normSq p / normSq k)) := by
  have e : m * l1Norm (turnInPlane p q k c s) / normSq k =
      1 - (1 - c) * (normSq p / normSq k) := by
    rw [← dot_eq_mul_l1Norm hk keep, dot_turnInPlane hp hq, sub_div, div_self h0, mul_div_assoc]
  rw [beta_eq_of_abs_eq hk h0 (normSq_turnInPlane hp hq hpq hqq h), e]

/-- β is concave along every rotation in a plane from a point of the sign lattice, up to 45° and as
long as no sign changes: at the angles `a + b` and `a - b` together it is at most twice what it is
at `a`. The angles are given by their cosines and sines (seed 001, BetaLocalHessian, "locally
concave"). -/
theorem beta_concave_in_plane {m ca sa cb sb : K} (hk : ∀ i, |k i| = m) (h0 : normSq k ≠ 0)
    (hp : dot k p = normSq p) (hq : dot k q = 0) (hpq : dot p q = 0) (hqq : normSq q = normSq p)
    (ha : ca * ca + sa * sa = 1) (hb : cb * cb + sb * sb = 1) (small : |sa| ≤ ca)
    (keep : ∀ i, 0 ≤ k i * turnInPlane p q k ca sa i)
    (ahead : ∀ i, 0 ≤ k i * turnInPlane p q k (ca * cb - sa * sb) (sa * cb + ca * sb) i)
    (behind : ∀ i, 0 ≤ k i * turnInPlane p q k (ca * cb + sa * sb) (sa * cb - ca * sb) i) :
    beta (turnInPlane p q k (ca * cb - sa * sb) (sa * cb + ca * sb)) +
        beta (turnInPlane p q k (ca * cb + sa * sb) (sa * cb - ca * sb)) ≤
      2 * beta (turnInPlane p q k ca sa) := by
  have plus : (ca * cb - sa * sb) * (ca * cb - sa * sb) +
      (sa * cb + ca * sb) * (sa * cb + ca * sb) = 1 := by
    have e : (ca * cb - sa * sb) * (ca * cb - sa * sb) +
      (sa * cb + ca * sb) * (sa * cb + ca * sb) =
        (ca * ca + sa * sa) * (cb * cb + sb * sb) := by ring
    rw [e, ha, hb, one_mul]
  have minus : (ca * cb + sa * sb) * (ca * cb + sa * sb) +
      (sa * cb - ca * sb) * (sa * cb - ca * sb) = 1 := by
    have e : (ca * cb + sa * sb) * (ca * cb + sa * sb) +
      (sa * cb - ca * sb) * (sa * cb - ca * sb) =
        (ca * ca + sa * sa) * (cb * cb + sb * sb) := by ring
    rw [e, ha, hb, one_mul]
  rw [beta_turnInPlane hk h0 hp hq hpq hqq ha keep, beta_turnInPlane hk h0 hp hq hpq hqq plus ahead,
    beta_turnInPlane hk h0 hp hq hpq hqq minus behind]
  have pos : 0 < normSq k := lt_of_le_of_ne (normSq_nonneg k) (Ne.symm h0)
  have share0 : 0 ≤ normSq p / normSq k := div_nonneg (normSq_nonneg p) pos.1
  have share1 : normSq p / normSq k ≤ 1 := (div_le_one pos).mpr (by
    have e := normSq_sub k p
    rw [hp] at e
    have f : normSq k - 2 * normSq p + normSq p = normSq k - normSq p := by ring
    exact sub_nonneg.mp (f ▸ e ▸ normSq_nonneg _))
  have cb1 : cb ≤ 1 := le_of_mul_self_le_mul_self zero_le_one (by
    rw [mul_one, ← hb]; exact le_add_of_nonneg_right (mul_self_nonneg sb))
  have wide : sa * sa ≤ ca * ca := mul_self_le_mul_self_of_abs_le
    (le_trans small (le_abs_self ca))
  have ca0 : 0 ≤ ca := le_trans (abs_nonneg sa) small
  refine sub_nonneg.mp ?_
  have cos : cb * cb = 1 - sb * sb := by rw [← hb]; ring
  have e (ρ : K) : 2 * ((1 - (1 - ca) * ρ) * (1 - (1 - ca) * ρ)) -
      ((1 - (1 - (ca * cb - sa * sb)) * ρ) * (1 - (1 - (ca * cb - sa * sb)) * ρ) +
        (1 - (1 - (ca * cb + sa * sb)) * ρ) * (1 - (1 - (ca * cb + sa * sb)) * ρ)) =
      4 * ((1 - ρ) * ρ * (ca * (1 - cb))) + 2 * (ρ * ρ * (sb * sb * (ca * ca - sa * sa))) := by
    have f : 2 * ((1 - (1 - ca) * ρ) * (1 - (1 - ca) * ρ)) -
        ((1 - (1 - (ca * cb - sa * sb)) * ρ) * (1 - (1 - (ca * cb - sa * sb)) * ρ) +
          (1 - (1 - (ca * cb + sa * sb)) * ρ) * (1 - (1 - (ca * cb + sa * sb)) * ρ)) =
        4 * ((1 - ρ) * ρ * (ca * (1 - cb))) +
          2 * (ρ * ρ * (ca * ca - ca * ca * (cb * cb) - sa * sa * (sb * sb))) := by ring
    rw [f, cos]; ring
  rw [e]
  exact add_nonneg (mul_nonneg (natCast_nonneg 4) (mul_nonneg
      (mul_nonneg (sub_nonneg.mpr share1) share0) (mul_nonneg ca0 (sub_nonneg.mpr cb1))))
    (mul_nonneg zero_le_two (mul_nonneg (mul_self_nonneg _)
      (mul_nonneg (mul_self_nonneg sb) (sub_nonneg.mpr wide))))

end Plane

/-! ### Steps -/

/-- A path with steps of length at most `r` is after `n` of them at most `n r` away. -/
theorem normSq_sub_le_of_steps {v : Nat → Fin d → K} {r : K} (hr : 0 ≤ r)
    (h : ∀ j, normSq (fun i => v (Nat.succ j) i - v j i) ≤ r * r) :
    (n : Nat) → normSq (fun i => v n i - v .zero i) ≤ Nat.cast n * r * (Nat.cast n * r)
  | .zero => le_of_eq (by
    rw [natCast_zero, zero_mul, zero_mul]
    exact normSq_eq_zero_iff.mpr fun i => sub_self _)
  | .succ n => by
    have e : normSq (fun i => v (Nat.succ n) i - v .zero i) =
        normSq fun i => v n i - v .zero i + (v (Nat.succ n) i - v n i) :=
      normSq_congr fun i => by ring
    rw [e, natCast_succ, add_mul, one_mul]
    exact normSq_add_le (mul_nonneg (natCast_nonneg n) hr) hr (normSq_sub_le_of_steps hr h n) (h n)

/-- An optimizer that moves the key by at most `r` a step and reaches the sign lattice after `n`
steps, whatever rotations it takes, began with `‖k‖² (1 - β) ≤ (n r)²`: the number of steps is at
least the root of `d (1 - β)` over `r` for a key as long as a sign vector (seed 001,
BetaLocalHessian, which has no root and does not bound the step). -/
theorem beta_steps_to_lattice {R : Nat → Fin d → Fin d → K} (hR : ∀ j, IsOrthogonal (R j))
    {k : Fin d → K} (h0 : normSq k ≠ 0) {r m : K} (hr : 0 ≤ r)
    (steps : ∀ j, normSq (fun i => mulVec (R (Nat.succ j)) k i - mulVec (R j) k i) ≤ r * r)
    {n : Nat} (reached : ∀ i, |mulVec (R n) k i| = m) :
    normSq k * (1 - beta (mulVec (R .zero) k)) ≤ Nat.cast n * r * (Nat.cast n * r) := by
  have norm := fun j => normSq_mulVec_of_isOrthogonal (hR j) k
  have e := normSq_mul_one_sub_beta_le (v := mulVec (R .zero) k) reached (by rw [norm]; exact h0)
    ((norm .zero).trans (norm n).symm)
  rw [norm n, normSq_sub_comm] at e
  exact le_trans e (normSq_sub_le_of_steps (v := fun j => mulVec (R j) k) hr steps n)

/-- A positive rational number times its denominator is at least 1. -/
theorem one_le_mul_den {c : Rat} (h : 0 < c) : 1 ≤ c * Nat.cast c.den := by
  refine (Rat.IsFrac.le_iff Rat.IsFrac.one
    ((Rat.IsFrac.self c).mul (Rat.IsFrac.natCast c.den))).mpr ?_
  have num : (1 : Int) ≤ c.num :=
    Int.lt_iff_add_one_le.mp ((Rat.IsFrac.pos_iff (Rat.IsFrac.self c)).mp h)
  have den : (0 : Int) ≤ Int.ofNat c.den := (show (0 : Int) < Int.ofNat c.den from c.den_pos).1
  rw [one_mul, mul_one, mul_one]
  exact le_trans (ge_of_eq (one_mul _)) (mul_le_mul_of_nonneg_right num den)

/-- If nothing bounds a step, no constant makes `C d (1 - β)` a lower bound of their number: from an
axis, of which β is `1/d`, one reflection reaches the lattice (seed 001, BetaLocalHessian,
`beta_last_mile_quadratic_hardness`, with β before the first step). -/
theorem beta_last_mile_steps_from_start_false :
    ¬ ∃ C : Rat, 0 < C ∧ ∀ (d n : Nat) (k : Fin d → Rat) (R : Nat → Fin d → Fin d → Rat),
      (∀ j, IsOrthogonal (R j)) → beta (mulVec (R n) k) = 1 →
      C * (Nat.cast d * (1 - beta (mulVec (R .zero) k))) ≤ Nat.cast n := by
  intro ⟨C, pos, h⟩
  have root : (Nat.cast (Nat.succ C.den) * Nat.cast (Nat.succ C.den) : Rat) =
      Nat.cast (Nat.succ (Nat.succ C.den * C.den + C.den)) := (natCast_mul _ _).symm
  have unit : normSq (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat) = 1 :=
    (sum_delta_mul .zero _).trans (delta_self _)
  have axis : beta (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat) =
      1 / Nat.cast (Nat.succ (Nat.succ C.den * C.den + C.den)) := by
    have size : l1Norm (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat) =
        1 := by
      show |1| + ∑ i : Fin (Nat.succ C.den * C.den + C.den), |0| = (1 : Rat)
      rw [abs_zero, sum_const_zero, abs_one, add_zero]
    show l1Norm _ * l1Norm _ / (_ * normSq _) = _
    rw [size, unit, one_mul, mul_one]
  have dim : (Nat.cast (Nat.succ (Nat.succ C.den * C.den + C.den)) : Rat) ≠ 0 :=
    Ne.symm (ne_of_lt (natCast_succ_pos _))
  refine (exists_isOrthogonal_beta_eq_one
    (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat)
    ⟨.zero, one_ne_zero⟩ (n := 1) ((one_mul 1).trans unit.symm) root).elim fun R k => ?_
  have e := h _ 1 (delta .zero) (fun j => match j with
    | .zero => fun i j => delta i j
    | .succ _ => R) (fun j => match j with
    | .zero => isOrthogonal_delta
    | .succ _ => k.1) k.2
  have still : beta (mulVec (fun i j => delta i j)
      (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat)) =
      beta (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat) := by
    have l : l1Norm (mulVec (fun i j => delta i j)
        (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat)) =
        l1Norm (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat) :=
      sum_congr fun i => congrArg abs (sum_delta_mul i _)
    show l1Norm _ * l1Norm _ / (_ * normSq _) = l1Norm _ * l1Norm _ / (_ * normSq _)
    rw [l, normSq_mulVec_of_isOrthogonal isOrthogonal_delta]
  have f : C * (Nat.cast (Nat.succ (Nat.succ C.den * C.den + C.den)) *
      (1 - beta (mulVec (fun i j => delta i j)
        (delta .zero : Fin (Nat.succ (Nat.succ C.den * C.den + C.den)) → Rat)))) ≤ 1 := e
  rw [still, axis, mul_sub, mul_one, mul_comm _ (1 / _), div_mul_cancel _ dim, ← root,
    natCast_succ] at f
  have g : C * ((Nat.cast C.den + 1) * (Nat.cast C.den + 1) - 1) =
      C * Nat.cast C.den + C * Nat.cast C.den * (Nat.cast C.den + 1) := by ring
  rw [g] at f
  have one : 1 ≤ C * Nat.cast C.den := one_le_mul_den pos
  have den : (0 : Rat) ≤ Nat.cast C.den := natCast_nonneg _
  have more : 0 < C * Nat.cast C.den * (Nat.cast C.den + 1) :=
    mul_pos (lt_of_lt_of_le zero_lt_one one)
      (lt_of_lt_of_le zero_lt_one (le_add_of_nonneg_left den))
  exact absurd f (not_le_of_lt (lt_of_le_of_lt (ge_of_eq (add_zero 1))
    (add_lt_add_of_le_of_lt one more)))

/-- β of a vector of length 1. -/
theorem beta_of_normSq_eq_one {v w : Fin d → K} {a : K} (h : ∀ i, v i = w i) (hl : l1Norm w = a)
    (hn : normSq w = 1) : beta v = a * a / Nat.cast d := by
  have l : l1Norm v = a := (sum_congr fun i => congrArg abs (h i)).trans hl
  show l1Norm v * l1Norm v / (Nat.cast d * normSq v) = _
  rw [l, (normSq_congr h).trans hn, mul_one]

/-- A vector of length 1 in the plane of the first two axes. -/
def fromAxis {n : Nat} : Fin (Nat.succ (Nat.succ n)) → Rat
  | .zero => 3 / 5
  | .succ .zero => 4 / 5
  | .succ (.succ _) => 0

theorem fromAxis_normSq {n : Nat} : normSq (fromAxis (n := n)) = 1 := by
  show 3 / 5 * (3 / 5) + (4 / 5 * (4 / 5) + ∑ _i : Fin n, (0 : Rat) * 0) = 1
  rw [mul_zero, sum_const_zero]
  decide

theorem fromAxis_l1Norm {n : Nat} : l1Norm (fromAxis (n := n)) = 7 / 5 := by
  show |3 / 5| + (|4 / 5| + ∑ _i : Fin n, |(0 : Rat)|) = 7 / 5
  rw [abs_zero, sum_const_zero]
  decide

theorem normSq_axis {n : Nat} : normSq (delta .zero : Fin (Nat.succ n) → Rat) = 1 :=
  (sum_delta_mul .zero _).trans (delta_self _)

theorem l1Norm_axis {n : Nat} : l1Norm (delta .zero : Fin (Nat.succ n) → Rat) = 1 := by
  show |1| + ∑ _i : Fin n, |(0 : Rat)| = 1
  rw [abs_zero, sum_const_zero, abs_one, add_zero]

theorem axis_sub_fromAxis {n : Nat} :
    normSq (fun i => (delta .zero : Fin (Nat.succ (Nat.succ n)) → Rat) i - fromAxis i) ≠ 0 := by
  have e : normSq (fun i => (delta .zero : Fin (Nat.succ (Nat.succ n)) → Rat) i - fromAxis i) =
      4 / 5 := by
    show (1 - 3 / 5) * (1 - 3 / 5) + ((0 - 4 / 5) * (0 - 4 / 5) +
      ∑ _i : Fin n, ((0 : Rat) - 0) * (0 - 0)) = 4 / 5
    rw [sub_self, mul_zero, sum_const_zero]
    decide
  rw [e]
  decide

/-- With β after the steps, which the source writes, it is false as well: from an axis, one step
raises β from `1/d` to `49/25d`, and nothing follows. An optimizer is here a sequence of rotations
that never lowers β and stands still after `n` steps, of which the source says neither. One that
reaches the lattice has β = 1, and the bound is then 0 (seed 001, BetaLocalHessian,
`beta_last_mile_quadratic_hardness`). -/
theorem beta_last_mile_steps_as_given_false :
    ¬ ∃ C : Rat, 0 < C ∧ ∀ (d n : Nat) (k : Fin d → Rat) (R : Nat → Fin d → Fin d → Rat),
      (∀ j, IsOrthogonal (R j)) →
      (∀ j, beta (mulVec (R j) k) ≤ beta (mulVec (R (Nat.succ j)) k)) →
      (∀ j, n ≤ j → R j = R n) →
      C * (Nat.cast d * (1 - beta (mulVec (R n) k))) ≤ Nat.cast n := by
  intro ⟨C, pos, h⟩
  have axis : beta (mulVec (fun i j => delta i j)
      (delta .zero : Fin (Nat.succ (Nat.succ (Nat.succ C.den))) → Rat)) =
      1 * 1 / Nat.cast (Nat.succ (Nat.succ (Nat.succ C.den))) :=
    beta_of_normSq_eq_one (fun i => sum_delta_mul i _) l1Norm_axis normSq_axis
  have turned : beta (mulVec (reflect fun i => delta .zero i - fromAxis i)
      (delta .zero : Fin (Nat.succ (Nat.succ (Nat.succ C.den))) → Rat)) =
      7 / 5 * (7 / 5) / Nat.cast (Nat.succ (Nat.succ (Nat.succ C.den))) :=
    beta_of_normSq_eq_one
      (mulVec_reflect_sub (normSq_axis.trans fromAxis_normSq.symm) axis_sub_fromAxis)
      fromAxis_l1Norm fromAxis_normSq
  have e := h (Nat.succ (Nat.succ (Nat.succ C.den))) 1 (delta .zero) (fun j => match j with
    | .zero => fun i j => delta i j
    | .succ _ => reflect fun i => delta .zero i - fromAxis i) (fun j => match j with
    | .zero => isOrthogonal_delta
    | .succ _ => isOrthogonal_reflect axis_sub_fromAxis) (fun j => match j with
    | .zero => le_trans (le_of_eq axis) (le_trans
        (div_le_div_of_nonneg_right (by decide) (natCast_nonneg _)) (ge_of_eq turned))
    | .succ _ => le_refl _) (fun j k => match j, k with
    | .succ _, _ => rfl)
  have f : C * (Nat.cast (Nat.succ (Nat.succ (Nat.succ C.den))) * (1 - beta (mulVec
      (reflect fun i => delta .zero i - fromAxis i)
      (delta .zero : Fin (Nat.succ (Nat.succ (Nat.succ C.den))) → Rat)))) ≤ 1 := e
  have dim : (Nat.cast (Nat.succ (Nat.succ (Nat.succ C.den))) : Rat) ≠ 0 :=
    Ne.symm (ne_of_lt (natCast_succ_pos _))
  rw [turned, mul_sub, mul_one, mul_comm _ (_ / _), div_mul_cancel _ dim, natCast_succ,
    natCast_succ, natCast_succ] at f
  have g : C * (Nat.cast C.den + 1 + 1 + 1 - 7 / 5 * (7 / 5)) =
      C * Nat.cast C.den + C * (1 + 1 + 1 - 7 / 5 * (7 / 5)) := by ring
  rw [g] at f
  exact absurd f (not_le_of_lt (lt_of_le_of_lt (ge_of_eq (add_zero 1))
    (add_lt_add_of_le_of_lt (one_le_mul_den pos) (mul_pos pos (by decide)))))

end LeanMining
