/-
`X = X`: Seed 001's `srht_floor_d_independent`, whose two sides are one constant without a dimension in it.
caught by: stub
says: equal to itself
theorem: LeanMining.srht_floor_d_independent
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def isotropicFloorValue : Nat := 2
theorem srht_floor_d_independent (_ _ : Nat) : isotropicFloorValue = isotropicFloorValue := rfl

end LeanMining
