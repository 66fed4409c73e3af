prelude
import LeanMining.Nucleus.DiscreteLattice

/-!
# The boundary of a quantized layer

The gate of a layer as a nucleus at its boundary, and when its fixed vectors fail to form a Boolean lattice; rounding to fewer
bits as a family of nuclei (seed 000, ARCHITECTURE, "BoundaryConnection").

## Main definitions

* `graftBoundaryNucleus p`: the gate of a layer
* `bitwidthFamily k`: rounding up to the INT8 values that remain when `k` bits are dropped
-/

set_option autoImplicit false

namespace LeanMining

/-- The nucleus at the boundary of a layer: its gate, with the zero points of the layer (seed 000, ARCHITECTURE). -/
def graftBoundaryNucleus {n : Nat} (p : LayerQuantParams n) : Nucleus (ActivationVector n) := layerNucleus p.zeroPoint

/-- The fixed vectors of a layer's boundary nucleus are not a Boolean lattice exactly when some zero point is at most 125
(seed 000, FORMAL.RESULTS, "Non-Boolean boundary", corrected). -/
theorem graftBoundaryNucleus_not_boolean {n : Nat} (p : LayerQuantParams n) :
    ¬ ComplementedLattice (graftBoundaryNucleus p).Fixed ↔ ∃ i, p.zeroPoint.get i ≤ 125 :=
  Iff.trans (not_congr (fixed_boolean_iff p.zeroPoint))
    ⟨fun h => match Fin.forall_or_exists_not (fun i => 126 ≤ p.zeroPoint.get i) fun _ => instDecidableLe _ _ with
      | .inl k => absurd k h
      | .inr ⟨i, k⟩ => ⟨i, Int8.le_125_iff_not_126_le.mpr k⟩,
     fun ⟨i, k⟩ h => Int8.le_125_iff_not_126_le.mp k (h i)⟩

example : ¬ ComplementedLattice (graftBoundaryNucleus (n := 1) ⟨(0, .unit)⟩).Fixed :=
  (graftBoundaryNucleus_not_boolean _).mpr ⟨.zero, rfl⟩

/-- It is not true of every layer: with one channel at zero point 126, the fixed values 126 and 127 are a Boolean lattice
(seed 000, FORMAL.RESULTS, "never Boolean"). -/
theorem graftBoundaryNucleus_not_boolean_as_given_false :
    ¬ ∀ (n : Nat) (p : LayerQuantParams n), ¬ ComplementedLattice (graftBoundaryNucleus p).Fixed :=
  fun h => match (graftBoundaryNucleus_not_boolean (n := 1) ⟨(126, .unit)⟩).mp (h 1 _) with
    | ⟨.zero, k⟩ => nomatch k

/-! ### Fewer bits -/

/-- Half of `n`, rounded down. -/
def half : Nat → Nat
  | .zero => 0
  | .succ .zero => 0
  | .succ (.succ n) => Nat.succ (half n)

/-- Twice `n`. -/
def double : Nat → Nat
  | .zero => 0
  | .succ n => Nat.succ (Nat.succ (double n))

/-- The least number from `n` up whose low `k` bits are all one. -/
def ceilGrid : Nat → Nat → Nat
  | .zero, n => n
  | .succ k, n => Nat.succ (double (ceilGrid k (half n)))

theorem half_mono : {a b : Nat} → a ≤ b → half a ≤ half b
  | .zero, _, _ => Nat.zero_le _
  | .succ .zero, _, _ => Nat.zero_le _
  | .succ (.succ _), .zero, h => nomatch h
  | .succ (.succ _), .succ .zero, h => nomatch h
  | .succ (.succ a), .succ (.succ b), h => (half_mono h : half a ≤ half b)

theorem double_mono : {a b : Nat} → a ≤ b → double a ≤ double b
  | .zero, _, _ => Nat.zero_le _
  | .succ _, .zero, h => nomatch h
  | .succ a, .succ b, h => (double_mono h : double a ≤ double b)

theorem half_succ_double : (n : Nat) → half (Nat.succ (double n)) = n
  | .zero => rfl
  | .succ n => congrArg Nat.succ (half_succ_double n)

theorem le_succ_double_half : (n : Nat) → n ≤ Nat.succ (double (half n))
  | .zero => rfl
  | .succ .zero => rfl
  | .succ (.succ n) => le_succ_double_half n

theorem le_ceilGrid : (k n : Nat) → n ≤ ceilGrid k n
  | .zero, n => le_refl n
  | .succ k, n => le_trans (le_succ_double_half n) (Nat.succ_le_succ_iff.mpr (double_mono (le_ceilGrid k (half n))))

theorem ceilGrid_mono : (k : Nat) → {a b : Nat} → a ≤ b → ceilGrid k a ≤ ceilGrid k b
  | .zero, _, _, h => h
  | .succ k, _, _, h => Nat.succ_le_succ_iff.mpr (double_mono (ceilGrid_mono k (half_mono h)))

theorem ceilGrid_idempotent : (k n : Nat) → ceilGrid k (ceilGrid k n) = ceilGrid k n
  | .zero, _ => rfl
  | .succ k, n => congrArg (fun m => Nat.succ (double m))
    ((congrArg (ceilGrid k) (half_succ_double _)).trans (ceilGrid_idempotent k (half n)))

theorem ceilGrid_le_succ : (k n : Nat) → ceilGrid k n ≤ ceilGrid (Nat.succ k) n
  | .zero, n => le_succ_double_half n
  | .succ k, n => Nat.succ_le_succ_iff.mpr (double_mono (ceilGrid_le_succ k (half n)))

end LeanMining
