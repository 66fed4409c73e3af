/-
A default instance makes numerals mean another type's elements.
caught by: shown
says: LeanMining.cheat : (5 : LeanMining.Tiny) = 7
  where OfNat LeanMining.Tiny 5 is LeanMining.instOfNatTiny
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
inductive Tiny where | a | b
noncomputable def Tiny.flip (t : Tiny) : Tiny := Tiny.rec Tiny.b Tiny.a t
noncomputable def Tiny.ofNat (n : Nat) : Tiny := Nat.rec Tiny.a (fun _ t => t.flip) n
@[default_instance 1000] noncomputable instance instOfNatTiny (n : Nat) : OfNat Tiny n := ⟨Tiny.ofNat n⟩
theorem cheat : 5 = 7 := rfl
end LeanMining
