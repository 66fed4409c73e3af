/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Tactic

/-!
# Logic

The three axioms of Lean, the constants that `rfl`, `calc`, `simp`, `decide`, `contradiction` and
`funext` look up by name, and the laws of the connectives. Of the axioms, `simp` brings `propext`
into a proof, and `funext` `Quot.sound`.
-/

set_option autoImplicit false

universe u v w

/-! ### Axioms -/

axiom propext {a b : Prop} : (a ↔ b) → a = b
axiom Quot.sound {α : Sort u} {r : α → α → Prop} {a b : α} : r a b → Quot.mk r a = Quot.mk r b
axiom Classical.choice {α : Sort u} : Nonempty α → α

/-! ### Equivalence and transitivity -/

theorem Iff.refl (a : Prop) : a ↔ a := ⟨fun h => h, fun h => h⟩
theorem Iff.rfl {a : Prop} : a ↔ a := Iff.refl a
theorem Iff.symm {a b : Prop} (h : a ↔ b) : b ↔ a := ⟨h.2, h.1⟩
theorem Iff.trans {a b c : Prop} (h : a ↔ b) (k : b ↔ c) : a ↔ c :=
  ⟨fun x => k.1 (h.1 x), fun x => h.2 (k.2 x)⟩
theorem Iff.of_eq {a b : Prop} (h : a = b) : a ↔ b := h ▸ Iff.rfl
theorem iff_of_eq {a b : Prop} (h : a = b) : a ↔ b := h ▸ Iff.rfl
theorem Eq.propIntro {a b : Prop} (h₁ : a → b) (h₂ : b → a) : a = b := propext ⟨h₁, h₂⟩
class Trans.{v1, v2, v3, u1, u2, u3} {α : Sort u1} {β : Sort u2} {γ : Sort u3} (r : α → β → Sort v1)
    (s : β → γ → Sort v2) (t : outParam (α → γ → Sort v3)) where
  trans {a : α} {b : β} {c : γ} : r a b → s b c → t a c
@[reducible] instance instTransEq {α : Sort u} {γ : Sort v} (r : α → γ → Sort w) : Trans Eq r r :=
  ⟨fun h k => h ▸ k⟩
@[reducible] instance instTransEq_1 {α : Sort u} {β : Sort v} (r : α → β → Sort w) : Trans r Eq r :=
  ⟨fun h k => k ▸ h⟩
@[reducible] instance instTransEqEq {α : Sort u} : Trans (@Eq α) (@Eq α) (@Eq α) := ⟨Eq.trans⟩

/-! ### What `simp` uses -/

theorem trivial : True := .intro
theorem of_eq_true {p : Prop} (h : p = True) : p := h ▸ True.intro
theorem eq_true {p : Prop} (h : p) : p = True := propext ⟨fun _ => True.intro, fun _ => h⟩
theorem eq_false {p : Prop} (h : ¬ p) : p = False := propext ⟨fun x => (h x).elim, fun x => x.elim⟩
theorem eq_false' {p : Prop} (h : p → False) : p = False := eq_false h
theorem of_eq_false {p : Prop} (h : p = False) : ¬ p := fun x => h ▸ x
@[simp] theorem eq_self {α : Sort u} (a : α) : (a = a) = True := eq_true rfl
theorem congrFun' {α : Sort u} {β : Sort v} {f g : α → β} (h : f = g) (a : α) : f a = g a := h ▸ rfl
theorem implies_congr {p₁ p₂ : Sort u} {q₁ q₂ : Sort v} (h₁ : p₁ = p₂) (h₂ : q₁ = q₂) :
    (p₁ → q₁) = (p₂ → q₂) :=
  h₁ ▸ h₂ ▸ rfl
theorem forall_congr {α : Sort u} {p q : α → Prop} (h : (a : α) → p a = q a) :
    ((a : α) → p a) = ((a : α) → q a) :=
  propext ⟨fun f a => h a ▸ f a, fun f a => h a ▸ f a⟩
theorem implies_true (α : Sort u) : (α → True) = True := eq_true (fun _ => True.intro)
theorem true_implies (p : Prop) : (True → p) = p := propext ⟨fun f => f .intro, fun h _ => h⟩
@[simp] theorem not_true_eq_false : (¬ True) = False := eq_false (fun h => h .intro)
@[simp] theorem not_false_eq_true : (¬ False) = True := eq_true (fun h => h)
@[simp] theorem and_true (p : Prop) : (p ∧ True) = p := propext ⟨fun h => h.1, fun h => ⟨h, .intro⟩⟩
@[simp] theorem true_and (p : Prop) : (True ∧ p) = p := propext ⟨fun h => h.2, fun h => ⟨.intro, h⟩⟩
@[simp] theorem and_self (p : Prop) : (p ∧ p) = p := propext ⟨fun h => h.1, fun h => ⟨h, h⟩⟩
@[simp] theorem iff_self (p : Prop) : (p ↔ p) = True := eq_true Iff.rfl
theorem Lean.injEq_helper {P Q R : Prop} (h : P → Q → R) : P ∧ Q → R := fun k => h k.1 k.2
attribute [symm] Eq.symm Iff.symm
theorem id_eq {α : Sort u} (a : α) : id a = a := rfl
theorem mt {a b : Prop} (h₁ : a → b) (h₂ : ¬ b) : ¬ a := fun h => h₂ (h₁ h)
theorem Eq.mpr_prop {p q : Prop} (h : p = q) (x : q) : p := h ▸ x
theorem Eq.mp_prop {p q : Prop} (h : p = q) (x : p) : q := h ▸ x

/-! ### Decidability -/

def Decidable.decide (p : Prop) [h : Decidable p] : Bool :=
  match h with | .isTrue _ => true | .isFalse _ => false
export Decidable (decide)
theorem of_decide_eq_true {p : Prop} [inst : Decidable p] (h : decide p = true) : p :=
  match inst, h with
  | .isTrue hp, _ => hp
theorem of_decide_eq_false {p : Prop} [inst : Decidable p] (h : decide p = false) : ¬ p :=
  match inst, h with
  | .isFalse hp, _ => hp
theorem if_pos {c : Prop} {h : Decidable c} (hc : c) {α : Sort u} {t e : α} : (ite c t e) = t :=
  match h with | .isTrue _ => rfl | .isFalse hnc => absurd hc hnc
theorem if_neg {c : Prop} {h : Decidable c} (hnc : ¬ c) {α : Sort u} {t e : α} : (ite c t e) = e :=
  match h with | .isTrue hc => absurd hc hnc | .isFalse _ => rfl
theorem ite_eq_left {c : Prop} {h : Decidable c} (hc : c) {α : Sort u} {t e : α} :
    (ite c t e) = t := if_pos hc
theorem ite_eq_right {c : Prop} {h : Decidable c} (hc : ¬ c) {α : Sort u} {t e : α} :
    (ite c t e) = e := if_neg hc
theorem dif_pos {c : Prop} {h : Decidable c} (hc : c) {α : Sort u} {t : c → α} {e : ¬ c → α} :
    dite c t e = t hc :=
  match h with | .isTrue _ => rfl | .isFalse hnc => absurd hc hnc
theorem dif_neg {c : Prop} {h : Decidable c} (hnc : ¬ c) {α : Sort u} {t : c → α} {e : ¬ c → α} :
    dite c t e = e hnc :=
  match h with | .isTrue hc => absurd hc hnc | .isFalse _ => rfl
theorem dite_eq_left {c : Prop} {h : Decidable c} (hc : c) {α : Sort u} {t : c → α} {e : ¬ c → α} :
    dite c t e = t hc := dif_pos hc
theorem dite_eq_right {c : Prop} {h : Decidable c} (hc : ¬ c) {α : Sort u} {t : c → α}
    {e : ¬ c → α} :
    dite c t e = e hc := dif_neg hc
theorem funext {α : Sort u} {β : α → Sort v} {f g : (x : α) → β x} (h : (x : α) → f x = g x) :
    f = g :=
  congrArg (fun (q : Quot (fun (f g : (x : α) → β x) => (x : α) → f x = g x)) (x : α) =>
      Quot.lift (fun (f : (x : α) → β x) => f x) (fun _ _ h => h x) q)
    (Quot.sound (r := fun (f g : (x : α) → β x) => (x : α) → f x = g x) h)
instance (p q : Prop) [dp : Decidable p] [dq : Decidable q] : Decidable (p ∧ q) :=
  match dp, dq with
  | .isTrue hp, .isTrue hq => .isTrue ⟨hp, hq⟩
  | .isFalse hp, _ => .isFalse (fun h => hp h.1)
  | _, .isFalse hq => .isFalse (fun h => hq h.2)
instance (p q : Prop) [dp : Decidable p] [dq : Decidable q] : Decidable (p ∨ q) :=
  match dp, dq with
  | .isTrue hp, _ => .isTrue (.inl hp)
  | _, .isTrue hq => .isTrue (.inr hq)
  | .isFalse hp, .isFalse hq => .isFalse (fun h => match h with | .inl h => hp h | .inr h => hq h)
instance (p : Prop) [dp : Decidable p] : Decidable (¬ p) :=
  match dp with | .isTrue h => .isFalse (fun k => k h) | .isFalse h => .isTrue h
instance : Decidable True := .isTrue .intro
instance : Decidable False := .isFalse (fun h => h)

/-! ### Connectives -/

theorem Or.elim {a b c : Prop} (h : a ∨ b) (left : a → c) (right : b → c) : c :=
  match h with | .inl h => left h | .inr h => right h
theorem Or.symm {a b : Prop} (h : a ∨ b) : b ∨ a := h.elim .inr .inl
theorem Or.resolve_left {a b : Prop} (h : a ∨ b) (na : ¬ a) : b := h.elim (absurd · na) id
theorem Or.resolve_right {a b : Prop} (h : a ∨ b) (nb : ¬ b) : a := h.elim id (absurd · nb)
theorem And.symm {a b : Prop} (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩
theorem Exists.elim {α : Sort u} {p : α → Prop} {b : Prop} (h : ∃ x, p x) (k : (x : α) → p x → b) :
    b :=
  match h with | ⟨x, hx⟩ => k x hx
theorem Ne.symm {α : Sort u} {a b : α} (h : a ≠ b) : b ≠ a := fun e => h e.symm
theorem not_not_intro {a : Prop} (h : a) : ¬ ¬ a := fun k => k h
theorem not_congr {a b : Prop} (h : a ↔ b) : ¬ a ↔ ¬ b := ⟨mt h.2, mt h.1⟩

namespace Decidable
theorem em (p : Prop) [h : Decidable p] : p ∨ ¬ p :=
  match h with | .isTrue h => .inl h | .isFalse h => .inr h
theorem byContradiction {p : Prop} [h : Decidable p] (k : ¬ ¬ p) : p :=
  match h with | .isTrue h => h | .isFalse h => (k h).elim
theorem not_not {p : Prop} [Decidable p] : ¬ ¬ p ↔ p := ⟨byContradiction, not_not_intro⟩
end Decidable
theorem decide_eq_true {p : Prop} [inst : Decidable p] (h : p) : decide p = true :=
  match inst with | .isTrue _ => rfl | .isFalse k => (k h).elim
@[macro_inline, reducible] def decidable_of_iff {a b : Prop} (h : a ↔ b) [inst : Decidable a] :
    Decidable b :=
  match inst with | .isTrue k => .isTrue (h.1 k) | .isFalse k => .isFalse fun l => k (h.2 l)

/-! ### Functions -/

/-- Lets a value of a structure be applied as the function it carries. -/
class CoeFun (α : Sort u) (γ : outParam (α → Sort v)) where
  /-- The function. -/
  coe : (a : α) → γ a
attribute [coe_decl] CoeFun.coe
