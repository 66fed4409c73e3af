/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Projection
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Vector

/-!
# The data of counterexamples

Vectors and matrices of rational numbers on which what a seed claims fails. The theorems that refute
it evaluate it on them; examples use some of them as well.
-/

set_option autoImplicit false

namespace LeanMining

/-! ### Vectors -/

/-- The four sign vectors of the plane. -/
def signVectors : Fin 4 → Fin 2 → Rat
  | .zero => Vector.get (1 ::ᵥ 1 ::ᵥ .nil)
  | .succ .zero => Vector.get (1 ::ᵥ -1 ::ᵥ .nil)
  | .succ (.succ .zero) => Vector.get (-1 ::ᵥ 1 ::ᵥ .nil)
  | .succ (.succ (.succ .zero)) => Vector.get (-1 ::ᵥ -1 ::ᵥ .nil)

/-- The axes of the plane, back and forth. -/
def axes : Fin 4 → Fin 2 → Rat
  | .zero => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)
  | .succ .zero => Vector.get (-1 ::ᵥ 0 ::ᵥ .nil)
  | .succ (.succ .zero) => Vector.get (0 ::ᵥ 1 ::ᵥ .nil)
  | .succ (.succ (.succ .zero)) => Vector.get (0 ::ᵥ -1 ::ᵥ .nil)

/-- A key of the plane off the sign lattice. -/
def planeKeys : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (1 ::ᵥ 3 ::ᵥ .nil)

/-- A direction of the plane, of length 1. -/
def direction345 : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (3 / 5 ::ᵥ 4 / 5 ::ᵥ .nil)

theorem direction345_orthonormal : Orthonormal direction345 := by unfold Orthonormal; decide

/-- Two populations of one row each, along two axes. -/
def twoAxes : Fin 2 → Fin 1 → Fin 4 → Rat
  | .zero => fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)
  | .succ .zero => fun _ => Vector.get (0 ::ᵥ 1 ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)

theorem twoAxes_orthogonal (i j : Fin 2) (h : i ≠ j) (s t : Fin 1) :
    dot (twoAxes i s) (twoAxes j t) = 0 :=
  match i, j, h, s, t with
  | .zero, .zero, h, _, _ => absurd rfl h
  | .zero, .succ .zero, _, .zero, .zero => by decide
  | .succ .zero, .zero, _, .zero, .zero => by decide
  | .succ .zero, .succ .zero, h, _, _ => absurd rfl h

theorem twoAxes_energy : ∀ i, energy (twoAxes i) ≠ 0 := by decide

/-! ### Orthogonal matrices -/

/-- A rotation of the plane by an angle with rational cosine and sine. -/
def rotation345 : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (3 / 5 ::ᵥ 4 / 5 ::ᵥ .nil)
  | .succ .zero => Vector.get (-4 / 5 ::ᵥ 3 / 5 ::ᵥ .nil)

theorem rotation345_isOrthogonal : IsOrthogonal rotation345 := by unfold IsOrthogonal; decide

/-- Sylvester's Hadamard matrix of dimension 4, halved so that it is orthogonal. -/
def halfHadamard : Fin 4 → Fin 4 → Rat
  | .zero => Vector.get (1 / 2 ::ᵥ 1 / 2 ::ᵥ 1 / 2 ::ᵥ 1 / 2 ::ᵥ .nil)
  | .succ .zero => Vector.get (1 / 2 ::ᵥ -1 / 2 ::ᵥ 1 / 2 ::ᵥ -1 / 2 ::ᵥ .nil)
  | .succ (.succ .zero) => Vector.get (1 / 2 ::ᵥ 1 / 2 ::ᵥ -1 / 2 ::ᵥ -1 / 2 ::ᵥ .nil)
  | .succ (.succ (.succ .zero)) => Vector.get (1 / 2 ::ᵥ -1 / 2 ::ᵥ -1 / 2 ::ᵥ 1 / 2 ::ᵥ .nil)

theorem halfHadamard_isOrthogonal : IsOrthogonal halfHadamard := by unfold IsOrthogonal; decide

/-! ### Matrices to round -/

/-- Two weights that are their own roundings, and seven halfway between two multiples of 1. -/
def halves : Fin 3 → Fin 3 → Rat
  | .zero => Vector.get (1 ::ᵥ -1 ::ᵥ 1 / 2 ::ᵥ .nil)
  | .succ _ => fun _ => 1 / 2

/-- `halves` with each half rounded to 0. -/
def halvesRounded : Fin 3 → Fin 3 → Rat
  | .zero => Vector.get (1 ::ᵥ -1 ::ᵥ 0 ::ᵥ .nil)
  | .succ _ => fun _ => 0

/-- One row: two weights that are their own roundings, and three halfway between two multiples
of 1. -/
def halvesRow : Fin 1 → Fin 5 → Rat :=
  fun _ => Vector.get (1 ::ᵥ -1 ::ᵥ 1 / 2 ::ᵥ 1 / 2 ::ᵥ 1 / 2 ::ᵥ .nil)

/-- `halvesRow` with each half rounded to 0. -/
def halvesRowRounded : Fin 1 → Fin 5 → Rat :=
  fun _ => Vector.get (1 ::ᵥ -1 ::ᵥ 0 ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)

/-- A matrix close to one that is not invertible. -/
def nearlySingular : Fin 2 → Fin 2 → Rat
  | .zero => fun _ => 1
  | .succ .zero => Vector.get (1 ::ᵥ (1 + 1 / 2 ^ 20) ::ᵥ .nil)

/-- The widths of a network of one input, two inner values and one output. -/
def oneTwoOne : Nat → Nat
  | .zero => 1
  | .succ .zero => 2
  | .succ (.succ _) => 1

/-- Two weights of one input, both multiples of 1/2. -/
def twoOneColumn : Fin 2 → Fin 1 → Rat
  | .zero => fun _ => 2
  | .succ .zero => fun _ => 1

/-- Two weights of one output, neither a multiple of 3/2. -/
def oneMinusTwoRow : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (1 ::ᵥ -2 ::ᵥ .nil)

/-- `oneMinusTwoRow` rounded to multiples of 3/2. -/
def oneMinusTwoRowRounded : Fin 1 → Fin 2 → Rat := fun _ => Vector.get (3 / 2 ::ᵥ -3 / 2 ::ᵥ .nil)

/-- Two layers that make 0 of every number. -/
def cancelling : (l : Nat) → Fin (oneTwoOne (Nat.succ l)) → Fin (oneTwoOne l) → Rat
  | .zero => twoOneColumn
  | .succ .zero => oneMinusTwoRow
  | .succ (.succ _) => fun _ _ => 0

/-- `cancelling` with each layer rounded at one bit. -/
def cancellingRounded : (l : Nat) → Fin (oneTwoOne (Nat.succ l)) → Fin (oneTwoOne l) → Rat
  | .zero => twoOneColumn
  | .succ .zero => oneMinusTwoRowRounded
  | .succ (.succ _) => fun _ _ => 0

/-- The least weight of each layer of `cancelling`. -/
def cancellingLeast : Nat → Rat
  | .zero => 1
  | .succ .zero => -2
  | .succ (.succ _) => 0

/-- The greatest weight of each layer of `cancelling`. -/
def cancellingGreatest : Nat → Rat
  | .zero => 2
  | .succ .zero => 1
  | .succ (.succ _) => 0

/-! ### Data -/

/-- A data set of one number. -/
def datum (c : Rat) : Fin 1 → Rat := fun _ => c

theorem datum_one_nonneg : ∀ i, 0 ≤ datum 1 i := fun _ => zero_le_one

/-- One component with the data 0, 0 and 3, the other with 2, 3 and 4: their means are 1 and 3. -/
def skewed : Fin 2 → Fin 3 → Rat
  | .zero => Vector.get (0 ::ᵥ 0 ::ᵥ 3 ::ᵥ .nil)
  | .succ .zero => Vector.get (2 ::ᵥ 3 ::ᵥ 4 ::ᵥ .nil)

/-- The means of `skewed`. -/
def skewedMeans : Fin 2 → Rat := Vector.get (1 ::ᵥ 3 ::ᵥ .nil)

theorem skewed_means : ∀ j, ∑ i, 1 / 3 * skewed j i = skewedMeans j := by decide

theorem thirds : ∀ _j : Fin 2, ∑ _i : Fin 3, (1 / 3 : Rat) = 1 := fun _ => by decide

end LeanMining
