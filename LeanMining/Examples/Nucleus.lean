/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Gap

/-!
# Examples: nuclei and gaps

Theorems of `LeanMining/Nucleus/`, applied to small layers.
-/

set_option autoImplicit false

namespace LeanMining

/-! ### Fixed vectors -/

theorem activationFixedSet_mono_example : activationFixedSet (n := 2) (0, 1, .unit) (5, 1, .unit) :=
  activationFixedSet_mono (n := 2) (z := (0, 1, .unit)) (w := (3, 1, .unit)) ⟨rfl, rfl, .intro⟩ _
    (Nucleus.ofSup_isFixed_iff.mpr ⟨rfl, rfl, .intro⟩)

theorem activationFixedSet_mono_iff_example (q : ActivationVector 1)
    (h : activationFixedSet (n := 1) (3, .unit) q) :
    activationFixedSet (n := 1) (0, .unit) q :=
  (activationFixedSet_mono_iff (n := 1) (z := (0, .unit)) (w := (3, .unit))).mp ⟨rfl, .intro⟩ q h

theorem activationFixedSet_mono_strict_example :
    activationFixedSet (n := 2) (0, 1, .unit) (3, 1, .unit) ∧
      ∃ q, activationFixedSet (n := 2) (0, 1, .unit) q ∧
        ¬ activationFixedSet (n := 2) (3, 1, .unit) q :=
  have h := activationFixedSet_mono_strict (n := 2) (z := (0, 1, .unit)) (w := (3, 1, .unit))
    ⟨⟨rfl, rfl, .intro⟩, fun h => nomatch h.1⟩
  ⟨h.1 (3, 1, .unit) rfl, h.2⟩

/-! ### The quantized ReLU -/

theorem qRelu_extensive_example : 3 ≤ qRelu 5 3 := qRelu_extensive 5 3

theorem qRelu_idempotent_example : qRelu 5 (qRelu 5 3) = qRelu 5 3 := qRelu_idempotent 5 3

theorem qRelu_map_inf_example : qRelu 5 (3 ⊓ 7) = qRelu 5 3 ⊓ qRelu 5 7 := qRelu_map_inf 5 3 7

theorem qRelu_map_sup_example : qRelu 5 (3 ⊔ 7) = qRelu 5 3 ⊔ qRelu 5 7 := qRelu_map_sup 5 3 7

theorem qRelu_mono_example : qRelu 4 3 ≤ qRelu 4 5 := qRelu_mono 4 rfl

theorem qRelu_bot_iff_example : qRelu 3 ⊥ = ⊥ ↔ (3 : Int8) = ⊥ := qRelu_bot_iff 3

theorem qRelu_fixed_iff_example : qRelu 3 5 = 5 ↔ (3 : Int8) ≤ 5 := qRelu_fixed_iff 3 5

theorem qRelu_isNucleus_example : ∃ n : Nucleus Int8, n 5 = qRelu 3 5 :=
  (qRelu_isNucleus 3).elim fun n h => ⟨n, h 5⟩

theorem layerNucleus_isNucleus_example : ∃ j : Nucleus (ActivationVector 2),
    (j (5, 0, .unit)).get .zero = qRelu 3 5 :=
  (layerNucleus_isNucleus (n := 2) (3, 1, .unit)).elim fun j h => ⟨j, h (5, 0, .unit) .zero⟩

/-! ### Boundaries -/

theorem bitwidthFamily_strict_example :
    (bitwidthFamily 7).IsFixed 127 ∧
      ∃ q, (bitwidthFamily 7).IsFixed q ∧ ¬ (bitwidthFamily 8).IsFixed q :=
  have h := bitwidthFamily_strict 7 ⟨rfl, fun h => nomatch h⟩
  ⟨h.1 127 rfl, h.2⟩

example : ¬ ComplementedLattice (graftBoundaryNucleus (n := 1) ⟨(0, .unit)⟩).Fixed :=
  (graftBoundaryNucleus_not_boolean _).mpr ⟨.zero, rfl⟩

example :
    0 < (DiscreteGateMeasurement.ofIndices (n := 2) (128 ::ᵥ 128 ::ᵥ .nil)
      (130 ::ᵥ 118 ::ᵥ .nil)).gap :=
  (gap_pos_iff _).mpr ⟨.succ .zero, rfl, fun h => nomatch h⟩

/-! ### Certificates -/

namespace NucleusGraftingCertificate

theorem ofMeasurement_gap_pos_example :
    0 < (DiscreteGateMeasurement.ofIndices (n := 2) (128 ::ᵥ 128 ::ᵥ .nil)
      (130 ::ᵥ 118 ::ᵥ .nil)).gap :=
  (ofMeasurement_gap_pos (.ofIndices (n := 2) (128 ::ᵥ 128 ::ᵥ .nil) (130 ::ᵥ 118 ::ᵥ .nil)) 3 1
    ⟨.succ .zero, rfl, fun h => nomatch h⟩).2.1

example : (ofMeasurement (n := 2) (.ofIndices (128 ::ᵥ 128 ::ᵥ .nil) (130 ::ᵥ 118 ::ᵥ .nil)) 3 1
    ⟨.succ .zero, rfl, fun h => nomatch h⟩).decomposition.total = 14 := rfl

end NucleusGraftingCertificate

/-! ### The gap over an ordered ring -/

theorem gate_quant_l1_additive_example :
    |(-2 : Int) - relu (-2)| = |-2 - relu (-2)| + |relu (-2) - relu (-2)| :=
  gate_quant_l1_additive (fun y => y) (le_refl (0 : Int)) (-2)

theorem total_le_sum_example : |(-2 : Int) - 1| ≤ |-2 - relu (-2)| + |relu (-2) - 3| + |3 - 1| :=
  total_le_sum (-2) 3 1

end LeanMining
