/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Int8
import LeanMining.Nucleus.Basic

/-!
# Clipping

`clip x α = max (-α) (min α x)` over any linearly ordered commutative ring, so over the integers,
the rationals and the reals alike. Five of the nine theorems of Seed 002 hold for every `α`. The
other four are proved for `0 ≤ α`, and false without it: 0 clipped at -1 is 1. Three of them hold
for no other `α`; `clip_mono_alpha` holds for `α < 0` as well where `-α ≤ β`.

## Main definitions

* `clip x α`: `x` clipped to `[-α, α]`
* `clipIndex α x`: clipping of INT8 values, in offset binary

## References

* Seed 002, *Layer 1: Clipping*
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedCommRing K] {x y α β : K}

/-- `x` clipped to `[-α, α]`. Seed 002, Layer 1. -/
def clip (x α : K) : K := max (-α) (min α x)

/-! ### For every `α` -/

/-- `-α ≤ clip x α`. Seed 002, Layer 1. -/
theorem neg_alpha_le_clip (x α : K) : -α ≤ clip x α := le_max_left (-α) (min α x)

/-- Clipping keeps what is in range. Seed 002, Layer 1. -/
theorem clip_of_in_range (h : -α ≤ x) (k : x ≤ α) : clip x α = x := by
  show max (-α) (min α x) = x; rw [min_eq_right k, max_eq_right h]

/-- Below zero, `α` leaves no range and every value becomes `-α`. -/
theorem clip_of_alpha_nonpos (h : α ≤ 0) (x : K) : clip x α = -α :=
  max_eq_left (le_trans (min_le_left α x) (le_trans h (neg_nonneg.mpr h)))

/-- `clip x α ≤ α`, for `0 ≤ α`. Seed 002, Layer 1; the seed leaves the hypothesis out. -/
theorem clip_le_alpha (h : 0 ≤ α) (x : K) : clip x α ≤ α := max_le (neg_le_self h) (min_le_left α x)

/-- Clipping twice is clipping once. Seed 002, Layer 1. -/
theorem clip_idempotent (x α : K) : clip (clip x α) α = clip x α := (le_total 0 α).elim
  (fun h => clip_of_in_range (neg_alpha_le_clip x α) (clip_le_alpha h x))
  fun h => by rw [clip_of_alpha_nonpos h, clip_of_alpha_nonpos h]

/-- Clipping is monotone in `x`. Seed 002, Layer 1. -/
theorem clip_mono_x (h : x ≤ y) (α : K) : clip x α ≤ clip y α :=
  max_le (le_max_left _ _) (le_trans (le_min (min_le_left α x) (le_trans (min_le_right α x) h))
    (le_max_right _ _))

/-- Clipping keeps a nonnegative value nonnegative. Seed 002, Layer 1. -/
theorem clip_nonneg (h : 0 ≤ x) (α : K) : 0 ≤ clip x α := (le_total 0 α).elim
  (fun k => le_trans (le_min k h) (le_max_right _ _))
  fun k => le_trans (neg_nonneg.mpr k) (neg_alpha_le_clip x α)

/-! ### For `0 ≤ α` -/

/-- `-α ≤ clip x α ≤ α`, for `0 ≤ α`. Seed 002, Layer 1; the seed leaves the hypothesis out. -/
theorem clip_in_range (h : 0 ≤ α) (x : K) : -α ≤ clip x α ∧ clip x α ≤ α :=
  ⟨neg_alpha_le_clip x α, clip_le_alpha h x⟩

/-- `|clip x α| ≤ α`, for `0 ≤ α`. Seed 002, Layer 1; the seed leaves the hypothesis out. -/
theorem clip_abs_le (h : 0 ≤ α) (x : K) : |clip x α| ≤ α := abs_le.mpr (clip_in_range h x)

/-- `clip x α` is in `[-β, β]` for `α ≤ β`, for `0 ≤ α`. Seed 002, Layer 1; the seed leaves the
hypothesis `0 ≤ α` out. -/
theorem clip_mono_alpha (h : 0 ≤ α) (k : α ≤ β) (x : K) : -β ≤ clip x α ∧ clip x α ≤ β :=
  ⟨le_trans (neg_le_neg k) (neg_alpha_le_clip x α), le_trans (clip_le_alpha h x) k⟩

/-- For every `α`: what is clipped is in `[-β, β]`, whatever it was, exactly if `|α| ≤ β`: the exact
form of `clip_mono_alpha`. Seed 002, Layer 1. -/
theorem clip_mem_iff : (∀ x, -β ≤ clip x α ∧ clip x α ≤ β) ↔ |α| ≤ β :=
  (le_total 0 α).elim
    (fun h => by
      rw [abs_of_nonneg h]
      exact ⟨fun k => clip_of_in_range (neg_le_self h) (le_refl α) ▸ (k α).2,
        fun k x => clip_mono_alpha h k x⟩)
    fun h => by
      rw [abs_of_nonpos h]
      exact ⟨fun k => clip_of_alpha_nonpos h α ▸ (k α).2, fun k x => by
        rw [clip_of_alpha_nonpos h x]
        exact ⟨le_trans (neg_nonpos.mpr (le_trans (neg_nonneg.mpr h) k)) (neg_nonneg.mpr h), k⟩⟩

/-- For `0 ≤ α`, the values that clipping keeps are those in range. -/
theorem clip_eq_self_iff (h : 0 ≤ α) : clip x α = x ↔ -α ≤ x ∧ x ≤ α :=
  ⟨fun e => e ▸ clip_in_range h x, fun k => clip_of_in_range k.1 k.2⟩

/-- A value above the range falls. -/
theorem clip_lt_self (h : 0 ≤ α) (k : α < x) : clip x α < x := lt_of_le_of_lt (clip_le_alpha h x) k

/-! ### What the seed says without `0 ≤ α` -/

/-- No value can do without the hypothesis: `clip x α ≤ α` says that `0 ≤ α`. -/
theorem clip_le_alpha_iff : clip x α ≤ α ↔ 0 ≤ α :=
  ⟨fun h => nonneg_of_neg_le_self (le_trans (neg_alpha_le_clip x α) h), fun h => clip_le_alpha h x⟩

variable (K)

/-- `clip_le_alpha` as Seed 002 gives it is false, in every linearly ordered ring:
`clip 0 (-1) = 1`. -/
theorem clip_le_alpha_as_given_false : ¬ ∀ x α : K, clip x α ≤ α :=
  fun h => not_nonneg_neg_one (clip_le_alpha_iff.mp (h 0 (-1)))

/-- `clip_in_range` as Seed 002 gives it is false: `clip 0 (-1) = 1`. -/
theorem clip_in_range_as_given_false : ¬ ∀ x α : K, -α ≤ clip x α ∧ clip x α ≤ α :=
  fun h => clip_le_alpha_as_given_false K fun x α => (h x α).2

/-- `clip_abs_le` as Seed 002 gives it is false: `|clip 0 (-1)| = 1`. -/
theorem clip_abs_le_as_given_false : ¬ ∀ x α : K, |clip x α| ≤ α :=
  fun h => clip_le_alpha_as_given_false K fun x α => le_trans (le_abs_self _) (h x α)

/-- `clip_mono_alpha` as Seed 002 gives it is false: with `α = β = -1`, `clip 0 (-1) = 1` is not in
`[1, -1]`. -/
theorem clip_mono_alpha_as_given_false : ¬ ∀ x α β : K, α ≤ β → -β ≤ clip x α ∧ clip x α ≤ β :=
  fun h => clip_le_alpha_as_given_false K fun x α => (h x α α (le_refl α)).2

/-! ### Clipping is not a nucleus -/

variable {K}

/-- Some value falls, whatever `α` is: one above `|α|`. -/
theorem exists_clip_lt_self (α : K) : ∃ x : K, clip x α < x :=
  ⟨|α| + 1, lt_of_le_of_lt (max_le (neg_le_abs α) (le_trans (min_le_left α _) (le_abs_self α)))
    (lt_add_of_pos_right zero_lt_one)⟩

/-- Clipping is not extensive, so no nucleus is it. Seed 002, Layer 1, beside Seed 000's quantized
ReLU. -/
theorem clip_not_nucleus (α : K) : ¬ ∃ n : Nucleus K, ∀ x, n x = clip x α :=
  fun ⟨n, h⟩ => match exists_clip_lt_self α with
    | ⟨x, k⟩ => k.2 (h x ▸ n.le_apply)

/-! ### INT8 -/

/-- What clipping the INT8 value `x` at `α` gives, plus 128. It is computed over the integers, where
`-(-128)` is 128: clipping at `α = -128` leaves INT8. -/
def clipIndex (α x : Int8) : Nat := (clip x.toInt α.toInt + 128).toNat

end LeanMining
