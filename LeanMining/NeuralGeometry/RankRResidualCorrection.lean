/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.IsotropicFloor
import LeanMining.Algebra.Projection

/-!
# Rank-r correction of one-bit keys

Seed 001, *RankRResidualCorrection*. A key's one-bit form loses a residual; what part of it lies in
`r` directions is stored as well. The seed takes the existence and the optimality of the best
directions as axioms. Here they are proved for an eigenbasis that is given.
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Field

variable {K : Type u} [LinearOrderedField K] {n d r : Nat}

/-- What a key's one-bit form, with the mean of the magnitudes as its scale, loses of it. -/
def residual (k : Fin d → K) : Fin d → K := fun i => k i - l1Norm k / Nat.cast d * signQuant k i

/-- The share of a residual's energy in the span of orthonormal vectors (seed 001,
RankRResidualCorrection). -/
def gammaR (w : Fin r → Fin d → K) (E : Fin n → Fin d → K) : K := capturedEnergy w E / energy E

/-- The share of the keys' energy that their one-bit forms keep with the residual's part in a span
added (seed 001, RankRResidualCorrection). -/
def betaEff (w : Fin r → Fin d → K) (k : Fin n → Fin d → K) : K :=
  1 - energy (fun s i => residual (k s) i - project w (residual (k s)) i) / energy k

theorem normSq_residual (k : Fin d → K) (hd : (Nat.cast d : K) ≠ 0) :
    normSq (residual k) = normSq k - l1Norm k * l1Norm k / Nat.cast d := by
  show normSq (fun i => k i - l1Norm k / Nat.cast d * signQuant k i) = _
  rw [normSq_sub_smul, dot_signQuant, normSq_signQuant]
  have c : l1Norm k / Nat.cast d * Nat.cast d = l1Norm k := div_mul_cancel _ hd
  have f : l1Norm k / Nat.cast d * (l1Norm k / Nat.cast d) * Nat.cast d =
      l1Norm k / Nat.cast d * l1Norm k := by
    rw [mul_assoc, c]
  rw [f, ← div_mul_eq_mul_div]; ring

/-- The one-bit forms lose the share `1 - β` of the energy. -/
theorem energy_residual_div (k : Fin n → Fin d → K) (hd : (Nat.cast d : K) ≠ 0)
    (hk : energy k ≠ 0) :
    energy (fun s => residual (k s)) / energy k = 1 - betaRows k := by
  have e : energy (fun s => residual (k s)) = energy k - (∑ s, l1Norm (k s) * l1Norm (k s)) /
      Nat.cast d := by
    rw [sum_div]
    exact (sum_congr fun s => normSq_residual (k s) hd).trans (sum_sub _ _)
  rw [e, sub_div, div_self hk, div_div]; rfl

/-- β with a correction: what neither the signs nor the `r` directions keep is the product of what
each leaves. γ is that of the residual (seed 001, RankRResidualCorrection). -/
theorem beta_eff_formula {w : Fin r → Fin d → K} (hw : Orthonormal w) (k : Fin n → Fin d → K)
    (hd : (Nat.cast d : K) ≠ 0) (hk : energy k ≠ 0) (hE : energy (fun s => residual (k s)) ≠ 0) :
    betaEff w k = 1 - (1 - betaRows k) * (1 - gammaR w fun s => residual (k s)) := by
  have e : energy (fun s i => residual (k s) i - project w (residual (k s)) i) =
      energy (fun s => residual (k s)) - capturedEnergy w fun s => residual (k s) :=
    energy_sub_project hw fun s => residual (k s)
  have g : 1 - gammaR w (fun s => residual (k s)) =
      (energy (fun s => residual (k s)) - capturedEnergy w fun s => residual (k s)) /
        energy fun s => residual (k s) := by
    rw [sub_div, div_self hE]; rfl
  show 1 - energy (fun s i => residual (k s) i - project w (residual (k s)) i) / energy k = _
  rw [e, g, ← energy_residual_div k hd hk, mul_comm, div_mul_div_comm,
    mul_comm (energy fun s => residual (k s)) (energy k), ← div_mul_div_comm, div_self hE, mul_one]

/-- Vectors of one entry are orthonormal if that is 1. -/
theorem orthonormal_one : Orthonormal (fun _ _ => 1 : Fin 1 → Fin 1 → Rat) :=
  fun i j => match i, j with
  | .zero, .zero => by decide

/-- A direction of the plane, of length 1. -/
def direction345 : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (3 / 5 ::ᵥ 4 / 5 ::ᵥ .nil)

theorem direction345_orthonormal : Orthonormal direction345 := fun i j => match i, j with
  | .zero, .zero => by decide

/-- A key of the plane off the sign lattice. -/
def planeKeys : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (1 ::ᵥ 3 ::ᵥ .nil)

theorem beta_eff_formula_example : betaEff direction345 planeKeys =
    1 - (1 - betaRows planeKeys) * (1 - gammaR direction345 fun s => residual (planeKeys s)) :=
  beta_eff_formula direction345_orthonormal planeKeys (by decide) (by decide) (by decide)

/-- With γ measured on the keys and not on their residual, the formula fails (seed 001,
RankRResidualCorrection). -/
theorem beta_eff_formula_gamma_of_keys_as_given_false :
    ¬ ∀ (n d r : Nat) (w : Fin r → Fin d → Rat) (k : Fin n → Fin d → Rat), Orthonormal w →
      energy k ≠ 0 →
      betaEff w k = 1 - (1 - betaRows k) * (1 - gammaR w k) :=
  fun h => absurd (h 1 2 1 direction345 planeKeys direction345_orthonormal (by decide)) (by decide)

/-! ### The best directions -/

/-- The directions of the largest eigenvalues keep at least as much of a residual as any `r` others
(seed 001, RankRResidualCorrection). -/
theorem svd_topk_maximizes_gammaR {E : Fin n → Fin d → K} {b : Fin d → Fin d → K} {lam : Fin d → K}
    (h : IsEigenbasis E b lam) {kept : Fin d → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) {w : Fin r → Fin d → K} (hw : Orthonormal w) :
    gammaR w E ≤ (∑ i, indicator kept i * energyAlong E (b i)) / energy E := by
  have along : ∀ i, energyAlong E (b i) = lam i := fun i => by
    have e := h.diagonal i i
    rw [delta_self, mul_one] at e
    exact e
  show capturedEnergy w E / energy E ≤ _
  rw [sum_congr fun i => by rw [along i]]
  exact div_le_div_of_nonneg_right (capturedEnergy_le_of_isEigenbasis h hkept hdropped hr hw)
    (sum_nonneg fun s => normSq_nonneg _)

/-- Dropping the directions of the smallest eigenvalues loses at most as much as any approximation
by `r` directions: Eckart and Young's theorem in the Frobenius norm, for a given eigenbasis (seed
001, RankRResidualCorrection). -/
theorem residual_topk_eckart_young {E : Fin n → Fin d → K} {b : Fin d → Fin d → K} {lam : Fin d → K}
    (h : IsEigenbasis E b lam) {kept : Fin d → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) {w : Fin r → Fin d → K} (hw : Orthonormal w) :
    ∑ i, (1 - indicator kept i) * lam i ≤ energy fun s i => E s i - project w (E s) i := by
  have total : energy E = ∑ i, lam i := by
    have e : energy E = ∑ s, ∑ i, dot (b i) (E s) * dot (b i) (E s) :=
      sum_congr fun s => h.complete (E s) (E s)
    rw [e, sum_comm]
    exact sum_congr fun i => by
      rw [← mul_one (lam i), ← delta_self i, ← h.diagonal i i]
      exact sum_congr fun s => by rw [dot_comm (b i) (E s)]
  have e : ∑ i, (1 - indicator kept i) * lam i = energy E - ∑ i, indicator kept i * lam i := by
    rw [total, ← sum_sub]
    exact sum_congr fun i => by ring
  rw [e, energy_sub_project hw]
  exact sub_le_sub (le_refl _) (capturedEnergy_le_of_isEigenbasis h hkept hdropped hr hw)

end Field

/-- Two rows along the axes, of energy 4 and 1. -/
def axisRows : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (2 ::ᵥ 0 ::ᵥ .nil)
  | .succ .zero => Vector.get (0 ::ᵥ 1 ::ᵥ .nil)

/-- The first axis is kept. -/
def firstKept : Fin 2 → Bool
  | .zero => true
  | .succ .zero => false

theorem axisRows_isEigenbasis :
    IsEigenbasis axisRows (fun i j => delta i j) (Vector.get (4 ::ᵥ 1 ::ᵥ .nil)) where
  orthonormal i j := match i, j with
    | .zero, .zero => by decide
    | .zero, .succ .zero => by decide
    | .succ .zero, .zero => by decide
    | .succ .zero, .succ .zero => by decide
  complete x y :=
    (sum_congr fun i => congr (congrArg HMul.hMul (sum_delta_mul i x)) (sum_delta_mul i y)).symm
  diagonal i j := match i, j with
    | .zero, .zero => by decide
    | .zero, .succ .zero => by decide
    | .succ .zero, .zero => by decide
    | .succ .zero, .succ .zero => by decide

theorem axisRows_kept (i : Fin 2) (h : firstKept i = true) :
    (2 : Rat) ≤ Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i := match i with
  | .zero => by decide
  | .succ .zero => nomatch h

theorem axisRows_dropped (i : Fin 2) (h : firstKept i = false) :
    Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i ≤ (2 : Rat) := match i with
  | .zero => nomatch h
  | .succ .zero => by decide

theorem svd_topk_maximizes_gammaR_example :
    gammaR direction345 axisRows ≤
      (∑ i, indicator firstKept i * energyAlong axisRows (fun j => delta i j)) / energy axisRows :=
  svd_topk_maximizes_gammaR axisRows_isEigenbasis axisRows_kept axisRows_dropped
    (by decide) direction345_orthonormal

theorem residual_topk_eckart_young_example :
    (∑ i, (1 - indicator firstKept i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i : Rat) ≤
      energy fun s i => axisRows s i - project direction345 (axisRows s) i :=
  residual_topk_eckart_young axisRows_isEigenbasis axisRows_kept axisRows_dropped
    (by decide) direction345_orthonormal

end LeanMining
