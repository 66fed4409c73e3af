/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Nucleus.DiscreteLattice

/-!
# The boundary of a quantized layer

The gate of a layer as a nucleus at its boundary, and when its fixed vectors fail to form a Boolean
lattice; rounding to fewer bits as a family of nuclei; the gap of a measured gate, in integers (seed
000, ARCHITECTURE, "BoundaryConnection").

## Main definitions

* `graftBoundaryNucleus p`: the gate of a layer
* `bitwidthFamily k`: rounding up to the INT8 values that remain when `k` bits are dropped
* `DiscreteGateMeasurement n`, with its `gap` and `measuredGapBand`: zero points and activations, as
  measured
-/

set_option autoImplicit false

namespace LeanMining

/-- The nucleus at the boundary of a layer: its gate, with the zero points of the layer (seed 000,
ARCHITECTURE). -/
def graftBoundaryNucleus {n : Nat} (p : LayerQuantParams n) : Nucleus (ActivationVector n) :=
  layerNucleus p.zeroPoint

/-- The fixed vectors of a layer's boundary nucleus are not a Boolean lattice exactly when some zero
point is at most 125 (seed 000, FORMAL.RESULTS, "Non-Boolean boundary", corrected). -/
theorem graftBoundaryNucleus_not_boolean {n : Nat} (p : LayerQuantParams n) :
    ¬ ComplementedLattice (graftBoundaryNucleus p).Fixed ↔ ∃ i, p.zeroPoint.get i ≤ 125 :=
  Iff.trans (not_congr (fixed_boolean_iff p.zeroPoint))
    ⟨fun h => match Fin.forall_or_exists_not (fun i => 126 ≤ p.zeroPoint.get i)
        fun _ => instDecidableLe _ _ with
      | .inl k => absurd k h
      | .inr ⟨i, k⟩ => ⟨i, Int8.le_125_iff_not_126_le.mpr k⟩,
     fun ⟨i, k⟩ h => Int8.le_125_iff_not_126_le.mp k (h i)⟩

/-- It is not true of every layer: with one channel at zero point 126, the fixed values 126 and 127
are a Boolean lattice (seed 000, FORMAL.RESULTS, "never Boolean"). -/
theorem graftBoundaryNucleus_not_boolean_as_given_false :
    ¬ ∀ (n : Nat) (p : LayerQuantParams n), ¬ ComplementedLattice (graftBoundaryNucleus p).Fixed :=
  fun h => match (graftBoundaryNucleus_not_boolean (n := 1) ⟨(126, .unit)⟩).mp (h 1 _) with
    | ⟨.zero, k⟩ => nomatch k

/-! ### Fewer bits -/

/-- The least number from `n` up whose low `k` bits are all one. -/
def ceilGrid : Nat → Nat → Nat
  | .zero, n => n
  | .succ k, n => Nat.succ (Nat.double (ceilGrid k (Nat.half n)))

theorem le_ceilGrid : (k n : Nat) → n ≤ ceilGrid k n
  | .zero, n => le_refl n
  | .succ k, n => le_trans (Nat.le_succ_double_half n)
    (Nat.succ_le_succ_iff.mpr (Nat.double_mono (le_ceilGrid k (Nat.half n))))

theorem ceilGrid_mono : (k : Nat) → {a b : Nat} → a ≤ b → ceilGrid k a ≤ ceilGrid k b
  | .zero, _, _, h => h
  | .succ k, _, _, h =>
    Nat.succ_le_succ_iff.mpr (Nat.double_mono (ceilGrid_mono k (Nat.half_mono h)))

theorem ceilGrid_idempotent : (k n : Nat) → ceilGrid k (ceilGrid k n) = ceilGrid k n
  | .zero, _ => rfl
  | .succ k, n => congrArg (fun m => Nat.succ (Nat.double m))
    ((congrArg (ceilGrid k) (Nat.half_succ_double _)).trans (ceilGrid_idempotent k (Nat.half n)))

theorem ceilGrid_le_succ : (k n : Nat) → ceilGrid k n ≤ ceilGrid (Nat.succ k) n
  | .zero, n => Nat.le_succ_double_half n
  | .succ k, n => Nat.succ_le_succ_iff.mpr (Nat.double_mono (ceilGrid_le_succ k (Nat.half n)))

theorem ceilGrid_mono_left {j : Nat} (n : Nat) : {k : Nat} → j ≤ k → ceilGrid j n ≤ ceilGrid k n
  | .zero, h => match j, h with | .zero, _ => le_refl n
  | .succ k, h => (lt_or_eq_of_le h).elim
    (fun l => le_trans (ceilGrid_mono_left n (Nat.lt_succ_iff.mp l)) (ceilGrid_le_succ k n))
    fun e => e ▸ le_refl _

/-- An INT8 value after `k` bits are dropped, rounding up: the least value from `q` up whose
offset-binary index has its low `k` bits all one. The greatest value, 127, is on every such grid. -/
def roundUp (k : Nat) (q : Int8) : Int8 := Int8.ofIndex (ceilGrid k q.index)

theorem le_roundUp (k : Nat) (q : Int8) : q ≤ roundUp k q :=
  le_min (α := Nat) (le_ceilGrid k q.index) q.index_le

theorem roundUp_mono (k : Nat) {p q : Int8} (h : p ≤ q) : roundUp k p ≤ roundUp k q :=
  Int8.ofIndex_mono (ceilGrid_mono k h)

theorem roundUp_le_succ (k : Nat) (q : Int8) : roundUp k q ≤ roundUp (Nat.succ k) q :=
  Int8.ofIndex_mono (ceilGrid_le_succ k _)

theorem roundUp_idempotent (k : Nat) (q : Int8) : roundUp k (roundUp k q) = roundUp k q :=
  (le_total (ceilGrid k q.index) 255).elim
    (fun h => congrArg Int8.ofIndex
      ((congrArg (ceilGrid k) (Int8.index_ofIndex h)).trans (ceilGrid_idempotent k _)))
    fun h => le_antisymm (le_trans (le_top _) (le_of_eq (Int8.ext (min_eq_right h).symm)))
      (le_roundUp k _)

/-- Rounding up to `8 - k` bits, as a nucleus on the chain of INT8 values: the family of bitwidths
of seed 000, ARCHITECTURE. -/
def bitwidthFamily (k : Nat) : Nucleus Int8 :=
  Nucleus.ofMonotone (roundUp k) (le_roundUp k) (roundUp_idempotent k) (roundUp_mono k)

/-- Fewer bits leave strictly fewer values as they are: `bitwidthFamily` "with genuine weakening"
(seed 000, ARCHITECTURE). The value lost when bit `k` goes is the one whose index has exactly its
low `k` bits one. -/
theorem bitwidthFamily_strict (k : Nat) (h : k < 8) :
    (∀ q, (bitwidthFamily (Nat.succ k)).IsFixed q → (bitwidthFamily k).IsFixed q) ∧
      ∃ q, (bitwidthFamily k).IsFixed q ∧ ¬ (bitwidthFamily (Nat.succ k)).IsFixed q :=
  ⟨fun q hq => (Nucleus.isFixed_iff_le _).mpr (le_trans (roundUp_le_succ k q) (le_of_eq hq)),
   bitwidthFamily k ⊥, Nucleus.isFixed_apply _ _,
   fun e =>
    have inGrid : ceilGrid (Nat.succ k) 0 ≤ 255 := ceilGrid_mono_left 0 (Nat.lt_iff_succ_le.mp h)
    have fixed := le_trans ((bitwidthFamily (Nat.succ k)).monotone (bot_le _)) (le_of_eq e)
    have le : ceilGrid (Nat.succ k) 0 ≤ ceilGrid k 0 :=
      le_trans (ge_of_eq (Int8.index_ofIndex inGrid))
        (le_trans (α := Nat) (Int8.le_def.mp fixed) (min_le_left _ 255))
    Nat.not_succ_le_self _ (le_trans (Nat.succ_le_succ_iff.mpr (Nat.le_double _)) le)⟩

/-! ### Measured gaps -/

/-- What the gate adds to one value, in INT8 steps: by how much the value is below the zero point,
and 0 when it is not. -/
def gateLoss (z q : Int8) : Nat := (qRelu z q).index - q.index

/-- Nothing is cut off at 0 by the subtraction of natural numbers. -/
theorem gateLoss_add_index (z q : Int8) : gateLoss z q + q.index = (qRelu z q).index :=
  Nat.sub_add_cancel (qRelu_extensive z q)

theorem gateLoss_of_le {z q : Int8} (h : z ≤ q) : gateLoss z q = 0 :=
  (congrArg (fun r : Int8 => r.index - q.index) (max_eq_left h)).trans (Nat.sub_self _)

theorem gateLoss_of_lt {z q : Int8} (h : q < z) : gateLoss z q = z.index - q.index :=
  congrArg (fun r : Int8 => r.index - q.index) (max_eq_right (le_of_lt h))

theorem gateLoss_pos_iff {z q : Int8} : 0 < gateLoss z q ↔ q < z :=
  (le_or_lt z q).elim
    (fun h => ⟨fun k => absurd (le_of_eq (gateLoss_of_le h)) (not_le_of_lt k),
      fun k => absurd h (not_le_of_lt k)⟩)
    fun h => ⟨fun _ => h,
      fun _ => lt_of_lt_of_le (Nat.sub_pos_iff.mpr h) (ge_of_eq (gateLoss_of_lt h))⟩

theorem gateLoss_le (z q : Int8) : gateLoss z q ≤ 255 :=
  le_trans (Nat.sub_le _ _) (qRelu z q).index_le

/-- What the gate adds to a vector, over all channels. -/
def gateGap : {n : Nat} → ActivationVector n → ActivationVector n → Nat
  | .zero, _, _ => 0
  | .succ _, z, q => gateLoss z.1 q.1 + gateGap z.2 q.2

/-- How many entries are below their zero point. -/
def belowCount : {n : Nat} → ActivationVector n → ActivationVector n → Nat
  | .zero, _, _ => 0
  | .succ _, z, q => (if q.1 < z.1 then 1 else 0) + belowCount z.2 q.2

theorem gateGap_pos_iff :
    {n : Nat} → {z q : ActivationVector n} → (0 < gateGap z q ↔ ∃ i, q.get i < z.get i)
  | .zero, _, _ => ⟨fun h => absurd h (lt_irrefl 0), fun ⟨i, _⟩ => i.elim0.elim⟩
  | .succ _, _, _ => Iff.trans Nat.add_pos_iff (Iff.trans
    ⟨fun h => h.elim (fun k => .inl (gateLoss_pos_iff.mp k)) fun k => .inr (gateGap_pos_iff.mp k),
     fun h => h.elim (fun k => .inl (gateLoss_pos_iff.mpr k)) fun k => .inr (gateGap_pos_iff.mpr k)⟩
    Fin.exists_succ.symm)

theorem gateLoss_bounds (z q : Int8) :
    (if q < z then 1 else 0) ≤ gateLoss z q ∧ gateLoss z q ≤ 255 * (if q < z then 1 else 0) :=
  match instDecidableLt q z with
  | .isTrue h => ⟨Nat.lt_iff_succ_le.mp (gateLoss_pos_iff.mpr h), gateLoss_le z q⟩
  | .isFalse h => ⟨Nat.zero_le _, not_lt.mp (mt gateLoss_pos_iff.mp h)⟩

theorem gateGap_bounds : {n : Nat} → (z q : ActivationVector n) →
    belowCount z q ≤ gateGap z q ∧ gateGap z q ≤ 255 * belowCount z q
  | .zero, _, _ => ⟨rfl, rfl⟩
  | .succ _, z, q => match gateLoss_bounds z.1 q.1, gateGap_bounds z.2 q.2 with
    | ⟨h, k⟩, ⟨h', k'⟩ =>
      ⟨Nat.add_le_add h h', le_trans (Nat.add_le_add k k') (ge_of_eq (Nat.mul_add 255 _ _))⟩

/-- The gate's inputs as measured: INT8 activations of `n` channels and the zero point of each (seed
000, ARCHITECTURE). -/
structure DiscreteGateMeasurement (n : Nat) where
  /-- The zero point of each channel. -/
  zeroPoint : ActivationVector n
  /-- The value before the gate in each channel. -/
  activation : ActivationVector n

/-- Bounds on a gap, in INT8 steps (seed 000, ARCHITECTURE). -/
structure GapBand where
  /-- The least that the gap can be. -/
  lower : Nat
  /-- The most that the gap can be. -/
  upper : Nat
  lower_le_upper : lower ≤ upper

/-- The measurement with the given offset-binary indices, value plus 128, of its zero points and
activations: what a generated file holds. An index above 255 counts as 255. -/
def DiscreteGateMeasurement.ofIndices {n : Nat} (zeroPoint activation : Vector Nat n) :
    DiscreteGateMeasurement n :=
  ⟨zeroPoint.map Int8.ofIndex, activation.map Int8.ofIndex⟩

/-- The gate's gap: the sum over the channels of the INT8 steps by which the gate raises the
activation. -/
def DiscreteGateMeasurement.gap {n : Nat} (m : DiscreteGateMeasurement n) : Nat :=
  gateGap m.zeroPoint m.activation

/-- The gap is positive exactly when some activation is below its zero point (seed 000,
ARCHITECTURE). -/
theorem gap_pos_iff {n : Nat} (m : DiscreteGateMeasurement n) :
    0 < m.gap ↔ ∃ i, m.activation.get i < m.zeroPoint.get i := gateGap_pos_iff

/-- The gap of a measurement need not be positive: an activation at its zero point or above it is
left as it is (seed 000, ARCHITECTURE, "positive gap proof"). -/
theorem gap_pos_as_given_false : ¬ ∀ (n : Nat) (m : DiscreteGateMeasurement n), 0 < m.gap :=
  fun h => match (gap_pos_iff (.ofIndices (128 ::ᵥ .nil) (130 ::ᵥ .nil))).mp (h 1 _) with
    | ⟨.zero, k⟩ => nomatch k.1

/-- What the number of activations below their zero points tells of the gap: each adds from 1 to 255
steps (seed 000, ARCHITECTURE). -/
def measuredGapBand {n : Nat} (m : DiscreteGateMeasurement n) : GapBand where
  lower := belowCount m.zeroPoint m.activation
  upper := 255 * belowCount m.zeroPoint m.activation
  lower_le_upper :=
    le_trans (gateGap_bounds m.zeroPoint m.activation).1 (gateGap_bounds m.zeroPoint m.activation).2

/-- The measured gap lies in its band. -/
theorem measuredGapBand_contains {n : Nat} (m : DiscreteGateMeasurement n) :
    (measuredGapBand m).lower ≤ m.gap ∧ m.gap ≤ (measuredGapBand m).upper :=
  gateGap_bounds m.zeroPoint m.activation

end LeanMining
