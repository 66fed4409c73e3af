/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Nucleus.BoundaryConnection
import LeanMining.Nucleus.Gap

/-!
# Nucleus grafting certificates

A certificate bundles a measurement with the gap of its gate, the band that holds it, the proof that
it is positive, and the whole gap with its three parts (seed 000, ARCHITECTURE, "Certificate"). All
its numbers are integers, in INT8 steps, and all are measured: activations, what is stored of them
after the gate, and what is read back. That the whole is at most the sum of the parts is proved, and
that it is the sum is not asked.

## Main definitions

* `stepDist v w`: the L1 distance of two INT8 vectors
* `GraftMeasurement n`, and `GraftMeasurement.gaps`: the whole gap and its parts
* `NucleusGraftingCertificate n`, and `NucleusGraftingCertificate.ofMeasurement`
-/

set_option autoImplicit false

namespace LeanMining

/-- The L1 distance of two INT8 vectors, in steps. -/
def stepDist {n : Nat} (v w : ActivationVector n) : Int :=
  l1Dist (v.map Int8.toInt) (w.map Int8.toInt)

theorem stepDist_triangle {n : Nat} (u v w : ActivationVector n) :
    stepDist u w ≤ stepDist u v + stepDist v w := l1Dist_triangle _ _ _

theorem toInt_add_gateLoss (z q : Int8) :
    (qRelu z q).toInt = q.toInt + Int.ofNat (gateLoss z q) := by
  show Int.subNatNat _ 128 = Int.subNatNat q.index 128 + _
  rw [← Int.subNatNat_zero (gateLoss z q), Int.subNatNat_add_subNatNat, Nat.add_comm q.index,
    gateLoss_add_index]

/-- What is stored of a quantized ReLU, `s · (qRelu z q - z)`, is not negative, so that gate and
quantization add up exactly in L1, whatever value the code stands for (seed 000, FORMAL.RESULTS,
corrected). -/
theorem gate_qRelu_l1_additive {s : Int} (hs : 0 ≤ s) (x : Int) (z q : Int8) :
    |x - s * ((qRelu z q).toInt - z.toInt)| =
      |x - relu x| + |relu x - s * ((qRelu z q).toInt - z.toInt)| :=
  gate_additive_iff.mpr
    (.inr (mul_nonneg hs (sub_nonneg.mpr (Int8.toInt_le_toInt.mpr (le_max_right q z)))))

/-- By how much the gate moves a vector is its gap. -/
theorem stepDist_layerNucleus : {n : Nat} → (z q : ActivationVector n) →
    stepDist q (layerNucleus z q) = Int.ofNat (gateGap z q)
  | .zero, _, _ => rfl
  | .succ _, z, q => by
    show |q.1.toInt - (qRelu z.1 q.1).toInt| + stepDist q.2 (layerNucleus z.2 q.2) =
      Int.ofNat (gateLoss z.1 q.1) + Int.ofNat (gateGap z.2 q.2)
    have first : |q.1.toInt - (qRelu z.1 q.1).toInt| = Int.ofNat (gateLoss z.1 q.1) := by
      rw [toInt_add_gateLoss, abs_sub_comm, add_sub_cancel_left]
      exact abs_of_nonneg (Nat.zero_le (gateLoss z.1 q.1))
    rw [first, stepDist_layerNucleus z.2 q.2]

/-- A gate as measured, with what is stored of its outputs and what is read back of them, all in
INT8 steps (seed 000, ARCHITECTURE). -/
structure GraftMeasurement (n : Nat) extends DiscreteGateMeasurement n where
  /-- What is stored of the gate's output in each channel, after rounding. -/
  stored : ActivationVector n
  /-- The value that is reconstructed from what is stored. -/
  readBack : ActivationVector n

namespace GraftMeasurement

variable {n : Nat} (m : GraftMeasurement n)

/-- What the gate makes of the activations. -/
def gated : ActivationVector n := layerNucleus m.zeroPoint m.activation

/-- The whole gap and its three parts, each measured on its own. -/
def gaps : MeasuredGap Int where
  total := stepDist m.activation m.readBack
  quantization := stepDist m.gated m.stored
  gate := stepDist m.activation m.gated
  reconstruction := stepDist m.stored m.readBack
  total_le := by
    refine le_trans (stepDist_triangle m.activation m.gated m.readBack) ?_
    rw [add_comm (stepDist m.gated m.stored), add_assoc]
    exact add_le_add_left (stepDist_triangle m.gated m.stored m.readBack) _

end GraftMeasurement

/-- A measured gate whose gap is positive and lies in a band, with the measured whole gap and its
parts (seed 000, ARCHITECTURE). -/
structure NucleusGraftingCertificate (n : Nat) where
  /-- What was measured. -/
  measurement : GraftMeasurement n
  /-- The band of the gate's gap. -/
  band : GapBand
  /-- The whole gap and its parts. -/
  gaps : MeasuredGap Int
  gaps_eq : gaps = measurement.gaps
  gate_eq : gaps.gate = Int.ofNat measurement.gap
  gap_pos : 0 < measurement.gap
  gap_mem : band.lower ≤ measurement.gap ∧ measurement.gap ≤ band.upper

namespace NucleusGraftingCertificate

/-- The certificate of a measurement in which some activation is below its zero point. -/
def ofMeasurement {n : Nat} (m : GraftMeasurement n)
    (h : ∃ i, m.activation.get i < m.zeroPoint.get i) : NucleusGraftingCertificate n where
  measurement := m
  band := measuredGapBand m.toDiscreteGateMeasurement
  gaps := m.gaps
  gaps_eq := rfl
  gate_eq := stepDist_layerNucleus _ _
  gap_pos := (gap_pos_iff m.toDiscreteGateMeasurement).mpr h
  gap_mem := measuredGapBand_contains m.toDiscreteGateMeasurement

/-- The certificate of a measurement carries the measured gap of the gate, which is positive and
lies in the measured band, and the measured whole gap, which is at most the sum of the gate's gap
and the measured losses of quantization and reconstruction (seed 000, ARCHITECTURE, "Certificate"
and FORMAL.RESULTS, "Additive gap decomposition", corrected). -/
theorem ofMeasurement_measured {n : Nat} (m : GraftMeasurement n)
    (h : ∃ i, m.activation.get i < m.zeroPoint.get i) :
    (0 < m.gap ∧ (ofMeasurement m h).band.lower ≤ m.gap ∧ m.gap ≤ (ofMeasurement m h).band.upper) ∧
      (ofMeasurement m h).gaps.total = stepDist m.activation m.readBack ∧
      stepDist m.activation m.readBack ≤
        stepDist m.gated m.stored + Int.ofNat m.gap + stepDist m.stored m.readBack :=
  ⟨⟨(ofMeasurement m h).gap_pos, (ofMeasurement m h).gap_mem⟩, rfl,
   (stepDist_layerNucleus m.zeroPoint m.activation : stepDist m.activation m.gated = _) ▸
     m.gaps.total_le⟩

end NucleusGraftingCertificate

end LeanMining
