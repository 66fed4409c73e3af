/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Vector

/-!
# Nuclei

A nucleus on a lattice is an extensive, idempotent map that preserves meets. Its fixed points are
again a lattice, whose joins are those of the whole lattice closed by the nucleus. `q ↦ q ⊔ z` is a
nucleus on a distributive lattice, and its fixed points are those above `z`.

## Main definitions

* `Nucleus α`
* `Nucleus.Fixed n`: the lattice of fixed points of `n`
* `Nucleus.ofSup z`: the nucleus `q ↦ q ⊔ z`

## References

* P. T. Johnstone, *Stone spaces*, II.2; Mathlib's `Order.Nucleus` has the same names.
-/

set_option autoImplicit false

universe u v

/-- An extensive, idempotent, meet-preserving map of a lattice into itself. -/
structure Nucleus (α : Type u) [Lattice α] where
  /-- The map. -/
  toFun : α → α
  le_apply' (q : α) : q ≤ toFun q
  idempotent' (q : α) : toFun (toFun q) = toFun q
  map_inf' (p q : α) : toFun (p ⊓ q) = toFun p ⊓ toFun q

namespace Nucleus

instance instCoeFun {α : Type u} [Lattice α] : CoeFun (Nucleus α) (fun _ => α → α) := ⟨toFun⟩

section Lattice

variable {α : Type u} [Lattice α] (n : Nucleus α) {p q : α}

theorem le_apply : q ≤ n q := n.le_apply' q
theorem idempotent (q : α) : n (n q) = n q := n.idempotent' q
theorem map_inf (p q : α) : n (p ⊓ q) = n p ⊓ n q := n.map_inf' p q

theorem monotone (h : p ≤ q) : n p ≤ n q :=
  inf_eq_left.mp ((n.map_inf p q).symm.trans (congrArg n.toFun (inf_eq_left.mpr h)))

/-- What the nucleus leaves as it is. -/
def IsFixed (q : α) : Prop := n q = q

theorem isFixed_apply (q : α) : n.IsFixed (n q) := n.idempotent q
theorem isFixed_iff_le : n.IsFixed q ↔ n q ≤ q := ⟨le_of_eq, fun h => le_antisymm h n.le_apply⟩

theorem apply_top [BoundedOrder α] : n ⊤ = ⊤ := le_antisymm (le_top _) n.le_apply

end Lattice

/-! ### The lattice of fixed points -/

/-- The fixed points of a nucleus, as a type. -/
structure Fixed {α : Type u} [Lattice α] (n : Nucleus α) where
  /-- The point. -/
  val : α
  isFixed : n.IsFixed val

namespace Fixed

variable {α : Type u}

theorem ext [Lattice α] {n : Nucleus α} : {a b : n.Fixed} → a.val = b.val → a = b
  | ⟨_, _⟩, ⟨_, _⟩, .refl _ => rfl

/-- Meets are those of the whole lattice, and a join is the closure of the join there. -/
@[reducible] instance instDistribLattice [DistribLattice α] (n : Nucleus α) :
    DistribLattice n.Fixed where
  le a b := a.val ≤ b.val
  le_refl a := le_refl a.val
  le_trans h k := le_trans (α := α) h k
  le_antisymm h k := ext (le_antisymm h k)
  sup a b := ⟨n (a.val ⊔ b.val), n.isFixed_apply _⟩
  inf a b := ⟨a.val ⊓ b.val, (n.map_inf _ _).trans (a.isFixed.symm ▸ b.isFixed.symm ▸ rfl)⟩
  le_sup_left a b := le_trans (le_sup_left a.val b.val) n.le_apply
  le_sup_right a b := le_trans (le_sup_right a.val b.val) n.le_apply
  sup_le {_ _ c} h k := le_trans (n.monotone (sup_le h k)) (le_of_eq c.isFixed)
  inf_le_left a b := inf_le_left a.val b.val
  inf_le_right a b := inf_le_right a.val b.val
  le_inf h k := le_inf (α := α) h k
  le_sup_inf := le_trans (ge_of_eq (n.map_inf _ _)) (n.monotone le_sup_inf)

/-- The least fixed point is the closure of `⊥`. -/
@[reducible] instance instBoundedOrder [DistribLattice α] [BoundedOrder α] (n : Nucleus α) :
    BoundedOrder n.Fixed where
  bot := ⟨n ⊥, n.isFixed_apply _⟩
  top := ⟨⊤, n.apply_top⟩
  bot_le a := le_trans (α := α) (n.monotone (bot_le a.val)) (le_of_eq a.isFixed)
  le_top a := le_top a.val

end Fixed

/-! ### The nucleus `q ↦ q ⊔ z` -/

section OfSup

variable {α : Type u} {β : Type v} [DistribLattice α] [DistribLattice β]

/-- The nucleus that joins `z` to its argument. -/
def ofSup (z : α) : Nucleus α where
  toFun q := q ⊔ z
  le_apply' q := le_sup_left q z
  idempotent' q := (sup_assoc q z z).trans (congrArg (q ⊔ ·) (sup_idem z))
  map_inf' p q := sup_inf_right p q z

theorem ofSup_apply (z q : α) : ofSup z q = q ⊔ z := rfl

theorem ofSup_isFixed_iff {z q : α} : (ofSup z).IsFixed q ↔ z ≤ q := sup_eq_left

/-- A larger `z` has fewer fixed points. -/
theorem ofSup_isFixed_mono {z w : α} (h : z ≤ w) {q : α} (hq : (ofSup w).IsFixed q) :
    (ofSup z).IsFixed q :=
  ofSup_isFixed_iff.mpr (le_trans h (ofSup_isFixed_iff.mp hq))

theorem le_iff_ofSup_isFixed {z w : α} : z ≤ w ↔ ∀ q, (ofSup w).IsFixed q → (ofSup z).IsFixed q :=
  ⟨fun h _ => ofSup_isFixed_mono h,
   fun h => ofSup_isFixed_iff.mp (h w (ofSup_isFixed_iff.mpr (le_refl w)))⟩

/-- The elements above `z` have complements among themselves: the interval `[z, ⊤]` is Boolean. -/
def ComplementedAbove [BoundedOrder α] (z : α) : Prop :=
  ∀ x : α, z ≤ x → ∃ y : α, z ≤ y ∧ x ⊓ y = z ∧ x ⊔ y = ⊤

/-- The fixed points of `ofSup z` are complemented if and only if the interval `[z, ⊤]` is. -/
theorem complemented_ofSup_iff [BoundedOrder α] (z : α) :
    ComplementedLattice (ofSup z).Fixed ↔ ComplementedAbove z :=
  have closed {x y : α} (h : z ≤ x) : ofSup z (x ⊔ y) = x ⊔ y :=
    sup_eq_left.mpr (le_trans h (le_sup_left x y))
  have bot_eq : ofSup z ⊥ = z := sup_eq_right.mpr (bot_le z)
  ⟨fun h x hx => match h ⟨x, ofSup_isFixed_iff.mpr hx⟩ with
    | ⟨y, i, s⟩ => ⟨y.val, ofSup_isFixed_iff.mp y.isFixed, (congrArg Fixed.val i).trans bot_eq,
        (closed hx).symm.trans (congrArg Fixed.val s)⟩,
   fun h x => match h x.val (ofSup_isFixed_iff.mp x.isFixed) with
    | ⟨y, hy, i, s⟩ => ⟨⟨y, ofSup_isFixed_iff.mpr hy⟩, Fixed.ext (i.trans bot_eq.symm),
        Fixed.ext ((closed (ofSup_isFixed_iff.mp x.isFixed)).trans s)⟩⟩

/-- In a product, the interval above a pair is Boolean if and only if the intervals above its
entries are. -/
theorem complementedAbove_prod [BoundedOrder α] [BoundedOrder β] {a : α} {b : β} :
    ComplementedAbove ((a, b) : α × β) ↔ ComplementedAbove a ∧ ComplementedAbove b :=
  ⟨fun h =>
    ⟨fun x hx => match h (x, b) ⟨hx, le_refl b⟩ with
      | ⟨y, hy, i, s⟩ => ⟨y.1, hy.1, congrArg Prod.fst i, congrArg Prod.fst s⟩,
     fun x hx => match h (a, x) ⟨le_refl a, hx⟩ with
      | ⟨y, hy, i, s⟩ => ⟨y.2, hy.2, congrArg Prod.snd i, congrArg Prod.snd s⟩⟩,
   fun h x hx => match h.1 x.1 hx.1, h.2 x.2 hx.2 with
    | ⟨c, hc, ic, sc⟩, ⟨d, hd, id, sd⟩ => ⟨(c, d), ⟨hc, hd⟩, Prod.ext ic id, Prod.ext sc sd⟩⟩

/-- The interval above a vector is Boolean if and only if the intervals above its entries are. -/
theorem complementedAbove_vector [BoundedOrder α] :
    {n : Nat} → {z : Vector α n} → (ComplementedAbove z ↔ ∀ i, ComplementedAbove (z.get i))
  | .zero, _ => ⟨fun _ i => i.elim0.elim, fun _ _ _ => ⟨.unit, .intro, rfl, rfl⟩⟩
  | .succ _, (_, _) => Iff.trans complementedAbove_prod
    ⟨fun h i => match i with | .zero => h.1 | .succ i => complementedAbove_vector.1 h.2 i,
     fun h => ⟨h .zero, complementedAbove_vector.2 fun i => h (.succ i)⟩⟩

end OfSup

/-- In a chain, the interval above `z` is Boolean if and only if nothing lies strictly between `z`
and `⊤`. -/
theorem complementedAbove_iff_of_linear {α : Type u} [LinearOrder α] [BoundedOrder α] {z : α} :
    ComplementedAbove z ↔ ∀ x, z ≤ x → x = z ∨ x = ⊤ :=
  ⟨fun h x hx => match h x hx with
    | ⟨y, _, i, s⟩ => (le_total x y).elim
        (fun k => .inl ((min_eq_left k).symm.trans i))
        (fun k => .inr ((max_eq_left k).symm.trans s)),
   fun h x hx => (h x hx).elim
    (fun e => ⟨⊤, le_top z, e ▸ min_eq_left (le_top _), e ▸ max_eq_right (le_top _)⟩)
    (fun e => ⟨z, le_refl z, min_eq_right hx, (max_eq_left hx).trans e⟩)⟩

/-- On a chain, every extensive, idempotent, monotone map is a nucleus. -/
def ofMonotone {α : Type u} [LinearOrder α] (f : α → α) (le_apply : ∀ q, q ≤ f q)
    (idempotent : ∀ q, f (f q) = f q) (mono : ∀ {p q}, p ≤ q → f p ≤ f q) : Nucleus α where
  toFun := f
  le_apply' := le_apply
  idempotent' := idempotent
  map_inf' p q := (le_total p q).elim
    (fun h => (congrArg f (min_eq_left h)).trans (min_eq_left (mono h)).symm)
    fun h => (congrArg f (min_eq_right h)).trans (min_eq_right (mono h)).symm

end Nucleus
