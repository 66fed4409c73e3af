/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Order
import LeanMining.Algebra.Ring

/-!
# Linearly ordered commutative rings

## Main definitions

* `LinearOrderedCommRing`
* `abs a`, written `|a|`
-/

set_option autoImplicit false

universe u

/-- A commutative ring with a linear order that sums and products of positive elements respect. -/
class LinearOrderedCommRing (R : Type u) extends CommRing R, LinearOrder R where
  add_le_add_left {a b : R} (h : a ≤ b) (c : R) : c + a ≤ c + b
  mul_pos {a b : R} (ha : 0 < a) (hb : 0 < b) : 0 < a * b
  zero_lt_one : (0 : R) < 1

export LinearOrderedCommRing (add_le_add_left mul_pos zero_lt_one)

section LinearOrderedCommRing

variable {R : Type u} [LinearOrderedCommRing R] {a b c d : R}

/-! ### Sums -/

theorem add_le_add_right (h : a ≤ b) (c : R) : a + c ≤ b + c := by
  rw [add_comm a, add_comm b]; exact add_le_add_left h c
theorem add_le_add (h : a ≤ b) (k : c ≤ d) : a + c ≤ b + d :=
  le_trans (add_le_add_right h c) (add_le_add_left k b)
theorem le_of_add_le_add_left (h : c + a ≤ c + b) : a ≤ b := by
  have k := add_le_add_left h (-c)
  rw [neg_add_cancel_left, neg_add_cancel_left] at k
  exact k
theorem le_of_add_le_add_right (h : a + c ≤ b + c) : a ≤ b := by
  rw [add_comm a, add_comm b] at h; exact le_of_add_le_add_left h
theorem add_le_add_iff_left (c : R) : c + a ≤ c + b ↔ a ≤ b :=
  ⟨le_of_add_le_add_left, fun h => add_le_add_left h c⟩
theorem add_le_add_iff_right (c : R) : a + c ≤ b + c ↔ a ≤ b :=
  ⟨le_of_add_le_add_right, fun h => add_le_add_right h c⟩
theorem add_lt_add_left (h : a < b) (c : R) : c + a < c + b :=
  ⟨add_le_add_left h.1 c, fun k => h.2 (le_of_add_le_add_left k)⟩
theorem add_lt_add_right (h : a < b) (c : R) : a + c < b + c :=
  ⟨add_le_add_right h.1 c, fun k => h.2 (le_of_add_le_add_right k)⟩
theorem add_lt_add_of_lt_of_le (h : a < b) (k : c ≤ d) : a + c < b + d :=
  lt_of_lt_of_le (add_lt_add_right h c) (add_le_add_left k b)
theorem add_lt_add_of_le_of_lt (h : a ≤ b) (k : c < d) : a + c < b + d :=
  lt_of_le_of_lt (add_le_add_right h c) (add_lt_add_left k b)
theorem add_lt_add (h : a < b) (k : c < d) : a + c < b + d := add_lt_add_of_lt_of_le h k.1
theorem add_nonneg (h : 0 ≤ a) (k : 0 ≤ b) : 0 ≤ a + b :=
  le_trans (ge_of_eq (add_zero 0)) (add_le_add h k)
theorem add_pos (h : 0 < a) (k : 0 < b) : 0 < a + b :=
  lt_of_le_of_lt (ge_of_eq (add_zero 0)) (add_lt_add h k)
theorem add_pos_of_pos_of_nonneg (h : 0 < a) (k : 0 ≤ b) : 0 < a + b :=
  lt_of_le_of_lt (ge_of_eq (add_zero 0)) (add_lt_add_of_lt_of_le h k)
theorem add_pos_of_nonneg_of_pos (h : 0 ≤ a) (k : 0 < b) : 0 < a + b :=
  lt_of_le_of_lt (ge_of_eq (add_zero 0)) (add_lt_add_of_le_of_lt h k)
theorem le_add_of_nonneg_right (h : 0 ≤ b) : a ≤ a + b :=
  le_trans (ge_of_eq (add_zero a)) (add_le_add_left h a)
theorem le_add_of_nonneg_left (h : 0 ≤ b) : a ≤ b + a :=
  le_trans (ge_of_eq (zero_add a)) (add_le_add_right h a)
theorem lt_add_of_pos_right (h : 0 < b) : a < a + b :=
  lt_of_le_of_lt (ge_of_eq (add_zero a)) (add_lt_add_left h a)
theorem add_eq_zero_iff_of_nonneg (ha : 0 ≤ a) (hb : 0 ≤ b) : a + b = 0 ↔ a = 0 ∧ b = 0 :=
  ⟨fun h => ⟨le_antisymm (le_trans (le_add_of_nonneg_right hb) (le_of_eq h)) ha,
    le_antisymm (le_trans (le_add_of_nonneg_left ha) (le_of_eq h)) hb⟩, fun h => by
      rw [h.1, h.2, add_zero]⟩

/-! ### Differences and negatives -/

theorem sub_nonneg : 0 ≤ a - b ↔ b ≤ a := by
  have h := add_le_add_iff_right (a := 0) (b := a - b) b
  rw [zero_add, sub_add_cancel] at h
  exact h.symm
theorem sub_nonpos : a - b ≤ 0 ↔ a ≤ b := by
  have h := add_le_add_iff_right (a := a - b) (b := 0) b
  rw [zero_add, sub_add_cancel] at h
  exact h.symm
theorem sub_pos : 0 < a - b ↔ b < a :=
  ⟨fun h => ⟨sub_nonneg.mp h.1, fun k => h.2 (sub_nonpos.mpr k)⟩,
    fun h => ⟨sub_nonneg.mpr h.1, fun k => h.2 (sub_nonpos.mp k)⟩⟩
theorem sub_neg : a - b < 0 ↔ a < b :=
  ⟨fun h => ⟨sub_nonpos.mp h.1, fun k => h.2 (sub_nonneg.mpr k)⟩,
    fun h => ⟨sub_nonpos.mpr h.1, fun k => h.2 (sub_nonneg.mp k)⟩⟩
theorem sub_le_iff_le_add : a - b ≤ c ↔ a ≤ c + b := by
  have h := add_le_add_iff_right (a := a - b) (b := c) b
  rw [sub_add_cancel] at h
  exact h.symm
theorem sub_le_iff_le_add' : a - b ≤ c ↔ a ≤ b + c := add_comm c b ▸ sub_le_iff_le_add
theorem le_sub_iff_add_le : a ≤ b - c ↔ a + c ≤ b := by
  have h := add_le_add_iff_right (a := a) (b := b - c) c
  rw [sub_add_cancel] at h
  exact h.symm
theorem le_sub_iff_add_le' : a ≤ b - c ↔ c + a ≤ b := add_comm a c ▸ le_sub_iff_add_le
theorem sub_le_sub (h : a ≤ b) (k : c ≤ d) : a - d ≤ b - c :=
  sub_le_iff_le_add.mpr (by
    rw [sub_eq_add_neg, add_right_comm, ← sub_eq_add_neg]
    exact le_sub_iff_add_le.mpr (add_le_add h k))
theorem sub_le_self (h : 0 ≤ b) : a - b ≤ a := sub_le_iff_le_add.mpr (le_add_of_nonneg_right h)

theorem neg_le_neg (h : a ≤ b) : -b ≤ -a := by
  have k := sub_le_sub (le_refl (0 : R)) h
  rw [zero_sub, zero_sub] at k
  exact k
theorem neg_le_neg_iff : -a ≤ -b ↔ b ≤ a :=
  ⟨fun h => by have k := neg_le_neg h; rw [neg_neg, neg_neg] at k; exact k, neg_le_neg⟩
theorem neg_lt_neg_iff : -a < -b ↔ b < a :=
  ⟨fun h => ⟨neg_le_neg_iff.mp h.1, fun k => h.2 (neg_le_neg k)⟩,
    fun h => ⟨neg_le_neg h.1, fun k => h.2 (neg_le_neg_iff.mp k)⟩⟩
theorem neg_lt_neg (h : a < b) : -b < -a := neg_lt_neg_iff.mpr h
theorem neg_le : -a ≤ b ↔ -b ≤ a := by
  have h := neg_le_neg_iff (a := b) (b := -a)
  rw [neg_neg] at h
  exact h.symm
theorem le_neg : a ≤ -b ↔ b ≤ -a := by
  have h := neg_le_neg_iff (a := -b) (b := a)
  rw [neg_neg] at h
  exact h.symm
theorem neg_nonneg : 0 ≤ -a ↔ a ≤ 0 :=
  ⟨fun h => neg_zero (R := R) ▸ le_neg.mp h, fun h => le_neg.mpr ((neg_zero (R := R)).symm ▸ h)⟩
theorem neg_nonpos : -a ≤ 0 ↔ 0 ≤ a :=
  ⟨fun h => neg_zero (R := R) ▸ neg_le.mp h, fun h => neg_le.mpr ((neg_zero (R := R)).symm ▸ h)⟩
theorem neg_pos : 0 < -a ↔ a < 0 :=
  ⟨fun h => ⟨neg_nonneg.mp h.1, fun k => h.2 (neg_nonpos.mpr k)⟩,
    fun h => ⟨neg_nonneg.mpr h.1, fun k => h.2 (neg_nonpos.mp k)⟩⟩
theorem neg_neg_iff_pos : -a < 0 ↔ 0 < a :=
  ⟨fun h => ⟨neg_nonpos.mp h.1, fun k => h.2 (neg_nonneg.mpr k)⟩,
    fun h => ⟨neg_nonpos.mpr h.1, fun k => h.2 (neg_nonneg.mp k)⟩⟩
theorem neg_le_self (h : 0 ≤ a) : -a ≤ a := le_trans (neg_nonpos.mpr h) h
theorem nonneg_of_eq_neg (ha : a ≤ 0) (h : a = -a) : 0 ≤ a :=
  le_trans (neg_nonneg.mpr ha) (ge_of_eq h)
theorem nonneg_of_neg_le_self (h : -a ≤ a) : 0 ≤ a :=
  (le_total 0 a).elim id fun k => le_trans (neg_nonneg.mpr k) h

/-! ### Products -/

theorem mul_nonneg (h : 0 ≤ a) (k : 0 ≤ b) : 0 ≤ a * b :=
  (lt_or_eq_of_le h).elim
    (fun h => (lt_or_eq_of_le k).elim (fun k => (mul_pos h k).1) fun e =>
      ge_of_eq (by rw [← e, mul_zero]))
    fun e => ge_of_eq (by rw [← e, zero_mul])
theorem mul_nonpos_of_nonneg_of_nonpos (h : 0 ≤ a) (k : b ≤ 0) : a * b ≤ 0 :=
  neg_nonneg.mp (by rw [← mul_neg]; exact mul_nonneg h (neg_nonneg.mpr k))
theorem mul_nonneg_of_nonpos_of_nonpos (h : a ≤ 0) (k : b ≤ 0) : 0 ≤ a * b := by
  rw [← neg_mul_neg]; exact mul_nonneg (neg_nonneg.mpr h) (neg_nonneg.mpr k)
theorem mul_le_mul_of_nonneg_left (h : a ≤ b) (hc : 0 ≤ c) : c * a ≤ c * b :=
  sub_nonneg.mp (by rw [← mul_sub]; exact mul_nonneg hc (sub_nonneg.mpr h))
theorem mul_le_mul_of_nonneg_right (h : a ≤ b) (hc : 0 ≤ c) : a * c ≤ b * c :=
  sub_nonneg.mp (by rw [← sub_mul]; exact mul_nonneg (sub_nonneg.mpr h) hc)
theorem mul_le_mul_of_nonpos_left (h : a ≤ b) (hc : c ≤ 0) : c * b ≤ c * a :=
  sub_nonneg.mp (by rw [← mul_sub]; exact mul_nonneg_of_nonpos_of_nonpos hc (sub_nonpos.mpr h))
theorem mul_le_mul (h : a ≤ b) (k : c ≤ d) (hc : 0 ≤ c) (hb : 0 ≤ b) : a * c ≤ b * d :=
  le_trans (mul_le_mul_of_nonneg_right h hc) (mul_le_mul_of_nonneg_left k hb)
theorem mul_lt_mul_of_pos_left (h : a < b) (hc : 0 < c) : c * a < c * b :=
  sub_pos.mp (by rw [← mul_sub]; exact mul_pos hc (sub_pos.mpr h))
theorem mul_lt_mul_of_pos_right (h : a < b) (hc : 0 < c) : a * c < b * c :=
  sub_pos.mp (by rw [← sub_mul]; exact mul_pos (sub_pos.mpr h) hc)
theorem le_of_mul_le_mul_left (h : c * a ≤ c * b) (hc : 0 < c) : a ≤ b :=
  (le_or_lt a b).elim id fun k => absurd h (mul_lt_mul_of_pos_left k hc).2
theorem le_of_mul_le_mul_right (h : a * c ≤ b * c) (hc : 0 < c) : a ≤ b :=
  (le_or_lt a b).elim id fun k => absurd h (mul_lt_mul_of_pos_right k hc).2
theorem mul_le_mul_iff_left (hc : 0 < c) : c * a ≤ c * b ↔ a ≤ b :=
  ⟨fun h => le_of_mul_le_mul_left h hc, fun h => mul_le_mul_of_nonneg_left h hc.1⟩
theorem mul_le_mul_iff_right (hc : 0 < c) : a * c ≤ b * c ↔ a ≤ b :=
  ⟨fun h => le_of_mul_le_mul_right h hc, fun h => mul_le_mul_of_nonneg_right h hc.1⟩

theorem mul_self_nonneg (a : R) : 0 ≤ a * a :=
  (le_total 0 a).elim (fun h => mul_nonneg h h) fun h => mul_nonneg_of_nonpos_of_nonpos h h
theorem mul_self_pos (h : a ≠ 0) : 0 < a * a := (le_total 0 a).elim
  (fun k => have p := lt_of_le_of_ne k (Ne.symm h); mul_pos p p)
  (fun k => by
    have p := neg_pos.mpr (lt_of_le_of_ne k h)
    rw [← neg_mul_neg]
    exact mul_pos p p)
theorem mul_ne_zero (h : a ≠ 0) (k : b ≠ 0) : a * b ≠ 0 := fun e => by
  have p := mul_pos (mul_self_pos h) (mul_self_pos k)
  rw [mul_mul_mul_comm, e, zero_mul] at p
  exact lt_irrefl 0 p
theorem mul_self_eq_zero_iff : a * a = 0 ↔ a = 0 :=
  ⟨fun h => match LinearOrder.decEq a 0 with
    | .isTrue e => e
    | .isFalse n => absurd h (mul_ne_zero n n), fun h => by rw [h, zero_mul]⟩
theorem mul_eq_zero_iff : a * b = 0 ↔ a = 0 ∨ b = 0 :=
  ⟨fun h => match LinearOrder.decEq a 0, LinearOrder.decEq b 0 with
    | .isTrue e, _ => .inl e
    | _, .isTrue e => .inr e
    | .isFalse m, .isFalse n => absurd h (mul_ne_zero m n),
   fun h => h.elim (fun e => by rw [e, zero_mul]) fun e => by rw [e, mul_zero]⟩
theorem mul_left_cancel (hc : c ≠ 0) (h : c * a = c * b) : a = b := sub_eq_zero_iff.mp
  ((mul_eq_zero_iff.mp (by rw [mul_sub, h, sub_self])).resolve_left hc)
theorem mul_right_cancel (hc : c ≠ 0) (h : a * c = b * c) : a = b :=
  mul_left_cancel hc (by rw [mul_comm c, h, mul_comm])
theorem mul_self_le_mul_self (ha : 0 ≤ a) (h : a ≤ b) : a * a ≤ b * b :=
  mul_le_mul h h ha (le_trans ha h)
theorem le_of_mul_self_le_mul_self (hb : 0 ≤ b) (h : a * a ≤ b * b) : a ≤ b :=
  (le_or_lt a b).elim id fun k => absurd h (lt_of_le_of_lt (mul_le_mul_of_nonneg_left k.1 hb)
    (mul_lt_mul_of_pos_right k (lt_of_le_of_lt hb k))).2
theorem eq_of_mul_self_eq_mul_self (ha : 0 ≤ a) (hb : 0 ≤ b) (h : a * a = b * b) : a = b :=
  le_antisymm (le_of_mul_self_le_mul_self hb (le_of_eq h))
    (le_of_mul_self_le_mul_self ha (ge_of_eq h))

theorem pos_of_mul_self_pos (ha : 0 ≤ a) (h : 0 < a * a) : 0 < a :=
  lt_of_le_of_ne ha fun e => ne_of_lt h (by rw [← e, mul_zero])

/-! ### Numerals and powers -/

theorem zero_le_one : (0 : R) ≤ 1 := zero_lt_one.1
theorem one_ne_zero : (1 : R) ≠ 0 := Ne.symm (ne_of_lt zero_lt_one)
theorem natCast_nonneg : (n : Nat) → (0 : R) ≤ n
  | .zero => le_refl 0
  | .succ n => by rw [natCast_succ]; exact add_nonneg (natCast_nonneg n) zero_le_one
theorem natCast_succ_pos (n : Nat) : (0 : R) < Nat.cast (Nat.succ n) := by
  rw [natCast_succ]; exact add_pos_of_nonneg_of_pos (natCast_nonneg n) zero_lt_one
theorem zero_lt_two : (0 : R) < 2 := natCast_succ_pos 1
theorem zero_le_two : (0 : R) ≤ 2 := zero_lt_two.1
theorem two_ne_zero : (2 : R) ≠ 0 := Ne.symm (ne_of_lt zero_lt_two)
theorem twelve_pos : (0 : R) < 12 := natCast_succ_pos 11
theorem not_nonneg_neg_one : ¬ (0 : R) ≤ -1 := fun h => zero_lt_one.2 (neg_nonneg.mp h)
theorem pow_nonneg (h : 0 ≤ a) : (n : Nat) → 0 ≤ a ^ n
  | .zero => zero_le_one
  | .succ n => mul_nonneg (pow_nonneg h n) h
theorem pow_pos (h : 0 < a) : (n : Nat) → 0 < a ^ n
  | .zero => zero_lt_one
  | .succ n => mul_pos (pow_pos h n) h
theorem sq_nonneg (a : R) : 0 ≤ a ^ 2 := by rw [pow_two]; exact mul_self_nonneg a

/-! ### Negation exchanges the larger and the smaller -/

theorem max_neg_neg (a b : R) : max (-a) (-b) = -min a b := (le_total a b).elim
  (fun h => by rw [min_eq_left h, max_eq_left (neg_le_neg h)])
  fun h => by rw [min_eq_right h, max_eq_right (neg_le_neg h)]
theorem min_neg_neg (a b : R) : min (-a) (-b) = -max a b := (le_total a b).elim
  (fun h => by rw [max_eq_right h, min_eq_right (neg_le_neg h)])
  fun h => by rw [max_eq_left h, min_eq_left (neg_le_neg h)]

/-! ### Comparisons as numbers -/

theorem ite_le_nonneg (a b : R) : (0 : R) ≤ if a ≤ b then 1 else 0 := by
  cases instDecidableLe a b with
  | isTrue _ => exact zero_le_one
  | isFalse _ => exact le_refl 0
theorem ite_le_mono (h : b ≤ c) : (if a ≤ b then (1 : R) else 0) ≤ if a ≤ c then 1 else 0 := by
  cases instDecidableLe a b with
  | isTrue p => cases instDecidableLe a c with
    | isTrue _ => exact le_refl 1
    | isFalse q => exact absurd (le_trans p h) q
  | isFalse _ => exact ite_le_nonneg a c

/-! ### Absolute values -/

/-- The absolute value: the larger of `a` and `-a`. -/
def abs (a : R) : R := max a (-a)

/-- `|a|` is the absolute value; the bars touch what they enclose, so that they are not a
match's. -/
macro:max atomic("|" noWs) a:term noWs "|" : term => `(abs $a)

theorem le_abs_self (a : R) : a ≤ |a| := le_max_left a (-a)
theorem neg_le_abs (a : R) : -a ≤ |a| := le_max_right a (-a)
theorem neg_abs_le (a : R) : -|a| ≤ a := neg_le.mp (neg_le_abs a)
theorem abs_of_nonneg (h : 0 ≤ a) : |a| = a := max_eq_left (neg_le_self h)
theorem abs_of_nonpos (h : a ≤ 0) : |a| = -a := max_eq_right (le_trans h (neg_nonneg.mpr h))
theorem abs_of_pos (h : 0 < a) : |a| = a := abs_of_nonneg h.1
theorem abs_of_neg (h : a < 0) : |a| = -a := abs_of_nonpos h.1
theorem abs_nonneg (a : R) : 0 ≤ |a| := (le_total 0 a).elim
  (fun h => le_trans h (le_abs_self a)) fun h => le_trans (neg_nonneg.mpr h) (neg_le_abs a)
theorem abs_zero : |(0 : R)| = 0 := abs_of_nonneg (le_refl 0)
theorem abs_one : |(1 : R)| = 1 := abs_of_nonneg zero_le_one
theorem abs_neg (a : R) : |-a| = |a| := by
  show max (-a) (-(-a)) = max a (-a); rw [neg_neg, max_comm]
theorem abs_sub_comm (a b : R) : |a - b| = |b - a| := by rw [← neg_sub, abs_neg]
theorem abs_abs (a : R) : |(|a|)| = |a| := abs_of_nonneg (abs_nonneg a)
theorem abs_le : |a| ≤ b ↔ -b ≤ a ∧ a ≤ b :=
  ⟨fun h => ⟨neg_le.mp (le_trans (neg_le_abs a) h), le_trans (le_abs_self a) h⟩,
    fun h => max_le h.2 (neg_le.mp h.1)⟩
theorem abs_lt : |a| < b ↔ -b < a ∧ a < b :=
  ⟨fun h => ⟨lt_of_lt_of_le (neg_lt_neg h) (neg_abs_le a), lt_of_le_of_lt (le_abs_self a) h⟩,
   fun h => (le_total 0 a).elim (fun k => by rw [abs_of_nonneg k]; exact h.2)
    fun k => by rw [abs_of_nonpos k, ← neg_neg b]; exact neg_lt_neg h.1⟩
theorem abs_eq_zero : |a| = 0 ↔ a = 0 :=
  ⟨fun h => le_antisymm (le_trans (le_abs_self a) (le_of_eq h)) (by
    have k := neg_abs_le a
    rw [h, neg_zero] at k
    exact k), fun h => by rw [h, abs_zero]⟩
theorem abs_pos : 0 < |a| ↔ a ≠ 0 :=
  ⟨fun h e => h.2 (le_of_eq (abs_eq_zero.mpr e)), fun h => lt_of_le_of_ne (abs_nonneg a) fun e =>
    h (abs_eq_zero.mp e.symm)⟩
/-- The triangle inequality. -/
theorem abs_add_le (a b : R) : |a + b| ≤ |a| + |b| :=
  max_le (add_le_add (le_abs_self a) (le_abs_self b))
    (by rw [neg_add]; exact add_le_add (neg_le_abs a) (neg_le_abs b))
theorem abs_sub_le (a b c : R) : |a - c| ≤ |a - b| + |b - c| := by
  rw [← sub_add_sub_cancel a b c]; exact abs_add_le (a - b) (b - c)
theorem abs_sub_abs_le_abs_sub (a b : R) : |a| - |b| ≤ |a - b| := by
  refine sub_le_iff_le_add.mpr ?_
  have h := abs_add_le (a - b) b
  rw [sub_add_cancel] at h
  exact h
theorem abs_abs_sub_abs_le (a b : R) : |(|a| - |b|)| ≤ |a - b| :=
  max_le (abs_sub_abs_le_abs_sub a b)
    (by rw [neg_sub, abs_sub_comm]; exact abs_sub_abs_le_abs_sub b a)
theorem abs_mul (a b : R) : |a * b| = |a| * |b| := (le_total 0 a).elim
  (fun h => (le_total 0 b).elim
    (fun k => by rw [abs_of_nonneg h, abs_of_nonneg k, abs_of_nonneg (mul_nonneg h k)])
    fun k => by
      rw [abs_of_nonneg h, abs_of_nonpos k, abs_of_nonpos (mul_nonpos_of_nonneg_of_nonpos h k),
        mul_neg])
  fun h => (le_total 0 b).elim
    (fun k => by
      rw [abs_of_nonpos h, abs_of_nonneg k, mul_comm,
        abs_of_nonpos (mul_nonpos_of_nonneg_of_nonpos k h), neg_mul, mul_comm])
    fun k => by
      rw [abs_of_nonpos h, abs_of_nonpos k, abs_of_nonneg (mul_nonneg_of_nonpos_of_nonpos h k),
        neg_mul_neg]
theorem abs_mul_abs_self (a : R) : |a| * |a| = a * a := by
  rw [← abs_mul, abs_of_nonneg (mul_self_nonneg a)]
theorem abs_le_abs_of_mul_self_le (h : a * a ≤ b * b) : |a| ≤ |b| :=
  le_of_mul_self_le_mul_self (abs_nonneg b) (by rw [abs_mul_abs_self, abs_mul_abs_self]; exact h)
theorem mul_self_le_mul_self_of_abs_le (h : |a| ≤ |b|) : a * a ≤ b * b := by
  rw [← abs_mul_abs_self a, ← abs_mul_abs_self b]; exact mul_self_le_mul_self (abs_nonneg a) h

end LinearOrderedCommRing
