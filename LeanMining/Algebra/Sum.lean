/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Field
import LeanMining.Algebra.Fin
import LeanMining.Algebra.RingNF

/-!
# Finite sums

`∑ i, f i` for `f : Fin n → R`, by recursion on `n`. No proof uses function extensionality:
`sum_congr` takes its place.

## Main results

* `sum_add`, `sum_sub`, `mul_sum`, `sum_mul`, `sum_comm`
* `sum_le_sum`, `sum_nonneg`, `single_le_sum`, `abs_sum_le`
* `sum_mul_sq_le_sq_mul_sq`: the Cauchy-Schwarz inequality
* `indicator kept`: a choice of indices as a family of zeros and ones
-/

set_option autoImplicit false

universe u

/-- The sum of the values of `f`. -/
def sum {R : Type u} [CommRing R] : {n : Nat} → (Fin n → R) → R
  | .zero, _ => 0
  | .succ _, f => f .zero + sum fun i => f (.succ i)

/-- `∑ i, f i` is the sum of the values of `f : Fin n → R`. -/
macro "∑ " i:ident ", " b:term:67 : term => `(sum fun $i => $b)

/-- `∑ i : Fin n, f i` is the sum of the values of `f`. -/
macro "∑ " i:ident " : " t:term ", " b:term:67 : term => `(sum fun ($i : $t) => $b)

section CommRing

variable {R : Type u} [CommRing R]

theorem sum_zero_index (f : Fin 0 → R) : ∑ i, f i = 0 := rfl

theorem sum_succ {n : Nat} (f : Fin (Nat.succ n) → R) : ∑ i, f i = f .zero + ∑ i, f (.succ i) := rfl

theorem sum_congr : {n : Nat} → {f g : Fin n → R} → (∀ i, f i = g i) → ∑ i, f i = ∑ i, g i
  | .zero, _, _, _ => rfl
  | .succ _, f, g, h => by rw [sum_succ, sum_succ g, h .zero, sum_congr fun i => h (.succ i)]

theorem sum_const_zero : (n : Nat) → ∑ _i : Fin n, (0 : R) = 0
  | .zero => rfl
  | .succ n => by rw [sum_succ, sum_const_zero n, add_zero]

theorem sum_eq_zero {n : Nat} {f : Fin n → R} (h : ∀ i, f i = 0) : ∑ i, f i = 0 :=
  (sum_congr h).trans (sum_const_zero n)

theorem sum_const (c : R) : (n : Nat) → ∑ _i : Fin n, c = Nat.cast n * c
  | .zero => (zero_mul c).symm
  | .succ n => by rw [sum_succ, sum_const c n, natCast_succ]; ring

theorem sum_add : {n : Nat} → (f g : Fin n → R) → ∑ i, (f i + g i) = ∑ i, f i + ∑ i, g i
  | .zero, _, _ => (add_zero 0).symm
  | .succ _, f, g => by
    rw [sum_succ, sum_succ f, sum_succ g, sum_add (fun i => f (.succ i)) fun i => g (.succ i),
      add_add_add_comm]

theorem mul_sum : {n : Nat} → (c : R) → (f : Fin n → R) → c * ∑ i, f i = ∑ i, c * f i
  | .zero, c, _ => mul_zero c
  | .succ _, c, f => by
    rw [sum_succ, sum_succ fun i => c * f i, mul_add, mul_sum c fun i => f (.succ i)]

theorem sum_mul {n : Nat} (f : Fin n → R) (c : R) : (∑ i, f i) * c = ∑ i, f i * c := by
  rw [mul_comm, mul_sum]; exact sum_congr fun i => mul_comm c (f i)

theorem sum_neg {n : Nat} (f : Fin n → R) : ∑ i, -f i = -∑ i, f i := by
  rw [← neg_one_mul, mul_sum]; exact sum_congr fun i => (neg_one_mul (f i)).symm

theorem sum_sub {n : Nat} (f g : Fin n → R) : ∑ i, (f i - g i) = ∑ i, f i - ∑ i, g i := by
  rw [sum_congr fun i => sub_eq_add_neg (f i) (g i), sum_add f fun i => -g i, sum_neg,
    ← sub_eq_add_neg]

theorem sum_comm {m n : Nat} (f : Fin m → Fin n → R) : ∑ i, ∑ j, f i j = ∑ j, ∑ i, f i j :=
  match m, f with
  | .zero, _ => (sum_const_zero n).symm
  | .succ _, f => by
    rw [sum_succ, sum_comm fun i => f (.succ i)]
    exact (sum_add _ _).symm

theorem sum_append {α : Type u} {m : Nat} (φ : α → R) (f : Fin m → α) :
    {n : Nat} → (g : Fin n → α) →
    ∑ i, φ (Fin.append f g i) = ∑ i, φ (f i) + ∑ j, φ (g j)
  | .zero, _ => (add_zero _).symm
  | .succ _, g => by
    show φ (g .zero) + ∑ i, φ (Fin.append f (fun j => g (.succ j)) i) =
      ∑ i, φ (f i) + (φ (g .zero) + ∑ j, φ (g (.succ j)))
    rw [sum_append φ f fun j => g (.succ j), add_left_comm]

theorem sum_mul_sum {m n : Nat} (f : Fin m → R) (g : Fin n → R) :
    (∑ i, f i) * ∑ j, g j = ∑ i, ∑ j, f i * g j := by
  rw [sum_mul]; exact sum_congr fun i => mul_sum (f i) g

/-- A sum with one term that is not 0. -/
theorem sum_eq_single :
    {n : Nat} → {f : Fin n → R} → (i : Fin n) → (∀ j, j ≠ i → f j = 0) → ∑ j, f j = f i
  | .succ _, f, .zero, h => by rw [sum_succ, sum_eq_zero fun j => h (.succ j) (nomatch ·), add_zero]
  | .succ _, f, .succ i, h => by
    rw [sum_succ, h .zero (nomatch ·), zero_add]
    exact sum_eq_single i fun j k => h (.succ j) fun e => k (Fin.succ_inj e)

/-- 1 where a choice takes an index, 0 elsewhere. -/
def indicator {n : Nat} (kept : Fin n → Bool) (i : Fin n) : R := cond (kept i) 1 0

end CommRing

section LinearOrderedCommRing

variable {R : Type u} [LinearOrderedCommRing R]

theorem sum_le_sum : {n : Nat} → {f g : Fin n → R} → (∀ i, f i ≤ g i) → ∑ i, f i ≤ ∑ i, g i
  | .zero, _, _, _ => le_refl 0
  | .succ _, _, _, h => add_le_add (h .zero) (sum_le_sum fun i => h (.succ i))

theorem sum_nonneg {n : Nat} {f : Fin n → R} (h : ∀ i, 0 ≤ f i) : 0 ≤ ∑ i, f i :=
  le_trans (ge_of_eq (sum_const_zero n)) (sum_le_sum h)

theorem sum_lt_sum : {n : Nat} → {f g : Fin n → R} → (∀ i, f i ≤ g i) → (∃ i, f i < g i) →
    ∑ i, f i < ∑ i, g i
  | .succ _, _, _, h, ⟨.zero, k⟩ => add_lt_add_of_lt_of_le k (sum_le_sum fun i => h (.succ i))
  | .succ _, _, _, h, ⟨.succ i, k⟩ =>
    add_lt_add_of_le_of_lt (h .zero) (sum_lt_sum (fun i => h (.succ i)) ⟨i, k⟩)

theorem sum_pos {n : Nat} {f : Fin n → R} (h : ∀ i, 0 ≤ f i) (k : ∃ i, 0 < f i) : 0 < ∑ i, f i :=
  lt_of_le_of_lt (ge_of_eq (sum_const_zero n)) (sum_lt_sum h k)

theorem single_le_sum : {n : Nat} → {f : Fin n → R} → (∀ i, 0 ≤ f i) → (i : Fin n) → f i ≤ ∑ j, f j
  | .succ _, _, h, .zero => le_add_of_nonneg_right (sum_nonneg fun j => h (.succ j))
  | .succ _, _, h, .succ i => le_trans (single_le_sum (fun j => h (.succ j)) i)
    (le_add_of_nonneg_left (h .zero))

theorem sum_eq_zero_iff_of_nonneg {n : Nat} {f : Fin n → R} (h : ∀ i, 0 ≤ f i) :
    ∑ i, f i = 0 ↔ ∀ i, f i = 0 :=
  ⟨fun e i => le_antisymm (le_trans (single_le_sum h i) (le_of_eq e)) (h i), sum_eq_zero⟩

theorem sum_le_card_mul {n : Nat} {f : Fin n → R} {c : R} (h : ∀ i, f i ≤ c) :
    ∑ i, f i ≤ Nat.cast n * c :=
  le_trans (sum_le_sum h) (le_of_eq (sum_const c n))

/-- The triangle inequality for sums. -/
theorem abs_sum_le : {n : Nat} → (f : Fin n → R) → |∑ i, f i| ≤ ∑ i, |f i|
  | .zero, _ => le_of_eq abs_zero
  | .succ _, f => le_trans (abs_add_le _ _) (add_le_add_left (abs_sum_le fun i => f (.succ i)) _)

/-- The Cauchy-Schwarz inequality. -/
theorem sum_mul_sq_le_sq_mul_sq : {n : Nat} → (f g : Fin n → R) →
    (∑ i, f i * g i) ^ 2 ≤ (∑ i, f i ^ 2) * ∑ i, g i ^ 2
  | .zero, _, _ => le_of_eq (pow_two 0)
  | .succ n, f, g => by
    have ih := sum_mul_sq_le_sq_mul_sq (fun i => f (.succ i)) fun i => g (.succ i)
    have cross : 0 ≤ ∑ i : Fin n, (f .zero * g (.succ i) - f (.succ i) * g .zero) ^ 2 :=
      sum_nonneg fun i => sq_nonneg _
    have e : ∑ i : Fin n, (f .zero * g (.succ i) - f (.succ i) * g .zero) ^ 2 =
        f .zero ^ 2 * ∑ i : Fin n, g (.succ i) ^ 2 - 2 * f .zero * g .zero * ∑ i : Fin n, f
          (.succ i) * g (.succ i) +
          g .zero ^ 2 * ∑ i : Fin n, f (.succ i) ^ 2 := by
      rw [mul_sum, mul_sum, mul_sum, ← sum_sub, ← sum_add]
      exact sum_congr fun i => by ring
    rw [e] at cross
    rw [sum_succ, sum_succ fun i => f i ^ 2, sum_succ fun i => g i ^ 2]
    refine sub_nonneg.mp (le_trans (add_nonneg cross (sub_nonneg.mpr ih)) (le_of_eq ?_))
    ring

theorem indicator_nonneg {n : Nat} (kept : Fin n → Bool) (i : Fin n) :
    (0 : R) ≤ indicator kept i := by
  show (0 : R) ≤ cond (kept i) 1 0
  cases kept i with
  | true => exact zero_le_one
  | false => exact le_refl 0

theorem indicator_mono {n : Nat} {p q : Fin n → Bool} {i : Fin n} (h : p i = true → q i = true) :
    (indicator p i : R) ≤ indicator q i := by
  show (cond (p i) 1 0 : R) ≤ indicator q i
  cases e : p i with
  | true => exact ge_of_eq (by show cond (q i) 1 0 = 1; rw [h e]; rfl)
  | false => exact indicator_nonneg q i

end LinearOrderedCommRing

theorem sum_div {K : Type u} [LinearOrderedField K] {n : Nat} (f : Fin n → K) (c : K) :
    (∑ i, f i) / c = ∑ i, f i / c := by
  rw [div_eq_mul_inv, sum_mul]
  exact sum_congr fun i => (div_eq_mul_inv _ _).symm
