/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses
import LeanMining.NeuralGeometry.JensenFloor

/-!
# The isotropic floor

Seed 001, *IsotropicFloor*. The seed has it as an axiom that every rotation that does not look at
the data achieves exactly the isotropic floor on coordinate-isotropic keys. That is false in every
dimension from 2 on: β of such keys depends on the rotation.

## Main definitions

* `betaRows k`: β of several keys
* `CoordinateIsotropic k`

## Main results

* `srht_achieves_isotropic_floor_as_given_false`: β of the sign vectors depends on the rotation
* `two_div_ne_sqrt`: the floor of β is not that of the cosine
* `anisotropic_off_sign_lattice_as_given_false`: a rotation can take anisotropic keys to the lattice
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- `2/p` is below 1 for every `p` above 2; for π it is the isotropic floor, see
`isotropic_floor_pos` in `LeanMining.Analysis` (seed 001, IsotropicFloor). -/
theorem one_sub_two_div_pos {p : K} (h : 2 < p) : 0 < 1 - 2 / p :=
  sub_pos.mpr ((div_lt_iff (lt_of_le_of_lt zero_le_two h)).mpr (by rw [one_mul]; exact h))

/-- The root `r` of `2/p` is not `2/p`, for any `p` above 2. So a floor of β, which is a squared
cosine, is not √(2/π), a floor of the cosine (seed 001, glossary, which calls √(2/π) a value of
β). -/
theorem two_div_ne_sqrt {p r : K} (h : 2 < p) (hr : r * r = 2 / p) : 2 / p ≠ r := fun e => by
  have p0 : 0 < p := lt_of_le_of_lt zero_le_two h
  have pos : 0 < r := e ▸ div_pos zero_lt_two p0
  have one : r = 1 := mul_left_cancel (Ne.symm (ne_of_lt pos)) (by rw [hr, e, mul_one])
  exact ne_of_lt (sub_pos.mp (one_sub_two_div_pos h)) (e.trans one)

/-- β of several keys, weighted by their energy: the share of it that their one-bit forms keep. -/
def betaRows {m d : Nat} (k : Fin m → Fin d → K) : K :=
  (∑ s, l1Norm (k s) * l1Norm (k s)) / (Nat.cast d * ∑ s, normSq (k s))

theorem betaRows_le_one {m d : Nat} (k : Fin m → Fin d → K) : betaRows k ≤ 1 :=
  div_le_one_of_le (by rw [mul_sum]; exact sum_le_sum fun s => l1Norm_mul_l1Norm_le (k s))
    (mul_nonneg (natCast_nonneg d) (sum_nonneg fun s => normSq_nonneg (k s)))

theorem betaRows_eq_one {m d : Nat} {k : Fin m → Fin d → K} (h : ∀ s i j, |k s i| = |k s j|)
    (hk : (Nat.cast d : K) * ∑ s, normSq (k s) ≠ 0) : betaRows k = 1 := by
  show (∑ s, l1Norm (k s) * l1Norm (k s)) / (Nat.cast d * ∑ s, normSq (k s)) = 1
  rw [sum_congr fun s => (l1Norm_mul_l1Norm_eq_iff (k s)).mpr (h s), ← mul_sum, div_self hk]

/-- Where β of several keys is 1, each of them is on the sign lattice. -/
theorem abs_eq_of_betaRows_eq_one {m d : Nat} {k : Fin m → Fin d → K} (h : betaRows k = 1)
    (s : Fin m) (i j : Fin d) : |k s i| = |k s j| := by
  have hk : (Nat.cast d : K) * ∑ s, normSq (k s) ≠ 0 := fun e => one_ne_zero (R := K) (by
    rw [← h]
    show (∑ s, l1Norm (k s) * l1Norm (k s)) / (Nat.cast d * ∑ s, normSq (k s)) = 0
    rw [e, div_zero])
  have all : ∑ s, (Nat.cast d * normSq (k s) - l1Norm (k s) * l1Norm (k s)) = 0 := by
    rw [sum_sub, ← mul_sum, (div_eq_iff hk).mp h, one_mul, sub_self]
  exact (l1Norm_mul_l1Norm_eq_iff (k s)).mp (sub_eq_zero_iff.mp ((sum_eq_zero_iff_of_nonneg
    fun s => sub_nonneg.mpr (l1Norm_mul_l1Norm_le (k s))).mp all s)).symm i j

/-- Keys whose coordinates have mean 0, are uncorrelated and have equal second moments (seed 001,
IsotropicFloor). -/
structure CoordinateIsotropic {K : Type u} [CommRing K] {m d : Nat} (k : Fin m → Fin d → K) :
    Prop where
  centered : ∀ i, ∑ s, k s i = 0
  isotropic : ∃ c : K, ∀ i j, ∑ s, k s i * k s j = c * delta i j

/-! ### The cube -/

/-- How many sign vectors of dimension `d` there are. -/
def cubeCount : Nat → Nat
  | .zero => 1
  | .succ d => cubeCount d + cubeCount d

/-- The sign vectors of dimension `d`. -/
def cube : (d : Nat) → Fin (cubeCount d) → Fin d → K
  | .zero => fun _ i => nomatch i
  | .succ d => Fin.append (fun s => Fin.cons 1 (cube d s)) fun s => Fin.cons (-1) (cube d s)

theorem cube_mul_self : (d : Nat) → (s : Fin (cubeCount d)) → (i : Fin d) →
    cube d s i * cube d s i = (1 : K)
  | .zero, _, i => nomatch i
  | .succ d, s, i => Fin.forall_append (p := fun v : Fin (Nat.succ d) → K => ∀ i, v i * v i = 1)
    (f := fun s => Fin.cons 1 (cube d s)) (g := fun s => Fin.cons (-1) (cube d s))
    (fun t i => match i with
      | .zero => one_mul 1
      | .succ i => cube_mul_self d t i)
    (fun t i => match i with
      | .zero => (neg_mul_neg 1 1).trans (one_mul 1)
      | .succ i => cube_mul_self d t i) s i

theorem abs_cube {d : Nat} (s : Fin (cubeCount d)) (i : Fin d) : |(cube d s i : K)| = 1 :=
  eq_of_mul_self_eq_mul_self (abs_nonneg _) zero_le_one (by
    rw [abs_mul_abs_self, cube_mul_self, one_mul])

theorem cubeCount_pos : (d : Nat) → (0 : K) < Nat.cast (cubeCount d)
  | .zero => natCast_succ_pos 0
  | .succ d => by
    show (0 : K) < Nat.cast (cubeCount d + cubeCount d)
    rw [natCast_add]
    exact add_pos (cubeCount_pos d) (cubeCount_pos d)

theorem sum_cube : (d : Nat) → (i : Fin d) → ∑ s, cube d s i = (0 : K)
  | .succ d, i => by
    show ∑ s, Fin.append (fun s => Fin.cons 1 (cube d s)) (fun s => Fin.cons (-1) (cube d s)) s i =
      (0 : K)
    rw [sum_append fun v : Fin (Nat.succ d) → K => v i]
    exact match i with
    | .zero => by
      show ∑ _s : Fin (cubeCount d), (1 : K) + ∑ _s : Fin (cubeCount d), -1 = 0
      rw [sum_neg, add_neg_cancel]
    | .succ i => by
      show ∑ s, cube d s i + ∑ s, cube d s i = (0 : K)
      rw [sum_cube d i, add_zero]

theorem sum_cube_mul : (d : Nat) → (i j : Fin d) →
    ∑ s, cube d s i * cube d s j = Nat.cast (cubeCount d) * (delta i j : K)
  | .succ d, i, j => by
    show ∑ s, Fin.append (fun s => Fin.cons 1 (cube d s)) (fun s => Fin.cons (-1) (cube d s)) s i *
      Fin.append (fun s => Fin.cons 1 (cube d s)) (fun s => Fin.cons (-1) (cube d s)) s j =
        Nat.cast (cubeCount d + cubeCount d) * (delta i j : K)
    rw [sum_append fun v : Fin (Nat.succ d) → K => v i * v j, natCast_add, add_mul]
    exact match i, j with
    | .zero, .zero => by
      show ∑ _s : Fin (cubeCount d), (1 : K) * 1 + ∑ _s : Fin (cubeCount d), (-1 : K) * -1 =
        Nat.cast (cubeCount d) * 1 + Nat.cast (cubeCount d) * 1
      rw [neg_mul_neg, one_mul, sum_const]
    | .zero, .succ j => by
      show ∑ s, 1 * cube d s j + ∑ s, -1 * cube d s j =
        Nat.cast (cubeCount d) * 0 + Nat.cast (cubeCount d) * (0 : K)
      rw [← mul_sum, ← mul_sum, sum_cube d j]; ring
    | .succ i, .zero => by
      show ∑ s, cube d s i * 1 + ∑ s, cube d s i * -1 =
        Nat.cast (cubeCount d) * 0 + Nat.cast (cubeCount d) * (0 : K)
      rw [← sum_mul, ← sum_mul, sum_cube d i]; ring
    | .succ i, .succ j => by
      show ∑ s, cube d s i * cube d s j + ∑ s, cube d s i * cube d s j =
        Nat.cast (cubeCount d) * delta i j + Nat.cast (cubeCount d) * (delta i j : K)
      rw [sum_cube_mul d i j]

theorem cube_isotropic (d : Nat) : CoordinateIsotropic (cube d : Fin (cubeCount d) → Fin d → K) :=
  ⟨sum_cube d, Nat.cast (cubeCount d), sum_cube_mul d⟩

/-- The vector (2, 1, 0, …, 0), the reflection along which turns the first two coordinates by a
Pythagorean triple. -/
def twoOne {n : Nat} : Fin (Nat.succ (Nat.succ n)) → K
  | .zero => 2
  | .succ .zero => 1
  | .succ (.succ _) => 0

theorem dot_twoOne {n : Nat} (x : Fin (Nat.succ (Nat.succ n)) → K) :
    dot twoOne x = 2 * x .zero + x (.succ .zero) := by
  show 2 * x .zero + (1 * x (.succ .zero) + ∑ i : Fin n, 0 * x (.succ (.succ i))) = _
  rw [sum_eq_zero fun i => zero_mul _, add_zero, one_mul]

theorem normSq_twoOne (n : Nat) : normSq (twoOne : Fin (Nat.succ (Nat.succ n)) → K) = 5 := by
  show dot twoOne twoOne = 5
  rw [dot_twoOne]
  show 2 * 2 + 1 = (5 : K)
  ring

/-- That reflection takes every sign vector off the sign lattice. -/
theorem abs_mulVec_reflect_twoOne_ne {n : Nat} {x : Fin (Nat.succ (Nat.succ n)) → K}
    (hx : ∀ i, x i * x i = 1) :
    |mulVec (reflect twoOne) x .zero| ≠ |mulVec (reflect twoOne) x (.succ .zero)| := by
  intro h
  have five : (5 : K) ≠ 0 := Ne.symm (ne_of_lt (natCast_succ_pos 4))
  have e : mulVec (reflect twoOne) x .zero * mulVec (reflect twoOne) x .zero =
      mulVec (reflect twoOne) x (.succ .zero) * mulVec (reflect twoOne) x (.succ .zero) := by
    rw [← abs_mul_abs_self, h, abs_mul_abs_self]
  rw [mulVec_reflect, mulVec_reflect, dot_twoOne, normSq_twoOne] at e
  have y : 2 * (2 * x .zero + x (.succ .zero)) / 5 * 5 =
    2 * (2 * x .zero + x (.succ .zero)) := div_mul_cancel _ five
  have p : (x .zero - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 2) * 5 =
      -(3 * x .zero + 4 * x (.succ .zero)) := by
    have f : (x .zero - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 2) * 5 =
      5 * x .zero - 2 * (2 * (2 * x .zero + x (.succ .zero)) / 5 * 5) := by ring
    rw [f, y]; ring
  have q : (x (.succ .zero) - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 1) * 5 =
      3 * x (.succ .zero) - 4 * x .zero := by
    have f : (x (.succ .zero) - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 1) * 5 =
      5 * x (.succ .zero) - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 5 := by ring
    rw [f, y]; ring
  have squares : (x .zero - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 2) * 5 *
      ((x .zero - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 2) * 5) =
      (x (.succ .zero) - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 1) * 5 *
        ((x (.succ .zero) - 2 * (2 * x .zero + x (.succ .zero)) / 5 * 1) * 5) := by
    rw [mul_mul_mul_comm, mul_mul_mul_comm (x (.succ .zero) - _)]
    exact congrArg (· * (5 * 5)) e
  rw [p, q] at squares
  have z : 48 * (x .zero * x (.succ .zero)) = 0 := by
    have f : 48 * (x .zero * x (.succ .zero)) =
        -(3 * x .zero + 4 * x (.succ .zero)) * -(3 * x .zero + 4 * x (.succ .zero)) -
          (3 * x (.succ .zero) - 4 * x .zero) * (3 * x (.succ .zero) - 4 * x .zero) -
          7 * (x (.succ .zero) * x (.succ .zero)) + 7 * (x .zero * x .zero) := by ring
    rw [f, squares, sub_self, hx, hx]; ring
  have one : x .zero * x (.succ .zero) * (x .zero * x (.succ .zero)) = 1 := by
    rw [mul_mul_mul_comm, hx, hx, one_mul]
  rw [(mul_eq_zero_iff.mp z).resolve_left (Ne.symm (ne_of_lt (natCast_succ_pos 47))), mul_zero]
    at one
  exact one_ne_zero one.symm

/-- In no dimension from 2 on is there a number that is β of coordinate-isotropic keys after every
rotation, be it the floor or another: the sign vectors, whose coordinates are even independent, have
β = 1, and less after a rotation that does not look at them (seed 001, IsotropicFloor, an axiom
there; no Hadamard matrix plays a part). -/
theorem srht_achieves_isotropic_floor_as_given_false (n : Nat) :
    ¬ ∀ (m : Nat) (k : Fin m → Fin (Nat.succ (Nat.succ n)) → K), CoordinateIsotropic k →
      ∃ floor : K, ∀ R : Fin (Nat.succ (Nat.succ n)) → Fin (Nat.succ (Nat.succ n)) → K,
        IsOrthogonal R → betaRows (fun s => mulVec R (k s)) = floor := by
  intro h
  refine (h _ _ (cube_isotropic (Nat.succ (Nat.succ n)))).elim fun floor all => ?_
  have energy : (0 : K) < Nat.cast (Nat.succ (Nat.succ n)) *
      ∑ s, normSq (cube (Nat.succ (Nat.succ n)) s) := by
    have norm : ∀ s, normSq (cube (Nat.succ (Nat.succ n)) s) =
        (Nat.cast (Nat.succ (Nat.succ n)) : K) := fun s =>
      (sum_congr fun i => cube_mul_self _ s i).trans ((sum_const 1 _).trans (mul_one _))
    rw [sum_congr norm, sum_const]
    exact mul_pos (natCast_succ_pos _) (mul_pos (cubeCount_pos _) (natCast_succ_pos _))
  have still : betaRows (fun s => mulVec (fun i j => delta i j)
      (cube (Nat.succ (Nat.succ n)) s)) = (1 : K) :=
    betaRows_eq_one (fun s i j => by
      show |∑ l, delta i l * cube _ s l| = |∑ l, delta j l * cube _ s l|
      rw [sum_delta_mul i, sum_delta_mul j, abs_cube, abs_cube]) (by
      rw [sum_congr fun s => normSq_mulVec_of_isOrthogonal isOrthogonal_delta _]
      exact Ne.symm (ne_of_lt energy))
  have turned : betaRows (fun s => mulVec (reflect twoOne)
      (cube (Nat.succ (Nat.succ n)) s)) = (1 : K) :=
    (all _ (isOrthogonal_reflect (by
      rw [normSq_twoOne]; exact Ne.symm (ne_of_lt (natCast_succ_pos 4))))).trans
      ((all _ isOrthogonal_delta).symm.trans still)
  have count : (Nat.cast (cubeCount (Nat.succ (Nat.succ n))) : K) = 0 :=
    (mul_one _).symm.trans ((sum_const 1 _).symm.trans (sum_eq_zero fun s =>
      absurd (abs_eq_of_betaRows_eq_one turned s .zero (.succ .zero))
        (abs_mulVec_reflect_twoOne_ne fun i => cube_mul_self _ s i)))
  exact ne_of_lt (cubeCount_pos _) count.symm

/-- Keys of which the second moments depend on the direction can be rotated to the sign lattice: two
axes of dimension 4, by a Hadamard matrix (seed 001, glossary, "Sign lattice"). -/
theorem anisotropic_off_sign_lattice_as_given_false :
    ¬ ∀ (m d : Nat) (k : Fin m → Fin d → Rat),
      (¬ ∃ c : Rat, ∀ i j, ∑ s, k s i * k s j = c * delta i j) →
      ∀ R : Fin d → Fin d → Rat, IsOrthogonal R →
        ¬ ∀ s i j, |mulVec R (k s) i| = |mulVec R (k s) j| :=
  fun h => h 2 4 (fun s => twoAxes s .zero)
    (fun ⟨c, k⟩ => absurd ((k .zero .zero).trans ((k (.succ (.succ .zero))
      (.succ (.succ .zero))).symm)) (by
        show ¬ (∑ s, twoAxes s .zero .zero * twoAxes s .zero .zero : Rat) =
          ∑ s, twoAxes s .zero (.succ (.succ .zero)) * twoAxes s .zero (.succ (.succ .zero))
        decide))
    halfHadamard halfHadamard_isOrthogonal (by decide)

end LeanMining
