/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.RingNF

/-!
# Convexity

## Main results

* `ConvexOnPos f`: `f` is convex on the positive numbers
* `mul_self_convex`: squaring is convex
-/

set_option autoImplicit false

universe u

variable {R : Type u} [LinearOrderedCommRing R]

/-- `f` is convex on the positive numbers. -/
def ConvexOnPos (f : R → R) : Prop :=
  ∀ s t a b : R, 0 ≤ s → 0 ≤ t → s + t = 1 → 0 < a → 0 < b →
    f (s * a + t * b) ≤ s * f a + t * f b

theorem mul_self_convex {s t : R} (hs : 0 ≤ s) (ht : 0 ≤ t) (h : s + t = 1) (a b : R) :
    (s * a + t * b) * (s * a + t * b) ≤ s * (a * a) + t * (b * b) := by
  have e : s * (a * a) + t * (b * b) - (s * a + t * b) * (s * a + t * b) =
      s * t * ((a - b) * (a - b)) := by
    have e₁ : s * (a * a) + t * (b * b) - (s * a + t * b) * (s * a + t * b) =
      (1 - s) * s * (a * a) + (1 - t) * t * (b * b) - 2 * (s * t) * (a * b) := by ring
    have hs' : 1 - s = t := by rw [← h, add_sub_cancel_left]
    have ht' : 1 - t = s := by rw [← h, add_sub_cancel_right]
    rw [e₁, hs', ht']; ring
  exact sub_nonneg.mp (e ▸ mul_nonneg (mul_nonneg hs ht) (mul_self_nonneg _))
