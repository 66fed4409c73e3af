/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat

/-!
# Narrow dimensions

Seed 001, *NarrowDimCeiling*. The seed's theorem is kept as it is given, since a report that left it
out would hide what it is: its two sides are one constant in which no dimension occurs, so it is
true of every constant and says nothing of dimensions.

## Main results

* `srht_floor_d_independent`: `X = X`
-/

set_option autoImplicit false

namespace LeanMining

/-- A stand-in for √(2/π), which the rationals do not have; its value plays no part. -/
def isotropicFloorValue : Rat := 4 / 5

/-- As the seed gives it: `X = X` (seed 001, NarrowDimCeiling). -/
theorem srht_floor_d_independent (_d₁ _d₂ : Nat) : isotropicFloorValue = isotropicFloorValue := rfl

end LeanMining
