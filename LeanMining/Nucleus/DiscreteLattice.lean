/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Nucleus.Types

/-!
# The quantized ReLU on INT8

`qRelu z q = max q z` is a nucleus on the chain of INT8 values, and entrywise on activation vectors.
Its lattice of fixed vectors is Boolean exactly when every zero point is at least 126 (seed 000,
FORMAL.RESULTS).

## Main results

* `qRelu_isNucleus`, `layerNucleus_isNucleus`: the quantized ReLU is a nucleus
* `fixed_boolean_iff`: when its fixed vectors are a Boolean lattice
-/

set_option autoImplicit false

namespace LeanMining

/-- The quantized ReLU: every value below the zero point becomes the zero point (seed 000,
FORMAL.RESULTS). -/
def qRelu (z q : Int8) : Int8 := max q z

/-- Never below its argument (seed 000, FORMAL.RESULTS). -/
theorem qRelu_extensive (z q : Int8) : q ≤ qRelu z q := le_max_left q z

/-- Applying it twice is applying it once (seed 000, FORMAL.RESULTS). -/
theorem qRelu_idempotent (z q : Int8) : qRelu z (qRelu z q) = qRelu z q :=
  (Nucleus.ofSup z).idempotent q

/-- Preserves meets (seed 000, FORMAL.RESULTS). -/
theorem qRelu_map_inf (z p q : Int8) : qRelu z (p ⊓ q) = qRelu z p ⊓ qRelu z q :=
  (Nucleus.ofSup z).map_inf p q

/-- Preserves joins as well (beside seed 000, FORMAL.RESULTS). -/
theorem qRelu_map_sup (z p q : Int8) : qRelu z (p ⊔ q) = qRelu z p ⊔ qRelu z q :=
  le_antisymm
    (sup_le (sup_le_sup (le_sup_left p z) (le_sup_left q z))
      (le_trans (le_sup_right p z) (le_sup_left _ _)))
    (sup_le (sup_le_sup (le_sup_left p q) (le_refl z)) (sup_le_sup (le_sup_right p q) (le_refl z)))

/-- Monotone (beside seed 000, FORMAL.RESULTS). -/
theorem qRelu_mono (z : Int8) {p q : Int8} (h : p ≤ q) : qRelu z p ≤ qRelu z q :=
  (Nucleus.ofSup z).monotone h

/-- Keeps the least value only for the least zero point, -128 (beside seed 000, FORMAL.RESULTS). -/
theorem qRelu_bot_iff (z : Int8) : qRelu z ⊥ = ⊥ ↔ z = ⊥ := Iff.trans sup_eq_left le_bot_iff

/-- The fixed points are the values from the zero point up (seed 000, ARCHITECTURE). -/
theorem qRelu_fixed_iff (z q : Int8) : qRelu z q = q ↔ z ≤ q := Nucleus.ofSup_isFixed_iff

/-- The quantized ReLU as a nucleus (seed 000, ARCHITECTURE). -/
def qRelu_nucleus (z : Int8) : Nucleus Int8 := Nucleus.ofSup z

/-- Every quantized ReLU is a nucleus (seed 000, EMPIRICAL.RESULTS). -/
theorem qRelu_isNucleus (z : Int8) : ∃ n : Nucleus Int8, ∀ q, n q = qRelu z q :=
  ⟨qRelu_nucleus z, fun _ => rfl⟩

/-! ### Activation vectors -/

/-- The gate of a layer with zero points `z`, as a nucleus on activation vectors (seed 000,
ARCHITECTURE). -/
def layerNucleus {n : Nat} (z : ActivationVector n) : Nucleus (ActivationVector n) :=
  Nucleus.ofSup z

/-- Entry by entry it is the quantized ReLU. -/
theorem layerNucleus_get {n : Nat} (z q : ActivationVector n) (i : Fin n) :
    (layerNucleus z q).get i = qRelu (z.get i) (q.get i) := Vector.get_sup q z i

/-- The quantized ReLU, applied in each channel at its own zero point, is a nucleus (seed 000,
ARCHITECTURE). -/
theorem layerNucleus_isNucleus {n : Nat} (z : ActivationVector n) :
    ∃ j : Nucleus (ActivationVector n), ∀ q i, (j q).get i = qRelu (z.get i) (q.get i) :=
  ⟨layerNucleus z, layerNucleus_get z⟩

/-- The fixed vectors of a layer's gate form a Boolean lattice exactly when every zero point is at
least 126: then each channel has at most two fixed values (seed 000, FORMAL.RESULTS, corrected). -/
theorem fixed_boolean_iff {n : Nat} (z : ActivationVector n) :
    ComplementedLattice (layerNucleus z).Fixed ↔ ∀ i, 126 ≤ z.get i :=
  Iff.trans (Nucleus.complemented_ofSup_iff z) (Iff.trans Nucleus.complementedAbove_vector
    ⟨fun h i => Int8.eq_or_eq_top_above_iff.mp (Nucleus.complementedAbove_iff_of_linear.mp (h i)),
     fun h i =>
       Nucleus.complementedAbove_iff_of_linear.mpr (Int8.eq_or_eq_top_above_iff.mpr (h i))⟩)

/-- The vectors `[0, 1]` and `[1, 0]` are incomparable (seed 000, FORMAL.RESULTS). -/
theorem incomparable_pair :
    ¬ ((0, 1, .unit) : ActivationVector 2) ≤ (1, 0, .unit) ∧
      ¬ ((1, 0, .unit) : ActivationVector 2) ≤ (0, 1, .unit) :=
  ⟨fun h => (nomatch h.2.1), fun h => nomatch h.1⟩

/-- An incomparable pair does not make the lattice of fixed vectors non-Boolean, as seed 000,
FORMAL.RESULTS has it: with zero points `[126, 126]` the vectors `[126, 127]` and `[127, 126]` are
incomparable, and the lattice is Boolean. -/
theorem nonBoolean_from_incomparable_as_given_false :
    ¬ ∀ (n : Nat) (z : ActivationVector n),
      (∃ a b : (layerNucleus z).Fixed, ¬ a ≤ b ∧ ¬ b ≤ a) →
      ¬ ComplementedLattice (layerNucleus z).Fixed :=
  fun h => h 2 (126, 126, .unit)
    ⟨⟨(126, 127, .unit), Nucleus.ofSup_isFixed_iff.mpr ⟨rfl, rfl, .intro⟩⟩,
     ⟨(127, 126, .unit), Nucleus.ofSup_isFixed_iff.mpr ⟨rfl, rfl, .intro⟩⟩,
     fun k => (nomatch k.2.1), fun k => nomatch k.1⟩
    ((fixed_boolean_iff _).mpr fun i => match i with | .zero => rfl | .succ .zero => rfl)

end LeanMining
