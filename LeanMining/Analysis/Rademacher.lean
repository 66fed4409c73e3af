/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Analysis.Instances

/-!
# The moment ratio of sums of signs

Seed 001, *MomentRatioFloor*, says that the moment ratio of a Gaussian is 2/π. What is proved here:
the moment ratio of a sum `S` of `n` independent signs tends to 2/π as `n` grows. Where `n` is
`2m + 1`, the ratio is the inverse of `wallis m`. Neither a Gaussian nor the central limit theorem,
by which such sums tend to one, is formalized.

## Main definitions

* `fair`: the weights of a fair coin
* `walk n g`: the expectation of `g S`, with `S` the sum of `n` independent signs
* `signSum n`: the sums of `n` signs, each as often as it occurs, and `evenly n`, their weights
* `jump s`: how much `|s|` grows on average with a step of 1 up or down, at an even integer `s`

## Main results

* `walk_succ_mul`: `E S g(S)` over `n + 1` signs is `n + 1` times the mean of the central difference
  of `g` over `n` signs
* `wallis_mul_walk_jump`: the mean of `jump` in terms of Wallis's product
* `walk_abs_odd`, `walk_abs_even`: the mean of `|S|` in terms of that of `jump`
* `tendsto_momentRatio_signs`: the moment ratio of `S` tends to 2/π
* `tendsto_absMoment_signs`: the first absolute moment of `S / √n` tends to √(2/π)
* `eventually_signCosine_signs`: with independent coordinates that are such sums, the mean cosine of
  a vector and its signs tends to √(2/π)
-/

set_option autoImplicit false

universe u

namespace LeanMining

open Wallis

section LinearOrderedField

variable {K : Type u} [LinearOrderedField K]

/-! ### Sums of signs -/

/-- The weights of a fair coin. -/
def fair : Fin 2 → K := fun _ => 1 / 2

/-- The expectation of `g S`, with `S` the sum of `n` independent signs. -/
def walk (n : Nat) (g : K → K) : K := expect fair n fun x => g (∑ i, plusMinus (x i))

theorem half_mul_two (a : K) : 1 / 2 * (2 * a) = a := by
  rw [← mul_assoc, div_mul_cancel _ two_ne_zero, one_mul]

theorem walk_congr {n : Nat} {g h : K → K}
    (e : ∀ x : Fin n → Fin 2, g (∑ i, plusMinus (x i)) = h (∑ i, plusMinus (x i))) :
    walk n g = walk n h := expect_congr e

theorem walk_add (n : Nat) (g h : K → K) : walk n (fun s => g s + h s) = walk n g + walk n h :=
  expect_add _ _

theorem mul_walk (n : Nat) (a : K) (g : K → K) : a * walk n g = walk n fun s => a * g s :=
  mul_expect _ _

theorem walk_succ (n : Nat) (g : K → K) :
    walk (Nat.succ n) g = walk n fun s => 1 / 2 * (g (s + 1) + g (s - 1)) := by
  show 1 / 2 * walk n (fun s => g (1 + s)) + (1 / 2 * walk n (fun s => g (-1 + s)) + 0) = _
  rw [add_zero, ← mul_add, ← walk_add, mul_walk]
  exact walk_congr fun x => by rw [add_comm 1, add_comm (-1), ← sub_eq_add_neg]

/-- `E S g(S)` over `n + 1` signs is `n + 1` times the expectation over `n` of half the difference
of `g` at the next and the last number. -/
theorem walk_succ_mul (n : Nat) (g : K → K) :
    walk (Nat.succ n) (fun s => s * g s) =
      Nat.cast (Nat.succ n) * walk n fun s => 1 / 2 * (g (s + 1) - g (s - 1)) := by
  revert g
  induction n with
  | zero =>
    intro g
    rw [walk_succ]
    show 1 / 2 * ((0 + 1) * g (0 + 1) + (0 - 1) * g (0 - 1)) =
      1 * (1 / 2 * (g (0 + 1) - g (0 - 1)))
    ring
  | succ n ih =>
    intro g
    have split : walk (Nat.succ n) (fun s => 1 / 2 * ((s + 1) * g (s + 1) + (s - 1) * g (s - 1))) =
        walk (Nat.succ n) (fun s => s * (1 / 2 * (g (s + 1) + g (s - 1)))) +
          walk (Nat.succ n) fun s => 1 / 2 * (g (s + 1) - g (s - 1)) := by
      rw [← walk_add]
      exact walk_congr fun x => by ring
    have swap : (walk n fun s => 1 / 2 * (1 / 2 * (g (s + 1 + 1) + g (s + 1 - 1)) -
        1 / 2 * (g (s - 1 + 1) + g (s - 1 - 1)))) =
        walk (Nat.succ n) fun s => 1 / 2 * (g (s + 1) - g (s - 1)) := by
      rw [walk_succ]
      exact walk_congr fun x => by
        rw [add_sub_cancel_right, sub_add_cancel]
        ring
    rw [walk_succ, split, ih fun s => 1 / 2 * (g (s + 1) + g (s - 1)), swap,
      natCast_succ (Nat.succ n)]
    ring

theorem sum_fair : ∑ a, fair a = (1 : K) := by
  show 1 / 2 + (1 / 2 + 0) = (1 : K)
  rw [add_zero, add_halves]

theorem walk_const (n : Nat) (a : K) : walk n (fun _ => a) = a := expect_const sum_fair a n

/-- The second moment of the sum is the number of signs. -/
theorem walk_mul_self : (n : Nat) → walk n (fun s : K => s * s) = Nat.cast n
  | .zero => mul_zero 0
  | .succ n => by
    have e : (walk n fun s : K => 1 / 2 * (s + 1 - (s - 1))) = 1 := by
      refine Eq.trans (walk_congr (h := fun _ => 1) fun x => ?_) (walk_const n 1)
      refine Eq.trans ?_ (half_mul_two 1)
      ring
    exact (walk_succ_mul n fun s => s).trans (by rw [e, mul_one])

/-! ### Parity -/

/-- An even integer. -/
def IsEven (s : K) : Prop := ∃ a b : Nat, s = 2 * Nat.cast a - 2 * Nat.cast b

/-- An odd integer. -/
def IsOdd (s : K) : Prop := ∃ a b : Nat, s = 2 * Nat.cast a + 1 - 2 * Nat.cast b

theorem IsEven.add_sign {s : K} (h : IsEven s) : (a : Fin 2) → IsOdd (plusMinus a + s)
  | .zero => h.elim fun a h => h.elim fun b e => ⟨a, b, by
    show 1 + s = _
    rw [e]; ring⟩
  | .succ .zero => h.elim fun a h => h.elim fun b e => ⟨a, Nat.succ b, by
    show -1 + s = _
    rw [e, natCast_succ]; ring⟩

theorem IsOdd.add_sign {s : K} (h : IsOdd s) : (a : Fin 2) → IsEven (plusMinus a + s)
  | .zero => h.elim fun a h => h.elim fun b e => ⟨Nat.succ a, b, by
    show 1 + s = _
    rw [e, natCast_succ]; ring⟩
  | .succ .zero => h.elim fun a h => h.elim fun b e => ⟨a, b, by
    show -1 + s = _
    rw [e]; ring⟩

theorem isEven_sum : (m : Nat) → (x : Fin (Nat.double m) → Fin 2) →
    IsEven (∑ i, plusMinus (x i) : K)
  | .zero, _ => ⟨0, 0, (sub_self _).symm⟩
  | .succ m, x => ((isEven_sum m fun i => x (.succ (.succ i))).add_sign (x (.succ .zero))).add_sign
    (x .zero)

theorem isOdd_sum (m : Nat) (x : Fin (Nat.succ (Nat.double m)) → Fin 2) :
    IsOdd (∑ i, plusMinus (x i) : K) :=
  (isEven_sum m fun i => x (.succ i)).add_sign (x .zero)

/-- A difference of natural numbers. -/
theorem exists_add_of_le {a b : Nat} (h : a ≤ b) :
    ∃ k : Nat, (Nat.cast b : K) = Nat.cast k + Nat.cast a :=
  ⟨b - a, by rw [← natCast_add, Nat.sub_add_cancel h]⟩

theorem IsEven.cases {s : K} (h : IsEven s) : s = 0 ∨ 2 ≤ s ∨ s ≤ -2 := by
  refine h.elim fun a h => h.elim fun b e => (le_total a b).elim (fun l => ?_) fun l => ?_
  · refine (exists_add_of_le (K := K) l).elim fun k hk => ?_
    rw [hk] at e
    exact match k, e with
    | .zero, e => .inl (by rw [e, natCast_zero]; ring)
    | .succ k, e => .inr (.inr (le_of_sub_eq (mul_nonneg zero_le_two (natCast_nonneg k)) (by
      rw [e, natCast_succ]; ring)))
  · refine (exists_add_of_le (K := K) l).elim fun k hk => ?_
    rw [hk] at e
    exact match k, e with
    | .zero, e => .inl (by rw [e, natCast_zero]; ring)
    | .succ k, e => .inr (.inl (le_of_sub_eq (mul_nonneg zero_le_two (natCast_nonneg k)) (by
      rw [e, natCast_succ]; ring)))

theorem IsOdd.cases {s : K} (h : IsOdd s) : 1 ≤ s ∨ s ≤ -1 := by
  refine h.elim fun a h => h.elim fun b e => (le_total a b).elim (fun l => ?_) fun l => ?_
  · refine (exists_add_of_le (K := K) l).elim fun k hk => ?_
    rw [hk] at e
    exact match k, e with
    | .zero, e => .inl (le_of_eq (by rw [e, natCast_zero]; ring))
    | .succ k, e => .inr (le_of_sub_eq (mul_nonneg zero_le_two (natCast_nonneg k)) (by
      rw [e, natCast_succ]; ring))
  · refine (exists_add_of_le (K := K) l).elim fun k hk => ?_
    rw [hk] at e
    exact .inl (le_of_sub_eq (mul_nonneg zero_le_two (natCast_nonneg k)) (by rw [e]; ring))

/-! ### The first absolute moment -/

/-- Half the difference of the signs of the next and the last number. At an even integer it is how
much the magnitude grows on average with a step of 1 up or down: by 1 at 0, and not at all at
another. -/
def jump (s : K) : K := 1 / 2 * (sign (s + 1) - sign (s - 1))

theorem sign_of_nonneg {x : K} (h : 0 ≤ x) : sign x = 1 := if_pos h
theorem sign_of_neg {x : K} (h : x < 0) : sign x = -1 := if_neg (not_le_of_lt h)

theorem jump_zero : jump (0 : K) = 1 := by
  show 1 / 2 * (sign (0 + 1) - sign (0 - 1)) = (1 : K)
  rw [zero_add, zero_sub, sign_of_nonneg zero_le_one, sign_of_neg (neg_neg_iff_pos.mpr zero_lt_one),
    sub_neg_eq_add, one_add_one_eq_two, div_mul_cancel _ two_ne_zero]

/-- From an even integer the mean of the magnitude grows by `jump`. -/
theorem IsEven.half_add {s : K} (h : IsEven s) :
    1 / 2 * (|s + 1| + |s - 1|) = |s| + jump s := by
  have one : (1 : K) ≤ 2 := le_of_sub_eq zero_le_one (by ring)
  show _ = _ + 1 / 2 * (sign (s + 1) - sign (s - 1))
  refine h.cases.elim (fun e => ?_) fun h => h.elim (fun l => ?_) fun l => ?_
  · have k := jump_zero (K := K)
    have k : 1 / 2 * (sign (0 + 1) - sign (0 - 1)) = (1 : K) := k
    rw [e, k, zero_add, zero_sub, abs_neg, abs_one, abs_zero, one_add_one_eq_two,
      div_mul_cancel _ two_ne_zero, zero_add]
  · have a : 0 ≤ s - 1 := sub_nonneg.mpr (le_trans one l)
    have b : 0 ≤ s := le_trans zero_le_two l
    have c : 0 ≤ s + 1 := add_nonneg b zero_le_one
    rw [sign_of_nonneg a, sign_of_nonneg c, abs_of_nonneg a, abs_of_nonneg b, abs_of_nonneg c,
      sub_self, mul_zero, add_zero]
    refine Eq.trans ?_ (half_mul_two s)
    ring
  · have a : 0 < -2 - s + 1 :=
      add_pos_of_nonneg_of_pos (sub_nonneg.mpr l) zero_lt_one
    have c : s + 1 < 0 := lt_of_sub_eq a (by ring)
    have b : s < 0 := lt_trans (lt_add_of_pos_right zero_lt_one) c
    have d : s - 1 < 0 := lt_trans (lt_of_sub_eq zero_lt_one (by ring)) b
    rw [sign_of_neg c, sign_of_neg d, abs_of_neg c, abs_of_neg b, abs_of_neg d, sub_self, mul_zero,
      add_zero]
    refine Eq.trans ?_ (half_mul_two (-s))
    ring

/-- From an odd integer the mean of the magnitude stays as it is. -/
theorem IsOdd.half_add {s : K} (h : IsOdd s) : 1 / 2 * (|s + 1| + |s - 1|) = |s| :=
  h.cases.elim (fun l => by
    have a : 0 ≤ s - 1 := sub_nonneg.mpr l
    have b : 0 ≤ s := le_trans zero_le_one l
    rw [abs_of_nonneg a, abs_of_nonneg b, abs_of_nonneg (add_nonneg b zero_le_one)]
    refine Eq.trans ?_ (half_mul_two s)
    ring) fun l => by
    have c : s + 1 ≤ 0 := le_of_sub_eq (sub_nonneg.mpr l) (by ring)
    have b : s ≤ 0 := le_trans (lt_add_of_pos_right zero_lt_one).1 c
    have d : s - 1 ≤ 0 := le_trans (sub_le_self zero_le_one) b
    rw [abs_of_nonpos c, abs_of_nonpos b, abs_of_nonpos d]
    refine Eq.trans ?_ (half_mul_two (-s))
    ring

theorem natCast_double : (m : Nat) → (Nat.cast (Nat.double m) : K) = 2 * Nat.cast m
  | .zero => (mul_zero 2).symm
  | .succ m => by
    show (Nat.cast (Nat.succ (Nat.succ (Nat.double m))) : K) = _
    rw [natCast_succ, natCast_succ, natCast_succ, natCast_double m]
    ring

/-- For an odd number of signs the mean of `|S|` is that number times `E jump`. -/
theorem walk_abs_odd (m : Nat) : walk (Nat.succ (Nat.double m)) (fun s : K => |s|) =
    (2 * Nat.cast m + 1) * walk (Nat.double m) jump := by
  have e := walk_succ_mul (Nat.double m) (sign (K := K))
  rw [natCast_succ, natCast_double] at e
  exact (walk_congr (h := fun s => s * sign s) fun x => (mul_sign _).symm).trans e

theorem walk_abs_odd_eq_add (m : Nat) : walk (Nat.succ (Nat.double m)) (fun s : K => |s|) =
    walk (Nat.double m) (fun s => |s|) + walk (Nat.double m) jump := by
  rw [walk_succ, ← walk_add]
  exact walk_congr fun x => (isEven_sum m x).half_add

/-- For an even number of signs the same holds. -/
theorem walk_abs_even (m : Nat) : walk (Nat.double m) (fun s : K => |s|) =
    2 * Nat.cast m * walk (Nat.double m) jump := by
  have e := walk_abs_odd_eq_add (K := K) m
  rw [walk_abs_odd, add_mul, one_mul] at e
  exact (add_right_cancel e).symm

theorem walk_jump_succ (m : Nat) : (2 * Nat.cast m + 2) * walk (Nat.double (Nat.succ m)) jump =
    (2 * Nat.cast m + 1) * walk (Nat.double m) (jump (K := K)) := by
  rw [← walk_abs_odd]
  have e := walk_abs_even (K := K) (Nat.succ m)
  have f : walk (Nat.double (Nat.succ m)) (fun s : K => |s|) =
      walk (Nat.succ (Nat.double m)) fun s => |s| := by
    show walk (Nat.succ (Nat.succ (Nat.double m))) (fun s : K => |s|) = _
    rw [walk_succ]
    exact walk_congr fun x => (isOdd_sum m x).half_add
  rw [← f, e, natCast_succ, mul_add, mul_one]

/-- Wallis's product is the inverse of `(2m + 1) (E jump)²` over `2m` signs. -/
theorem wallis_mul_walk_jump : (m : Nat) → wallis m * ((2 * Nat.cast m + 1) *
    (walk (Nat.double m) jump * walk (Nat.double m) jump)) = (1 : K)
  | .zero => by
    show 1 * ((2 * 0 + 1) * (jump (0 : K) * jump 0)) = 1
    rw [jump_zero]
    ring
  | .succ m => by
    have y := natCast_nonneg (R := K) m
    have ih := wallis_mul_walk_jump m
    have step := walk_jump_succ (K := K) m
    show wallis m * _ * ((2 * Nat.cast (Nat.succ m) + 1) * _) = (1 : K)
    refine Eq.trans ?_ ih
    rw [natCast_succ, mul_assoc]
    refine congrArg _ ?_
    rw [div_mul_eq_mul_div]
    refine (div_eq_iff (Ne.symm (ne_of_lt (wallis_den_pos y)))).mpr ?_
    revert step
    generalize walk (Nat.double (Nat.succ m)) (jump (K := K)) = p
    generalize walk (Nat.double m) (jump (K := K)) = q
    intro step
    have e : (2 * Nat.cast m + 2) * (2 * Nat.cast m + 2) *
        ((2 * (Nat.cast m + 1) + 1) * (p * p)) =
        (2 * (Nat.cast m + 1) + 1) * ((2 * Nat.cast m + 2) * p * ((2 * Nat.cast m + 2) * p)) := by
      ring
    rw [e, step]
    ring

theorem momentRatio_odd (m : Nat) : momentRatio (walk (Nat.succ (Nat.double m)) fun s : K => |s|)
    (walk (Nat.succ (Nat.double m)) fun s => s * s) = (wallis m)⁻¹ := by
  have p : (0 : K) < 2 * Nat.cast m + 1 := linear_pos (natCast_nonneg m) 2 0
  refine eq_inv_of_mul_eq_one_right ?_
  refine Eq.trans ?_ (wallis_mul_walk_jump m)
  rw [walk_mul_self, walk_abs_odd, natCast_succ, natCast_double]
  refine congrArg _ ((div_eq_iff (Ne.symm (ne_of_lt p))).mpr ?_)
  ring

theorem momentRatio_even (m : Nat) : momentRatio (walk (Nat.double m) fun s : K => |s|)
    (walk (Nat.double m) fun s => s * s) = (wallis m)⁻¹ * (1 - 1 / (2 * Nat.cast m + 1)) := by
  have p : (0 : K) < 2 * Nat.cast m + 1 := linear_pos (natCast_nonneg m) 2 0
  have n := Ne.symm (ne_of_lt p)
  have w := eq_inv_of_mul_eq_one_right (wallis_mul_walk_jump (K := K) m)
  rw [walk_mul_self, walk_abs_even, natCast_double, ← w]
  have e : (1 : K) - 1 / (2 * Nat.cast m + 1) = 2 * Nat.cast m / (2 * Nat.cast m + 1) := by
    refine (eq_div_iff n).mpr ?_
    rw [sub_mul, div_mul_cancel _ n]
    ring
  have f : ∀ q : K, (2 * Nat.cast m + 1) * (q * q) * (2 * Nat.cast m / (2 * Nat.cast m + 1)) =
      q * q * (2 * Nat.cast m / (2 * Nat.cast m + 1) * (2 * Nat.cast m + 1)) := fun q => by ring
  rw [e, f, div_mul_cancel _ n]
  exact match LinearOrder.decEq (2 * Nat.cast m : K) 0 with
  | .isTrue z => by
    rw [z, zero_mul, mul_zero]
    exact div_zero _
  | .isFalse z => (div_eq_iff z).mpr (by ring)

end LinearOrderedField

/-! ### The limit -/

/-- A sequence tends to `a` where its even and its odd terms do. -/
theorem tendsto_of_double {K : Type u} [LinearOrderedField K] {f : Nat → K} {a : K}
    (h : Tendsto (fun m => f (Nat.double m)) a)
    (k : Tendsto (fun m => f (Nat.succ (Nat.double m))) a) : Tendsto f a := fun ε he =>
  ((h ε he).and (k ε he)).elim fun N l => ⟨Nat.succ (Nat.double N), fun n hn => by
    have up := Nat.half_mono hn
    rw [Nat.half_succ_double] at up
    have l := l _ up
    exact (go n).elim (fun e => e ▸ l.1) fun e => e ▸ l.2⟩
where
  go : (n : Nat) → n = Nat.double (Nat.half n) ∨ n = Nat.succ (Nat.double (Nat.half n))
    | .zero => .inl rfl
    | .succ .zero => .inr rfl
    | .succ (.succ n) => (go n).elim (fun e => .inl (congrArg (fun n => Nat.succ (Nat.succ n)) e))
      fun e => .inr (congrArg (fun n => Nat.succ (Nat.succ n)) e)

/-- The moment ratio of the sum of `n` independent signs tends to 2/π as `n` grows (seed 001,
MomentRatioFloor, which gives 2/π as that of a Gaussian). -/
theorem tendsto_momentRatio_signs :
    Tendsto (fun n => momentRatio (expect fair n fun x => |∑ i, plusMinus (x i)|)
      (expect fair n fun x => (∑ i, plusMinus (x i)) * ∑ i, plusMinus (x i)))
      (2 / Real.pi) := by
  have limit : Tendsto (fun m => (wallis m)⁻¹) (2 / Real.pi) := by
    have e : 2 / Real.pi = (Real.pi / 2)⁻¹ := by
      rw [← one_div, ← mul_div_mul_left 1 (Real.pi / 2) two_ne_zero, mul_one,
        mul_comm 2 (Real.pi / 2), div_mul_cancel _ two_ne_zero]
    rw [e]
    exact Real.tendsto_wallis_pi_div_two.inv (Ne.symm (ne_of_lt (half_pos Real.pi_pos)))
  have small : Tendsto (fun m => (1 : Real) / (2 * Nat.cast m + 1)) 0 :=
    tendsto_of_abs_sub_le Real.tendsto_one_div_add_atTop (.of_forall fun m => by
      have y := natCast_nonneg (R := Real) m
      have p : (0 : Real) < 2 * Nat.cast m + 1 := linear_pos y 2 0
      have q : (0 : Real) < Nat.cast m + 1 := add_pos_of_nonneg_of_pos y zero_lt_one
      rw [sub_zero, abs_of_pos (div_pos zero_lt_one p), natCast_succ]
      exact (div_le_div_iff p q).mpr (le_of_sub_eq y (by ring)))
  refine tendsto_of_double ?_ (limit.congr fun m => (momentRatio_odd m).symm)
  have k := limit.mul ((tendsto_const 1).sub small)
  rw [sub_zero, mul_one] at k
  exact k.congr fun m => (momentRatio_even m).symm

/-- Roots of a sequence tend to the root of its limit. -/
theorem _root_.Real.tendsto_sqrt {f : Nat → Real} {a : Real} (h : Tendsto f a) (ha : 0 < a) :
    Tendsto (fun n => Real.sqrt (f n)) (Real.sqrt a) :=
  .of_le_mul (Real.sqrt a)⁻¹ fun ε he => ((h ε he).and (h a ha)).mono fun n l =>
    le_trans (Real.abs_sqrt_sub_sqrt_le
        (le_of_sub_eq (sub_pos.mpr (abs_lt.mp l.2).1).1 (by ring)) ha)
      (mul_le_mul_of_nonneg_left l.1.1 (inv_nonneg (Real.sqrt_nonneg a)))

/-- The mean of `|S| / √n`, with `S` the sum of `n` independent signs, tends to √(2/π) (seed 001,
MomentRatioFloor, which gives √(2/π) as the first absolute moment of a Gaussian). -/
theorem tendsto_absMoment_signs :
    Tendsto (fun n => (expect fair n fun x => |∑ i, plusMinus (x i)|) / Real.sqrt (Nat.cast n))
      (Real.sqrt (2 / Real.pi)) :=
  (Real.tendsto_sqrt tendsto_momentRatio_signs (div_pos zero_lt_two Real.pi_pos)).congr fun n => by
    have pos : 0 ≤ expect fair n fun x => |∑ i, (plusMinus (x i) : Real)| :=
      le_trans (ge_of_eq (walk_const n 0))
        (expect_mono (fun _ => div_nonneg zero_le_one zero_le_two) fun _ => abs_nonneg _)
    have e : (expect fair n fun x => (∑ i, plusMinus (x i)) * ∑ i, (plusMinus (x i) : Real)) =
      Nat.cast n := walk_mul_self n
    rw [e]
    refine (Real.eq_sqrt_of_mul_self_eq (div_nonneg pos (Real.sqrt_nonneg _)) ?_).symm
    rw [div_mul_div_comm, Real.mul_self_sqrt (natCast_nonneg n)]
    rfl

/-! ### The cosine -/

section Sums

variable {K : Type u} [LinearOrderedField K]

/-- The sum of the `n` signs of each vertex of the cube: every sum as often as it occurs. -/
def signSum (n : Nat) (s : Fin (cubeCount n)) : K := ∑ i, cube n s i

/-- The weights of the sums of `n` signs. -/
def evenly (n : Nat) (_ : Fin (cubeCount n)) : K := 1 / Nat.cast (cubeCount n)

theorem evenly_nonneg (n : Nat) (s : Fin (cubeCount n)) : (0 : K) ≤ evenly n s :=
  div_nonneg zero_le_one (natCast_nonneg _)

theorem sum_evenly (n : Nat) : ∑ s, evenly n s = (1 : K) := by
  show ∑ _s : Fin (cubeCount n), 1 / Nat.cast (cubeCount n) = (1 : K)
  rw [sum_const, mul_comm, div_mul_cancel _ (Ne.symm (ne_of_lt (cubeCount_pos n)))]

/-- A mean over the sums of `n` signs is one over `n` draws of a fair coin. -/
theorem mean_signSum (n : Nat) (g : K → K) :
    mean (evenly n) (fun s => g (signSum n s)) = walk n g := by
  revert g
  induction n with
  | zero =>
    intro g
    show 1 / 1 * g 0 + 0 = g 0
    rw [add_zero, div_one, one_mul]
  | succ n ih =>
    intro g
    have half : 1 / (Nat.cast (cubeCount n) + Nat.cast (cubeCount n)) =
        1 / Nat.cast (cubeCount n) * (1 / 2 : K) := by
      rw [div_mul_div_comm, one_mul]
      exact congrArg (1 / ·) (by ring)
    show ∑ s, 1 / Nat.cast (cubeCount n + cubeCount n) * g (∑ i,
      Fin.append (fun s => Fin.cons 1 (cube n s)) (fun s => Fin.cons (-1) (cube n s)) s i) = _
    rw [sum_append fun v : Fin (Nat.succ n) → K =>
      1 / Nat.cast (cubeCount n + cubeCount n) * g (∑ i, v i), natCast_add, half, walk_succ, ← ih,
      ← sum_add]
    refine sum_congr fun s => ?_
    show 1 / Nat.cast (cubeCount n) * (1 / 2) * g (1 + signSum n s) +
      1 / Nat.cast (cubeCount n) * (1 / 2) * g (-1 + signSum n s) =
        1 / Nat.cast (cubeCount n) * (1 / 2 * (g (signSum n s + 1) + g (signSum n s - 1)))
    rw [add_comm 1, add_comm (-1), ← sub_eq_add_neg]
    ring

end Sums

/-- In vectors of `d` independent coordinates, each a sum of `n` signs, the mean cosine with the
vector's signs is as near to √(2/π) as one likes, for every `n` that is large enough and then every
`d` that is (seed 001, glossary, "√(2/π) ≈ 0.7979", and MomentRatioFloor, which has it of Gaussian
coordinates). -/
theorem eventually_signCosine_signs {ε : Real} (he : 0 < ε) :
    Eventually fun n => Eventually fun d =>
      |expect (evenly n) d (fun x => signCosine fun i => signSum n (x i)) -
        Real.sqrt (2 / Real.pi)| < ε :=
  ((Real.tendsto_sqrt tendsto_momentRatio_signs (div_pos zero_lt_two Real.pi_pos) (ε / 2)
    (half_pos he)).and (q := fun n => 1 ≤ n) ⟨1, fun _ h => h⟩).mono fun n hn => by
    have first : absMoment (evenly n) (signSum n) =
        expect fair n fun x => |∑ i, (plusMinus (x i) : Real)| := mean_signSum n fun s => |s|
    have second : secondMoment (evenly n) (signSum n) =
        expect fair n fun x => (∑ i, plusMinus (x i)) * ∑ i, (plusMinus (x i) : Real) :=
      mean_signSum n fun s => s * s
    have count : secondMoment (evenly n) (signSum n) = (Nat.cast n : Real) :=
      second.trans (walk_mul_self n)
    have pos : 0 < secondMoment (evenly n) (signSum n : Fin (cubeCount n) → Real) := by
      rw [count]
      exact match n, hn.2 with
      | .succ m, _ => natCast_succ_pos m
    have near := tendsto_expect_signCosine (evenly_nonneg n) (sum_evenly n) pos (ε / 2)
      (half_pos he)
    rw [first, second] at near
    exact near.mono fun d hd => by
      have k := add_lt_add hd hn.1
      rw [add_halves] at k
      exact lt_of_le_of_lt (abs_sub_le _ _ _) k

end LeanMining
