prelude
import LeanMining.Nucleus.DiscreteLattice

/-!
# The boundary of a quantized layer

The gate of a layer as a nucleus at its boundary, and when its fixed vectors fail to form a Boolean lattice (seed 000,
ARCHITECTURE, "Boundary connection").
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

end LeanMining
