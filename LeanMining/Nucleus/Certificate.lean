/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Nucleus.BoundaryConnection

/-!
# Nucleus grafting certificates

A certificate bundles a measurement of a gate with its gap, the band that holds it and the proof
that it is positive (seed 000, ARCHITECTURE, "Certificate"). All its numbers are integers, in INT8
steps. Its gate is the measured gap; the losses of quantization and of reconstruction are whatever
numbers it is given, and its total is the sum of the three by construction.

## Main definitions

* `NucleusGraftingCertificate n`, and `NucleusGraftingCertificate.ofMeasurement`
-/

set_option autoImplicit false

namespace LeanMining

/-- A measured gate whose gap is positive and lies in a band (seed 000, ARCHITECTURE). -/
structure NucleusGraftingCertificate (n : Nat) where
  /-- What was measured. -/
  measurement : DiscreteGateMeasurement n
  /-- The band of the gate's gap. -/
  band : GapBand
  /-- The parts of the whole gap. -/
  decomposition : GapDecomposition Nat
  gate_eq : decomposition.gate = measurement.gap
  gap_pos : 0 < decomposition.gate
  gap_mem : band.lower ≤ decomposition.gate ∧ decomposition.gate ≤ band.upper

namespace NucleusGraftingCertificate

/-- The certificate of a measurement in which some activation is below its zero point. The losses of
quantization and of reconstruction are given, in INT8 steps; the total is the sum of the three parts
by construction. -/
def ofMeasurement {n : Nat} (m : DiscreteGateMeasurement n) (quantization reconstruction : Nat)
    (h : ∃ i, m.activation.get i < m.zeroPoint.get i) : NucleusGraftingCertificate n where
  measurement := m
  band := measuredGapBand m
  decomposition := ⟨quantization + m.gap + reconstruction, quantization, m.gap, reconstruction, rfl⟩
  gate_eq := rfl
  gap_pos := (gap_pos_iff m).mpr h
  gap_mem := measuredGapBand_contains m

/-- The certificate of a measurement carries the measured gap, which is positive and lies in the
measured band (seed 000, ARCHITECTURE, "positive gap proof"). -/
theorem ofMeasurement_gap_pos {n : Nat} (m : DiscreteGateMeasurement n)
    (quantization reconstruction : Nat) (h : ∃ i, m.activation.get i < m.zeroPoint.get i) :
    (ofMeasurement m quantization reconstruction h).decomposition.gate = m.gap ∧ 0 < m.gap ∧
      (measuredGapBand m).lower ≤ m.gap ∧ m.gap ≤ (measuredGapBand m).upper :=
  ⟨rfl, (gap_pos_iff m).mpr h, measuredGapBand_contains m⟩

end NucleusGraftingCertificate

end LeanMining
