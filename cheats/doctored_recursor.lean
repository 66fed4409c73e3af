/-
A recursor that claims to unfold on any proof.
caught by: replay
says: the kernel's own record differs
doctor: mark_k LeanMining.Two.rec
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

inductive Two : Prop where | left : Two | right : Two
theorem cheat (h : Two) : h = .left ∨ True := .inr .intro

end LeanMining
