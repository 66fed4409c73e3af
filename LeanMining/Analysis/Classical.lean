/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Logic

/-!
# Classical logic

The law of the excluded middle from the axiom of choice, after Diaconescu. Only
`LeanMining.Analysis` uses it: the order of the reals cannot be decided without it.

## Main definitions

* `Classical.choose`
* `Classical.propDecidable`

## Main results

* `Classical.em`
-/

set_option autoImplicit false

universe u

namespace Classical

/-- What has a property, where something has it. -/
noncomputable def choose {α : Sort u} {p : α → Prop} (h : ∃ x, p x) : α :=
  (choice (match h with | ⟨x, k⟩ => ⟨⟨x, k⟩⟩ : Nonempty (Subtype p))).val

theorem choose_spec {α : Sort u} {p : α → Prop} (h : ∃ x, p x) : p (choose h) :=
  (choice (match h with | ⟨x, k⟩ => ⟨⟨x, k⟩⟩ : Nonempty (Subtype p))).property

/-- A proposition holds or its negation does. -/
theorem em (p : Prop) : p ∨ ¬ p :=
  have hu : ∃ x : Prop, x = True ∨ p := ⟨True, .inl rfl⟩
  have hv : ∃ x : Prop, x = False ∨ p := ⟨False, .inl rfl⟩
  have same : p → choose hu = choose hv := fun h =>
    have e : (fun x : Prop => x = True ∨ p) = fun x => x = False ∨ p :=
      funext fun x => propext ⟨fun _ => .inr h, fun _ => .inr h⟩
    have all : ∀ {q r : Prop → Prop} (hq : ∃ x, q x) (hr : ∃ x, r x), q = r →
        choose hq = choose hr := fun hq hr e => by cases e; exact rfl
    all hu hv e
  (choose_spec hu).elim (fun t => (choose_spec hv).elim (fun f => .inr fun h =>
    have e : True = False := t.symm.trans ((same h).trans f)
    of_eq_false e.symm.symm (trivial)) .inl) .inl

/-- Every proposition is decidable, by choice. -/
noncomputable def propDecidable (p : Prop) : Decidable p :=
  choice (match em p with | .inl h => ⟨.isTrue h⟩ | .inr h => ⟨.isFalse h⟩)

theorem byContradiction {p : Prop} (h : ¬ ¬ p) : p := (em p).elim id fun k => (h k).elim

theorem not_forall {α : Sort u} {p : α → Prop} (h : ¬ ∀ x, p x) : ∃ x, ¬ p x :=
  byContradiction fun k => h fun x => byContradiction fun l => k ⟨x, l⟩

theorem not_imp {p q : Prop} (h : ¬ (p → q)) : p ∧ ¬ q :=
  ⟨byContradiction fun k => h fun l => (k l).elim, fun k => h fun _ => k⟩

end Classical
