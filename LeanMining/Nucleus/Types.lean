/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Int8
import LeanMining.Nucleus.Basic

/-!
# Quantized layers

The structures of seed 000, ARCHITECTURE, "Types": a layer's zero points, its INT8 activation
vectors, the vectors that its gate leaves as they are, and the decomposition of a gap.

## Main definitions

* `ActivationVector n`, `LayerQuantParams n`
* `activationFixedSet z`: the vectors that the gate with zero points `z` leaves as they are
* `GapDecomposition K`, and `MeasuredGap K`, whose parts bound the whole
-/

set_option autoImplicit false

universe u

namespace LeanMining

/-- INT8 activations of `n` channels (seed 000, ARCHITECTURE). -/
abbrev ActivationVector (n : Nat) : Type := Vector Int8 n

/-- The quantization parameters on which the gate depends: one zero point a channel (seed 000,
ARCHITECTURE). The scale plays no part in the order. -/
structure LayerQuantParams (n : Nat) where
  /-- The INT8 value that stands for zero, in each channel. -/
  zeroPoint : ActivationVector n

/-- The vectors that the gate with zero points `z` leaves as they are (seed 000, ARCHITECTURE). -/
def activationFixedSet {n : Nat} (z q : ActivationVector n) : Prop := (Nucleus.ofSup z).IsFixed q

/-- A vector is fixed if and only if no entry is below its zero point. -/
theorem activationFixedSet_iff {n : Nat} {z q : ActivationVector n} :
    activationFixedSet z q ↔ ∀ i, z.get i ≤ q.get i :=
  Iff.trans Nucleus.ofSup_isFixed_iff Vector.le_iff_get

/-- A higher zero point means fewer fixed vectors (seed 000, FORMAL.RESULTS, "Bitwidth
monotonicity"). -/
theorem activationFixedSet_mono {n : Nat} {z w : ActivationVector n} (h : z ≤ w)
    (q : ActivationVector n) (hq : activationFixedSet w q) : activationFixedSet z q :=
  Nucleus.ofSup_isFixed_mono h hq

/-- `z ≤ w` exactly when every vector fixed at `w` is fixed at `z` (seed 000, ARCHITECTURE). -/
theorem activationFixedSet_mono_iff {n : Nat} {z w : ActivationVector n} :
    z ≤ w ↔ ∀ q, activationFixedSet w q → activationFixedSet z q :=
  Nucleus.le_iff_ofSup_isFixed

/-- A strictly higher zero point means strictly fewer fixed vectors (seed 000, ARCHITECTURE). -/
theorem activationFixedSet_mono_strict {n : Nat} {z w : ActivationVector n} (h : z < w) :
    (∀ q, activationFixedSet w q → activationFixedSet z q) ∧ ∃ q, activationFixedSet z q ∧
      ¬ activationFixedSet w q :=
  ⟨activationFixedSet_mono (le_of_lt h),
   z, Nucleus.ofSup_isFixed_iff.mpr (le_refl z), fun k =>
     not_le_of_lt h (Nucleus.ofSup_isFixed_iff.mp k)⟩

/-- A gap with its three parts (seed 000, FORMAL.RESULTS). `hAdditive` is a field: whoever builds
one must supply it, so that it says nothing of a measured gap
(`hAdditive_measured_as_given_false`), for which there is `MeasuredGap`. -/
structure GapDecomposition (K : Type u) [Add K] where
  /-- The whole gap. -/
  total : K
  /-- What rounding loses. -/
  quantization : K
  /-- What the gate loses. -/
  gate : K
  /-- What reconstruction loses. -/
  reconstruction : K
  hAdditive : total = quantization + gate + reconstruction

/-- A gap and its three parts, each as measured: the whole is at most the sum of the parts (seed
000, FORMAL.RESULTS, corrected). -/
structure MeasuredGap (K : Type u) [Add K] [LE K] where
  /-- The whole gap. -/
  total : K
  /-- What rounding loses. -/
  quantization : K
  /-- What the gate loses. -/
  gate : K
  /-- What reconstruction loses. -/
  reconstruction : K
  total_le : total ≤ quantization + gate + reconstruction

end LeanMining
