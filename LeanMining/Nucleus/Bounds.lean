/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Network

/-!
# Bounds of a network's outputs over a box of inputs

Seed 000, EMPIRICAL.RESULTS, "α,β-CROWN bounds". Interval bounds go from layer to layer. CROWN puts
each activation function between two lines and substitutes them backwards, from the output to the
input; any slope from 0 to 1 is allowed for the lower line of ReLU, and α-CROWN chooses it. β-CROWN
splits the box by the sign of what goes into a ReLU and adds a multiplier for each sign.

## Main definitions

* `Network.lower`, `Network.upper`: interval bounds
* `Network.Lines`: two lines for each activation function
* `Network.crownCoefficient`, `Network.crownConstant`: the linear function of the input that CROWN
  gives

## Main results

* `Network.output_mem_interval`: interval bounds hold
* `Network.dot_output_le_crown`: CROWN's bound holds, and `Network.dot_output_le_crown_box` as a
  number
* `relu_le_upperLine`, `lowerLine_le_relu`: the lines of ReLU
* `le_iff_split`, `le_of_split`: splitting loses nothing, and multipliers keep a bound

## References

* Gowal et al., *On the Effectiveness of Interval Bound Propagation*, 2018
* Zhang et al., *Efficient Neural Network Robustness Certification with General Activation
  Functions*, 2018 (CROWN)
* Wang et al., *Beta-CROWN*, 2021
-/

set_option autoImplicit false

universe u v

namespace LeanMining

section Ring

variable {K : Type u} [LinearOrderedCommRing K] {n : Nat}

/-! ### One product, one inner product -/

theorem mul_le_of_mem {w l x u : K} (hl : l ≤ x) (hu : x ≤ u) :
    w * x ≤ max w 0 * u + min w 0 * l := (le_total 0 w).elim
  (fun h => by
    rw [max_eq_left h, min_eq_right h, zero_mul, add_zero]
    exact mul_le_mul_of_nonneg_left hu h)
  (fun h => by
    rw [max_eq_right h, min_eq_left h, zero_mul, zero_add]
    exact mul_le_mul_of_nonpos_left hl h)

theorem le_mul_of_mem {w l x u : K} (hl : l ≤ x) (hu : x ≤ u) :
    max w 0 * l + min w 0 * u ≤ w * x := (le_total 0 w).elim
  (fun h => by
    rw [max_eq_left h, min_eq_right h, zero_mul, add_zero]
    exact mul_le_mul_of_nonneg_left hl h)
  (fun h => by
    rw [max_eq_right h, min_eq_left h, zero_mul, zero_add]
    exact mul_le_mul_of_nonpos_left hu h)

/-- The greatest value of `w · x` for `x` between `l` and `u`. -/
def boxUpper (w l u : Fin n → K) : K := ∑ i, (max (w i) 0 * u i + min (w i) 0 * l i)

/-- The least value of `w · x` for `x` between `l` and `u`. -/
def boxLower (w l u : Fin n → K) : K := ∑ i, (max (w i) 0 * l i + min (w i) 0 * u i)

/-- An inner product over a box is at most `boxUpper`: the affine step of interval bounds (seed 000,
EMPIRICAL.RESULTS, "neural network verification"). -/
theorem dot_le_boxUpper (w : Fin n → K) {l x u : Fin n → K} (hl : ∀ i, l i ≤ x i)
    (hu : ∀ i, x i ≤ u i) : dot w x ≤ boxUpper w l u :=
  sum_le_sum fun i => mul_le_of_mem (hl i) (hu i)

/-- An inner product over a box is at least `boxLower`: the affine step of interval bounds (seed
000, EMPIRICAL.RESULTS, "neural network verification"). -/
theorem boxLower_le_dot (w : Fin n → K) {l x u : Fin n → K} (hl : ∀ i, l i ≤ x i)
    (hu : ∀ i, x i ≤ u i) : boxLower w l u ≤ dot w x :=
  sum_le_sum fun i => le_mul_of_mem (hl i) (hu i)

namespace Network

variable {d : Nat → Nat}

/-! ### Interval bounds -/

/-- Interval bounds of what the first layers make of the inputs between `l` and `u`: the lower and
the upper ones. -/
def interval (N : Network K d) (l u : Fin (d 0) → K) :
    (n : Nat) → (Fin (d n) → K) × (Fin (d n) → K)
  | .zero => (l, u)
  | .succ n =>
    (fun i => N.activation n (boxLower (N.weight n i) (N.interval l u n).1 (N.interval l u n).2 +
      N.bias n i),
     fun i => N.activation n (boxUpper (N.weight n i) (N.interval l u n).1 (N.interval l u n).2 +
      N.bias n i))

/-- Interval bounds hold of every layer's outputs, for every input in the box, if no activation
function falls anywhere (seed 000, EMPIRICAL.RESULTS, "neural network verification"). -/
theorem output_mem_interval (N : Network K d)
    (mono : ∀ n x y, x ≤ y → N.activation n x ≤ N.activation n y) {l x u : Fin (d 0) → K}
    (hl : ∀ i, l i ≤ x i) (hu : ∀ i, x i ≤ u i) : (n : Nat) → (i : Fin (d n)) →
      (N.interval l u n).1 i ≤ N.output x n i ∧ N.output x n i ≤ (N.interval l u n).2 i
  | .zero, i => ⟨hl i, hu i⟩
  | .succ n, i =>
    have ih := output_mem_interval N mono hl hu n
    ⟨mono n _ _ (add_le_add_right (boxLower_le_dot (N.weight n i) (fun j => (ih j).1)
      fun j => (ih j).2) _),
     mono n _ _ (add_le_add_right (dot_le_boxUpper (N.weight n i) (fun j => (ih j).1)
      fun j => (ih j).2) _)⟩

/-- Interval bounds hold of a network each of whose layers applies ReLU or nothing (seed 000,
EMPIRICAL.RESULTS, "neural network verification"). -/
theorem output_mem_interval_relu (N : Network K d)
    (act : ∀ n, N.activation n = relu ∨ N.activation n = fun x => x) {l x u : Fin (d 0) → K}
    (hl : ∀ i, l i ≤ x i) (hu : ∀ i, x i ≤ u i) (n : Nat) (i : Fin (d n)) :
    (N.interval l u n).1 i ≤ N.output x n i ∧ N.output x n i ≤ (N.interval l u n).2 i :=
  N.output_mem_interval
    (fun n x y h =>
      (act n).elim (fun e => by rw [e]; exact relu_mono h) fun e => by rw [e]; exact h)
    hl hu n i

/-! ### CROWN -/

/-- For each entry of each layer the slope and the offset of a line above and of one below the
activation function. -/
structure Lines (N : Network K d) where
  /-- The slope of the line above. -/
  upperSlope : (n : Nat) → Fin (d (Nat.succ n)) → K
  /-- The offset of the line above. -/
  upperOffset : (n : Nat) → Fin (d (Nat.succ n)) → K
  /-- The slope of the line below. -/
  lowerSlope : (n : Nat) → Fin (d (Nat.succ n)) → K
  /-- The offset of the line below. -/
  lowerOffset : (n : Nat) → Fin (d (Nat.succ n)) → K

/-- The lines are above and below the activation functions, where these are applied for the input
`x`. -/
def Lines.Hold {N : Network K d} (L : N.Lines) (x : Fin (d 0) → K) : Prop :=
  ∀ n i, L.lowerSlope n i * N.preactivation n (N.output x n) i + L.lowerOffset n i ≤
      N.output x (Nat.succ n) i ∧
    N.output x (Nat.succ n) i ≤
      L.upperSlope n i * N.preactivation n (N.output x n) i + L.upperOffset n i

/-- The slope by which an entry with the coefficient `a` is replaced. -/
def Lines.slope {N : Network K d} (L : N.Lines) (n : Nat) (a : Fin (d (Nat.succ n)) → K)
    (i : Fin (d (Nat.succ n))) : K :=
  max (a i) 0 * L.upperSlope n i + min (a i) 0 * L.lowerSlope n i

/-- The offset by which an entry with the coefficient `a` is replaced. -/
def Lines.offset {N : Network K d} (L : N.Lines) (n : Nat) (a : Fin (d (Nat.succ n)) → K)
    (i : Fin (d (Nat.succ n))) : K :=
  max (a i) 0 * L.upperOffset n i + min (a i) 0 * L.lowerOffset n i

/-- The coefficients of the input in CROWN's bound of `a · output`. -/
def crownCoefficient (N : Network K d) (L : N.Lines) :
    (n : Nat) → (Fin (d n) → K) → Fin (d 0) → K
  | .zero, a => a
  | .succ n, a => N.crownCoefficient L n fun j => ∑ i, L.slope n a i * N.weight n i j

/-- The constant in CROWN's bound of `a · output`. -/
def crownConstant (N : Network K d) (L : N.Lines) : (n : Nat) → (Fin (d n) → K) → K
  | .zero, _ => 0
  | .succ n, a => N.crownConstant L n (fun j => ∑ i, L.slope n a i * N.weight n i j) +
    ∑ i, (L.slope n a i * N.bias n i + L.offset n a i)

/-- CROWN's bound holds: with lines above and below the activation functions, any linear function of
the outputs is at most the linear function of the input that backward substitution gives (seed 000,
EMPIRICAL.RESULTS, "α,β-CROWN bounds"). -/
theorem dot_output_le_crown (N : Network K d) (L : N.Lines) {x : Fin (d 0) → K}
    (h : L.Hold x) : (n : Nat) → (a : Fin (d n) → K) →
      dot a (N.output x n) ≤ dot (N.crownCoefficient L n a) x + N.crownConstant L n a
  | .zero, _ => ge_of_eq (add_zero _)
  | .succ n, a => by
    have step : dot a (N.output x (Nat.succ n)) ≤
        ∑ i, (L.slope n a i * N.preactivation n (N.output x n) i + L.offset n a i) :=
      sum_le_sum fun i => le_trans (mul_le_of_mem (h n i).1 (h n i).2) (le_of_eq (by
        show _ = (max (a i) 0 * L.upperSlope n i + min (a i) 0 * L.lowerSlope n i) * _ +
          (max (a i) 0 * L.upperOffset n i + min (a i) 0 * L.lowerOffset n i)
        ring))
    have e : ∑ i, (L.slope n a i * N.preactivation n (N.output x n) i + L.offset n a i) =
        dot (fun j => ∑ i, L.slope n a i * N.weight n i j) (N.output x n) +
          ∑ i, (L.slope n a i * N.bias n i + L.offset n a i) := by
      have inner : dot (fun j => ∑ i, L.slope n a i * N.weight n i j) (N.output x n) =
          ∑ i, L.slope n a i * dot (N.weight n i) (N.output x n) := by
        show ∑ j, (∑ i, L.slope n a i * N.weight n i j) * N.output x n j = _
        rw [sum_congr fun j => sum_mul _ _, sum_comm]
        exact sum_congr fun i => by
          show _ = _ * ∑ j, _
          rw [mul_sum]
          exact sum_congr fun j => mul_assoc _ _ _
      rw [inner, ← sum_add]
      exact sum_congr fun i => by
        show _ * (dot (N.weight n i) (N.output x n) + N.bias n i) + _ = _
        ring
    have ih := dot_output_le_crown N L h n fun j => ∑ i, L.slope n a i * N.weight n i j
    rw [e] at step
    refine le_trans step (le_trans (add_le_add_right ih _) (le_of_eq (add_assoc _ _ _)))

/-- Over a box of inputs CROWN's linear bound is at most its value at a corner (seed 000,
EMPIRICAL.RESULTS, "α,β-CROWN bounds"). -/
theorem dot_output_le_crown_box (N : Network K d) (L : N.Lines) {l x u : Fin (d 0) → K}
    (h : L.Hold x) (hl : ∀ i, l i ≤ x i) (hu : ∀ i, x i ≤ u i) (n : Nat)
    (a : Fin (d n) → K) :
    dot a (N.output x n) ≤ boxUpper (N.crownCoefficient L n a) l u + N.crownConstant L n a :=
  le_trans (N.dot_output_le_crown L h n a)
    (add_le_add_right (dot_le_boxUpper (N.crownCoefficient L n a) hl hu) _)

end Network

/-! ### Lines below ReLU -/

/-- Every line through 0 with a slope from 0 to 1 is below ReLU; α-CROWN chooses the slope (seed
000, EMPIRICAL.RESULTS, "α,β-CROWN bounds"). -/
theorem lowerLine_le_relu {α : K} (h : 0 ≤ α) (k : α ≤ 1) (x : K) : α * x ≤ relu x :=
  (le_total 0 x).elim
    (fun p => by
      rw [relu_of_nonneg p]
      exact le_trans (mul_le_mul_of_nonneg_right k p) (le_of_eq (one_mul x)))
    (fun p => by
      rw [relu_of_nonpos p]
      exact mul_nonpos_of_nonneg_of_nonpos h p)

/-! ### Splitting by sign -/

/-- Splitting by the sign of `g` loses nothing: a number bounds `f` everywhere if and only if it
bounds `f` where `g` is at least 0 and where it is at most 0 (seed 000, EMPIRICAL.RESULTS,
"α,β-CROWN bounds"). -/
theorem le_iff_split {X : Type v} (f g : X → K) (c : K) :
    (∀ x, f x ≤ c) ↔ (∀ x, 0 ≤ g x → f x ≤ c) ∧ ∀ x, g x ≤ 0 → f x ≤ c :=
  ⟨fun h => ⟨fun x _ => h x, fun x _ => h x⟩,
   fun h x => (le_total 0 (g x)).elim (h.1 x) (h.2 x)⟩

/-- The multipliers of β-CROWN keep a bound: what bounds `f + β g` and `f − β' g` everywhere, for
some β and β' that are not negative, bounds `f` (seed 000, EMPIRICAL.RESULTS, "α,β-CROWN
bounds"). -/
theorem le_of_split {X : Type v} {f g : X → K} {c β β' : K} (hβ : 0 ≤ β) (hβ' : 0 ≤ β')
    (h : ∀ x, 0 ≤ g x → f x + β * g x ≤ c) (k : ∀ x, g x ≤ 0 → f x - β' * g x ≤ c) (x : X) :
    f x ≤ c :=
  (le_iff_split f g c).mpr
    ⟨fun x p => le_trans (le_add_of_nonneg_right (mul_nonneg hβ p)) (h x p),
     fun x p => le_trans (le_sub_iff_add_le.mpr (le_trans (add_le_add_left
       (mul_nonpos_of_nonneg_of_nonpos hβ' p) _) (le_of_eq (add_zero _)))) (k x p)⟩ x

end Ring

/-! ### The line above ReLU -/

/-- Between `l < 0` and `u > 0` ReLU is at most the line from `(l, 0)` to `(u, u)` (seed 000,
EMPIRICAL.RESULTS, "α,β-CROWN bounds"). -/
theorem relu_le_upperLine {K : Type u} [LinearOrderedField K] {l x u : K} (hl : l ≤ x) (hu : x ≤ u)
    (h : l < 0) (k : 0 < u) : relu x ≤ u / (u - l) * x + -(u * l) / (u - l) := by
  have pos : 0 < u - l := sub_pos.mpr (lt_trans h k)
  have e : u / (u - l) * x + -(u * l) / (u - l) = u * (x - l) / (u - l) := by
    rw [div_mul_eq_mul_div, ← add_div]
    exact congrArg (· / (u - l)) (by ring)
  rw [e]
  refine (le_div_iff pos).mpr ((le_total 0 x).elim (fun p => ?_) fun p => ?_)
  · rw [relu_of_nonneg p]
    have d : u * (x - l) - x * (u - l) = -l * (u - x) := by ring
    exact sub_nonneg.mp (d ▸ mul_nonneg (neg_nonneg.mpr h.1) (sub_nonneg.mpr hu))
  · rw [relu_of_nonpos p, zero_mul]
    exact mul_nonneg k.1 (sub_nonneg.mpr hl)

end LeanMining
