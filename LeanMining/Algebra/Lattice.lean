/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Order

/-!
# Lattices and complements

Distributive lattices, those that linear orders and products give, and what it is for a bounded one
to be Boolean.

## Main definitions

* `Lattice`, `DistribLattice`
* `IsCompl x y`: `x` and `y` are complements
* `ComplementedLattice α`: every element has a complement; a distributive lattice is Boolean if it
  is complemented
-/

set_option autoImplicit false

universe u v

/-- A partial order in which any two elements have a least upper and a greatest lower bound. -/
class Lattice (α : Type u) extends PartialOrder α where
  /-- Least upper bound. -/
  sup : α → α → α
  /-- Greatest lower bound. -/
  inf : α → α → α
  le_sup_left (a b : α) : a ≤ sup a b
  le_sup_right (a b : α) : b ≤ sup a b
  sup_le {a b c : α} : a ≤ c → b ≤ c → sup a b ≤ c
  inf_le_left (a b : α) : inf a b ≤ a
  inf_le_right (a b : α) : inf a b ≤ b
  le_inf {a b c : α} : c ≤ a → c ≤ b → c ≤ inf a b

@[inherit_doc] infixl:68 " ⊔ " => Lattice.sup
@[inherit_doc] infixl:69 " ⊓ " => Lattice.inf

/-- A lattice in which meets and joins distribute. -/
class DistribLattice (α : Type u) extends Lattice α where
  le_sup_inf {a b c : α} : (a ⊔ b) ⊓ (a ⊔ c) ≤ a ⊔ b ⊓ c

export Lattice (le_sup_left le_sup_right sup_le inf_le_left inf_le_right le_inf)
export DistribLattice (le_sup_inf)

section Lattice

variable {α : Type u} [Lattice α] {a b c d : α}

theorem sup_le_sup (h : a ≤ c) (k : b ≤ d) : a ⊔ b ≤ c ⊔ d :=
  sup_le (le_trans h (le_sup_left c d)) (le_trans k (le_sup_right c d))
theorem inf_le_inf (h : a ≤ c) (k : b ≤ d) : a ⊓ b ≤ c ⊓ d :=
  le_inf (le_trans (inf_le_left a b) h) (le_trans (inf_le_right a b) k)
theorem sup_eq_right : a ⊔ b = b ↔ a ≤ b :=
  ⟨fun h => h ▸ le_sup_left a b, fun h => le_antisymm (sup_le h (le_refl b)) (le_sup_right a b)⟩
theorem sup_eq_left : a ⊔ b = a ↔ b ≤ a :=
  ⟨fun h => h ▸ le_sup_right a b, fun h => le_antisymm (sup_le (le_refl a) h) (le_sup_left a b)⟩
theorem inf_eq_left : a ⊓ b = a ↔ a ≤ b :=
  ⟨fun h => h ▸ inf_le_right a b, fun h => le_antisymm (inf_le_left a b) (le_inf (le_refl a) h)⟩
theorem sup_comm (a b : α) : a ⊔ b = b ⊔ a :=
  le_antisymm (sup_le (le_sup_right b a) (le_sup_left b a))
    (sup_le (le_sup_right a b) (le_sup_left a b))
theorem inf_comm (a b : α) : a ⊓ b = b ⊓ a :=
  le_antisymm (le_inf (inf_le_right a b) (inf_le_left a b))
    (le_inf (inf_le_right b a) (inf_le_left b a))
theorem sup_idem (a : α) : a ⊔ a = a := sup_eq_left.mpr (le_refl a)
theorem sup_assoc (a b c : α) : a ⊔ b ⊔ c = a ⊔ (b ⊔ c) :=
  le_antisymm
    (sup_le (sup_le_sup (le_refl a) (le_sup_left b c))
      (le_trans (le_sup_right b c) (le_sup_right a _)))
    (sup_le (le_trans (le_sup_left a b) (le_sup_left _ c))
      (sup_le_sup (le_sup_right a b) (le_refl c)))

end Lattice

theorem sup_inf_left {α : Type u} [DistribLattice α] (a b c : α) : a ⊔ b ⊓ c = (a ⊔ b) ⊓ (a ⊔ c) :=
  le_antisymm
    (le_inf (sup_le_sup (le_refl a) (inf_le_left b c)) (sup_le_sup (le_refl a) (inf_le_right b c)))
    le_sup_inf

theorem sup_inf_right {α : Type u} [DistribLattice α] (a b c : α) :
    a ⊓ b ⊔ c = (a ⊔ c) ⊓ (b ⊔ c) := by
  rw [sup_comm, sup_inf_left, sup_comm c, sup_comm c]

/-! ### Instances -/

/-- A linear order is a distributive lattice with `max` and `min`. -/
@[reducible] instance LinearOrder.toDistribLattice {α : Type u} [LinearOrder α] :
    DistribLattice α where
  sup := max
  inf := min
  le_sup_left := le_max_left
  le_sup_right := le_max_right
  sup_le := max_le
  inf_le_left := min_le_left
  inf_le_right := min_le_right
  le_inf := le_min
  le_sup_inf {_ b c} := (le_total b c).elim
    (fun h =>
      le_trans (min_le_left _ _)
      (max_le (le_max_left _ _) (le_trans (ge_of_eq (min_eq_left h)) (le_max_right _ _))))
    (fun h =>
      le_trans (min_le_right _ _)
      (max_le (le_max_left _ _) (le_trans (ge_of_eq (min_eq_right h)) (le_max_right _ _))))

namespace Prod

variable {α : Type u} {β : Type v}

theorem ext {p q : α × β} (h : p.1 = q.1) (k : p.2 = q.2) : p = q := match p, q, h, k with
  | ⟨_, _⟩, ⟨_, _⟩, .refl _, .refl _ => rfl

/-- The componentwise order. -/
@[reducible] instance instPartialOrder [PartialOrder α] [PartialOrder β] :
    PartialOrder (α × β) where
  le p q := p.1 ≤ q.1 ∧ p.2 ≤ q.2
  le_refl p := ⟨le_refl p.1, le_refl p.2⟩
  le_trans h k := ⟨le_trans h.1 k.1, le_trans h.2 k.2⟩
  le_antisymm h k := ext (le_antisymm h.1 k.1) (le_antisymm h.2 k.2)

/-- Componentwise meets and joins. -/
@[reducible] instance instDistribLattice [DistribLattice α] [DistribLattice β] :
    DistribLattice (α × β) where
  sup p q := ⟨p.1 ⊔ q.1, p.2 ⊔ q.2⟩
  inf p q := ⟨p.1 ⊓ q.1, p.2 ⊓ q.2⟩
  le_sup_left p q := ⟨le_sup_left p.1 q.1, le_sup_left p.2 q.2⟩
  le_sup_right p q := ⟨le_sup_right p.1 q.1, le_sup_right p.2 q.2⟩
  sup_le h k := ⟨sup_le h.1 k.1, sup_le h.2 k.2⟩
  inf_le_left p q := ⟨inf_le_left p.1 q.1, inf_le_left p.2 q.2⟩
  inf_le_right p q := ⟨inf_le_right p.1 q.1, inf_le_right p.2 q.2⟩
  le_inf h k := ⟨le_inf h.1 k.1, le_inf h.2 k.2⟩
  le_sup_inf := ⟨le_sup_inf, le_sup_inf⟩

@[reducible] instance instBoundedOrder [PartialOrder α] [PartialOrder β] [BoundedOrder α]
    [BoundedOrder β] :
    BoundedOrder (α × β) where
  bot := ⟨⊥, ⊥⟩
  top := ⟨⊤, ⊤⟩
  bot_le p := ⟨bot_le p.1, bot_le p.2⟩
  le_top p := ⟨le_top p.1, le_top p.2⟩

end Prod

/-! ### Complements -/

/-- `x` and `y` meet in `⊥` and join to `⊤`. -/
structure IsCompl {α : Type u} [Lattice α] [BoundedOrder α] (x y : α) : Prop where
  inf_eq_bot : x ⊓ y = ⊥
  sup_eq_top : x ⊔ y = ⊤

/-- Every element has a complement. A distributive lattice with this property is a Boolean
algebra. -/
def ComplementedLattice (α : Type u) [Lattice α] [BoundedOrder α] : Prop :=
  ∀ x : α, ∃ y : α, IsCompl x y

namespace ComplementedLattice

variable {α : Type u} {β : Type v} [DistribLattice α] [BoundedOrder α] [DistribLattice β]
  [BoundedOrder β]

/-- A product is complemented if and only if both factors are. -/
theorem prod_iff : ComplementedLattice (α × β) ↔ ComplementedLattice α ∧ ComplementedLattice β :=
  ⟨fun h =>
    ⟨fun a => match h (a, ⊤) with
      | ⟨y, i, s⟩ => ⟨y.1, congrArg Prod.fst i, congrArg Prod.fst s⟩,
     fun b => match h (⊤, b) with
      | ⟨y, i, s⟩ => ⟨y.2, congrArg Prod.snd i, congrArg Prod.snd s⟩⟩,
   fun h p => match h.1 p.1, h.2 p.2 with
    | ⟨c, hc⟩, ⟨d, hd⟩ => ⟨(c, d), Prod.ext hc.1 hd.1, Prod.ext hc.2 hd.2⟩⟩

end ComplementedLattice

/-- A bounded chain is complemented if and only if it has no element strictly between `⊥` and
`⊤`. -/
theorem LinearOrder.complementedLattice_iff {α : Type u} [LinearOrder α] [BoundedOrder α] :
    ComplementedLattice α ↔ ∀ x : α, x = ⊥ ∨ x = ⊤ :=
  ⟨fun h x => match h x with
    | ⟨y, i, s⟩ => (le_total x y).elim
        (fun k => .inl ((min_eq_left k).symm.trans i))
        (fun k => .inr ((max_eq_left k).symm.trans s)),
   fun h x => (h x).elim
    (fun e => ⟨⊤, e ▸ min_eq_left (le_top _), e ▸ max_eq_right (le_top _)⟩)
    (fun e => ⟨⊥, e ▸ min_eq_right (bot_le _), e ▸ max_eq_left (bot_le _)⟩)⟩
