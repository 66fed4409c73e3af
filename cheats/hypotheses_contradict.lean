/-
Two hypotheses of which one denies the other.
caught by: stub
says: its hypotheses contradict each other
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (n : Nat) (h : n = 1) (k : ¬ n = 1) : n = 7 := (k h).elim

end LeanMining
