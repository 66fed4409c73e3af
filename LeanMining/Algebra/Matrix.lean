/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.InnerProduct

/-!
# Matrices of finite size

A matrix is a function `Fin m → Fin n → R`, its rows first.

## Main results

* `IsOrthogonal R`: the columns of `R` are orthonormal, `RᵀR = 1`; then `dot_mulVec_of_isOrthogonal`
* `frobeniusSq`: the sum of the squares of all entries
* `isOrthogonal_reflect`: reflections are orthogonal
-/

set_option autoImplicit false

universe u

section Ring

variable {R : Type u} [CommRing R] {m n : Nat}

/-- 1 for equal indices, 0 for others: the entries of the identity. -/
def delta : {n : Nat} → Fin n → Fin n → R
  | .succ _, .zero, .zero => 1
  | .succ _, .zero, .succ _ => 0
  | .succ _, .succ _, .zero => 0
  | .succ _, .succ i, .succ j => delta i j

theorem delta_self : {n : Nat} → (i : Fin n) → (delta i i : R) = 1
  | .succ _, .zero => rfl
  | .succ _, .succ i => delta_self i

theorem delta_comm : {n : Nat} → (i j : Fin n) → (delta i j : R) = delta j i
  | .succ _, .zero, .zero => rfl
  | .succ _, .zero, .succ _ => rfl
  | .succ _, .succ _, .zero => rfl
  | .succ _, .succ i, .succ j => delta_comm i j

theorem sum_delta_mul : {n : Nat} → (i : Fin n) → (f : Fin n → R) → ∑ j, delta i j * f j = f i
  | .succ _, .zero, f => by
    rw [sum_succ]
    show 1 * f .zero + ∑ j, 0 * f (.succ j) = f .zero
    rw [sum_eq_zero fun j => zero_mul _, one_mul, add_zero]
  | .succ _, .succ i, f => by
    rw [sum_succ]
    show 0 * f .zero + ∑ j, delta i j * f (.succ j) = f (.succ i)
    rw [zero_mul, zero_add, sum_delta_mul i fun j => f (.succ j)]

/-- A matrix times a vector. -/
def mulVec (A : Fin m → Fin n → R) (v : Fin n → R) : Fin m → R := fun i => ∑ j, A i j * v j

theorem mulVec_sub (A B : Fin m → Fin n → R) (v : Fin n → R) (i : Fin m) :
    mulVec (fun i j => A i j - B i j) v i = mulVec A v i - mulVec B v i :=
  (sum_congr fun j => sub_mul (A i j) (B i j) (v j)).trans (sum_sub _ _)

/-- The columns are orthonormal. -/
def IsOrthogonal (A : Fin m → Fin n → R) : Prop := ∀ i j, ∑ k, A k i * A k j = delta i j

/-- The identity. -/
theorem isOrthogonal_delta : IsOrthogonal (fun i j => delta i j : Fin n → Fin n → R) := fun i j =>
  (sum_congr fun k => congrArg (· * delta k j) (delta_comm k i)).trans
    (sum_delta_mul i fun k => delta k j)

/-- An inner product of images, as a double sum over the columns' inner products. -/
theorem dot_mulVec_mulVec (A : Fin m → Fin n → R) (u v : Fin n → R) :
    dot (mulVec A u) (mulVec A v) = ∑ i, u i * ∑ j, (∑ k, A k i * A k j) * v j := by
  have e : dot (mulVec A u) (mulVec A v) = ∑ k, ∑ i, ∑ j, u i * ((A k i * A k j) * v j) :=
    sum_congr fun k => by
    show (∑ i, A k i * u i) * (∑ j, A k j * v j) = _
    rw [sum_mul]
    exact sum_congr fun i => by
      rw [mul_sum]
      exact sum_congr fun j => by ring
  rw [e, sum_comm]
  refine sum_congr fun i => ?_
  rw [sum_comm, mul_sum]
  exact sum_congr fun j => by rw [← mul_sum, ← sum_mul]

theorem dot_mulVec_of_isOrthogonal {A : Fin m → Fin n → R} (h : IsOrthogonal A) (u v : Fin n → R) :
    dot (mulVec A u) (mulVec A v) = dot u v := by
  rw [dot_mulVec_mulVec]
  exact sum_congr fun i => by
    rw [sum_congr fun j => by rw [h i j], sum_delta_mul i v]

theorem normSq_mulVec_of_isOrthogonal {A : Fin m → Fin n → R} (h : IsOrthogonal A) (v : Fin n → R) :
    normSq (mulVec A v) = normSq v := dot_mulVec_of_isOrthogonal h v v

/-- The sum of the squares of all entries. -/
def frobeniusSq (A : Fin m → Fin n → R) : R := ∑ i, normSq (A i)

theorem frobeniusSq_comm (A : Fin m → Fin n → R) : frobeniusSq A = ∑ j, ∑ i, A i j * A i j :=
  sum_comm _

end Ring

theorem frobeniusSq_nonneg {R : Type u} [LinearOrderedCommRing R] {m n : Nat}
    (A : Fin m → Fin n → R) : 0 ≤ frobeniusSq A := sum_nonneg fun i => normSq_nonneg (A i)

/-! ### Reflections -/

/-- The reflection that negates `u`, after Householder. -/
def reflect {K : Type u} [LinearOrderedField K] {n : Nat} (u : Fin n → K) : Fin n → Fin n → K :=
  fun i j => delta i j - 2 / normSq u * (u i * u j)

section Reflections

variable {K : Type u} [LinearOrderedField K] {n : Nat}

theorem mulVec_reflect (u v : Fin n → K) (i : Fin n) :
    mulVec (reflect u) v i = v i - 2 * dot u v / normSq u * u i := by
  show ∑ j, (delta i j - 2 / normSq u * (u i * u j)) * v j = _
  rw [sum_congr (g := fun j => delta i j * v j - 2 / normSq u * u i * (u j * v j))
    fun j => by ring, sum_sub, sum_delta_mul i v, ← mul_sum]
  show v i - 2 / normSq u * u i * dot u v = _
  rw [← div_mul_eq_mul_div, mul_right_comm]

/-- Reflections are orthogonal. -/
theorem isOrthogonal_reflect {u : Fin n → K} (h : normSq u ≠ 0) : IsOrthogonal (reflect u) := by
  intro i j
  have e : ∑ k, reflect u k i * reflect u k j =
      ∑ k, (delta i k * delta k j - 2 / normSq u * u i * (delta j k * u k) -
        2 / normSq u * u j * (delta i k * u k) +
        2 / normSq u * (2 / normSq u) * (u i * u j) * (u k * u k)) := sum_congr fun k => by
    show (delta k i - 2 / normSq u * (u k * u i)) * (delta k j - 2 / normSq u * (u k * u j)) = _
    rw [delta_comm i k, delta_comm j k]; ring
  rw [e, sum_add, sum_sub, sum_sub, sum_delta_mul i fun k => delta k j, ← mul_sum, ← mul_sum,
    ← mul_sum, sum_delta_mul i u, sum_delta_mul j u]
  show delta i j - 2 / normSq u * u i * u j - 2 / normSq u * u j * u i +
    2 / normSq u * (2 / normSq u) * (u i * u j) * normSq u = delta i j
  have r : 2 / normSq u * (2 / normSq u) * (u i * u j) * normSq u =
      2 / normSq u * (u i * u j) * (2 / normSq u * normSq u) := by ring
  rw [r, div_mul_cancel _ h]; ring

end Reflections
