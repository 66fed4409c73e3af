/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat
import LeanMining.Nucleus.Bounds
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Formats
import LeanMining.Nucleus.Heyting

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

/-- Two channels with zero point 0: 2 and -10 are gated to 2 and 0, stored as 3 and 3, and read back
as 2 and -4. -/
def twoChannels : GraftMeasurement 2 :=
  ⟨.ofIndices (128 ::ᵥ 128 ::ᵥ .nil) (130 ::ᵥ 118 ::ᵥ .nil), (3, 3, .unit),
    (Vector.map Int8.ofIndex (130 ::ᵥ 124 ::ᵥ .nil))⟩

theorem ofMeasurement_measured_example :
    stepDist twoChannels.activation twoChannels.readBack ≤
      stepDist twoChannels.gated twoChannels.stored + Int.ofNat twoChannels.gap +
        stepDist twoChannels.stored twoChannels.readBack :=
  (ofMeasurement_measured twoChannels ⟨.succ .zero, rfl, fun h => nomatch h⟩).2.2

/-- The whole gap is 6, its parts 4, 10 and 8. -/
example : twoChannels.gaps.total = 6 ∧ twoChannels.gaps.quantization = 4 ∧
    twoChannels.gaps.gate = 10 ∧ twoChannels.gaps.reconstruction = 8 := by decide

end NucleusGraftingCertificate

/-! ### Heyting algebras -/

theorem int8_heyting_example :
    (∃ f : Nat → Int8, ∃ i, f i = 5) ∧ ((3 : Int8) ≤ 5 ⇨ 4 ↔ (3 : Int8) ⊓ 5 ≤ 4) :=
  ⟨int8_heyting.1.elim fun _ h => h.elim fun f h => ⟨f, (h 5).elim fun i k => ⟨i, k.2⟩⟩,
   int8_heyting.2 3 5 4⟩

theorem activations_heyting_example :
    (∃ f : Nat → ActivationVector 2, ∃ i, f i = (5, 1, .unit)) ∧
      ((∀ i, Vector.get (3 ::ᵥ 7 ::ᵥ .nil) i ≤
        (Vector.get (5 ::ᵥ 1 ::ᵥ .nil) i ⇨ Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i : Int8)) ↔
        ((3, 7, .unit) : ActivationVector 2) ⊓ (5, 1, .unit) ≤ (4, 1, .unit)) :=
  ⟨(activations_heyting 2).1.elim fun _ h => h.elim fun f h =>
    ⟨f, (h (5, 1, .unit)).elim fun i k => ⟨i, k.2⟩⟩,
   (activations_heyting 2).2 (3, 7, .unit) (5, 1, .unit) (4, 1, .unit)⟩

theorem qRelu_himp_example : qRelu 3 (9 ⇨ 5) = 9 ⇨ 5 := qRelu_himp 3 9 rfl

/-- A vector that the gate with zero point 3 leaves as it is. -/
def fixedFive : (layerNucleus (n := 1) (3, .unit)).Fixed := ⟨(5, .unit), rfl⟩

theorem fixedVectors_heyting_example :
    (∃ f : Nat → (layerNucleus (n := 1) (3, .unit)).Fixed, ∃ i, f i = fixedFive) ∧
      (fixedFive ≤ fixedFive ⇨ fixedFive ↔ fixedFive ⊓ fixedFive ≤ fixedFive) :=
  ⟨(fixedVectors_heyting (n := 1) (3, .unit)).1.elim fun _ h => h.elim fun f h =>
    ⟨f, (h fixedFive).elim fun i k => ⟨i, k.2⟩⟩,
   ((fixedVectors_heyting (n := 1) (3, .unit)).2 fixedFive fixedFive fixedFive).2⟩

theorem int8_himp_bot_himp_bot_example : ((3 : Int8) ⇨ ⊥) ⇨ ⊥ = ⊤ :=
  int8_himp_bot_himp_bot fun h => nomatch congrArg Int8.index h

theorem exists_gap_pos_iff_example :
    ∃ q, 0 < (⟨(3, .unit), q⟩ : DiscreteGateMeasurement 1).gap :=
  (exists_gap_pos_iff (n := 1) (3, .unit)).mpr ⟨.zero, rfl, fun h => nomatch h⟩

theorem gap_mono_example :
    (⟨(3, .unit), (1, .unit)⟩ : DiscreteGateMeasurement 1).gap ≤
      (⟨(5, .unit), (1, .unit)⟩ : DiscreteGateMeasurement 1).gap :=
  gap_mono (n := 1) (z := (3, .unit)) (w := (5, .unit)) ⟨rfl, .intro⟩ (1, .unit)

theorem gap_strictMono_example :
    ∃ q, (⟨(3, .unit), q⟩ : DiscreteGateMeasurement 1).gap <
      (⟨(5, .unit), q⟩ : DiscreteGateMeasurement 1).gap :=
  gap_strictMono (n := 1) ⟨.zero, rfl, fun h => nomatch h⟩

theorem roundUp_gap_mono_example :
    (roundUp 2 5).index - (5 : Int8).index ≤ (roundUp 4 5).index - (5 : Int8).index :=
  roundUp_gap_mono (j := 2) (k := 4) rfl 5

/-! ### The gap over an ordered ring -/

theorem gate_quant_l1_additive_example :
    |(-2 : Int) - relu (-2)| = |-2 - relu (-2)| + |relu (-2) - relu (-2)| :=
  gate_quant_l1_additive (fun y => y) (le_refl (0 : Int)) (-2)

theorem gate_qRelu_l1_additive_example :
    |(-3 : Int) - 2 * ((qRelu ⊥ ⊥).toInt - Int8.toInt ⊥)| =
      |-3 - relu (-3)| + |relu (-3) - 2 * ((qRelu ⊥ ⊥).toInt - Int8.toInt ⊥)| :=
  gate_qRelu_l1_additive (by decide) (-3) ⊥ ⊥

theorem total_le_sum_example : |(-2 : Int) - 1| ≤ |-2 - relu (-2)| + |relu (-2) - 3| + |3 - 1| :=
  total_le_sum (-2) 3 1

/-! ### Number formats -/

theorem gate_5_to_6_as_given_false_example :
    ¬ ∀ (n : Nat) (v : Vector Int n), 5 * quantizationGapOf (fun y => y) v ≤ gateGapOf v ∧
      gateGapOf v ≤ 6 * quantizationGapOf (fun y => y) v := gate_5_to_6_as_given_false rfl

theorem gate_dominance_as_given_false_example :
    ¬ ∀ (n : Nat) (v : Vector Int n), quantizationGapOf (fun _ => 0) v ≤ gateGapOf v :=
  gate_dominance_as_given_false (x := 3) (by decide) (by decide)

theorem bitwidth_order_as_given_false_example :
    ¬ ∀ (n : Nat) (v : Vector Int n),
      quantizationGapOf (fun y => y) v < quantizationGapOf (fun y => y) v ∧
        quantizationGapOf (fun y => y) v < quantizationGapOf (fun _ => 0) v :=
  bitwidth_order_as_given_false (P := fun _ => (0 : Int)) rfl _ _

theorem bitwidth_order_total_as_given_false_example :
    ¬ ∀ (n : Nat) (v : Vector Int n),
      totalGapOf (fun _ y => y) (fun y => y) v < totalGapOf (fun _ y => y) (fun y => y) v ∧
        totalGapOf (fun _ y => y) (fun y => y) v < totalGapOf (fun _ y => y) (fun _ => 0) v :=
  bitwidth_order_total_as_given_false (P := fun _ => (0 : Int)) (Q := fun y => y) rfl rfl
    _ fun _ _ y => y

/-- The grid of 4 is within that of 4 and 8. -/
theorem nearest_le_of_nested_example : |(5 : Int) - 4| ≤ |5 - 4| :=
  nearest_le_of_nested (coarse := fun y => y = 4) (fine := fun y => y = 4 ∨ y = 8)
    (fun _ => .inl) (fun _ h => h.elim (fun e => e ▸ le_refl _) fun e => e ▸ (by decide)) rfl

theorem int16_lt_fp16_example :
    |(4095 / 4096 : Rat) - quantize 1 65535 (4095 / 4096)| < |4095 / 4096 - 1| :=
  int16_lt_fp16 (.inr ⟨2048, by decide⟩)

/-! ### Bounds of a network -/

/-- Every layer takes the difference of its two inputs, and its ReLU, twice. -/
def differences : Network Rat fun _ => 2 where
  weight _ i j := match i, j with
    | .zero, .zero => 1
    | .zero, .succ _ => -1
    | .succ _, .zero => -1
    | .succ _, .succ _ => 1
  bias _ _ := 0
  activation _ := relu

/-- An input that every layer leaves as it is. -/
def unchanged : Fin 2 → Rat := Vector.get (1 ::ᵥ 0 ::ᵥ .nil)

theorem differences_unchanged : (n : Nat) → (i : Fin 2) →
    differences.output unchanged n i = unchanged i
  | .zero, _ => rfl
  | .succ n, i => (congrArg (fun y => relu (y + 0))
      (dot_congr (fun _ => rfl) (differences_unchanged n))).trans
    ((by decide : ∀ i, relu (dot (differences.weight 0 i) unchanged + 0) = unchanged i) i)

/-- ReLU is between x/2 and (x + 1)/2, where x is from -1 to 1. -/
def differencesLines : differences.Lines where
  upperSlope _ _ := 1 / 2
  upperOffset _ _ := 1 / 2
  lowerSlope _ _ := 1 / 2
  lowerOffset _ _ := 0

theorem differencesLines_hold : differencesLines.Hold unchanged := fun n i => by
  have e : differences.preactivation n (differences.output unchanged n) i =
      differences.preactivation 0 unchanged i :=
    congrArg (· + 0) (dot_congr (fun _ => rfl) (differences_unchanged n))
  rw [e, differences_unchanged (Nat.succ n) i]
  exact (by decide : ∀ i, 1 / 2 * differences.preactivation 0 unchanged i + 0 ≤ unchanged i ∧
    unchanged i ≤ 1 / 2 * differences.preactivation 0 unchanged i + 1 / 2) i

theorem dot_output_le_crown_example :
    dot (fun _ => 1) (differences.output unchanged 2) ≤
      dot (differences.crownCoefficient differencesLines 2 fun _ => 1) unchanged +
        differences.crownConstant differencesLines 2 fun _ => 1 :=
  differences.dot_output_le_crown differencesLines differencesLines_hold 2 fun _ => 1

theorem dot_output_le_crown_box_example :
    dot (fun _ => 1) (differences.output unchanged 2) ≤
      boxUpper (differences.crownCoefficient differencesLines 2 fun _ => 1) (fun _ => 0)
        (fun _ => 1) + differences.crownConstant differencesLines 2 fun _ => 1 :=
  differences.dot_output_le_crown_box differencesLines differencesLines_hold (by decide)
    (by decide) 2 fun _ => 1

theorem dot_le_boxUpper_example :
    dot (fun _ => -1 : Fin 2 → Rat) (fun _ => 3) ≤
      boxUpper (fun _ => -1) (fun _ => 2) fun _ : Fin 2 => 4 :=
  dot_le_boxUpper _ (fun _ => by decide) fun _ => by decide

theorem boxLower_le_dot_example :
    boxLower (fun _ : Fin 2 => -1) (fun _ => 2) (fun _ => 4) ≤
      dot (fun _ => -1 : Fin 2 → Rat) fun _ => 3 :=
  boxLower_le_dot _ (fun _ => by decide) fun _ => by decide

theorem output_mem_interval_example :
    differences.output (fun _ => 3) 2 .zero ≤
      (differences.interval (fun _ => 2) (fun _ => 4) 2).2 .zero :=
  (differences.output_mem_interval (fun _ _ _ => relu_mono) (fun _ => by decide)
    (fun _ => by decide) 2 .zero).2

theorem output_mem_interval_relu_example :
    differences.output (fun _ => 3) 2 .zero ≤
      (differences.interval (fun _ => 2) (fun _ => 4) 2).2 .zero :=
  (differences.output_mem_interval_relu (fun _ => .inl rfl) (fun _ => by decide)
    (fun _ => by decide) 2 .zero).2

theorem lowerLine_le_relu_example : 1 / 2 * (-3 : Rat) ≤ relu (-3) :=
  lowerLine_le_relu (by decide) (by decide) (-3)

theorem relu_le_upperLine_example :
    relu (-1 : Rat) ≤ 4 / (4 - -2) * -1 + -(4 * -2) / (4 - -2) :=
  relu_le_upperLine (by decide) (by decide) (by decide) (by decide)

theorem le_of_split_example : -|(3 : Rat)| ≤ 0 :=
  le_of_split (f := fun x => -|x|) (g := fun x => x) (β := 1) (β' := 1) (by decide) (by decide)
    (fun x h => by rw [abs_of_nonneg h, one_mul, neg_add_cancel]; exact le_refl 0)
    (fun x h => by rw [abs_of_nonpos h, one_mul, neg_neg, sub_self]; exact le_refl 0) 3

theorem le_iff_split_example : ∀ x : Rat, -|x| ≤ 0 :=
  (le_iff_split _ (fun x => x) 0).mpr
    ⟨fun x _ => neg_nonpos.mpr (abs_nonneg x), fun x _ => neg_nonpos.mpr (abs_nonneg x)⟩

end LeanMining
