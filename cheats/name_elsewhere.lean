/-
The theorem has the name in another namespace.
caught by: names
says: did you mean LeanMining.Other.cheat?
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

namespace Other
theorem cheat (a b : Nat) (h : a = b) : b = a := h.symm
end Other

end LeanMining
