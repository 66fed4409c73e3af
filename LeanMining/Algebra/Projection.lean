/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Matrix

/-!
# Orthogonal projections

The projection onto the span of orthonormal vectors `w a`, and what share of a family's energy lies
there; and how near the matrices of a given rank come to a family.

## Main results

* `normSq_sub_project`: Pythagoras' theorem; `sum_dot_sq_le_normSq`: Bessel's inequality
* `exists_orthogonal`: Gram and Schmidt's process
* `sum_dropped_le_energy_sub` and `energy_sub_truncate`: Eckart and Young's theorem for every matrix
  of rank `r`, with an eigenbasis that is given
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

/-- The energy along `v` is at most the whole energy times the square of its length. -/
theorem energyAlong_le_energy_mul (E : Fin m → Fin n → R) (v : Fin n → R) :
    energyAlong E v ≤ energy E * normSq v := by
  show ∑ s, dot (E s) v * dot (E s) v ≤ (∑ s, normSq (E s)) * normSq v
  rw [sum_mul]
  exact sum_le_sum fun s => dot_mul_dot_le (E s) v

theorem capturedEnergy_nonneg (w : Fin r → Fin n → R) (E : Fin m → Fin n → R) :
    0 ≤ capturedEnergy w E :=
  sum_nonneg fun _ => sum_nonneg fun _ => mul_self_nonneg _

theorem capturedEnergy_le_energy {w : Fin r → Fin n → R} (hw : Orthonormal w)
    (E : Fin m → Fin n → R) : capturedEnergy w E ≤ energy E :=
  sub_nonneg.mp (energy_sub_project hw E ▸ energy_nonneg _)

end Ordered

section Field

variable {K : Type u} [LinearOrderedField K] {m n r : Nat}

/-! ### Orthogonal vectors of any length -/

/-- Vectors each orthogonal to the others; some may be 0. -/
def Orthogonal (u : Fin r → Fin n → K) : Prop := ∀ a b, dot (u a) (u b) = normSq (u a) * delta a b

theorem dot_sum_mul (v : Fin n → K) (c : Fin r → K) (u : Fin r → Fin n → K) :
    dot v (fun i => ∑ a, c a * u a i) = ∑ a, c a * dot v (u a) := by
  show ∑ i, v i * ∑ a, c a * u a i = _
  rw [sum_congr fun i => mul_sum (v i) _, sum_comm]
  refine sum_congr fun a => ?_
  show _ = c a * ∑ i, v i * u a i
  rw [mul_sum]
  exact sum_congr fun i => mul_left_comm _ _ _

theorem dot_eq_zero_of_normSq_eq_zero {u : Fin n → K} (h : normSq u = 0) (v : Fin n → K) :
    dot v u = 0 := sum_eq_zero fun i => by rw [normSq_eq_zero_iff.mp h i, mul_zero]

theorem div_normSq_mul_normSq (v u : Fin n → K) : dot v u / normSq u * normSq u = dot v u :=
  match LinearOrder.decEq (normSq u) 0 with
  | .isTrue h => by rw [h, mul_zero, dot_eq_zero_of_normSq_eq_zero h]
  | .isFalse h => div_mul_cancel _ h

/-- Gram and Schmidt's process, without roots: vectors are combinations of as many orthogonal
ones. -/
theorem exists_orthogonal : {r : Nat} → (w : Fin r → Fin n → K) →
    ∃ u : Fin r → Fin n → K, ∃ c : Fin r → Fin r → K,
      Orthogonal u ∧ ∀ a i, w a i = ∑ b, c a b * u b i
  | .zero, w => ⟨w, (fun a => nomatch a), (fun a => nomatch a), fun a => nomatch a⟩
  | .succ r, w => (exists_orthogonal fun a => w (.succ a)).elim fun u h => h.elim fun c h => by
    have perp : ∀ b, dot (fun i => w .zero i - ∑ a, dot (w .zero) (u a) / normSq (u a) * u a i)
        (u b) = 0 := fun b => by
      have e : dot (fun i => w .zero i - ∑ a, dot (w .zero) (u a) / normSq (u a) * u a i) (u b) =
          dot (w .zero) (u b) -
            dot (u b) (fun i => ∑ a, dot (w .zero) (u a) / normSq (u a) * u a i) := by
        show ∑ i, (w .zero i - _) * u b i = ∑ i, w .zero i * u b i - ∑ i, u b i * _
        rw [← sum_sub]
        exact sum_congr fun i => by rw [sub_mul, mul_comm (u b i)]
      rw [e, dot_sum_mul, sum_congr (g := fun a => delta b a *
        (dot (w .zero) (u a) / normSq (u a) * normSq (u b))) fun a => by
          rw [h.1 b a]; ring, sum_delta_mul b fun a => dot (w .zero) (u a) / normSq (u a) *
            normSq (u b), div_normSq_mul_normSq, sub_self]
    refine ⟨Fin.cons (fun i => w .zero i - ∑ a, dot (w .zero) (u a) / normSq (u a) * u a i) u,
      Fin.cons (Fin.cons 1 fun a => dot (w .zero) (u a) / normSq (u a))
        fun a => Fin.cons 0 (c a), fun a b => ?_, fun a i => ?_⟩
    · exact match a, b with
      | .zero, .zero => (mul_one _).symm
      | .zero, .succ b => (perp b).trans (mul_zero _).symm
      | .succ a, .zero => (dot_comm _ _).trans ((perp a).trans (mul_zero _).symm)
      | .succ a, .succ b => h.1 a b
    · exact match a with
      | .zero => by
        show w .zero i = 1 * (w .zero i - ∑ a, dot (w .zero) (u a) / normSq (u a) * u a i) +
          ∑ a, dot (w .zero) (u a) / normSq (u a) * u a i
        rw [one_mul, sub_add_cancel]
      | .succ a => by
        show w (.succ a) i = 0 * _ + ∑ b, c a b * u b i
        rw [zero_mul, zero_add, h.2 a i]

theorem normSq_sub_sum {u : Fin r → Fin n → K} (hu : Orthogonal u) (v : Fin n → K)
    (c : Fin r → K) :
    normSq (fun i => v i - ∑ a, c a * u a i) =
      normSq v - 2 * (∑ a, c a * dot v (u a)) + ∑ a, c a * c a * normSq (u a) := by
  have e : normSq (fun i => ∑ a, c a * u a i) = ∑ a, c a * c a * normSq (u a) := by
    show dot (fun i => ∑ a, c a * u a i) (fun i => ∑ a, c a * u a i) = _
    rw [dot_sum_mul]
    refine sum_congr fun a => ?_
    rw [dot_comm, dot_sum_mul, sum_congr (g := fun b => delta a b * (c b * normSq (u a)))
      fun b => by rw [hu a b]; ring, sum_delta_mul a fun b => c b * normSq (u a), mul_assoc]
  rw [normSq_sub, dot_sum_mul, e]

/-- Bessel's inequality. -/
theorem sum_dot_sq_div_le_normSq {u : Fin r → Fin n → K} (hu : Orthogonal u) (v : Fin n → K) :
    ∑ a, dot v (u a) * dot v (u a) / normSq (u a) ≤ normSq v := by
  have e := normSq_sub_sum hu v fun a => dot v (u a) / normSq (u a)
  rw [sum_congr fun a => (div_mul_eq_mul_div (dot v (u a)) (normSq (u a)) (dot v (u a))),
    sum_congr (f := fun a => dot v (u a) / normSq (u a) * (dot v (u a) / normSq (u a)) *
      normSq (u a)) fun a => by rw [mul_assoc, div_normSq_mul_normSq, div_mul_eq_mul_div]] at e
  refine sub_nonneg.mp (le_trans (normSq_nonneg (fun i => v i -
    ∑ a, dot v (u a) / normSq (u a) * u a i)) (le_of_eq (e.trans ?_)))
  ring

/-- No combination of orthogonal vectors is nearer to `v` than its projection is. -/
theorem normSq_sub_sum_le {u : Fin r → Fin n → K} (hu : Orthogonal u) (v : Fin n → K)
    (c : Fin r → K) :
    normSq v - ∑ a, dot v (u a) * dot v (u a) / normSq (u a) ≤
      normSq fun i => v i - ∑ a, c a * u a i := by
  rw [normSq_sub_sum hu]
  have each : 0 ≤ ∑ a, (dot v (u a) * dot v (u a) / normSq (u a) - 2 * (c a * dot v (u a)) +
      c a * c a * normSq (u a)) := sum_nonneg fun a => by
    have g := div_normSq_mul_normSq v (u a)
    have f : dot v (u a) * dot v (u a) / normSq (u a) - 2 * (c a * dot v (u a)) +
        c a * c a * normSq (u a) = normSq (u a) * ((dot v (u a) / normSq (u a) - c a) *
          (dot v (u a) / normSq (u a) - c a)) := by
      have l : normSq (u a) * ((dot v (u a) / normSq (u a) - c a) *
          (dot v (u a) / normSq (u a) - c a)) =
          dot v (u a) / normSq (u a) * (dot v (u a) / normSq (u a) * normSq (u a)) -
            2 * (c a * (dot v (u a) / normSq (u a) * normSq (u a))) +
            c a * c a * normSq (u a) := by ring
      rw [l, g, div_mul_eq_mul_div]
    rw [f]
    exact mul_nonneg (normSq_nonneg _) (mul_self_nonneg _)
  rw [sum_add, sum_sub, ← mul_sum] at each
  refine sub_nonneg.mp (le_trans each (le_of_eq ?_))
  ring

/-! ### Matrices of a given rank -/

/-- For an eigenbasis with the largest eigenvalues kept, `r` orthogonal vectors capture no more than
those eigenvalues. -/
theorem sum_energyAlong_div_le {E : Fin m → Fin n → K} {b : Fin n → Fin n → K} {lam : Fin n → K}
    (h : IsEigenbasis E b lam) {kept : Fin n → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) {u : Fin r → Fin n → K} (hu : Orthogonal u) :
    ∑ a, energyAlong E (u a) / normSq (u a) ≤ ∑ i, indicator kept i * lam i := by
  have nonneg : ∀ i, 0 ≤ lam i := fun i => by
    have e := h.diagonal i i
    rw [delta_self, mul_one] at e
    exact e ▸ sum_nonneg fun s => mul_self_nonneg _
  have captured : ∑ a, energyAlong E (u a) / normSq (u a) =
      ∑ i, (∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a)) * lam i := by
    have e : ∀ a, energyAlong E (u a) / normSq (u a) =
        ∑ i, dot (b i) (u a) * dot (b i) (u a) / normSq (u a) * lam i := fun a => by
      rw [energyAlong_of_isEigenbasis h, sum_div]
      exact sum_congr fun i => by rw [mul_comm (lam i), div_mul_eq_mul_div]
    rw [sum_congr e, sum_comm]
    exact sum_congr fun i => (sum_mul _ _).symm
  have total : ∑ i, ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a) ≤ (Nat.cast r : K) := by
    rw [sum_comm]
    refine le_trans (sum_le_card_mul (c := 1) fun a => ?_) (le_of_eq (mul_one _))
    rw [← sum_div, ← h.complete (u a) (u a)]
    exact div_le_one_of_le (le_refl _) (normSq_nonneg (u a))
  have each : ∀ i, 0 ≤ (indicator kept i - ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a)) *
      (lam i - max t 0) := fun i => by
    have low : 0 ≤ ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a) :=
      sum_nonneg fun a => div_nonneg (mul_self_nonneg _) (normSq_nonneg (u a))
    have high : ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a) ≤ 1 :=
      le_trans (sum_dot_sq_div_le_normSq hu (b i))
        (le_of_eq ((h.orthonormal i i).trans (delta_self i)))
    show 0 ≤ (cond (kept i) 1 0 - ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a)) *
      (lam i - max t 0)
    cases e : kept i with
    | true =>
      exact mul_nonneg (sub_nonneg.mpr high) (sub_nonneg.mpr (max_le (hkept i e) (nonneg i)))
    | false =>
      exact mul_nonneg_of_nonpos_of_nonpos (sub_nonpos.mpr low)
        (sub_nonpos.mpr (le_trans (hdropped i e) (le_max_left t 0)))
  have sums : ∑ i, (indicator kept i - ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a)) *
      (lam i - max t 0) = ∑ i, indicator kept i * lam i -
        ∑ a, energyAlong E (u a) / normSq (u a) - (Nat.cast r -
          ∑ i, ∑ a, dot (b i) (u a) * dot (b i) (u a) / normSq (u a)) * max t 0 := by
    rw [captured, ← hr, ← sum_sub, ← sum_sub, sum_mul, ← sum_sub]
    exact sum_congr fun i => by ring
  have e := sum_nonneg each
  rw [sums] at e
  exact sub_nonneg.mp (le_trans e (sub_le_self
    (mul_nonneg (sub_nonneg.mpr total) (le_max_right t 0))))

/-- The energy of a family is the sum of the eigenvalues. -/
theorem energy_of_isEigenbasis {E : Fin m → Fin n → K} {b : Fin n → Fin n → K} {lam : Fin n → K}
    (h : IsEigenbasis E b lam) : energy E = ∑ i, lam i := by
  have e : energy E = ∑ s, ∑ i, dot (b i) (E s) * dot (b i) (E s) :=
    sum_congr fun s => h.complete (E s) (E s)
  rw [e, sum_comm]
  exact sum_congr fun i => by
    rw [← mul_one (lam i), ← delta_self i, ← h.diagonal i i]
    exact sum_congr fun s => by rw [dot_comm (b i) (E s)]

/-- Eckart and Young's theorem, for an eigenbasis that is given: no matrix of rank at most `r`, the
product `C w`, is nearer to `E` than the sum of the eigenvalues that are dropped. -/
theorem sum_dropped_le_energy_sub {E : Fin m → Fin n → K} {b : Fin n → Fin n → K} {lam : Fin n → K}
    (h : IsEigenbasis E b lam) {kept : Fin n → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) (C : Fin m → Fin r → K)
    (w : Fin r → Fin n → K) :
    ∑ i, (1 - indicator kept i) * lam i ≤ energy fun s i => E s i - ∑ a, C s a * w a i :=
  (exists_orthogonal w).elim fun u k => k.elim fun c k => by
    have rows : energy (fun s i => E s i - ∑ a, C s a * w a i) =
        ∑ s, normSq fun i => E s i - ∑ e, (∑ a, C s a * c a e) * u e i := by
      refine sum_congr fun s => normSq_congr fun i => congrArg (E s i - ·) ?_
      rw [sum_congr fun a => by rw [k.2 a i, mul_sum], sum_comm]
      exact sum_congr fun e => by
        rw [sum_mul]
        exact sum_congr fun a => (mul_assoc _ _ _).symm
    have e : ∑ i, (1 - indicator kept i) * lam i = energy E - ∑ i, indicator kept i * lam i := by
      rw [energy_of_isEigenbasis h, ← sum_sub]
      exact sum_congr fun i => by ring
    have along : ∑ s, ∑ a, dot (E s) (u a) * dot (E s) (u a) / normSq (u a) =
        ∑ a, energyAlong E (u a) / normSq (u a) := by
      rw [sum_comm]
      exact sum_congr fun a => (sum_div _ _).symm
    rw [rows, e]
    refine le_trans (sub_le_sub (le_refl _)
      (sum_energyAlong_div_le h hkept hdropped hr k.1)) ?_
    rw [← along]
    refine le_trans (le_of_eq ?_) (sum_le_sum fun s => normSq_sub_sum_le k.1 (E s) _)
    rw [sum_sub]; rfl

/-- The part of a family in the span of the vectors of an eigenbasis that are kept. -/
def truncate (b : Fin n → Fin n → K) (kept : Fin n → Bool) (E : Fin m → Fin n → K) :
    Fin m → Fin n → K := fun s i => ∑ j, indicator kept j * dot (b j) (E s) * b j i

/-- That part leaves exactly the eigenvalues that are dropped. -/
theorem energy_sub_truncate {E : Fin m → Fin n → K} {b : Fin n → Fin n → K} {lam : Fin n → K}
    (h : IsEigenbasis E b lam) (kept : Fin n → Bool) :
    energy (fun s i => E s i - truncate b kept E s i) = ∑ i, (1 - indicator kept i) * lam i := by
  have row : ∀ s, normSq (fun i => E s i - truncate b kept E s i) =
      ∑ j, (1 - indicator kept j) * (dot (E s) (b j) * dot (E s) (b j)) := fun s => by
    have unit : ∀ j, normSq (b j) = 1 := fun j => (h.orthonormal j j).trans (delta_self j)
    have ortho : Orthogonal b := fun i j => by rw [unit, one_mul]; exact h.orthonormal i j
    have e := normSq_sub_sum ortho (E s) fun j => indicator kept j * dot (b j) (E s)
    refine e.trans ?_
    have whole : normSq (E s) = ∑ j, dot (b j) (E s) * dot (b j) (E s) := h.complete (E s) (E s)
    rw [whole, mul_sum, ← sum_sub, ← sum_add]
    refine sum_congr fun j => ?_
    rw [unit, dot_comm (E s) (b j)]
    have flag : indicator kept j * indicator kept j = (indicator kept j : K) := by
      show cond (kept j) 1 0 * cond (kept j) 1 0 = (cond (kept j) 1 0 : K)
      cases kept j with
      | true => exact one_mul 1
      | false => exact zero_mul 0
    have f (x y : K) : y * y - 2 * (x * y * y) + x * y * (x * y) * 1 =
      y * y - 2 * (x * (y * y)) + x * x * (y * y) := by ring
    rw [f, flag]; ring
  show ∑ s, normSq (fun i => E s i - truncate b kept E s i) = _
  rw [sum_congr row, sum_comm]
  refine sum_congr fun j => ?_
  rw [← mul_sum, ← mul_one (lam j), ← delta_self j, ← h.diagonal j j]

end Field
