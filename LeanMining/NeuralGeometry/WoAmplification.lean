/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses

/-!
# Average amplification

Seed 001, *WoAmplification*, which says that the average amplification of a matrix is ‖W‖
(Frobenius) over the root of the number of its rows, and does not define the average amplification.
Inputs are such that their second moments are those of the uniform distribution on the sphere. Of
the lengths of `W x` the formula is false, and the number of columns, the dimension of the inputs,
is right. Of the gain, which compares the root mean squares of the entries of `W x` and `x`, it is
exact.

## Main results

* `avg_amplification_eq_frob_div_sqrt`: √E‖W x‖² is ‖W‖ over the root of the number of columns
* `avg_gain_eq_frob_div_sqrt_rows`: the root of the mean squared gain is ‖W‖ over the root of the
  number of rows
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {m n c : Nat}

/-- The mean over the inputs `x s` of the square of the length of `W x`. -/
def meanAmplificationSq (W : Fin m → Fin n → K) (x : Fin c → Fin n → K) : K :=
  (∑ s, normSq (mulVec W (x s))) / Nat.cast c

/-- The second moments of the inputs are those of the uniform distribution on the sphere: `c/n` on
the diagonal, 0 off it. That the inputs lie on the sphere is not asked. -/
def HasSphereSecondMoments (x : Fin c → Fin n → K) : Prop :=
  ∀ i j, ∑ s, x s i * x s j = Nat.cast c / Nat.cast n * delta i j

theorem sum_normSq_mulVec (W : Fin m → Fin n → K) {x : Fin c → Fin n → K}
    (hx : HasSphereSecondMoments x) :
    ∑ s, normSq (mulVec W (x s)) = Nat.cast c / Nat.cast n * frobeniusSq W := by
  have e : ∑ s, normSq (mulVec W (x s)) = ∑ k, ∑ s, mulVec W (x s) k * mulVec W (x s) k :=
    sum_comm _
  rw [e]
  show _ = _ * ∑ k, normSq (W k)
  rw [mul_sum]
  refine sum_congr fun k => ?_
  have f : ∑ s, mulVec W (x s) k * mulVec W (x s) k =
      ∑ s, ∑ i, ∑ j, W k i * (x s i * x s j * W k j) := sum_congr fun s => by
    show (∑ i, W k i * x s i) * (∑ j, W k j * x s j) = _
    rw [sum_mul_sum]
    exact sum_congr fun i => sum_congr fun j => by ring
  rw [f, sum_comm]
  show _ = _ * ∑ i, W k i * W k i
  rw [mul_sum]
  refine sum_congr fun i => ?_
  rw [sum_comm]
  have g : ∑ j, ∑ s, W k i * (x s i * x s j * W k j) =
      ∑ j, delta i j * (Nat.cast c / Nat.cast n * (W k i * W k j)) :=
    sum_congr fun j => by rw [← mul_sum, ← sum_mul, hx i j]; ring
  rw [g, sum_delta_mul i fun j => Nat.cast c / Nat.cast n * (W k i * W k j)]

/-- The average amplification `a`, `f = ‖W‖` and `s = √n`, with `n` the dimension of the inputs:
`a = f / s` (seed 001, WoAmplification, corrected). -/
theorem avg_amplification_eq_frob_div_sqrt (W : Fin m → Fin n → K) {x : Fin c → Fin n → K}
    (hx : HasSphereSecondMoments x) (hc : (Nat.cast c : K) ≠ 0) {a f s : K} (ha : 0 ≤ a)
    (ha' : a * a = meanAmplificationSq W x) (hf : 0 ≤ f) (hf' : f * f = frobeniusSq W) (hs : 0 ≤ s)
    (hs' : s * s = Nat.cast n) : a = f / s := by
  refine eq_of_mul_self_eq_mul_self ha (div_nonneg hf hs) ?_
  rw [ha', div_mul_div_comm, hf', hs']
  show (∑ t, normSq (mulVec W (x t))) / Nat.cast c = _
  rw [sum_normSq_mulVec W hx, div_mul_eq_mul_div, div_div, mul_comm (Nat.cast n : K),
    mul_div_mul_left _ _ hc]

/-- The mean over the inputs `x s` of the square of the gain: how many times larger the mean square
of the entries of `W x` is than that of the entries of `x`. -/
def meanGainSq (W : Fin m → Fin n → K) (x : Fin c → Fin n → K) : K :=
  (∑ s, normSq (mulVec W (x s)) / Nat.cast m / (normSq (x s) / Nat.cast n)) / Nat.cast c

theorem meanGainSq_mul (W : Fin m → Fin n → K) {x : Fin c → Fin n → K}
    (unit : ∀ s, normSq (x s) = 1) :
    meanGainSq W x = Nat.cast n / Nat.cast m * meanAmplificationSq W x := by
  show (∑ s, normSq (mulVec W (x s)) / Nat.cast m / (normSq (x s) / Nat.cast n)) / Nat.cast c =
    Nat.cast n / Nat.cast m * ((∑ s, normSq (mulVec W (x s))) / Nat.cast c)
  rw [← mul_div_assoc, mul_sum]
  refine congrArg (· / Nat.cast c) (sum_congr fun s => ?_)
  rw [unit s, one_div, div_eq_mul_inv _ (Nat.cast n)⁻¹, inv_inv, div_mul_eq_mul_div,
    div_mul_eq_mul_div, mul_comm]

/-- The average gain `g` of inputs on the sphere, `f = ‖W‖` and `r = √m`, with `m` the number of
W's rows: `g = f / r` (seed 001, WoAmplification, its formula, for one definition of the average
amplification). -/
theorem avg_gain_eq_frob_div_sqrt_rows (W : Fin m → Fin n → K) {x : Fin c → Fin n → K}
    (hx : HasSphereSecondMoments x) (unit : ∀ s, normSq (x s) = 1) (hc : (Nat.cast c : K) ≠ 0)
    (hn : (Nat.cast n : K) ≠ 0) {g f r : K} (hg : 0 ≤ g) (hg' : g * g = meanGainSq W x)
    (hf : 0 ≤ f) (hf' : f * f = frobeniusSq W) (hr : 0 ≤ r) (hr' : r * r = Nat.cast m) :
    g = f / r := by
  refine eq_of_mul_self_eq_mul_self hg (div_nonneg hf hr) ?_
  rw [hg', div_mul_div_comm, hf', hr', meanGainSq_mul W unit]
  show Nat.cast n / Nat.cast m * ((∑ t, normSq (mulVec W (x t))) / Nat.cast c) = _
  rw [sum_normSq_mulVec W hx, div_mul_eq_mul_div (Nat.cast c : K), div_div,
    mul_comm (Nat.cast n : K) (Nat.cast c), mul_div_mul_left _ _ hc, div_mul_div_comm,
    mul_comm (Nat.cast m : K), mul_div_mul_left _ _ hn]

/-- With the number of rows in the place of that of columns it is false of this mean: W = [1, 0] has
one row, and the mean of ‖W x‖² is 1/2 (seed 001, WoAmplification, its formula, for another
definition of the average amplification). -/
theorem meanAmplificationSq_eq_frobeniusSq_div_rows_false :
    ¬ ∀ (m n c : Nat) (W : Fin m → Fin n → Rat) (x : Fin c → Fin n → Rat),
      HasSphereSecondMoments x →
      meanAmplificationSq W x = frobeniusSq W / Nat.cast m :=
  fun h => absurd (h 1 2 4 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) axes
    (by unfold HasSphereSecondMoments; decide)) (by decide)

end LeanMining
