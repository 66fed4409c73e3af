/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Sum

/-!
# Inner products of finite families

Vectors with entries in a commutative ring are functions `Fin n → R`.

## Main results

* `dot`, `normSq` and `l1Norm`: the inner product, the square of the L2 norm, and the L1 norm
* `lagrange_identity`, and from it `dot_mul_dot_le`, the Cauchy–Schwarz inequality, with
  `dot_mul_dot_eq_iff`, its case of equality
* `l1Norm_mul_l1Norm_le`: the L2 norm bounds the L1 norm, and `l1Norm_mul_l1Norm_eq_iff`: where
  both are equal
-/

set_option autoImplicit false

universe u

section Ring

variable {R : Type u} [CommRing R] {n : Nat}

/-- The inner product of two vectors. -/
def dot (u v : Fin n → R) : R := ∑ i, u i * v i

/-- The square of a vector's L2 norm. -/
def normSq (v : Fin n → R) : R := dot v v

theorem dot_comm (u v : Fin n → R) : dot u v = dot v u := sum_congr fun _ => mul_comm _ _

theorem dot_congr {u u' v v' : Fin n → R} (h : ∀ i, u i = u' i) (k : ∀ i, v i = v' i) :
    dot u v = dot u' v' :=
  sum_congr fun i => by rw [h i, k i]

theorem normSq_congr {v w : Fin n → R} (h : ∀ i, v i = w i) : normSq v = normSq w := dot_congr h h

theorem dot_add_left (u v w : Fin n → R) : dot (fun i => u i + v i) w = dot u w + dot v w :=
  (sum_congr fun _ => add_mul _ _ _).trans (sum_add _ _)

theorem dot_smul_left (c : R) (u v : Fin n → R) : dot (fun i => c * u i) v = c * dot u v :=
  (sum_congr fun _ => mul_assoc _ _ _).trans (mul_sum c _).symm

theorem dot_smul_right (c : R) (u v : Fin n → R) : dot u (fun i => c * v i) = c * dot u v :=
  (dot_comm _ _).trans ((dot_smul_left c v u).trans (congrArg (c * ·) (dot_comm v u)))

theorem dot_add_right (u v w : Fin n → R) : dot u (fun i => v i + w i) = dot u v + dot u w :=
  (dot_comm _ _).trans
    ((dot_add_left v w u).trans (congr (congrArg HAdd.hAdd (dot_comm v u)) (dot_comm w u)))

theorem normSq_smul (c : R) (v : Fin n → R) : normSq (fun i => c * v i) = c * c * normSq v :=
  (dot_smul_left c v _).trans
    ((congrArg (c * ·) (dot_smul_right c v v)).trans (mul_assoc c c _).symm)

theorem normSq_add (u v : Fin n → R) :
    normSq (fun i => u i + v i) = normSq u + 2 * dot u v + normSq v := by
  show dot (fun i => u i + v i) (fun i => u i + v i) = _
  rw [dot_add_left, dot_add_right, dot_add_right, dot_comm v u]
  show dot u u + dot u v + (dot u v + dot v v) = dot u u + 2 * dot u v + dot v v
  ring

theorem normSq_sub_smul (u v : Fin n → R) (c : R) :
    normSq (fun i => u i - c * v i) = normSq u - 2 * c * dot u v + c * c * normSq v := by
  rw [normSq_congr (w := fun i => u i + (-c) * v i) fun i => by ring, normSq_add, normSq_smul,
    dot_smul_right]
  ring

theorem normSq_sub (u v : Fin n → R) :
    normSq (fun i => u i - v i) = normSq u - 2 * dot u v + normSq v := by
  rw [normSq_congr (w := fun i => u i - 1 * v i) fun i => by rw [one_mul], normSq_sub_smul]
  ring

theorem normSq_sub_comm (u v : Fin n → R) :
    normSq (fun i => u i - v i) = normSq fun i => v i - u i :=
  sum_congr fun i => by
    show (u i - v i) * (u i - v i) = (v i - u i) * (v i - u i)
    ring

/-- Lagrange's identity: by how much the Cauchy–Schwarz inequality misses equality, twice. -/
theorem lagrange_identity (u v : Fin n → R) :
    ∑ i : Fin n, ∑ j : Fin n, (u i * v j - u j * v i) * (u i * v j - u j * v i) =
      2 * (normSq u * normSq v - dot u v * dot u v) := by
  have e : ∑ i : Fin n, ∑ j : Fin n, (u i * v j - u j * v i) * (u i * v j - u j * v i) =
      ∑ i : Fin n, (u i * u i * normSq v - 2 * (u i * v i) * dot u v + v i * v i * normSq u) := by
    refine sum_congr fun i => ?_
    show _ = u i * u i * ∑ j, v j * v j - 2 * (u i * v i) * ∑ j, u j * v j +
      v i * v i * ∑ j, u j * u j
    rw [mul_sum, mul_sum, mul_sum, ← sum_sub, ← sum_add]
    exact sum_congr fun j => by ring
  have f : ∑ i : Fin n, (u i * u i * normSq v - 2 * (u i * v i) * dot u v + v i * v i * normSq u) =
      normSq u * normSq v - 2 * dot u v * dot u v + normSq v * normSq u := by
    rw [sum_add, sum_sub, ← sum_mul, ← sum_mul, ← sum_mul, ← mul_sum]
    rfl
  rw [e, f]; ring

end Ring

section Ordered

variable {R : Type u} [LinearOrderedCommRing R] {n : Nat}

/-- The L1 norm of a vector. -/
def l1Norm (v : Fin n → R) : R := ∑ i, |v i|

theorem normSq_nonneg (v : Fin n → R) : 0 ≤ normSq v := sum_nonneg fun i => mul_self_nonneg (v i)

theorem l1Norm_nonneg (v : Fin n → R) : 0 ≤ l1Norm v := sum_nonneg fun i => abs_nonneg (v i)

theorem normSq_eq_zero_iff {v : Fin n → R} : normSq v = 0 ↔ ∀ i, v i = 0 :=
  ⟨fun h i =>
    mul_self_eq_zero_iff.mp ((sum_eq_zero_iff_of_nonneg fun i => mul_self_nonneg (v i)).mp h i),
   fun h => sum_eq_zero fun i => by rw [h i, zero_mul]⟩

theorem normSq_pos {v : Fin n → R} (h : ∃ i, v i ≠ 0) : 0 < normSq v :=
  h.elim fun i k => sum_pos (fun j => mul_self_nonneg (v j)) ⟨i, mul_self_pos k⟩

/-- The Cauchy–Schwarz inequality. -/
theorem dot_mul_dot_le (u v : Fin n → R) : dot u v * dot u v ≤ normSq u * normSq v :=
  sub_nonneg.mp (le_of_mul_le_mul_left (c := 2) (by
    rw [mul_zero, ← lagrange_identity]
    exact sum_nonneg fun i => sum_nonneg fun j => mul_self_nonneg _) zero_lt_two)

/-- The Cauchy–Schwarz inequality, with bounds `p` and `q` of the two norms. -/
theorem abs_dot_le {u v : Fin n → R} {p q : R} (hp : 0 ≤ p) (hq : 0 ≤ q) (hu : normSq u ≤ p * p)
    (hv : normSq v ≤ q * q) : |dot u v| ≤ p * q :=
  le_of_mul_self_le_mul_self (mul_nonneg hp hq) (by
    rw [abs_mul_abs_self, mul_mul_mul_comm]
    exact le_trans (dot_mul_dot_le u v)
      (mul_le_mul hu hv (normSq_nonneg v) (mul_nonneg hp hp)))

/-- The triangle inequality, with bounds `p` and `q` of the two norms. -/
theorem normSq_add_le {u v : Fin n → R} {p q : R} (hp : 0 ≤ p) (hq : 0 ≤ q)
    (hu : normSq u ≤ p * p) (hv : normSq v ≤ q * q) :
    normSq (fun i => u i + v i) ≤ (p + q) * (p + q) := by
  have e : (p + q) * (p + q) = p * p + 2 * (p * q) + q * q := by ring
  rw [normSq_add, e]
  exact add_le_add (add_le_add hu (mul_le_mul_of_nonneg_left
    (le_trans (le_abs_self _) (abs_dot_le hp hq hu hv)) zero_le_two)) hv

/-- No entry is larger than the norm. -/
theorem mul_self_le_normSq (v : Fin n → R) (i : Fin n) : v i * v i ≤ normSq v :=
  single_le_sum (fun j => mul_self_nonneg (v j)) i

/-- The Cauchy–Schwarz inequality is an equality exactly for proportional vectors. -/
theorem dot_mul_dot_eq_iff (u v : Fin n → R) :
    dot u v * dot u v = normSq u * normSq v ↔ ∀ i j, u i * v j = u j * v i :=
  ⟨fun h i j => by
    have e := lagrange_identity u v
    rw [h, sub_self, mul_zero] at e
    have z := (sum_eq_zero_iff_of_nonneg fun j => mul_self_nonneg (u i * v j - u j * v i)).mp
      ((sum_eq_zero_iff_of_nonneg fun i => sum_nonneg fun j => mul_self_nonneg _).mp e i) j
    exact sub_eq_zero_iff.mp (mul_self_eq_zero_iff.mp z),
   fun h => by
    have e := lagrange_identity u v
    rw [sum_eq_zero fun i => sum_eq_zero fun j => by rw [h i j, sub_self, zero_mul]] at e
    exact (sub_eq_zero_iff.mp ((mul_eq_zero_iff.mp e.symm).resolve_left two_ne_zero)).symm⟩

/-! ### The L1 norm and the L2 norm -/

theorem normSq_one : normSq (fun _ : Fin n => (1 : R)) = Nat.cast n :=
  (sum_congr fun _ => one_mul 1).trans ((sum_const 1 n).trans (mul_one _))

theorem normSq_abs (v : Fin n → R) : normSq (fun i => |v i|) = normSq v :=
  sum_congr fun i => abs_mul_abs_self (v i)

theorem dot_abs_one (v : Fin n → R) : dot (fun i => |v i|) (fun _ => 1) = l1Norm v :=
  sum_congr fun _ => mul_one _

/-- The L2 norm bounds the L1 norm, in squares. -/
theorem l1Norm_mul_l1Norm_le (v : Fin n → R) : l1Norm v * l1Norm v ≤ Nat.cast n * normSq v := by
  have h := dot_mul_dot_le (fun i => |v i|) fun _ => 1
  rw [dot_abs_one, normSq_abs, normSq_one, mul_comm (normSq v)] at h
  exact h

/-- That bound is attained exactly where all magnitudes are equal. -/
theorem l1Norm_mul_l1Norm_eq_iff (v : Fin n → R) :
    l1Norm v * l1Norm v = Nat.cast n * normSq v ↔ ∀ i j, |v i| = |v j| := by
  have h := dot_mul_dot_eq_iff (fun i => |v i|) fun _ => 1
  rw [dot_abs_one, normSq_abs, normSq_one, mul_comm (normSq v)] at h
  exact h.trans ⟨fun k i j => (mul_one _).symm.trans ((k i j).trans (mul_one _)),
    fun k i j => congrArg (· * 1) (k i j)⟩

theorem dim_pos {v : Fin n → R} (h : ∃ i, v i ≠ 0) : (0 : R) < Nat.cast n := by
  cases n with
  | zero => exact h.elim fun i _ => nomatch i
  | succ n => exact natCast_succ_pos n

theorem dim_mul_normSq_pos {v : Fin n → R} (h : ∃ i, v i ≠ 0) : 0 < Nat.cast n * normSq v :=
  mul_pos (dim_pos h) (normSq_pos h)

end Ordered
