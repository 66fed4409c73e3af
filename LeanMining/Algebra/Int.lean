/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Int
import LeanMining.Algebra.Nat
import LeanMining.Algebra.OrderedRing

/-!
# Integers

`Int` in Lean's own shape, as a linearly ordered commutative ring. The kernel computes with it on
literals at the cost of the operations on natural numbers.

## Main definitions

* `LinearOrderedCommRing Int`, and with it the order and `DecidableEq Int`
* `Int.subNatNat m n`: the integer `m - n`; every integer is one, and each law is proved for these
-/

set_option autoImplicit false

namespace Int

/-- The integer `m - n`. -/
def subNatNat (m n : Nat) : Int := match n - m with
  | .zero => ofNat (m - n)
  | .succ k => negSucc k

/-- `-n` for natural `n`. -/
def negOfNat : Nat → Int
  | .zero => ofNat 0
  | .succ n => negSucc n

/-- `-a` -/
protected def neg : Int → Int
  | ofNat n => negOfNat n
  | negSucc n => ofNat (Nat.succ n)

/-- `a + b` -/
protected def add : Int → Int → Int
  | ofNat m, ofNat n => ofNat (m + n)
  | ofNat m, negSucc n => subNatNat m (Nat.succ n)
  | negSucc m, ofNat n => subNatNat n (Nat.succ m)
  | negSucc m, negSucc n => negSucc (Nat.succ (m + n))

/-- `a * b` -/
protected def mul : Int → Int → Int
  | ofNat m, ofNat n => ofNat (m * n)
  | ofNat m, negSucc n => negOfNat (m * Nat.succ n)
  | negSucc m, ofNat n => negOfNat (Nat.succ m * n)
  | negSucc m, negSucc n => ofNat (Nat.succ m * Nat.succ n)

/-- Whether `a ≤ b`. -/
def ble : Int → Int → Bool
  | ofNat m, ofNat n => Nat.ble m n
  | ofNat _, negSucc _ => false
  | negSucc _, ofNat _ => true
  | negSucc m, negSucc n => Nat.ble n m

/-- The natural number that an integer is; 0 for a negative one. -/
def toNat : Int → Nat
  | ofNat n => n
  | negSucc _ => 0

@[reducible] instance instNatCast : NatCast Int := ⟨ofNat⟩
@[reducible] instance instNeg : Neg Int := ⟨Int.neg⟩
@[reducible] instance instAdd : Add Int := ⟨Int.add⟩
@[reducible] instance instSub : Sub Int := ⟨fun a b => a + -b⟩
@[reducible] instance instMul : Mul Int := ⟨Int.mul⟩

/-! ### Order -/

theorem ble_refl : (a : Int) → ble a a = true
  | ofNat n => Nat.ble_refl n
  | negSucc n => Nat.ble_refl n

theorem ble_trans : (a b c : Int) → ble a b = true → ble b c = true → ble a c = true
  | ofNat a, ofNat b, ofNat c, h, k => Nat.ble_trans a b c h k
  | negSucc a, negSucc b, negSucc c, h, k => Nat.ble_trans c b a k h
  | negSucc _, _, ofNat _, _, _ => rfl
  | ofNat _, negSucc _, _, h, _ => nomatch h
  | _, ofNat _, negSucc _, _, k => nomatch k

theorem ble_antisymm : (a b : Int) → ble a b = true → ble b a = true → a = b
  | ofNat a, ofNat b, h, k => congrArg ofNat (Nat.ble_antisymm a b h k)
  | negSucc a, negSucc b, h, k => congrArg negSucc (Nat.ble_antisymm a b k h)
  | ofNat _, negSucc _, h, _ => nomatch h
  | negSucc _, ofNat _, _, k => nomatch k

theorem ble_total : (a b : Int) → ble a b = true ∨ ble b a = true
  | ofNat a, ofNat b => Nat.ble_total a b
  | negSucc a, negSucc b => Nat.ble_total b a
  | ofNat _, negSucc _ => .inr rfl
  | negSucc _, ofNat _ => .inl rfl

@[reducible] instance instLinearOrder : LinearOrder Int where
  le a b := ble a b = true
  le_refl := ble_refl
  le_trans {a b c} := ble_trans a b c
  le_antisymm {a b} := ble_antisymm a b
  le_total := ble_total
  decLe a b := instDecidableEqTrue (ble a b)

@[reducible] instance instDecidableEq : DecidableEq Int := LinearOrder.decEq

theorem ofNat_le_ofNat {m n : Nat} : ofNat m ≤ ofNat n ↔ m ≤ n := Iff.rfl
theorem negSucc_le_negSucc {m n : Nat} : negSucc m ≤ negSucc n ↔ n ≤ m := Iff.rfl
theorem not_ofNat_le_negSucc {m n : Nat} : ¬ ofNat m ≤ negSucc n := fun h => nomatch h
theorem negSucc_le_ofNat {m n : Nat} : negSucc m ≤ ofNat n := rfl

/-! ### Differences of natural numbers -/

theorem subNatNat_zero (m : Nat) : subNatNat m 0 = ofNat m := by
  show (match 0 - m with | .zero => ofNat m | .succ k => negSucc k) = ofNat m
  rw [Nat.zero_sub]

theorem zero_subNatNat (n : Nat) : subNatNat 0 n = negOfNat n := by
  cases n with
  | zero => rfl
  | succ n => rfl

theorem subNatNat_succ_succ (m n : Nat) : subNatNat (Nat.succ m) (Nat.succ n) = subNatNat m n := by
  show (match Nat.succ n - Nat.succ m with
    | .zero => ofNat (Nat.succ m - Nat.succ n)
    | .succ k => negSucc k) = _
  rw [Nat.succ_sub_succ, Nat.succ_sub_succ]
  rfl

theorem subNatNat_add_add (m n : Nat) : (k : Nat) → subNatNat (m + k) (n + k) = subNatNat m n
  | .zero => rfl
  | .succ k => (subNatNat_succ_succ (m + k) (n + k)).trans (subNatNat_add_add m n k)

theorem subNatNat_self (n : Nat) : subNatNat n n = 0 := by
  rw [← Nat.zero_add n, subNatNat_add_add]; rfl

/-- What holds of `m - 0` and of `0 - n`, and passes from `m - n` to `(m + 1) - (n + 1)`, holds of
all pairs. -/
theorem pair_induction {p : Nat → Nat → Prop} (left : ∀ m, p m 0) (right : ∀ n, p 0 n)
    (step : ∀ m n, p m n → p (Nat.succ m) (Nat.succ n)) : (m n : Nat) → p m n
  | m, .zero => left m
  | .zero, n => right n
  | .succ m, .succ n => step m n (pair_induction left right step m n)

theorem exists_eq_subNatNat : (a : Int) → ∃ m n, a = subNatNat m n
  | ofNat n => ⟨n, 0, (subNatNat_zero n).symm⟩
  | negSucc n => ⟨0, Nat.succ n, rfl⟩

theorem neg_subNatNat (m n : Nat) : -subNatNat m n = subNatNat n m := by
  refine pair_induction (p := fun m n => -subNatNat m n = subNatNat n m) ?_ ?_ ?_ m n
  · intro m; rw [subNatNat_zero, zero_subNatNat]; rfl
  · intro n; rw [subNatNat_zero, zero_subNatNat]; cases n with
    | zero => rfl
    | succ n => rfl
  · intro m n h; rw [subNatNat_succ_succ, subNatNat_succ_succ, h]

theorem subNatNat_add_subNatNat (a b c d : Nat) :
    subNatNat a b + subNatNat c d = subNatNat (a + c) (b + d) := by
  refine pair_induction (p := fun a b => subNatNat a b + subNatNat c d =
    subNatNat (a + c) (b + d)) ?_ ?_ ?_ a b
  · intro a
    refine pair_induction (p := fun c d => subNatNat a 0 + subNatNat c d =
      subNatNat (a + c) (0 + d)) ?_ ?_ ?_ c d
    · intro c; rw [subNatNat_zero, subNatNat_zero, subNatNat_zero]; rfl
    · intro d; rw [subNatNat_zero, zero_subNatNat, Nat.zero_add]; cases d with
      | zero => exact (subNatNat_zero a).symm
      | succ d => rfl
    · intro c d h; rw [subNatNat_succ_succ, h]; exact (subNatNat_succ_succ (a + c) (0 + d)).symm
  · intro b
    refine pair_induction (p := fun c d => subNatNat 0 b + subNatNat c d =
      subNatNat (0 + c) (b + d)) ?_ ?_ ?_ c d
    · intro c; rw [subNatNat_zero, zero_subNatNat, Nat.zero_add]; cases b with
      | zero => exact (congrArg ofNat (Nat.zero_add c)).trans (subNatNat_zero c).symm
      | succ b => rfl
    · intro d; rw [zero_subNatNat, zero_subNatNat]; cases b with
      | zero => cases d with
        | zero => rfl
        | succ d => exact congrArg (subNatNat 0) (Nat.zero_add (Nat.succ d)).symm
      | succ b => cases d with
        | zero => rfl
        | succ d =>
          show negSucc (Nat.succ (b + d)) = subNatNat 0 (Nat.succ (Nat.succ b + d))
          rw [Nat.succ_add]
          rfl
    · intro c d h; rw [subNatNat_succ_succ, h]; exact (subNatNat_succ_succ (0 + c) (b + d)).symm
  · intro a b h; rw [subNatNat_succ_succ, h, Nat.succ_add, Nat.succ_add, subNatNat_succ_succ]

theorem neg_mul_eq (a b : Int) : -a * b = -(a * b) := by
  cases a with
  | ofNat m => cases m with
    | zero => cases b with
      | ofNat n => show ofNat (0 * n) = negOfNat (0 * n); rw [Nat.zero_mul]; rfl
      | negSucc n =>
        show negOfNat (0 * Nat.succ n) = -negOfNat (0 * Nat.succ n)
        rw [Nat.zero_mul]
        rfl
    | succ m => cases b with
      | ofNat n => rfl
      | negSucc n =>
        show ofNat (Nat.succ m * Nat.succ n) = -negOfNat (Nat.succ m * n + Nat.succ m); rfl
  | negSucc m => cases b with
    | ofNat n => show ofNat (Nat.succ m * n) = -negOfNat (Nat.succ m * n); cases Nat.succ m * n with
      | zero => rfl
      | succ k => rfl
    | negSucc n => rfl

protected theorem mul_comm : (a b : Int) → a * b = b * a
  | ofNat m, ofNat n => congrArg ofNat (Nat.mul_comm m n)
  | ofNat m, negSucc n => congrArg negOfNat (Nat.mul_comm m (Nat.succ n))
  | negSucc m, ofNat n => congrArg negOfNat (Nat.mul_comm (Nat.succ m) n)
  | negSucc m, negSucc n => congrArg ofNat (Nat.mul_comm (Nat.succ m) (Nat.succ n))

theorem ofNat_mul_subNatNat (k m n : Nat) :
    ofNat k * subNatNat m n = subNatNat (k * m) (k * n) := by
  refine pair_induction (p := fun m n => ofNat k * subNatNat m n =
    subNatNat (k * m) (k * n)) ?_ ?_ ?_ m n
  · intro m; rw [subNatNat_zero, Nat.mul_zero, subNatNat_zero]; rfl
  · intro n; rw [zero_subNatNat, Nat.mul_zero, zero_subNatNat]; cases n with
    | zero => rfl
    | succ n => rfl
  · intro m n h; rw [subNatNat_succ_succ, h, Nat.mul_succ, Nat.mul_succ, subNatNat_add_add]

theorem subNatNat_mul_subNatNat (a b c d : Nat) :
    subNatNat a b * subNatNat c d = subNatNat (a * c + b * d) (a * d + b * c) := by
  refine pair_induction (p := fun a b => subNatNat a b * subNatNat c d =
    subNatNat (a * c + b * d) (a * d + b * c)) ?_ ?_ ?_ a b
  · intro a; rw [subNatNat_zero, ofNat_mul_subNatNat, Nat.zero_mul, Nat.zero_mul]; rfl
  · intro b
    rw [← neg_subNatNat b 0, neg_mul_eq, subNatNat_zero, ofNat_mul_subNatNat, neg_subNatNat,
      Nat.zero_mul, Nat.zero_mul, Nat.zero_add, Nat.zero_add]
  · intro a b h
    rw [subNatNat_succ_succ, h, Nat.succ_mul, Nat.succ_mul, Nat.succ_mul, Nat.succ_mul,
      Nat.add_add_add_comm, Nat.add_add_add_comm (a * d), Nat.add_comm d c, subNatNat_add_add]

theorem subNatNat_le_subNatNat (a b c d : Nat) : subNatNat a b ≤ subNatNat c d ↔ a + d ≤ c + b := by
  refine pair_induction (p := fun a b => subNatNat a b ≤ subNatNat c d ↔ a + d ≤ c + b) ?_ ?_ ?_ a b
  · intro a
    refine pair_induction (p := fun c d => subNatNat a 0 ≤ subNatNat c d ↔ a + d ≤
      c + 0) ?_ ?_ ?_ c d
    · intro c; rw [subNatNat_zero, subNatNat_zero]; exact Iff.rfl
    · intro d; rw [subNatNat_zero, zero_subNatNat]; cases d with
      | zero => exact Iff.rfl
      | succ d => exact ⟨(nomatch ·), (nomatch ·)⟩
    · intro c d h; rw [subNatNat_succ_succ]; exact h
  · intro b
    refine pair_induction (p := fun c d => subNatNat 0 b ≤ subNatNat c d ↔ 0 + d ≤
      c + b) ?_ ?_ ?_ c d
    · intro c; rw [subNatNat_zero, zero_subNatNat]; cases b with
      | zero => exact Iff.rfl
      | succ b => exact ⟨fun _ => rfl, fun _ => rfl⟩
    · intro d; rw [zero_subNatNat, zero_subNatNat, Nat.zero_add, Nat.zero_add]; cases b with
      | zero => cases d with
        | zero => exact Iff.rfl
        | succ d => exact Iff.rfl
      | succ b => cases d with
        | zero => exact Iff.rfl
        | succ d => exact Iff.rfl
    · intro c d h; rw [subNatNat_succ_succ, Nat.succ_add]; exact h
  · intro a b h; rw [subNatNat_succ_succ, Nat.succ_add]; exact h

/-! ### Order of differences -/

theorem subNatNat_mono {a b : Nat} (h : a ≤ b) (k : Nat) : subNatNat a k ≤ subNatNat b k :=
  (subNatNat_le_subNatNat a k b k).mpr (Nat.add_le_add_iff_right.mpr h)

theorem subNatNat_max (a b k : Nat) :
    subNatNat (max a b) k = max (subNatNat a k) (subNatNat b k) :=
  (le_total a b).elim (fun h => by rw [max_eq_right h, max_eq_right (subNatNat_mono h k)])
    fun h => by rw [max_eq_left h, max_eq_left (subNatNat_mono h k)]

theorem subNatNat_min (a b k : Nat) :
    subNatNat (min a b) k = min (subNatNat a k) (subNatNat b k) :=
  (le_total a b).elim (fun h => by rw [min_eq_left h, min_eq_left (subNatNat_mono h k)])
    fun h => by rw [min_eq_right h, min_eq_right (subNatNat_mono h k)]

theorem subNatNat_add_self (a k : Nat) : subNatNat a k + ofNat k = ofNat a := by
  rw [← subNatNat_zero k, subNatNat_add_subNatNat, Nat.add_comm k 0, subNatNat_add_add,
    subNatNat_zero]

/-! ### Ring -/

@[reducible] instance instCommRing : CommRing Int where
  add_assoc a b c := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
    obtain ⟨c, c', rfl⟩ := exists_eq_subNatNat c
    rw [subNatNat_add_subNatNat, subNatNat_add_subNatNat, subNatNat_add_subNatNat,
      subNatNat_add_subNatNat, Nat.add_assoc, Nat.add_assoc]
  add_comm a b := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
    rw [subNatNat_add_subNatNat, subNatNat_add_subNatNat, Nat.add_comm a, Nat.add_comm a']
  add_zero a := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    exact subNatNat_add_subNatNat a a' 0 0
  add_neg_cancel a := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    rw [neg_subNatNat, subNatNat_add_subNatNat, Nat.add_comm a', subNatNat_self]
  sub_eq_add_neg _ _ := rfl
  mul_assoc a b c := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
    obtain ⟨c, c', rfl⟩ := exists_eq_subNatNat c
    have e (z z' : Nat) : (a * b + a' * b') * z + (a * b' + a' * b) * z' =
        a * (b * z + b' * z') + a' * (b * z' + b' * z) := by
      rw [Nat.add_mul, Nat.add_mul, Nat.mul_add, Nat.mul_add, Nat.mul_assoc, Nat.mul_assoc,
        Nat.mul_assoc, Nat.mul_assoc, Nat.add_add_add_comm, Nat.add_comm (a' * (b' * z))]
    rw [subNatNat_mul_subNatNat, subNatNat_mul_subNatNat, subNatNat_mul_subNatNat,
      subNatNat_mul_subNatNat, e, e]
  mul_comm := Int.mul_comm
  mul_one a := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    refine (subNatNat_mul_subNatNat a a' 1 0).trans ?_
    rw [Nat.mul_one, Nat.mul_one, Nat.mul_zero, Nat.mul_zero, Nat.zero_add]
    rfl
  mul_add a b c := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
    obtain ⟨c, c', rfl⟩ := exists_eq_subNatNat c
    rw [subNatNat_add_subNatNat, subNatNat_mul_subNatNat, subNatNat_mul_subNatNat,
      subNatNat_mul_subNatNat, subNatNat_add_subNatNat, Nat.mul_add, Nat.mul_add, Nat.mul_add,
      Nat.mul_add, Nat.add_add_add_comm, Nat.add_add_add_comm (a * b')]
  natCast_succ _ := rfl

theorem pos_mul_pos : (a b : Int) → 0 < a → 0 < b → 0 < a * b
  | ofNat (.succ _), ofNat (.succ _), _, _ => ⟨rfl, fun h => nomatch h⟩
  | ofNat .zero, _, h, _ => (h.2 rfl).elim
  | negSucc _, _, h, _ => nomatch h.1
  | _, ofNat .zero, _, k => (k.2 rfl).elim
  | _, negSucc _, _, k => nomatch k.1

@[reducible] instance instLinearOrderedCommRing : LinearOrderedCommRing Int where
  add_le_add_left {a b} h c := by
    obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
    obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
    obtain ⟨c, c', rfl⟩ := exists_eq_subNatNat c
    rw [subNatNat_add_subNatNat, subNatNat_add_subNatNat]
    refine (subNatNat_le_subNatNat _ _ _ _).mpr ?_
    rw [Nat.add_add_add_comm, Nat.add_add_add_comm c b]
    exact Nat.add_le_add_iff_left.mpr ((subNatNat_le_subNatNat _ _ _ _).mp h)
  mul_pos {a b} := pos_mul_pos a b
  zero_lt_one := ⟨rfl, fun h => nomatch h⟩

/-- `a < b` is `a + 1 ≤ b`. -/
theorem lt_iff_add_one_le {a b : Int} : a < b ↔ a + 1 ≤ b := by
  obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
  obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
  have e : subNatNat a a' + 1 = subNatNat (Nat.succ a) a' := subNatNat_add_subNatNat a a' 1 0
  have k := not_congr (subNatNat_le_subNatNat b b' a a')
  rw [e]
  refine Iff.trans ?_ (subNatNat_le_subNatNat _ _ _ _).symm
  rw [Nat.succ_add]
  exact not_le.symm.trans (k.trans (not_le.trans Nat.lt_iff_succ_le))

/-! ### Images in other rings -/

universe u

variable {R : Type u}

/-- The image of an integer in a ring. -/
def cast [CommRing R] : Int → R
  | ofNat n => n
  | negSucc n => -Nat.cast (Nat.succ n)

section CommRing

variable [CommRing R]

theorem cast_ofNat (n : Nat) : (cast (ofNat n) : R) = Nat.cast n := rfl

theorem cast_subNatNat (m n : Nat) : (cast (subNatNat m n) : R) = Nat.cast m - Nat.cast n := by
  refine pair_induction (p := fun m n => (cast (subNatNat m n) : R) =
    Nat.cast m - Nat.cast n) ?_ ?_ ?_ m n
  · intro m; rw [subNatNat_zero]; exact (sub_zero _).symm
  · intro n; rw [zero_subNatNat]; cases n with
    | zero => exact (sub_zero _).symm
    | succ n => exact (zero_sub _).symm
  · intro m n h
    rw [subNatNat_succ_succ, h, natCast_succ, natCast_succ, add_sub_add_comm, sub_self, add_zero]

theorem cast_add (a b : Int) : (cast (a + b) : R) = cast a + cast b := by
  obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
  obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
  rw [subNatNat_add_subNatNat, cast_subNatNat, cast_subNatNat, cast_subNatNat, natCast_add,
    natCast_add, add_sub_add_comm]

theorem cast_neg (a : Int) : (cast (-a) : R) = -cast a := by
  obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
  rw [neg_subNatNat, cast_subNatNat, cast_subNatNat, neg_sub]

theorem cast_sub (a b : Int) : (cast (a - b) : R) = cast a - cast b := by
  rw [sub_eq_add_neg, cast_add, cast_neg, ← sub_eq_add_neg]

theorem cast_mul (a b : Int) : (cast (a * b) : R) = cast a * cast b := by
  obtain ⟨a, a', rfl⟩ := exists_eq_subNatNat a
  obtain ⟨b, b', rfl⟩ := exists_eq_subNatNat b
  rw [subNatNat_mul_subNatNat, cast_subNatNat, cast_subNatNat, cast_subNatNat, natCast_add,
    natCast_add, natCast_mul, natCast_mul, natCast_mul, natCast_mul, add_sub_add_comm, ← mul_sub,
    ← mul_sub, ← neg_sub (Nat.cast b : R), mul_neg, ← sub_eq_add_neg, ← sub_mul]

end CommRing

section LinearOrderedCommRing

variable [LinearOrderedCommRing R]

theorem cast_nonneg : {a : Int} → 0 ≤ a → (0 : R) ≤ cast a
  | ofNat n, _ => natCast_nonneg n
  | negSucc _, h => nomatch h

theorem cast_le_cast {a b : Int} : (cast a : R) ≤ cast b ↔ a ≤ b := by
  have mono {a b : Int} (h : a ≤ b) : (cast a : R) ≤ cast b :=
    sub_nonneg.mp (by rw [← cast_sub]; exact cast_nonneg (sub_nonneg.mpr h))
  refine ⟨fun h => (le_or_lt a b).elim id fun k =>
    absurd h (lt_of_lt_of_le ?_ (mono (lt_iff_add_one_le.mp k))).2, mono⟩
  rw [cast_add]
  exact lt_add_of_pos_right zero_lt_one

theorem cast_inj {a b : Int} (h : (cast a : R) = cast b) : a = b :=
  le_antisymm (cast_le_cast.mp (le_of_eq h)) (cast_le_cast.mp (ge_of_eq h))

end LinearOrderedCommRing

end Int
