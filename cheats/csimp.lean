/-
An equation by which the compiler replaces one function with another.
caught by: policy
says: uses `csimp`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def same (n : Nat) : Nat := n
def again (n : Nat) : Nat := same n
@[csimp] theorem same_eq_again : @same = @again := rfl
theorem cheat : same 3 = 3 := rfl

end LeanMining
