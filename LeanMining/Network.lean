/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Matrix
import LeanMining.Nucleus.Gap

/-!
# Feed-forward networks

Layers of a matrix, a bias and an activation function each, over an ordered ring. A convolution is
the matrix that it applies.

## Main definitions

* `Network K d`, with `Network.output`: what its first layers make of an input
* `Network.withWeights`: the same network with other weights, as quantization makes one
-/

set_option autoImplicit false

universe u

namespace LeanMining

/-- A feed-forward network whose layer `l` takes `d l` numbers to `d (l + 1)`. It has a layer for
each natural number, of which `Network.output` uses the first ones. -/
structure Network (K : Type u) (d : Nat → Nat) where
  /-- The matrix of each layer. -/
  weight : (l : Nat) → Fin (d (Nat.succ l)) → Fin (d l) → K
  /-- The bias of each layer. -/
  bias : (l : Nat) → Fin (d (Nat.succ l)) → K
  /-- The activation function of each layer, applied entry by entry. -/
  activation : Nat → K → K

namespace Network

variable {K : Type u} {d : Nat → Nat}

/-- The numbers to which a layer applies its activation function. -/
def preactivation [CommRing K] (N : Network K d) (l : Nat) (x : Fin (d l) → K) :
    Fin (d (Nat.succ l)) → K :=
  fun i => dot (N.weight l i) x + N.bias l i

/-- What the first `n` layers make of an input. -/
def output [CommRing K] (N : Network K d) (x : Fin (d 0) → K) :
    (n : Nat) → Fin (d n) → K
  | .zero => x
  | .succ n => fun i => N.activation n (N.preactivation n (N.output x n) i)

/-- The same network with other weights. -/
@[reducible] def withWeights (N : Network K d)
    (Q : (l : Nat) → Fin (d (Nat.succ l)) → Fin (d l) → K) : Network K d :=
  { N with weight := Q }

end Network

section Ordered

variable {K : Type u} [LinearOrderedCommRing K]

theorem relu_mono {x y : K} (h : x ≤ y) : relu x ≤ relu y :=
  max_le (le_trans h (le_max_left y 0)) (le_max_right y 0)

/-- ReLU has slope at most 1. -/
theorem abs_relu_sub_relu_le (x y : K) : |relu x - relu y| ≤ |x - y| := by
  have half : ∀ a b : K, relu a - relu b ≤ |a - b| := fun a b =>
    sub_le_iff_le_add.mpr (max_le
      (le_trans (sub_le_iff_le_add.mp (le_abs_self (a - b)))
        (add_le_add_left (le_max_left b 0) _))
      (le_trans (ge_of_eq (add_zero 0)) (add_le_add (abs_nonneg _) (le_max_right b 0))))
  refine max_le (half x y) ?_
  rw [neg_sub, abs_sub_comm]
  exact half y x

end Ordered

end LeanMining
