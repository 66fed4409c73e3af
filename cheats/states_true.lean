/-
`True`.
caught by: stub
says: it states True
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (_ : Nat) : True := .intro

end LeanMining
