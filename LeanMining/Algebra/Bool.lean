/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Logic

/-!
# Booleans

What a conjunction of two truth values says of each.

## Main results

* `Bool.and_eq_true_left`, `Bool.and_eq_true_right`
-/

set_option autoImplicit false

namespace Bool

theorem and_eq_true_left : {a b : Bool} → and a b = true → a = true
  | true, _, _ => rfl

theorem and_eq_true_right : {a b : Bool} → and a b = true → b = true
  | true, _, h => h

end Bool
