/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.JensenFloor
import LeanMining.Algebra.Matrix

/-!
# The moment ratio

Seed 001, *MomentRatioFloor*: β of independent coordinates tends to the ratio of the squared first
to the second absolute moment. That limit needs measure theory and is not proved here; its value for
Gaussian coordinates is, with any positive number in the place of π.
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- The squared first absolute moment over the second moment (seed 001, glossary). -/
def momentRatio (μ₁ μ₂ : K) : K := μ₁ * μ₁ / μ₂

/-- For μ₁² = 2/π and μ₂ = 1, a standard Gaussian's, the ratio is 2/π (seed 001,
MomentRatioFloor). -/
theorem gaussian_moment_ratio_floor_eq {p μ₁ : K} (h : μ₁ * μ₁ = 2 / p) :
    momentRatio μ₁ 1 = 2 / p := by
  rw [← h]; exact div_one _

theorem gaussian_moment_ratio_floor_eq_example : momentRatio (2 : Rat) 1 = 2 / (1 / 2) :=
  gaussian_moment_ratio_floor_eq (by decide)

end LeanMining
