/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Matrix

/-!
# Orthogonal projections

The projection onto the span of orthonormal vectors `w a`, and what share of a family's energy lies
there.

## Main results

* `normSq_sub_project`: Pythagoras' theorem; `sum_dot_sq_le_normSq`: Bessel's inequality
* `capturedEnergy_le_of_isEigenbasis`: no family of `r` orthonormal vectors captures more energy
  than the `r` eigenvectors with the largest eigenvalues, for an eigenbasis that is given. This is
  the part of Eckart and Young's theorem on projections
-/

set_option autoImplicit false

universe u

section Ring

variable {R : Type u} [CommRing R] {m n r : Nat}

/-- Vectors of length 1, each orthogonal to the others. -/
def Orthonormal (w : Fin r → Fin n → R) : Prop := ∀ a b, dot (w a) (w b) = delta a b

/-- The projection of a vector onto the span of orthonormal vectors. -/
def project (w : Fin r → Fin n → R) (v : Fin n → R) : Fin n → R := fun i => ∑ a, dot v (w a) * w a i

/-- The energy of a family of vectors. -/
def energy (E : Fin m → Fin n → R) : R := ∑ s, normSq (E s)

/-- The energy of a family of vectors along `v`. -/
def energyAlong (E : Fin m → Fin n → R) (v : Fin n → R) : R := ∑ s, dot (E s) v * dot (E s) v

/-- The energy of a family of vectors in the span of orthonormal vectors. -/
def capturedEnergy (w : Fin r → Fin n → R) (E : Fin m → Fin n → R) : R := ∑ a, energyAlong E (w a)

theorem dot_project (w : Fin r → Fin n → R) (u v : Fin n → R) :
    dot u (project w v) = ∑ a, dot v (w a) * dot u (w a) := by
  have e : dot u (project w v) = ∑ i, ∑ a, dot v (w a) * (u i * w a i) := sum_congr fun i => by
    show u i * ∑ a, dot v (w a) * w a i = _
    rw [mul_sum]
    exact sum_congr fun a => by ring
  rw [e, sum_comm]
  exact sum_congr fun a => (mul_sum _ _).symm

theorem dot_project_self {w : Fin r → Fin n → R} (hw : Orthonormal w) (v : Fin n → R) (a : Fin r) :
    dot (w a) (project w v) = dot v (w a) := by
  rw [dot_project, sum_congr fun b => by rw [hw a b, mul_comm],
    sum_delta_mul a fun b => dot v (w b)]

/-- Pythagoras' theorem. -/
theorem normSq_sub_project {w : Fin r → Fin n → R} (hw : Orthonormal w) (v : Fin n → R) :
    normSq (fun i => v i - project w v i) = normSq v - ∑ a, dot v (w a) * dot v (w a) := by
  have e : normSq (project w v) = ∑ a, dot v (w a) * dot v (w a) := by
    show dot (project w v) (project w v) = _
    rw [dot_project]
    exact sum_congr fun a => by rw [dot_comm (project w v), dot_project_self hw]
  have f := normSq_sub_smul v (project w v) 1
  rw [normSq_congr (w := fun i => v i - 1 * project w v i) fun i => by rw [one_mul], f,
    e, dot_project]
  ring

theorem energy_sub_project {w : Fin r → Fin n → R} (hw : Orthonormal w) (E : Fin m → Fin n → R) :
    energy (fun s i => E s i - project w (E s) i) = energy E - capturedEnergy w E := by
  have e : energy (fun s i => E s i - project w (E s) i) =
    ∑ s, (normSq (E s) - ∑ a, dot (E s) (w a) * dot (E s) (w a)) :=
    sum_congr fun s => normSq_sub_project hw (E s)
  rw [e, sum_sub, sum_comm]; rfl

/-- An orthonormal basis in which the Gram matrix of a family of vectors is diagonal, with the
entries `lam`. -/
structure IsEigenbasis (E : Fin m → Fin n → R) (u : Fin n → Fin n → R) (lam : Fin n → R) :
    Prop where
  orthonormal : Orthonormal u
  complete : ∀ x y, dot x y = ∑ i, dot (u i) x * dot (u i) y
  diagonal : ∀ i j, ∑ s, dot (E s) (u i) * dot (E s) (u j) = lam i * delta i j

theorem energyAlong_of_isEigenbasis {E : Fin m → Fin n → R} {u : Fin n → Fin n → R}
    {lam : Fin n → R} (h : IsEigenbasis E u lam) (v : Fin n → R) :
    energyAlong E v = ∑ i, lam i * (dot (u i) v * dot (u i) v) := by
  have e : energyAlong E v =
    ∑ s, ∑ i, ∑ j, dot (u i) v * (dot (E s) (u i) * dot (E s) (u j) * dot (u j) v) :=
    sum_congr fun s => by
      rw [h.complete (E s) v, sum_mul_sum]
      exact sum_congr fun i => sum_congr fun j => by
        rw [dot_comm (u i) (E s), dot_comm (u j) (E s)]; ring
  rw [e, sum_comm]
  refine sum_congr fun i => ?_
  rw [sum_comm]
  have f : ∑ j, ∑ s, dot (u i) v * (dot (E s) (u i) * dot (E s) (u j) * dot (u j) v) =
      ∑ j, delta i j * (lam i * (dot (u i) v * dot (u j) v)) := sum_congr fun j => by
    rw [← mul_sum, ← sum_mul, h.diagonal i j]; ring
  rw [f, sum_delta_mul i fun j => lam i * (dot (u i) v * dot (u j) v)]

end Ring

section Ordered

variable {R : Type u} [LinearOrderedCommRing R] {m n r : Nat}

/-- Bessel's inequality. -/
theorem sum_dot_sq_le_normSq {w : Fin r → Fin n → R} (hw : Orthonormal w) (v : Fin n → R) :
    ∑ a, dot v (w a) * dot v (w a) ≤ normSq v :=
  sub_nonneg.mp (normSq_sub_project hw v ▸ normSq_nonneg _)

theorem energy_nonneg (E : Fin m → Fin n → R) : 0 ≤ energy E :=
  sum_nonneg fun s => normSq_nonneg (E s)

theorem capturedEnergy_nonneg (w : Fin r → Fin n → R) (E : Fin m → Fin n → R) :
    0 ≤ capturedEnergy w E :=
  sum_nonneg fun _ => sum_nonneg fun _ => mul_self_nonneg _

theorem capturedEnergy_le_energy {w : Fin r → Fin n → R} (hw : Orthonormal w)
    (E : Fin m → Fin n → R) : capturedEnergy w E ≤ energy E :=
  sub_nonneg.mp (energy_sub_project hw E ▸ energy_nonneg _)

theorem energyAlong_le_energy {v : Fin n → R} (hv : normSq v = 1) (E : Fin m → Fin n → R) :
    energyAlong E v ≤ energy E := sum_le_sum fun s => by
  have e := dot_mul_dot_le (E s) v
  rw [hv, mul_one] at e
  exact e

/-- Given an eigenbasis, `r` orthonormal vectors capture at most the energy of the `r` eigenvectors
that are kept, when every eigenvalue kept is at least `t` and every one dropped at most `t`. -/
theorem capturedEnergy_le_of_isEigenbasis {E : Fin m → Fin n → R} {u : Fin n → Fin n → R}
    {lam : Fin n → R} (h : IsEigenbasis E u lam) {kept : Fin n → Bool} {t : R}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : R)) {w : Fin r → Fin n → R} (hw : Orthonormal w) :
    capturedEnergy w E ≤ ∑ i, indicator kept i * lam i := by
  have captured : capturedEnergy w E = ∑ i, (∑ a, dot (u i) (w a) * dot (u i) (w a)) * lam i := by
    have e : capturedEnergy w E = ∑ a, ∑ i, lam i * (dot (u i) (w a) * dot (u i) (w a)) :=
      sum_congr fun a => energyAlong_of_isEigenbasis h (w a)
    rw [e, sum_comm]
    exact sum_congr fun i => by rw [← mul_sum, mul_comm]
  have total : ∑ i, ∑ a, dot (u i) (w a) * dot (u i) (w a) = (Nat.cast r : R) := by
    rw [sum_comm, sum_congr fun a => (h.complete (w a) (w a)).symm, sum_congr fun a =>
      (hw a a).trans (delta_self a), sum_const, mul_one]
  have nonneg : ∀ i, 0 ≤ (indicator kept i - ∑ a, dot (u i) (w a) * dot (u i) (w a)) *
      (lam i - t) := fun i => by
    have low : 0 ≤ ∑ a, dot (u i) (w a) * dot (u i) (w a) := sum_nonneg fun a => mul_self_nonneg _
    have high : ∑ a, dot (u i) (w a) * dot (u i) (w a) ≤ 1 :=
      le_trans (sum_dot_sq_le_normSq hw (u i)) (le_of_eq ((h.orthonormal i i).trans (delta_self i)))
    show 0 ≤ (cond (kept i) 1 0 - ∑ a, dot (u i) (w a) * dot (u i) (w a)) * (lam i - t)
    cases e : kept i with
    | true => exact mul_nonneg (sub_nonneg.mpr high) (sub_nonneg.mpr (hkept i e))
    | false =>
      exact mul_nonneg_of_nonpos_of_nonpos (sub_nonpos.mpr low) (sub_nonpos.mpr (hdropped i e))
  have sums : ∑ i, (indicator kept i - ∑ a, dot (u i) (w a) * dot (u i) (w a)) * (lam i - t) =
      ∑ i, indicator kept i * lam i - capturedEnergy w E := by
    have e : ∑ i, (indicator kept i - ∑ a, dot (u i) (w a) * dot (u i) (w a)) * (lam i - t) =
        ∑ i, (indicator kept i * lam i - (∑ a, dot (u i) (w a) * dot (u i) (w a)) * lam i -
          (indicator kept i - ∑ a, dot (u i) (w a) * dot (u i) (w a)) * t) := sum_congr fun i => by
            ring
    rw [e, sum_sub, sum_sub, ← captured, ← sum_mul, sum_sub, hr, total, sub_self,
      zero_mul, sub_zero]
  exact sub_nonneg.mp (sums ▸ sum_nonneg nonneg)

end Ordered
