/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Heyting
import LeanMining.Nucleus.BoundaryConnection

/-!
# The Heyting algebra of INT8 activations, and the gap of its gate

The headline of seed 000: the INT8 activations of a layer form a finite Heyting algebra, and the
vectors that its gate leaves as they are form another one, with the same implication. What the seed
draws from it, a gap that cannot be avoided because the nucleus is not Boolean, does not follow: a
gate at the least zero point changes nothing. The gap grows with the zero point and, for rounding
up, with the bits that are dropped.

## Main results

* `Nucleus.isFixed_himp`, `Nucleus.Fixed.instHeytingAlgebra`: the fixed points of a nucleus
* `activations_heyting`, `fixedVectors_heyting`: both of INT8 vectors
* `noGo_as_given_false`, `exists_gap_pos_iff`: when a gate has a gap
* `gap_mono`, `roundUp_gap_mono`: when the gap grows
-/

set_option autoImplicit false

universe u

/-! ### Fixed points of a nucleus -/

namespace Nucleus

variable {α : Type u}

/-- Whatever implies a fixed point is one: `b ⇨ c` is fixed if `c` is (beside seed 000,
CENTRAL.QUESTION). -/
theorem isFixed_himp [Lattice α] [BoundedOrder α] [HeytingAlgebra α] (n : Nucleus α) {b c : α}
    (hc : n.IsFixed c) : n.IsFixed (b ⇨ c) :=
  n.isFixed_iff_le.mpr ((le_himp_iff _ b c).mpr
    (le_trans (inf_le_inf (le_refl _) n.le_apply)
      (le_trans (ge_of_eq (n.map_inf (b ⇨ c) b))
        (le_trans (n.monotone (himp_inf_le b c)) (le_of_eq hc)))))

/-- The fixed points of a nucleus are a Heyting algebra, with the implication of the whole one. -/
@[reducible] instance Fixed.instHeytingAlgebra [DistribLattice α] [BoundedOrder α]
    [HeytingAlgebra α] (n : Nucleus α) : HeytingAlgebra n.Fixed where
  himp b c := ⟨b.val ⇨ c.val, n.isFixed_himp c.isFixed⟩
  le_himp_iff a b c := le_himp_iff a.val b.val c.val

/-- Finitely many elements have finitely many fixed points. -/
theorem Fixed.isFinite [Lattice α] (h : IsFinite α) (n : Nucleus α) : IsFinite n.Fixed :=
  h.of_surjective (fun q => ⟨n q, n.isFixed_apply q⟩) fun b => ⟨b.val, Fixed.ext b.isFixed⟩

end Nucleus

namespace LeanMining

/-! ### INT8 -/

/-- INT8 is a finite Heyting algebra: finitely many values, of which `b ⇨ c` is the greatest whose
meet with `b` is at most `c` (seed 000, "the set of representable activation values forms a finite
Heyting algebra"). -/
theorem int8_heyting :
    IsFinite Int8 ∧ ∀ a b c : Int8, a ≤ b ⇨ c ↔ a ⊓ b ≤ c :=
  ⟨Int8.isFinite, le_himp_iff⟩

/-- The INT8 activations of `n` channels are a finite Heyting algebra, whose implication is that of
INT8 in each channel (seed 000, "the set of representable activation values forms a finite Heyting
algebra"). -/
theorem activations_heyting (n : Nat) :
    IsFinite (ActivationVector n) ∧ ∀ a b c : ActivationVector n,
      (∀ i, a.get i ≤ b.get i ⇨ c.get i) ↔ a ⊓ b ≤ c :=
  ⟨Int8.isFinite.vector n, fun a b c => Iff.trans
    ⟨fun h => Vector.le_iff_get.mpr fun i => (Vector.get_himp b c i).symm ▸ h i,
     fun h i => Vector.get_himp b c i ▸ Vector.le_iff_get.mp h i⟩ (le_himp_iff a b c)⟩

/-- The quantized ReLU leaves `p ⇨ q` as it is if it leaves `q` (beside seed 000,
CENTRAL.QUESTION). -/
theorem qRelu_himp (z p : Int8) {q : Int8} (h : qRelu z q = q) : qRelu z (p ⇨ q) = p ⇨ q :=
  (qRelu_nucleus z).isFixed_himp (b := p) (c := q) h

/-- The vectors that a layer's gate leaves as they are form a finite Heyting algebra too, with the
implication of all INT8 vectors (seed 000, "the quantization gate is a nucleus on a Heyting
algebra"). -/
theorem fixedVectors_heyting {n : Nat} (z : ActivationVector n) :
    IsFinite (layerNucleus z).Fixed ∧ ∀ a b c : (layerNucleus z).Fixed,
      (b ⇨ c).val = b.val ⇨ c.val ∧ (a ≤ b ⇨ c ↔ a ⊓ b ≤ c) :=
  ⟨Nucleus.Fixed.isFinite (Int8.isFinite.vector n) _, fun a b c => ⟨rfl, le_himp_iff a b c⟩⟩

/-- The Heyting algebra of INT8 is not Boolean: the double negation of every value but -128 is 127
(beside seed 000, CENTRAL.QUESTION). -/
theorem int8_himp_bot_himp_bot {q : Int8} (h : q ≠ ⊥) : (q ⇨ ⊥) ⇨ ⊥ = ⊤ :=
  LinearOrder.himp_bot_himp_bot h

/-! ### When a gate has a gap -/

theorem gap_self {n : Nat} (z : ActivationVector n) :
    (⟨z, z⟩ : DiscreteGateMeasurement n).gap = 0 :=
  match LinearOrder.decLe (DiscreteGateMeasurement.gap ⟨z, z⟩) 0 with
  | .isTrue h => Nat.le_zero_iff.mp h
  | .isFalse h => match (gap_pos_iff ⟨z, z⟩).mp (lt_of_not_le h) with
    | ⟨_, k⟩ => (lt_irrefl _ k).elim

/-- A gate raises some activation if and only if some zero point is above -128, whether or not its
fixed vectors are a Boolean lattice (seed 000, CENTRAL.QUESTION, corrected). -/
theorem exists_gap_pos_iff {n : Nat} (z : ActivationVector n) :
    (∃ q, 0 < (⟨z, q⟩ : DiscreteGateMeasurement n).gap) ↔ ∃ i, ⊥ < z.get i :=
  ⟨fun ⟨q, h⟩ => match (gap_pos_iff ⟨z, q⟩).mp h with
    | ⟨i, k⟩ => ⟨i, lt_of_le_of_lt (bot_le (q.get i)) k⟩,
   fun ⟨i, h⟩ => ⟨Vector.ofFn fun _ => ⊥, (gap_pos_iff _).mpr
    ⟨i, (Vector.get_ofFn (fun _ => (⊥ : Int8)) i).symm ▸ h⟩⟩⟩

/-- That a gate whose fixed vectors are not a Boolean lattice must have a gap is false, even if the
gap is asked of one activation only: at zero point -128 every value is fixed, the 256 values are
not a Boolean lattice, and there is no gap (seed 000, CENTRAL.QUESTION, "a non-Boolean nucleus
creates an unavoidable boundary gap"). -/
theorem noGo_as_given_false :
    ¬ ∀ (n : Nat) (z : ActivationVector n), ¬ ComplementedLattice (layerNucleus z).Fixed →
      ∃ q, 0 < (⟨z, q⟩ : DiscreteGateMeasurement n).gap :=
  fun h => match (exists_gap_pos_iff (n := 1) (⊥, .unit)).mp
      (h 1 (⊥, .unit) fun k => nomatch (fixed_boolean_iff (n := 1) (⊥, .unit)).mp k .zero) with
    | ⟨.zero, k⟩ => lt_irrefl _ k

/-- The converse fails too: at zero point 127 one value is fixed, a Boolean lattice, and all others
are raised (beside seed 000, CENTRAL.QUESTION). -/
theorem noGo_converse_false :
    ¬ ∀ (n : Nat) (z : ActivationVector n),
      (∃ q, 0 < (⟨z, q⟩ : DiscreteGateMeasurement n).gap) →
        ¬ ComplementedLattice (layerNucleus z).Fixed :=
  fun h => h 1 (⊤, .unit) ((exists_gap_pos_iff (n := 1) _).mpr ⟨.zero, rfl, fun k => nomatch k⟩)
    ((fixed_boolean_iff (n := 1) _).mpr fun i => match i with | .zero => rfl)

/-! ### When the gap grows -/

theorem gateLoss_mono {z w : Int8} (h : z ≤ w) (q : Int8) : gateLoss z q ≤ gateLoss w q :=
  Nat.add_le_add_iff_right.mp (le_trans (le_of_eq (gateLoss_add_index z q))
    (le_trans (sup_le_sup (α := Int8) (le_refl q) h) (ge_of_eq (gateLoss_add_index w q))))

theorem gateGap_mono : {n : Nat} → {z w : ActivationVector n} → z ≤ w →
    (q : ActivationVector n) → gateGap z q ≤ gateGap w q
  | .zero, _, _, _, _ => le_refl 0
  | .succ _, _, _, h, q => Nat.add_le_add (gateLoss_mono h.1 q.1) (gateGap_mono h.2 q.2)

/-- A higher zero point means a gap at least as large, on whatever activations (seed 000,
FORMAL.RESULTS, "higher zero-point = fewer fixed vectors = larger gap"). -/
theorem gap_mono {n : Nat} {z w : ActivationVector n} (h : z ≤ w) (q : ActivationVector n) :
    (⟨z, q⟩ : DiscreteGateMeasurement n).gap ≤ (⟨w, q⟩ : DiscreteGateMeasurement n).gap :=
  gateGap_mono h q

/-- A strictly higher zero point means a strictly larger gap on some activations (beside seed 000,
FORMAL.RESULTS). -/
theorem gap_strictMono {n : Nat} {z w : ActivationVector n} (h : ∃ i, z.get i < w.get i) :
    ∃ q, (⟨z, q⟩ : DiscreteGateMeasurement n).gap < (⟨w, q⟩ : DiscreteGateMeasurement n).gap :=
  ⟨z, lt_of_le_of_lt (le_of_eq (gap_self z)) ((gap_pos_iff ⟨w, z⟩).mpr h)⟩

/-- Rounding up to fewer bits raises every value at least as far (seed 000, CENTRAL.QUESTION,
"coarser quantization means larger gap"). -/
theorem roundUp_gap_mono {j k : Nat} (h : j ≤ k) (q : Int8) :
    (roundUp j q).index - q.index ≤ (roundUp k q).index - q.index :=
  have up : roundUp j q ≤ roundUp k q := Int8.ofIndex_mono (ceilGrid_mono_left q.index h)
  Nat.add_le_add_iff_right.mp (le_trans (le_of_eq (Nat.sub_add_cancel (le_roundUp j q)))
    (le_trans (α := Nat) up (ge_of_eq (Nat.sub_add_cancel (le_roundUp k q)))))

end LeanMining
