/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Sum

/-!
# Expectations of independent draws

A distribution on finitely many outcomes is a family of weights `w : Fin m → K`, nonnegative with
sum 1. `expect w d F` is the expectation of `F` over `d` independent draws from it: a finite sum, so
that no measure theory is needed.

## Main results

* `expect_mul_self_add_sum`: the second moment of a sum of draws with mean 0
* `expect_sq_mean_sub`: the variance of a mean of `d` draws is that of one over `d`
* `expect_deviation_le`: Chebyshev's inequality for such a mean
-/

set_option autoImplicit false

universe u

section CommRing

variable {K : Type u} [CommRing K] {m : Nat}

/-- The expectation of `F` over `d` independent draws with the weights `w`. -/
def expect (w : Fin m → K) : (d : Nat) → ((Fin d → Fin m) → K) → K
  | .zero, F => F fun i => nomatch i
  | .succ d, F => ∑ a, w a * expect w d fun x => F (Fin.cons a x)

/-- The mean of a function of one draw. -/
def mean (w g : Fin m → K) : K := ∑ a, w a * g a

/-- The variance of a function of one draw. -/
def variance (w g : Fin m → K) : K := ∑ a, w a * ((g a - mean w g) * (g a - mean w g))

variable {w : Fin m → K}

theorem expect_congr : {d : Nat} → {F G : (Fin d → Fin m) → K} → (∀ x, F x = G x) →
    expect w d F = expect w d G
  | .zero, _, _, h => h _
  | .succ _, _, _, h => sum_congr fun a => congrArg (w a * ·) (expect_congr fun _ => h _)

theorem expect_add : {d : Nat} → (F G : (Fin d → Fin m) → K) →
    expect w d (fun x => F x + G x) = expect w d F + expect w d G
  | .zero, _, _ => rfl
  | .succ d, F, G => by
    show ∑ a, w a * expect w d (fun x => F (Fin.cons a x) + G (Fin.cons a x)) =
      ∑ a, w a * expect w d (fun x => F (Fin.cons a x)) +
        ∑ a, w a * expect w d fun x => G (Fin.cons a x)
    rw [← sum_add]
    exact sum_congr fun a => by rw [expect_add, mul_add]

theorem mul_expect : {d : Nat} → (c : K) → (F : (Fin d → Fin m) → K) →
    c * expect w d F = expect w d fun x => c * F x
  | .zero, _, _ => rfl
  | .succ d, c, F => by
    show c * ∑ a, w a * expect w d (fun x => F (Fin.cons a x)) =
      ∑ a, w a * expect w d fun x => c * F (Fin.cons a x)
    rw [mul_sum]
    exact sum_congr fun a => by rw [← mul_expect, mul_left_comm]

theorem expect_const (h : ∑ a, w a = 1) (c : K) : (d : Nat) → expect w d (fun _ => c) = c
  | .zero => rfl
  | .succ d => by
    show ∑ a, w a * expect w d (fun _ => c) = c
    rw [sum_congr fun a => congrArg (w a * ·) (expect_const h c d), ← sum_mul, h, one_mul]

theorem mean_sub_mean (h : ∑ a, w a = 1) (g : Fin m → K) :
    ∑ a, w a * (g a - mean w g) = 0 := by
  rw [sum_congr fun a => mul_sub (w a) (g a) (mean w g), sum_sub, ← sum_mul, h, one_mul]
  exact sub_self _

theorem variance_eq (h : ∑ a, w a = 1) (g : Fin m → K) :
    variance w g = mean w (fun a => g a * g a) - mean w g * mean w g := by
  show ∑ a, w a * ((g a - mean w g) * (g a - mean w g)) = ∑ a, w a * (g a * g a) - _
  rw [sum_congr (g := fun a => w a * (g a * g a) - 2 * mean w g * (w a * g a) +
    w a * (mean w g * mean w g)) fun a => by ring, sum_add, sum_sub, ← mul_sum, ← sum_mul, h]
  show _ - 2 * mean w g * mean w g + _ = _
  ring

/-- The second moment of a sum of independent draws with mean 0, from `t` on. -/
theorem expect_mul_self_add_sum {f : Fin m → K} (h : ∑ a, w a = 1) (h0 : ∑ a, w a * f a = 0) :
    (d : Nat) → (t : K) →
    expect w d (fun x => (t + ∑ i, f (x i)) * (t + ∑ i, f (x i))) =
      t * t + Nat.cast d * ∑ a, w a * (f a * f a)
  | .zero, t => by
    show (t + 0) * (t + 0) = t * t + Nat.cast Nat.zero * _
    rw [natCast_zero, zero_mul, add_zero, add_zero]
  | .succ d, t => by
    show ∑ a, w a * expect w d (fun x => (t + (f a + ∑ i, f (x i))) *
      (t + (f a + ∑ i, f (x i)))) = _
    have e : ∀ a, expect w d (fun x => (t + (f a + ∑ i, f (x i))) *
        (t + (f a + ∑ i, f (x i)))) =
        (t + f a) * (t + f a) + Nat.cast d * ∑ a, w a * (f a * f a) := fun a => by
      rw [← expect_mul_self_add_sum h h0 d (t + f a)]
      exact expect_congr fun x => by rw [add_assoc]
    rw [sum_congr (g := fun a => w a * (t * t + Nat.cast d * ∑ a, w a * (f a * f a)) +
      2 * t * (w a * f a) + w a * (f a * f a)) fun a => by rw [e a]; ring, sum_add, sum_add,
      ← sum_mul, ← mul_sum, h, h0, natCast_succ]
    ring

end CommRing

section LinearOrderedField

variable {K : Type u} [LinearOrderedField K] {m : Nat} {w : Fin m → K}

theorem expect_mono (hw : ∀ a, 0 ≤ w a) : {d : Nat} → {F G : (Fin d → Fin m) → K} →
    (∀ x, F x ≤ G x) → expect w d F ≤ expect w d G
  | .zero, _, _, h => h _
  | .succ _, _, _, h => sum_le_sum fun a =>
    mul_le_mul_of_nonneg_left (expect_mono hw fun _ => h _) (hw a)

/-- The mean of `g` over `d` draws has the variance of one draw over `d`. -/
theorem expect_sq_mean_sub (h : ∑ a, w a = 1) (g : Fin m → K) {d : Nat}
    (hd : (Nat.cast d : K) ≠ 0) :
    expect w d (fun x => ((∑ i, g (x i)) / Nat.cast d - mean w g) *
      ((∑ i, g (x i)) / Nat.cast d - mean w g)) = variance w g / Nat.cast d := by
  have e : ∀ x : Fin d → Fin m, ((∑ i, g (x i)) / Nat.cast d - mean w g) *
      ((∑ i, g (x i)) / Nat.cast d - mean w g) = (Nat.cast d * Nat.cast d)⁻¹ *
        ((0 + ∑ i, (g (x i) - mean w g)) * (0 + ∑ i, (g (x i) - mean w g))) := fun x => by
    have f : (∑ i, g (x i)) / Nat.cast d - mean w g =
        (0 + ∑ i, (g (x i) - mean w g)) / Nat.cast d := by
      rw [zero_add, sum_sub, sum_const, sub_div, mul_div_cancel_left _ hd]
    rw [f, div_mul_div_comm, div_eq_mul_inv, mul_comm]
  rw [expect_congr e, ← mul_expect,
    expect_mul_self_add_sum (f := fun a => g a - mean w g) h (mean_sub_mean h g), mul_zero,
    zero_add, mul_comm, ← div_eq_mul_inv, mul_div_mul_left _ _ hd]
  rfl

/-- Chebyshev's inequality: the chance that a mean of `d` independent draws is `c` or more away from
its expectation is at most the variance over `d c²`. -/
theorem expect_deviation_le (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1) (g : Fin m → K) {d : Nat}
    (hd : (Nat.cast d : K) ≠ 0) {c : K} (hc : 0 < c) :
    expect w d (fun x => if c ≤ |(∑ i, g (x i)) / Nat.cast d - mean w g| then 1 else 0) ≤
      variance w g / (Nat.cast d * (c * c)) := by
  rw [← div_div, ← expect_sq_mean_sub h g hd]
  refine (le_div_iff (mul_pos hc hc)).mpr ?_
  rw [mul_comm, mul_expect]
  refine expect_mono hw fun x => ?_
  cases LinearOrder.decLe c |(∑ i, g (x i)) / Nat.cast d - mean w g| with
  | isTrue k =>
    rw [if_pos k, mul_one, ← abs_mul_abs_self ((∑ i, g (x i)) / Nat.cast d - mean w g)]
    exact mul_self_le_mul_self hc.1 k
  | isFalse k =>
    rw [if_neg k, mul_zero]
    exact mul_self_nonneg _

end LinearOrderedField
