/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat
import LeanMining.Analysis.Classical
import LeanMining.Analysis.Limit

/-!
# Real numbers

`Real` is the type of Cauchy sequences of rationals, where sequences whose difference tends to 0 are
the same. Its order is decided by choice, and so is the inverse taken.

## Main definitions

* `CauSeq`: a Cauchy sequence of rationals
* `Real`, with `LinearOrderedField Real`
* `Real.ofRat`: the rational as a real number

## Main results

* `Real.ofRat_add`, `Real.ofRat_mul`, `Real.ofRat_le`, `Real.ofRat_inv`: it is a homomorphism of
  ordered fields
* `Real.exists_nat_gt`: the reals are Archimedean
* `Real.exists_rat_btwn`: the rationals are dense
* `Real.tendsto_mk`: a Cauchy sequence of rationals tends to the real number that it stands for
-/

set_option autoImplicit false

universe u

/-! ### Cauchy sequences of rationals -/

/-- A Cauchy sequence of rationals. -/
structure CauSeq where
  /-- The sequence. -/
  seq : Nat → Rat
  isCauSeq : IsCauSeq seq

namespace CauSeq

/-- The constant sequence. -/
def const (q : Rat) : CauSeq := ⟨fun _ => q, isCauSeq_const q⟩

/-- The sequence of the sums. -/
def add (f g : CauSeq) : CauSeq := ⟨fun n => f.seq n + g.seq n, f.isCauSeq.add g.isCauSeq⟩

/-- The sequence of the products. -/
def mul (f g : CauSeq) : CauSeq := ⟨fun n => f.seq n * g.seq n, f.isCauSeq.mul g.isCauSeq⟩

/-- The sequence of the negatives. -/
def neg (f : CauSeq) : CauSeq := ⟨fun n => -f.seq n, f.isCauSeq.neg⟩

/-- The difference tends to 0. -/
def Equiv (f g : CauSeq) : Prop := ∀ ε, 0 < ε → Eventually fun n => |f.seq n - g.seq n| < ε

/-- `f` is below `g` up to every `ε`, from some index on. -/
def Le (f g : CauSeq) : Prop := ∀ ε, 0 < ε → Eventually fun n => f.seq n < g.seq n + ε

/-- `f` is below `g` by some `ε`, from some index on. -/
def Lt (f g : CauSeq) : Prop := ∃ ε, 0 < ε ∧ Eventually fun n => f.seq n + ε < g.seq n

variable {f f' g g' h : CauSeq}

namespace Equiv

theorem of_le_mul (C : Rat)
    (k : ∀ ε, 0 < ε → Eventually fun n => |f.seq n - g.seq n| ≤ C * ε) : Equiv f g := fun _ε he =>
  (exists_mul_lt C he).elim fun δ hd => (k δ hd.1).mono fun _ l => lt_of_le_of_lt l hd.2

theorem of_eq (k : ∀ n, f.seq n = g.seq n) : Equiv f g := fun _ he =>
  .of_forall fun n => by rw [k n, sub_self, abs_zero]; exact he

theorem add (k : Equiv f f') (l : Equiv g g') : Equiv (f.add g) (f'.add g') :=
  of_le_mul 2 fun ε he => ((k ε he).and (l ε he)).mono fun _ l => by
    rw [two_mul]
    exact le_trans (abs_add_sub_add_le _ _ _ _) (add_le_add l.1.1 l.2.1)

theorem mul (k : Equiv f f') (l : Equiv g g') : Equiv (f.mul g) (f'.mul g') :=
  g.isCauSeq.bounded.elim fun B hB => f'.isCauSeq.bounded.elim fun C hC =>
    of_le_mul (B + C) fun ε he =>
      (((k ε he).and (l ε he)).and (hB.2.and hC.2)).mono fun _ l =>
        abs_mul_sub_mul_le _ _ l.2.1 l.2.2 l.1.1 l.1.2

theorem neg (k : Equiv f f') : Equiv f.neg f'.neg := fun ε he => (k ε he).mono fun _ l => by
  show |-_ - -_| < ε
  rw [abs_neg_sub_neg]
  exact l

theorem le (k : Equiv f g) : Le f g := fun ε he => (k ε he).mono fun _ l =>
  lt_of_sub_eq (sub_pos.mpr (abs_lt.mp l).2) (by ring)

theorem ge (k : Equiv f g) : Le g f := fun ε he => (k ε he).mono fun _ l =>
  lt_of_sub_eq (sub_pos.mpr (abs_lt.mp l).1) (by ring)

end Equiv

theorem Le.refl (f : CauSeq) : Le f f := (Equiv.of_eq fun _ => rfl).le

theorem Le.trans (k : Le f g) (l : Le g h) : Le f h := fun _ he =>
  (exists_mul_eq 1 he).elim fun δ hd => ((k δ hd.1).and (l δ hd.1)).mono fun n m => by
    refine lt_of_sub_eq (add_pos (sub_pos.mpr m.1) (sub_pos.mpr m.2)) ?_
    rw [hd.2]
    show h.seq n + 2 * δ - f.seq n = _
    ring

theorem Le.antisymm (k : Le f g) (l : Le g f) : Equiv f g := fun ε he =>
  ((k ε he).and (l ε he)).mono fun _ m => abs_lt.mpr
    ⟨lt_of_sub_eq (sub_pos.mpr m.2) (by ring), lt_of_sub_eq (sub_pos.mpr m.1) (by ring)⟩

theorem Lt.le (k : Lt f g) : Le f g := k.elim fun _δ hd _ε he => hd.2.mono fun _ l =>
  lt_of_sub_eq (add_pos (add_pos (sub_pos.mpr l) hd.1) he) (by ring)

theorem Lt.not_le (k : Lt f g) : ¬ Le g f := fun l => k.elim fun δ hd =>
  (hd.2.and (l δ hd.1)).exists.elim fun _ m => lt_irrefl _ (lt_trans m.1 m.2)

theorem lt_of_not_le (k : ¬ Le g f) : Lt f g := by
  refine (Classical.not_forall k).elim fun ε k => ?_
  have k := Classical.not_imp k
  refine (exists_mul_eq 3 k.1).elim fun δ hd => ?_
  refine (f.isCauSeq.pair₂ g.isCauSeq hd.1).elim fun N c => ?_
  refine (Classical.not_forall fun l => k.2 ⟨N, l⟩).elim fun n l => ?_
  have l := Classical.not_imp l
  refine ⟨δ, hd.1, N, fun m hm => ?_⟩
  have c := c n l.1 m hm
  have c1 := sub_pos.mpr (abs_lt.mp c.1).1
  have c2 := sub_pos.mpr (abs_lt.mp c.2).2
  have c3 := sub_nonneg.mpr (not_lt.mp l.2)
  rw [hd.2] at c3
  have c3 : 0 ≤ g.seq n - (f.seq n + 4 * δ) := c3
  refine lt_of_sub_eq (add_pos (add_pos (add_pos_of_pos_of_nonneg c1 c3) c2) hd.1) ?_
  ring

end CauSeq

/-! ### The type -/

/-- A real number. -/
def Real : Type := Quot CauSeq.Equiv

namespace Real

/-- The real number that a Cauchy sequence of rationals stands for. -/
def mk (f : CauSeq) : Real := Quot.mk CauSeq.Equiv f

theorem sound {f g : CauSeq} (h : CauSeq.Equiv f g) : mk f = mk g := Quot.sound h

theorem mk_eq {f g : CauSeq} (h : ∀ n, f.seq n = g.seq n) : mk f = mk g :=
  sound (CauSeq.Equiv.of_eq h)

theorem ind {p : Real → Prop} (h : ∀ f, p (mk f)) (a : Real) : p a := Quot.ind h a

/-- A function of two Cauchy sequences that does not depend on which ones stand for the numbers. -/
noncomputable def lift₂ {α : Sort u} (F : CauSeq → CauSeq → α)
    (h : ∀ {f f' g g'}, CauSeq.Equiv f f' → CauSeq.Equiv g g' → F f g = F f' g') (a b : Real) : α :=
  Quot.lift (fun f => Quot.lift (F f) (fun _ _ l => h (CauSeq.Equiv.of_eq fun _ => rfl) l) b)
    (fun _ _ k => ind (p := fun b => Quot.lift _ _ b = Quot.lift _ _ b)
      (fun _ => h k (CauSeq.Equiv.of_eq fun _ => rfl)) b) a

/-! ### Operations -/

/-- The rational as a real number. -/
def ofRat (q : Rat) : Real := mk (.const q)

/-- The sum of two real numbers. -/
protected noncomputable def add : Real → Real → Real :=
  lift₂ (fun f g => mk (f.add g)) fun h k => sound (h.add k)

/-- The product of two real numbers. -/
protected noncomputable def mul : Real → Real → Real :=
  lift₂ (fun f g => mk (f.mul g)) fun h k => sound (h.mul k)

/-- The negative of a real number. -/
protected noncomputable def neg : Real → Real :=
  Quot.lift (fun f => mk f.neg) fun _ _ h => sound h.neg

/-- A Cauchy sequence for `a` is below each for `b` up to every `ε`, from some index on. -/
protected noncomputable def le : Real → Real → Prop := lift₂ CauSeq.Le fun h k =>
  propext ⟨fun l => (h.ge.trans l).trans k.le, fun l => (h.le.trans l).trans k.ge⟩

@[reducible] noncomputable instance instNatCast : NatCast Real := ⟨fun n => ofRat (Nat.cast n)⟩
@[reducible] noncomputable instance instAdd : Add Real := ⟨Real.add⟩
@[reducible] noncomputable instance instMul : Mul Real := ⟨Real.mul⟩
@[reducible] noncomputable instance instNeg : Neg Real := ⟨Real.neg⟩
@[reducible] noncomputable instance instSub : Sub Real := ⟨fun a b => a + -b⟩
@[reducible] noncomputable instance instLE : LE Real := ⟨Real.le⟩

theorem mk_le {f g : CauSeq} : mk f ≤ mk g ↔ CauSeq.Le f g := Iff.rfl

theorem mk_lt {f g : CauSeq} : mk f < mk g ↔ CauSeq.Lt f g :=
  ⟨fun h => CauSeq.lt_of_not_le h.2, fun h => ⟨h.le, h.not_le⟩⟩

/-! ### The ordered ring -/

@[reducible] noncomputable instance instLinearOrder : LinearOrder Real where
  le_refl := ind CauSeq.Le.refl
  le_trans {a b c} := ind (p := fun a => a ≤ b → b ≤ c → a ≤ c) (fun f => ind
    (p := fun b => mk f ≤ b → b ≤ c → mk f ≤ c) (fun g => ind
      (p := fun c => mk f ≤ mk g → mk g ≤ c → mk f ≤ c) (fun _ h k => CauSeq.Le.trans h k) c) b) a
  le_antisymm {a b} := ind (p := fun a => a ≤ b → b ≤ a → a = b) (fun f => ind
    (p := fun b => mk f ≤ b → b ≤ mk f → mk f = b) (fun _ h k => sound (CauSeq.Le.antisymm h k)) b)
      a
  le_total a b := (Classical.em (a ≤ b)).elim .inl fun h => .inr (by
    revert h
    refine ind (p := fun a => ¬ a ≤ b → b ≤ a) (fun f => ?_) a
    exact ind (p := fun b => ¬ mk f ≤ b → b ≤ mk f)
      (fun _ h => (CauSeq.lt_of_not_le h).le) b)
  decLe a b := Classical.propDecidable (a ≤ b)

@[reducible] noncomputable instance instCommRing : CommRing Real where
  add_assoc a b c := ind (p := fun a => a + b + c = a + (b + c)) (fun f => ind
    (p := fun b => mk f + b + c = mk f + (b + c)) (fun g => ind
      (p := fun c => mk f + mk g + c = mk f + (mk g + c)) (fun _ => mk_eq fun _ =>
        add_assoc _ _ _) c) b) a
  add_comm a b := ind (p := fun a => a + b = b + a) (fun f => ind
    (p := fun b => mk f + b = b + mk f) (fun _ => mk_eq fun _ => add_comm _ _) b) a
  add_zero := ind fun _ => mk_eq fun _ => add_zero _
  add_neg_cancel := ind fun _ => mk_eq fun _ => add_neg_cancel _
  sub_eq_add_neg _ _ := rfl
  mul_assoc a b c := ind (p := fun a => a * b * c = a * (b * c)) (fun f => ind
    (p := fun b => mk f * b * c = mk f * (b * c)) (fun g => ind
      (p := fun c => mk f * mk g * c = mk f * (mk g * c)) (fun _ => mk_eq fun _ =>
        mul_assoc _ _ _) c) b) a
  mul_comm a b := ind (p := fun a => a * b = b * a) (fun f => ind
    (p := fun b => mk f * b = b * mk f) (fun _ => mk_eq fun _ => mul_comm _ _) b) a
  mul_one := ind fun _ => mk_eq fun _ => mul_one _
  mul_add a b c := ind (p := fun a => a * (b + c) = a * b + a * c) (fun f => ind
    (p := fun b => mk f * (b + c) = mk f * b + mk f * c) (fun g => ind
      (p := fun c => mk f * (mk g + c) = mk f * mk g + mk f * c) (fun _ => mk_eq fun _ =>
        mul_add _ _ _) c) b) a
  natCast_succ n := mk_eq fun _ => natCast_succ n

theorem mk_pos {f : CauSeq} : 0 < mk f ↔ ∃ ε, 0 < ε ∧ Eventually fun n => ε < f.seq n :=
  Iff.trans mk_lt ⟨fun h => h.elim fun ε h => ⟨ε, h.1, h.2.mono fun _ l =>
      lt_of_le_of_lt (ge_of_eq (zero_add ε)) l⟩,
    fun h => h.elim fun ε h => ⟨ε, h.1, h.2.mono fun _ l =>
      lt_of_le_of_lt (le_of_eq (zero_add ε)) l⟩⟩

@[reducible] noncomputable instance instLinearOrderedCommRing : LinearOrderedCommRing Real where
  add_le_add_left {a b} h c := by
    revert h
    refine ind (p := fun a => a ≤ b → c + a ≤ c + b) (fun f => ?_) a
    refine ind (p := fun b => mk f ≤ b → c + mk f ≤ c + b) (fun g => ?_) b
    refine ind (p := fun c => mk f ≤ mk g → c + mk f ≤ c + mk g) (fun h l => ?_) c
    exact fun ε he => (l ε he).mono fun n l => by
      show h.seq n + f.seq n < h.seq n + g.seq n + ε
      rw [add_assoc]
      exact add_lt_add_left l _
  mul_pos {a b} := by
    refine ind (p := fun a => 0 < a → 0 < b → 0 < a * b) (fun f => ?_) a
    refine ind (p := fun b => 0 < mk f → 0 < b → 0 < mk f * b) (fun g => ?_) b
    intro h k
    refine (mk_pos.mp h).elim fun δ h => (mk_pos.mp k).elim fun ε k => ?_
    exact mk_pos.mpr ⟨δ * ε, mul_pos h.1 k.1, (h.2.and k.2).mono fun _ l =>
      lt_of_le_of_lt (mul_le_mul_of_nonneg_left l.2.1 h.1.1)
        (mul_lt_mul_of_pos_right l.1 (lt_trans k.1 l.2))⟩
  zero_lt_one := mk_pos.mpr ⟨1 / 2, half_pos zero_lt_one, .of_forall fun _ =>
    half_lt_self zero_lt_one⟩

/-! ### The field -/

theorem exists_mul_eq_one_of_pos {a : Real} : 0 < a → ∃ b, a * b = 1 :=
  ind (p := fun a => 0 < a → ∃ b, a * b = 1) (fun f h => (mk_pos.mp h).elim fun δ h =>
    ⟨mk ⟨_, f.isCauSeq.inv h.1 (h.2.mono fun n l => le_trans l.1 (le_abs_self (f.seq n)))⟩,
      sound fun ε he => h.2.mono fun n l => by
        show |f.seq n * (f.seq n)⁻¹ - 1| < ε
        rw [mul_inv_cancel (Ne.symm (ne_of_lt (lt_trans h.1 l))), sub_self, abs_zero]
        exact he⟩) a

theorem exists_mul_eq_one {a : Real} (h : a ≠ 0) : ∃ b, a * b = 1 := (le_total 0 a).elim
  (fun k => exists_mul_eq_one_of_pos (lt_of_le_of_ne k (Ne.symm h))) fun k =>
  (exists_mul_eq_one_of_pos (neg_pos.mpr (lt_of_le_of_ne k h))).elim fun b e =>
    ⟨-b, by rw [mul_neg, ← neg_mul, e]⟩

/-- The inverse of a real number, and 0 of 0. -/
protected noncomputable def inv (a : Real) : Real :=
  @dite Real (∃ b, a * b = 1) (Classical.propDecidable _) Classical.choose fun _ => 0

@[reducible] noncomputable instance instInv : Inv Real := ⟨Real.inv⟩
@[reducible] noncomputable instance instDiv : Div Real := ⟨fun a b => a * b⁻¹⟩

@[reducible] noncomputable instance instLinearOrderedField : LinearOrderedField Real where
  mul_inv_cancel {a} h := by
    show a * Real.inv a = 1
    unfold Real.inv
    rw [dif_pos (exists_mul_eq_one h)]
    exact Classical.choose_spec (exists_mul_eq_one h)
  inv_zero := dif_neg fun h => h.elim fun b e => one_ne_zero (R := Real) (by rw [← e, zero_mul])
  div_eq_mul_inv _ _ := rfl

/-! ### The rationals among the reals -/

theorem ofRat_natCast (n : Nat) : ofRat (Nat.cast n) = Nat.cast n := rfl
theorem ofRat_zero : ofRat 0 = 0 := rfl
theorem ofRat_one : ofRat 1 = 1 := rfl
theorem ofRat_add (p q : Rat) : ofRat (p + q) = ofRat p + ofRat q := rfl
theorem ofRat_mul (p q : Rat) : ofRat (p * q) = ofRat p * ofRat q := rfl
theorem ofRat_neg (p : Rat) : ofRat (-p) = -ofRat p := rfl
theorem ofRat_sub (p q : Rat) : ofRat (p - q) = ofRat p - ofRat q := rfl

theorem ofRat_le {p q : Rat} : ofRat p ≤ ofRat q ↔ p ≤ q :=
  ⟨fun h => le_of_forall_lt_add fun ε he => (h ε he).exists.elim fun _ l => l,
   fun h _ he => .of_forall fun _ => lt_of_le_of_lt h (lt_add_of_pos_right he)⟩

theorem ofRat_lt {p q : Rat} : ofRat p < ofRat q ↔ p < q :=
  ⟨fun h => ⟨ofRat_le.mp h.1, fun k => h.2 (ofRat_le.mpr k)⟩,
   fun h => ⟨ofRat_le.mpr h.1, fun k => h.2 (ofRat_le.mp k)⟩⟩

theorem ofRat_inj {p q : Rat} (h : ofRat p = ofRat q) : p = q :=
  le_antisymm (ofRat_le.mp (le_of_eq h)) (ofRat_le.mp (ge_of_eq h))

theorem ofRat_inv (p : Rat) : ofRat p⁻¹ = (ofRat p)⁻¹ := match LinearOrder.decEq p 0 with
  | .isTrue e => by rw [e, inv_zero, ofRat_zero, inv_zero]
  | .isFalse h => eq_inv_of_mul_eq_one_right (by rw [← ofRat_mul, mul_inv_cancel h, ofRat_one])

theorem ofRat_div (p q : Rat) : ofRat (p / q) = ofRat p / ofRat q := by
  rw [div_eq_mul_inv, ofRat_mul, ofRat_inv, ← div_eq_mul_inv]

theorem ofRat_abs (p : Rat) : ofRat |p| = |ofRat p| := (le_total 0 p).elim
  (fun h => by rw [abs_of_nonneg h, abs_of_nonneg (a := ofRat p) (ofRat_le.mpr h)])
  fun h => by rw [abs_of_nonpos h, abs_of_nonpos (a := ofRat p) (ofRat_le.mpr h), ofRat_neg]

/-! ### Density -/

theorem _root_.Rat.exists_nat_ge (q : Rat) : ∃ n : Nat, q ≤ Nat.cast n := by
  have den : (1 : Int) ≤ Int.ofNat q.den := Nat.lt_iff_succ_le.mp q.den_pos
  exact match e : q.num with
  | .ofNat n => ⟨n, by
    show q.num * 1 ≤ Int.ofNat n * Int.ofNat q.den
    rw [e]
    exact mul_le_mul_of_nonneg_left den (Nat.zero_le n)⟩
  | .negSucc n => ⟨0, by
    show q.num * 1 ≤ 0 * Int.ofNat q.den
    rw [e, zero_mul, mul_one]
    exact (neg_nonpos (a := (Int.ofNat (Nat.succ n)))).mpr (Nat.zero_le _)⟩

theorem exists_rat_pos_lt {a : Real} : 0 < a → ∃ q : Rat, 0 < q ∧ ofRat q < a :=
  ind (p := fun a => 0 < a → ∃ q : Rat, 0 < q ∧ ofRat q < a) (fun _ h =>
    (mk_pos.mp h).elim fun ε h => ⟨ε / 2, half_pos h.1, mk_lt.mpr ⟨ε / 2, half_pos h.1,
      h.2.mono fun _ l => lt_of_le_of_lt (le_of_eq (add_halves ε)) l⟩⟩) a

theorem exists_rat_gt (a : Real) : ∃ q : Rat, a < ofRat q :=
  ind (p := fun a => ∃ q : Rat, a < ofRat q) (fun f => f.isCauSeq.bounded.elim fun B h =>
    ⟨B + 1, mk_lt.mpr ⟨1, zero_lt_one, h.2.mono fun _ l =>
      add_lt_add_right (lt_of_le_of_lt (le_abs_self _) l) 1⟩⟩) a

/-- The reals are Archimedean. -/
theorem exists_nat_gt (a : Real) : ∃ n : Nat, a < Nat.cast n :=
  (exists_rat_gt a).elim fun q h => (Rat.exists_nat_ge q).elim fun n k =>
    ⟨n, lt_of_lt_of_le h (ofRat_le.mpr k)⟩

/-- A Cauchy sequence of rationals tends to the real number that it stands for. -/
theorem tendsto_mk (f : CauSeq) : Tendsto (fun n => ofRat (f.seq n)) (mk f) := fun ε he => by
  refine (exists_rat_pos_lt he).elim fun δ hd => ?_
  refine (exists_mul_eq 1 hd.1).elim fun η hη => ?_
  refine (f.isCauSeq.pair hη.1).elim fun N k => ⟨N, fun n l => abs_lt.mpr ?_⟩
  have low : mk f < ofRat (f.seq n) + ofRat δ := mk_lt.mpr ⟨η, hη.1, N, fun m hm => by
    have k := sub_pos.mpr (abs_lt.mp (k m hm n l)).2
    refine lt_of_sub_eq k ?_
    show f.seq n + δ - (f.seq m + η) = _
    rw [hη.2]
    show f.seq n + 2 * η - (f.seq m + η) = _
    ring⟩
  have high : ofRat (f.seq n) < mk f + ofRat δ := mk_lt.mpr ⟨η, hη.1, N, fun m hm => by
    have k := sub_pos.mpr (abs_lt.mp (k m hm n l)).1
    refine lt_of_sub_eq k ?_
    show f.seq m + δ - (f.seq n + η) = _
    rw [hη.2]
    show f.seq m + 2 * η - (f.seq n + η) = _
    ring⟩
  refine ⟨lt_of_sub_eq (add_pos (sub_pos.mpr low) (sub_pos.mpr hd.2)) ?_,
    lt_of_sub_eq (add_pos (sub_pos.mpr high) (sub_pos.mpr hd.2)) ?_⟩
  · ring
  · ring

/-- Between any two real numbers there is a rational. -/
theorem exists_rat_btwn {a b : Real} (h : a < b) : ∃ q : Rat, a < ofRat q ∧ ofRat q < b := by
  revert h
  refine ind (p := fun a => a < b → ∃ q : Rat, a < ofRat q ∧ ofRat q < b) (fun f h => ?_) a
  have pos : 0 < (b - mk f) / 2 := half_pos (sub_pos.mpr h)
  refine (exists_rat_pos_lt pos).elim fun δ hd => ?_
  refine (tendsto_mk f _ (ofRat_lt.mpr hd.1)).exists.elim fun n l => ⟨f.seq n + δ, ?_, ?_⟩
  · exact lt_of_sub_eq (sub_pos.mpr (abs_lt.mp l).1) (by rw [ofRat_add]; ring)
  · have k := sub_pos.mpr hd.2
    refine lt_of_sub_eq (add_pos (add_pos k k) (sub_pos.mpr (abs_lt.mp l).2)) ?_
    have e : b = mk f + ((b - mk f) / 2 + (b - mk f) / 2) := by
      rw [add_halves, add_sub_cancel]
    calc b - ofRat (f.seq n + δ) =
        mk f + ((b - mk f) / 2 + (b - mk f) / 2) - (ofRat (f.seq n) + ofRat δ) := by
          rw [← e, ofRat_add]
      _ = _ := by ring

end Real
