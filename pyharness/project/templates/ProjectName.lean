prelude
import LeanMining.Algebra.Int8

/-!
# ReLU on INT8 values

What `project_name_claims.py` claims of ReLU is proved here.

## Main definitions

* `ProjectName.relu z q`: ReLU on values whose zero point is `z`

## Main results

* `ProjectName.relu_extensive`: ReLU never lowers a value
-/

namespace ProjectName

/-- ReLU on INT8 values whose zero point is `z`: a value below `z` becomes `z`. -/
def relu (z q : Int8) : Int8 := max q z

/-- ReLU never lowers a value (A paper, Section 2). -/
theorem relu_extensive (z q : Int8) : q ≤ relu z q := le_max_left q z

/-- `relu_extensive` applied to values: an example that gold asks for. -/
theorem relu_extensive_example : 3 ≤ relu 5 3 := relu_extensive 5 3

end ProjectName
