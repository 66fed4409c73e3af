/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Gcd
import LeanMining.Algebra.Int8
import LeanMining.Algebra.Vector

/-!
# Heyting algebras

A bounded lattice with an implication. A bounded chain has one, and so have products and vectors of
Heyting algebras, entry by entry.

## Main definitions

* `HeytingAlgebra α`, with the implication `b ⇨ c`
* `IsFinite α`: finitely many elements

## Main results

* `complementedLattice_iff_himp_bot`: a Heyting algebra is Boolean if and only if every element is
  its own double negation

## References

* P. T. Johnstone, *Stone spaces*, I.1.10; the names are those of Mathlib's `Order.Heyting.Basic`.
-/

set_option autoImplicit false

universe u v

/-- A bounded lattice with an implication. -/
class HeytingAlgebra (α : Type u) [Lattice α] [BoundedOrder α] where
  /-- The implication: the greatest element whose meet with `b` is at most `c`. -/
  himp : α → α → α
  le_himp_iff (a b c : α) : a ≤ himp b c ↔ a ⊓ b ≤ c

@[inherit_doc] infixr:60 " ⇨ " => HeytingAlgebra.himp

export HeytingAlgebra (le_himp_iff)

section HeytingAlgebra

variable {α : Type u} [Lattice α] [BoundedOrder α] [HeytingAlgebra α] {a b c : α}

/-- Modus ponens. -/
theorem himp_inf_le (b c : α) : (b ⇨ c) ⊓ b ≤ c := (le_himp_iff _ b c).mp (le_refl _)

/-- No other operation is an implication. -/
theorem himp_unique {f : α → α → α} (h : ∀ a b c, a ≤ f b c ↔ a ⊓ b ≤ c) (b c : α) :
    f b c = b ⇨ c :=
  le_antisymm ((le_himp_iff _ b c).mpr ((h _ b c).mp (le_refl _)))
    ((h _ b c).mpr (himp_inf_le b c))

theorem himp_eq_top_iff : b ⇨ c = ⊤ ↔ b ≤ c :=
  ⟨fun h => le_trans (le_inf (le_top b) (le_refl b)) ((le_himp_iff ⊤ b c).mp (ge_of_eq h)),
   fun h => le_antisymm (le_top _) ((le_himp_iff ⊤ b c).mpr (le_trans (inf_le_right ⊤ b) h))⟩

/-- An element is at most its double negation. -/
theorem le_himp_bot_himp_bot (a : α) : a ≤ (a ⇨ ⊥) ⇨ ⊥ :=
  (le_himp_iff a _ ⊥).mpr (le_trans (le_of_eq (inf_comm a _)) (himp_inf_le a ⊥))

/-- A Heyting algebra is Boolean if and only if every element is its own double negation. -/
theorem complementedLattice_iff_himp_bot :
    ComplementedLattice α ↔ ∀ a : α, (a ⇨ ⊥) ⇨ ⊥ = a :=
  ⟨fun h a => le_antisymm
    (match h a with
      | ⟨y, i, s⟩ =>
        have hy : y ≤ a ⇨ ⊥ := (le_himp_iff y a ⊥).mpr (le_of_eq ((inf_comm y a).trans i))
        have ha : a ≤ ((a ⇨ ⊥) ⇨ ⊥) ⇨ a := (le_himp_iff a _ a).mpr (inf_le_left a _)
        have hy' : y ≤ ((a ⇨ ⊥) ⇨ ⊥) ⇨ a := (le_himp_iff y _ a).mpr (le_trans
          (inf_le_inf hy (le_refl _)) (le_trans (le_of_eq (inf_comm _ _))
            (le_trans (himp_inf_le (a ⇨ ⊥) ⊥) (bot_le a))))
        himp_eq_top_iff.mp (le_antisymm (le_top _) (le_trans (ge_of_eq s) (sup_le ha hy'))))
    (le_himp_bot_himp_bot a),
   fun h a => ⟨a ⇨ ⊥, le_antisymm (le_trans (le_of_eq (inf_comm a _)) (himp_inf_le a ⊥)) (bot_le _),
    (h (a ⊔ (a ⇨ ⊥))).symm.trans (himp_eq_top_iff.mpr
      (have l : (a ⊔ (a ⇨ ⊥)) ⇨ ⊥ ≤ a ⇨ ⊥ := (le_himp_iff _ a ⊥).mpr
        (le_trans (inf_le_inf (le_refl _) (le_sup_left a _)) (himp_inf_le _ ⊥))
       le_trans (le_inf (le_refl _) (le_trans l (le_sup_right a _))) (himp_inf_le _ ⊥)))⟩⟩

end HeytingAlgebra

/-! ### Instances -/

/-- In a bounded chain `b ⇨ c` is `⊤` where `b ≤ c`, and `c` elsewhere. -/
@[reducible] instance LinearOrder.toHeytingAlgebra {α : Type u} [LinearOrder α] [BoundedOrder α] :
    HeytingAlgebra α where
  himp b c := if b ≤ c then ⊤ else c
  le_himp_iff a b c := by
    show a ≤ (if b ≤ c then ⊤ else c) ↔ min a b ≤ c
    cases LinearOrder.decLe b c with
    | isTrue h =>
      rw [if_pos h]
      exact ⟨fun _ => le_trans (min_le_right a b) h, fun _ => le_top a⟩
    | isFalse h =>
      rw [if_neg h]
      exact ⟨le_trans (min_le_left a b), fun k => (le_total a b).elim
        (fun l => min_eq_left l ▸ k) fun l => absurd (min_eq_right l ▸ k) h⟩

/-- In a chain, every element but `⊥` has the double negation `⊤`. -/
theorem LinearOrder.himp_bot_himp_bot {α : Type u} [LinearOrder α] [BoundedOrder α] {a : α}
    (h : a ≠ ⊥) : (a ⇨ ⊥) ⇨ ⊥ = ⊤ :=
  himp_eq_top_iff.mpr (le_of_eq (if_neg fun k => h (le_bot_iff.mp k)))

/-- Pairs, entry by entry. -/
@[reducible] instance Prod.instHeytingAlgebra {α : Type u} {β : Type v} [DistribLattice α]
    [BoundedOrder α] [HeytingAlgebra α] [DistribLattice β] [BoundedOrder β] [HeytingAlgebra β] :
    HeytingAlgebra (α × β) where
  himp b c := ⟨b.1 ⇨ c.1, b.2 ⇨ c.2⟩
  le_himp_iff a b c :=
    ⟨fun h => ⟨(le_himp_iff a.1 b.1 c.1).mp h.1, (le_himp_iff a.2 b.2 c.2).mp h.2⟩,
     fun h => ⟨(le_himp_iff a.1 b.1 c.1).mpr h.1, (le_himp_iff a.2 b.2 c.2).mpr h.2⟩⟩

namespace Vector

variable {α : Type u} [DistribLattice α] [BoundedOrder α] [HeytingAlgebra α]

/-- Vectors, entry by entry. -/
@[reducible] instance instHeytingAlgebra : (n : Nat) → HeytingAlgebra (Vector α n)
  | .zero => { himp := fun _ _ => .unit, le_himp_iff := fun _ _ _ => ⟨id, id⟩ }
  | .succ n => @Prod.instHeytingAlgebra α (Vector α n) _ _ _ _ _ (instHeytingAlgebra n)

theorem get_himp : {n : Nat} → (v w : Vector α n) → (i : Fin n) → (v ⇨ w).get i = v.get i ⇨ w.get i
  | .succ _, _, _, .zero => rfl
  | .succ _, v, w, .succ i => get_himp v.2 w.2 i

end Vector

/-! ### Finitely many elements -/

/-- Finitely many elements: some list, possibly with repetitions, holds all of them. -/
def IsFinite (α : Type u) : Prop := ∃ n : Nat, ∃ f : Nat → α, ∀ a : α, ∃ i, i < n ∧ f i = a

namespace IsFinite

theorem of_surjective {α : Type u} {β : Type v} (h : IsFinite α) (g : α → β)
    (hg : ∀ b, ∃ a, g a = b) : IsFinite β :=
  match h with
  | ⟨n, f, hf⟩ => ⟨n, fun i => g (f i), fun b => match hg b with
    | ⟨a, e⟩ => match hf a with
      | ⟨i, hi, k⟩ => ⟨i, hi, (congrArg g k).trans e⟩⟩

theorem prod {α : Type u} {β : Type v} (h : IsFinite α) (k : IsFinite β) : IsFinite (α × β) :=
  match h, k with
  | ⟨m, f, hf⟩, ⟨n, g, hg⟩ => ⟨m * n, fun i => (f (i / n), g (i % n)), fun p =>
    match hf p.1, hg p.2 with
    | ⟨i, hi, ei⟩, ⟨j, hj, ej⟩ =>
      have digits := Nat.mod_div_of_digit hj i
      ⟨i * n + j,
       lt_of_lt_of_le (Nat.lt_iff_succ_le.mpr (Nat.add_le_add_iff_left.mpr
         (Nat.lt_iff_succ_le.mp hj) : Nat.succ (i * n + j) ≤ i * n + n))
         (le_trans (ge_of_eq (Nat.succ_mul i n))
           (Nat.mul_le_mul_right (Nat.lt_iff_succ_le.mp hi) n)),
       Prod.ext ((congrArg f digits.2).trans ei) ((congrArg g digits.1).trans ej)⟩⟩

theorem vector {α : Type u} (h : IsFinite α) : (n : Nat) → IsFinite (Vector α n)
  | .zero => ⟨1, fun _ => .unit, fun _ => ⟨0, Nat.lt_iff_succ_le.mpr (le_refl 1), rfl⟩⟩
  | .succ n => prod h (vector h n)

end IsFinite

/-- There are 256 INT8 values. -/
theorem Int8.isFinite : IsFinite Int8 :=
  ⟨256, ofIndex, fun a => ⟨a.index, Nat.lt_succ_iff.mpr a.index_le, ofIndex_index a⟩⟩
