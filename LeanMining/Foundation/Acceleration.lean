/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Arithmetic

/-!
# What the kernel computes by name

Lean's kernel computes `Nat.add`, `sub`, `mul`, `beq`, `ble`, `div`, `mod` and `gcd` on literals
with arithmetic of its own, whatever their definitions say. Here are equations on variables that
leave one function only: recursion settles `add`, `sub`, `mul`, `beq` and `ble`; that quotient and
remainder are unique settles `div` and `mod`; Euclid's recursion, whose first argument falls,
settles `gcd`. Where these proofs hold without the kernel's own arithmetic (they can be checked with
the functions under other names), definition and acceleration agree.
-/

set_option autoImplicit false

namespace Acceleration

/-! ### Sums, differences, products, comparisons -/

theorem add_zero (n : Nat) : Nat.add n Nat.zero = n := rfl
theorem add_succ (n m : Nat) : Nat.add n (Nat.succ m) = Nat.succ (Nat.add n m) := rfl
theorem pred_zero : Nat.pred Nat.zero = Nat.zero := rfl
theorem pred_succ (n : Nat) : Nat.pred (Nat.succ n) = n := rfl
theorem sub_zero (n : Nat) : Nat.sub n Nat.zero = n := rfl
theorem sub_succ (n m : Nat) : Nat.sub n (Nat.succ m) = Nat.pred (Nat.sub n m) := rfl
theorem mul_zero (n : Nat) : Nat.mul n Nat.zero = Nat.zero := rfl
theorem mul_succ (n m : Nat) : Nat.mul n (Nat.succ m) = Nat.add (Nat.mul n m) n := rfl
theorem beq_zero_zero : Nat.beq Nat.zero Nat.zero = Bool.true := rfl
theorem beq_zero_succ (m : Nat) : Nat.beq Nat.zero (Nat.succ m) = Bool.false := rfl
theorem beq_succ_zero (n : Nat) : Nat.beq (Nat.succ n) Nat.zero = Bool.false := rfl
theorem beq_succ_succ (n m : Nat) : Nat.beq (Nat.succ n) (Nat.succ m) = Nat.beq n m := rfl
theorem ble_zero : (m : Nat) → Nat.ble Nat.zero m = Bool.true
  | .zero => rfl
  | .succ _ => rfl
theorem ble_succ_zero (n : Nat) : Nat.ble (Nat.succ n) Nat.zero = Bool.false := rfl
theorem ble_succ_succ (n m : Nat) : Nat.ble (Nat.succ n) (Nat.succ m) = Nat.ble n m := rfl

/-! ### Quotient and remainder -/

theorem succ_add (n : Nat) : (m : Nat) → Nat.add (Nat.succ n) m = Nat.succ (Nat.add n m)
  | .zero => rfl
  | .succ m => congrArg Nat.succ (succ_add n m)

theorem add_right_comm (a b : Nat) : (c : Nat) → Nat.add (Nat.add a b) c = Nat.add (Nat.add a c) b
  | .zero => rfl
  | .succ c => (congrArg Nat.succ (add_right_comm a b c)).trans (succ_add (Nat.add a c) b).symm

theorem succ_sub_succ (a : Nat) : (b : Nat) → Nat.sub (Nat.succ a) (Nat.succ b) = Nat.sub a b
  | .zero => rfl
  | .succ b => congrArg Nat.pred (succ_sub_succ a b)

theorem sub_add_cancel : (a b : Nat) → Nat.ble b a = Bool.true → Nat.add (Nat.sub a b) b = a
  | _, .zero, _ => rfl
  | .zero, .succ _, h => nomatch h
  | .succ a, .succ b, h =>
    (congrArg (fun x => Nat.add x (Nat.succ b)) (succ_sub_succ a b)).trans
      (congrArg Nat.succ (sub_add_cancel a b h))

theorem ble_of_succ : (a b : Nat) → Nat.ble (Nat.succ a) b = Bool.true → Nat.ble a b = Bool.true
  | _, .zero, h => nomatch h
  | .zero, .succ _, _ => rfl
  | .succ a, .succ b, h => ble_of_succ a b h

theorem ble_pred : (a b : Nat) → Nat.ble a b = Bool.true → Nat.ble (Nat.pred a) b = Bool.true
  | .zero, _, h => h
  | .succ a, b, h => ble_of_succ a b h

theorem ble_sub (a b : Nat) (h : Nat.ble a b = Bool.true) :
    (c : Nat) → Nat.ble (Nat.sub a c) b = Bool.true
  | .zero => h
  | .succ c => ble_pred (Nat.sub a c) b (ble_sub a b h c)

theorem ble_trans : (a b c : Nat) → Nat.ble a b = Bool.true → Nat.ble b c = Bool.true →
    Nat.ble a c = Bool.true
  | .zero, _, c, _, _ => ble_zero c
  | .succ _, .zero, _, h, _ => nomatch h
  | .succ _, .succ _, .zero, _, h => nomatch h
  | .succ a, .succ b, .succ c, h, k => ble_trans a b c h k

theorem ble_of_not : (a b : Nat) → Nat.ble (Nat.succ b) a = Bool.false → Nat.ble a b = Bool.true
  | .zero, b, _ => ble_zero b
  | .succ a, .zero, h => nomatch (ble_zero a).symm.trans h
  | .succ a, .succ b, h => ble_of_not a b h

/-- The test in `Nat.divFuel` and `Nat.modFuel` is the comparison, if the divisor is positive. -/
theorem guard_succ (a b : Nat) :
    Bool.and (Nat.ble 1 (Nat.succ b)) (Nat.ble (Nat.succ b) a) = Nat.ble (Nat.succ b) a :=
  congrArg (fun x => Bool.and x (Nat.ble (Nat.succ b) a)) (ble_zero b)

theorem divFuel_add_modFuel (b : Nat) :
    (n a : Nat) → Nat.add (Nat.mul b (Nat.divFuel n a b)) (Nat.modFuel n a b) = a
  | .zero, a => zero_add a
  | .succ n, a => by
    show Nat.add (Nat.mul b
        (cond (Bool.and (Nat.ble 1 b) (Nat.ble b a)) (Nat.succ (Nat.divFuel n (Nat.sub a b) b)) 0))
      (cond (Bool.and (Nat.ble 1 b) (Nat.ble b a)) (Nat.modFuel n (Nat.sub a b) b) a) = a
    cases h : Bool.and (Nat.ble 1 b) (Nat.ble b a) with
    | true =>
      exact (add_right_comm (Nat.mul b (Nat.divFuel n (Nat.sub a b) b)) b
        (Nat.modFuel n (Nat.sub a b) b)).trans
        ((congrArg (fun x => Nat.add x b) (divFuel_add_modFuel b n (Nat.sub a b))).trans
          (sub_add_cancel a b (of_and (Nat.ble 1 b) (Nat.ble b a) h)))
    | false => exact zero_add a
where
  zero_add : (a : Nat) → Nat.add Nat.zero a = a
    | .zero => rfl
    | .succ a => congrArg Nat.succ (zero_add a)
  of_and : (x y : Bool) → Bool.and x y = Bool.true → y = Bool.true
    | .true, _, h => h
    | .false, _, h => nomatch h

theorem modFuel_le (b : Nat) :
    (n a : Nat) → Nat.ble a n = Bool.true → Nat.ble (Nat.modFuel n a (Nat.succ b)) b = Bool.true
  | .zero, .zero, _ => ble_zero b
  | .zero, .succ _, h => nomatch h
  | .succ n, a, h => by
    show Nat.ble (cond (Bool.and (Nat.ble 1 (Nat.succ b)) (Nat.ble (Nat.succ b) a))
      (Nat.modFuel n (Nat.sub a (Nat.succ b)) (Nat.succ b)) a) b = Bool.true
    rw [guard_succ]
    cases k : Nat.ble (Nat.succ b) a with
    | true => exact modFuel_le b n (Nat.sub a (Nat.succ b)) (step a h k)
    | false => exact ble_of_not a b k
where
  step {b n : Nat} : (a : Nat) → Nat.ble a (Nat.succ n) = Bool.true →
    Nat.ble (Nat.succ b) a = Bool.true →
      Nat.ble (Nat.sub a (Nat.succ b)) n = Bool.true
    | .zero, _, k => nomatch k
    | .succ a, h, _ => (congrArg (fun x => Nat.ble x n) (succ_sub_succ a b)).trans (ble_sub a n h b)

theorem ble_refl : (n : Nat) → Nat.ble n n = Bool.true
  | .zero => rfl
  | .succ n => ble_refl n

theorem div_zero : (n : Nat) → Nat.div n Nat.zero = Nat.zero
  | .zero => rfl
  | .succ _ => rfl
theorem div_add_mod (n m : Nat) : Nat.add (Nat.mul m (Nat.div n m)) (Nat.mod n m) = n :=
  divFuel_add_modFuel m n n
theorem mod_zero : (n : Nat) → Nat.mod n Nat.zero = n
  | .zero => rfl
  | .succ _ => rfl
theorem mod_lt (n m : Nat) : Nat.ble (Nat.succ (Nat.mod n (Nat.succ m))) (Nat.succ m) = Bool.true :=
  modFuel_le m n n (ble_refl n)

/-! ### Greatest common divisor -/

/-- Enough steps are as good as more. -/
theorem gcdFuel_eq : (k l a b : Nat) → Nat.ble (Nat.succ a) k = Bool.true →
    Nat.ble (Nat.succ a) l = Bool.true → Nat.gcdFuel k a b = Nat.gcdFuel l a b
  | .zero, _, _, _, h, _ => nomatch h
  | .succ _, .zero, _, _, _, h => nomatch h
  | .succ _, .succ _, .zero, _, _, _ => rfl
  | .succ k, .succ l, .succ a, b, h, i =>
    gcdFuel_eq k l (Nat.mod b (Nat.succ a)) (Nat.succ a) (ble_trans _ (Nat.succ a) k (mod_lt b a) h)
      (ble_trans _ (Nat.succ a) l (mod_lt b a) i)

theorem gcd_zero (n : Nat) : Nat.gcd Nat.zero n = n := rfl
theorem gcd_succ (m n : Nat) :
    Nat.gcd (Nat.succ m) n = Nat.gcd (Nat.mod n (Nat.succ m)) (Nat.succ m) :=
  gcdFuel_eq (Nat.succ m) (Nat.succ (Nat.mod n (Nat.succ m))) (Nat.mod n (Nat.succ m))
    (Nat.succ m) (mod_lt n m)
    (ble_refl (Nat.mod n (Nat.succ m)))

end Acceleration
