/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Field

/-!
# The moment ratio

Seed 001, *MomentRatioFloor*: β of independent coordinates tends to the ratio of the squared first
to the second absolute moment. That limit needs measure theory and is not proved here, and no
Gaussian distribution occurs: the moments of one are put into the ratio.

## Main definitions

* `momentRatio μ₁ μ₂`
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- The squared first absolute moment over the second moment (seed 001, glossary). -/
def momentRatio (μ₁ μ₂ : K) : K := μ₁ * μ₁ / μ₂

/-- For moments `μ₁² = 2/p` and `μ₂ = 1` the ratio is `2/p`; a standard Gaussian has them with
`p = π` (seed 001, MomentRatioFloor). -/
theorem momentRatio_one_eq_two_div {p μ₁ : K} (h : μ₁ * μ₁ = 2 / p) :
    momentRatio μ₁ 1 = 2 / p := by
  rw [← h]; exact div_one _

end LeanMining
