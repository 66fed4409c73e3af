/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Sum
import LeanMining.Algebra.Vector

/-!
# What a code tells

Seed 004, *Critical Threshold δ_crit* and *Semantic Preservation Bounds*. Data are finitely many
points with weights, and a code is any function of a point. The information of a code is the mean of
`ψ p` over the points, with `p` the probability of a point's code and `ψ` any function that does not
rise with `p`: for `ψ p = -log₂ p` it is Shannon's entropy, for `ψ p = -p` the negative probability
of a collision. No property of the logarithm is used but that it rises.

## Main definitions

* `codeProb w Q i`: the probability of the code of the point `i`
* `information ψ w Q`, `mutualInfo ψ w Q R`: what a code tells, and what two tell of each other
* `Decides w Q R`: the code `Q` of a point that occurs decides its code `R`
* `collision w Q`: the probability that two draws get the same code
* `IsCell δ x k`: `x` is in the `k`-th cell of a grid with the step `δ`
-/

set_option autoImplicit false

universe u v

namespace LeanMining

@[reducible] instance instDecidableEqProd {α : Type u} {β : Type v} [DecidableEq α]
    [DecidableEq β] : DecidableEq (α × β) :=
  fun a b => decidable_of_iff (a := a.1 = b.1 ∧ a.2 = b.2)
    ⟨fun h => Prod.ext h.1 h.2, fun h => h ▸ ⟨rfl, rfl⟩⟩

variable {K : Type u} [LinearOrderedCommRing K] {n : Nat} {α β γ : Type v} [DecidableEq α]
  [DecidableEq β] [DecidableEq γ] {w : Fin n → K} {ψ : K → K}

/-! ### Codes -/

/-- The probability of the code of the point `i`: the weight of all points with the same code. -/
def codeProb {K : Type u} [CommRing K] {n : Nat} {α : Type v} [DecidableEq α] (w : Fin n → K)
    (Q : Fin n → α) (i : Fin n) : K :=
  ∑ j, w j * (if Q j = Q i then 1 else 0)

/-- What a code tells: the mean of `ψ` of the probability of a point's code. It is Shannon's entropy
for `ψ p = -log₂ p`, and since a code is a function of the point, what the code tells of it. -/
def information {K : Type u} [CommRing K] {n : Nat} {α : Type v} [DecidableEq α] (ψ : K → K)
    (w : Fin n → K) (Q : Fin n → α) : K :=
  ∑ i, w i * ψ (codeProb w Q i)

/-- What two codes tell of each other: `H(Q) + H(R) - H(Q, R)`. -/
def mutualInfo {K : Type u} [CommRing K] {n : Nat} {α β : Type v} [DecidableEq α] [DecidableEq β]
    (ψ : K → K) (w : Fin n → K) (Q : Fin n → α) (R : Fin n → β) : K :=
  information ψ w Q + information ψ w R - information ψ w fun i => (Q i, R i)

/-- Points that occur and have the same code `Q` have the same code `R`. -/
def Decides {K : Type u} [LE K] [NatCast K] {n : Nat} {α β : Type v} (w : Fin n → K)
    (Q : Fin n → α) (R : Fin n → β) : Prop :=
  ∀ i j, 0 < w i → 0 < w j → Q i = Q j → R i = R j

@[reducible] instance instDecidableImp (p q : Prop) [dp : Decidable p] [dq : Decidable q] :
    Decidable (p → q) :=
  match dp, dq with
  | .isFalse h, _ => .isTrue fun k => absurd k h
  | _, .isTrue k => .isTrue fun _ => k
  | .isTrue h, .isFalse k => .isFalse fun f => k (f h)

@[reducible] instance instDecidableDecides (w : Fin n → K) (Q : Fin n → α) (R : Fin n → β) :
    Decidable (Decides w Q R) :=
  inferInstanceAs (Decidable (∀ i j, 0 < w i → 0 < w j → Q i = Q j → R i = R j))

theorem decides_of_eq_comp {Q : Fin n → α} {R : Fin n → β} {g : α → β}
    (h : ∀ i, 0 < w i → R i = g (Q i)) : Decides w Q R :=
  fun i j hi hj e => (h i hi).trans ((congrArg g e).trans (h j hj).symm)

theorem ite_le_ite {p q : Prop} [dp : Decidable p] [dq : Decidable q] (h : p → q) :
    (if p then (1 : K) else 0) ≤ if q then 1 else 0 :=
  match dp, dq with
  | .isTrue _, .isTrue _ => le_refl 1
  | .isTrue k, .isFalse l => absurd (h k) l
  | .isFalse _, .isTrue _ => zero_le_one
  | .isFalse _, .isFalse _ => le_refl 0

theorem codeProb_le_codeProb {Q : Fin n → α} {R : Fin n → β} (hw : ∀ i, 0 ≤ w i)
    (h : Decides w Q R) {i : Fin n} (hi : 0 < w i) : codeProb w Q i ≤ codeProb w R i :=
  sum_le_sum fun j => (lt_or_eq_of_le (hw j)).elim
    (fun hj => mul_le_mul_of_nonneg_left (ite_le_ite (h j i hj hi)) (hw j))
    fun e => le_of_eq (by rw [← e, zero_mul, zero_mul])

theorem codeProb_pos (hw : ∀ i, 0 ≤ w i) (Q : Fin n → α) {i : Fin n} (hi : 0 < w i) :
    0 < codeProb w Q i :=
  sum_pos (fun j => mul_nonneg (hw j) (le_trans (le_of_eq (if_neg id).symm)
    (ite_le_ite (p := False) False.elim))) ⟨i, by rw [if_pos rfl, mul_one]; exact hi⟩

/-! ### Nested codes -/

/-- A code that another one decides, as that of the coarser of two nested grids is decided by the
finer one's, tells no more (seed 004, Critical Threshold δ_crit, as far as it is true). -/
theorem information_le_of_decides (hw : ∀ i, 0 ≤ w i)
    (hψ : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p) {Q : Fin n → α} {R : Fin n → β}
    (h : Decides w Q R) : information ψ w R ≤ information ψ w Q :=
  sum_le_sum fun i => (lt_or_eq_of_le (hw i)).elim
    (fun hi => mul_le_mul_of_nonneg_left
      (hψ _ _ (codeProb_pos hw Q hi) (codeProb_le_codeProb hw h hi)) (hw i))
    fun e => le_of_eq (by rw [← e, zero_mul, zero_mul])

/-- It tells less if it merges two codes of points that occur (seed 004, Critical Threshold
δ_crit). -/
theorem information_lt_of_merges (hw : ∀ i, 0 ≤ w i)
    (hψ : ∀ p q, 0 < p → p < q → ψ q < ψ p) {Q : Fin n → α} {R : Fin n → β}
    (h : Decides w Q R) {i j : Fin n} (hi : 0 < w i) (hj : 0 < w j) (hR : R i = R j)
    (hQ : Q i ≠ Q j) : information ψ w R < information ψ w Q := by
  have weak : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p := fun p q hp k =>
    (lt_or_eq_of_le k).elim (fun k => (hψ p q hp k).1) fun e => le_of_eq (congrArg ψ e.symm)
  have more : codeProb w Q i < codeProb w R i :=
    sum_lt_sum (fun l => (lt_or_eq_of_le (hw l)).elim
      (fun hl => mul_le_mul_of_nonneg_left (ite_le_ite (h l i hl hi)) (hw l))
      fun e => le_of_eq (by rw [← e, zero_mul, zero_mul]))
      ⟨j, by
        rw [if_neg (Ne.symm hQ), if_pos hR.symm, mul_zero, mul_one]
        exact hj⟩
  exact sum_lt_sum (fun l => (lt_or_eq_of_le (hw l)).elim
    (fun hl => mul_le_mul_of_nonneg_left
      (weak _ _ (codeProb_pos hw Q hl) (codeProb_le_codeProb hw h hl)) (hw l))
    fun e => le_of_eq (by rw [← e, zero_mul, zero_mul]))
    ⟨i, mul_lt_mul_of_pos_left (hψ _ _ (codeProb_pos hw Q hi) more) hi⟩

/-- `x` is in the `k`-th cell of a grid with the step `δ`. -/
def IsCell (δ x : K) (k : Int) : Prop := Int.cast k * δ ≤ x ∧ x < Int.cast (k + 1) * δ

@[reducible] instance instDecidableIsCell (δ x : K) (k : Int) : Decidable (IsCell δ x k) :=
  inferInstanceAs (Decidable (Int.cast k * δ ≤ x ∧ x < Int.cast (k + 1) * δ))

theorem eq_of_isCell_mul {δ x y : K} {m : Nat} (hδ : 0 < δ) {k l l' : Int} (hx : IsCell δ x k)
    (hy : IsCell δ y k) (hl : IsCell (Nat.cast m * δ) x l) (hl' : IsCell (Nat.cast m * δ) y l') :
    l = l' := by
  have not_lt : ∀ {x y : K} {l l' : Int}, IsCell δ x k → IsCell δ y k →
      IsCell (Nat.cast m * δ) x l → IsCell (Nat.cast m * δ) y l' → ¬ l < l' :=
    fun {x y l l'} hx hy hl hl' lt => by
      -- The boundary between the two coarse cells is a multiple of the fine step.
      have e : Int.cast (l + 1) * (Nat.cast m * δ) = Int.cast ((l + 1) * Int.ofNat m) * δ := by
        rw [Int.cast_mul, mul_assoc]; rfl
      have over := lt_of_le_of_lt hx.1 hl.2
      rw [e] at over
      have step := Int.lt_iff_add_one_le.mp (lt_of_not_le fun k' =>
        not_le_of_lt over (mul_le_mul_of_nonneg_right (Int.cast_le_cast.mpr k') hδ.1))
      have under : y < Int.cast (l + 1) * (Nat.cast m * δ) := by
        rw [e]
        exact lt_of_lt_of_le hy.2 (mul_le_mul_of_nonneg_right (Int.cast_le_cast.mpr step) hδ.1)
      exact not_le_of_lt (lt_of_lt_of_le under (mul_le_mul_of_nonneg_right
        (Int.cast_le_cast.mpr (Int.lt_iff_add_one_le.mp lt))
        (mul_nonneg (natCast_nonneg m) hδ.1))) hl'.1
  exact (le_total l l').elim
    (fun h => (lt_or_eq_of_le h).elim (fun k => absurd k (not_lt hx hy hl hl')) id)
    fun h => (lt_or_eq_of_le h).elim (fun k => absurd k (not_lt hy hx hl' hl)) Eq.symm

/-- The information falls, or stays, as the cells of a grid are made wider by a whole factor (seed
004, Critical Threshold δ_crit, as far as it is true). -/
theorem information_le_of_mul_step (hw : ∀ i, 0 ≤ w i)
    (hψ : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p) {δ : K} (hδ : 0 < δ) {m : Nat} {x : Fin n → K}
    {k l : Fin n → Int} (hk : ∀ i, IsCell δ (x i) (k i))
    (hl : ∀ i, IsCell (Nat.cast m * δ) (x i) (l i)) : information ψ w l ≤ information ψ w k :=
  information_le_of_decides hw hψ fun i j _ _ e =>
    eq_of_isCell_mul hδ (hk i) (e ▸ hk j) (hl i) (hl j)

/-! ### What a task needs -/

/-- The lower bit of 0, 1, 2 and 3. -/
def lowBit : Fin 4 → Nat := Vector.get (0 ::ᵥ 1 ::ᵥ 0 ::ᵥ 1 ::ᵥ .nil)

/-- The higher bit of 0, 1, 2 and 3. -/
def highBit : Fin 4 → Nat := Vector.get (0 ::ᵥ 0 ::ᵥ 1 ::ᵥ 1 ::ᵥ .nil)

/-- Two codes tell of each other no more than one of them tells. -/
theorem mutualInfo_le_information (hw : ∀ i, 0 ≤ w i) (hψ : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p)
    (Y : Fin n → α) (Q : Fin n → β) : mutualInfo ψ w Y Q ≤ information ψ w Q := by
  have k := information_le_of_decides hw hψ (Q := fun i => (Y i, Q i)) (R := Y)
    fun i j _ _ e => congrArg Prod.fst e
  exact sub_le_iff_le_add'.mpr (add_le_add_right k _)

/-- What a code tells of the input that decides it is all that it tells. -/
theorem mutualInfo_eq_information (hw : ∀ i, 0 ≤ w i) (hψ : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p)
    {X : Fin n → α} {Q : Fin n → β} (h : Decides w X Q) :
    mutualInfo ψ w X Q = information ψ w Q := by
  have e : information ψ w (fun i => (X i, Q i)) = information ψ w X := le_antisymm
    (information_le_of_decides hw hψ fun i j hi hj e =>
      Prod.ext e (h i j hi hj e))
    (information_le_of_decides hw hψ fun i j _ _ e => congrArg Prod.fst e)
  show _ + _ - _ = _
  rw [e, add_sub_cancel_left]

/-- If a code `Q` of the input `X` tells less of it than the input tells of the labels `Y`, then the
code tells less of the labels than the input does (seed 004, Semantic Preservation Bounds:
`I_min = H(Y) - H(Y|X)` is what `X` tells of `Y`). -/
theorem mutualInfo_lt_of_lt (hw : ∀ i, 0 ≤ w i) (hψ : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p)
    {X : Fin n → α} {Q : Fin n → β} {Y : Fin n → γ} (hQ : Decides w X Q)
    (h : mutualInfo ψ w X Q < mutualInfo ψ w Y X) : mutualInfo ψ w Y Q < mutualInfo ψ w Y X :=
  lt_of_le_of_lt (mutualInfo_le_information hw hψ Y Q) (mutualInfo_eq_information hw hψ hQ ▸ h)

/-- If a code tells less than the labels do, every decision by it is wrong at some points that
occur: the share of errors is positive (seed 004, Semantic Preservation Bounds, for labels that the
input decides, so that `I_min = H(Y)`). -/
theorem error_pos_of_information_lt (hw : ∀ i, 0 ≤ w i)
    (hψ : ∀ p q, 0 < p → p ≤ q → ψ q ≤ ψ p) {Q : Fin n → α} {Y : Fin n → β}
    (h : information ψ w Q < information ψ w Y) (g : α → β) :
    0 < ∑ i, w i * (if Y i ≠ g (Q i) then 1 else 0) := by
  have nonneg : ∀ i, 0 ≤ w i * (if Y i ≠ g (Q i) then 1 else 0) := fun i => mul_nonneg (hw i)
    (le_trans (le_of_eq (if_neg id).symm) (ite_le_ite (p := False) False.elim))
  refine (lt_or_eq_of_le (sum_nonneg nonneg)).elim id fun e => absurd h fun k => ?_
  refine k.2 (information_le_of_decides hw hψ (decides_of_eq_comp (g := g) fun i hi => ?_))
  refine Decidable.byContradiction fun ne => ?_
  have zero := (sum_eq_zero_iff_of_nonneg nonneg).mp e.symm i
  rw [if_pos ne, mul_one] at zero
  exact ne_of_lt hi zero.symm

/-- Enough information does not suffice: two bits of an input tell as much as each other, by any
measure, and the first does not decide the second (seed 004, Core Equations, "I(X; Q(D(Y))) ≥ I_min
for task preservation"). -/
theorem information_suffices_as_given_false (ψ : Rat → Rat) :
    ¬ ∀ (n : Nat) (w : Fin n → Rat) (Q Y : Fin n → Nat), (∀ i, 0 ≤ w i) → ∑ i, w i = 1 →
      information ψ w Y ≤ information ψ w Q → ∃ g : Nat → Nat, ∀ i, Y i = g (Q i) :=
  have half : ∀ i, codeProb (fun _ => 1 / 4 : Fin 4 → Rat) lowBit i = 1 / 2 := by decide
  have half' : ∀ i, codeProb (fun _ => 1 / 4 : Fin 4 → Rat) highBit i = 1 / 2 := by decide
  have same : information ψ (fun _ => 1 / 4) highBit = information ψ (fun _ => 1 / 4) lowBit :=
    sum_congr fun i => congrArg (1 / 4 * ψ ·) ((half' i).trans (half i).symm)
  fun h => (h 4 (fun _ => 1 / 4) lowBit highBit (by decide) (by decide) (le_of_eq same)).elim
    fun _ e => absurd ((e .zero).trans (e (.succ (.succ .zero))).symm) (by decide)

/-! ### Collisions -/

/-- The probability that two draws from the distribution `w` get the same code. Its negative
logarithm is the code's Rényi information of order 2. -/
def collision {K : Type u} [CommRing K] {n : Nat} {α : Type v} [DecidableEq α] (w : Fin n → K)
    (Q : Fin n → α) : K :=
  ∑ i, ∑ j, w i * w j * (if Q i = Q j then 1 else 0)

/-- Collisions are the information with `ψ p = -p`. -/
theorem information_neg_eq (w : Fin n → K) (Q : Fin n → α) :
    information (fun p => -p) w Q = -collision w Q := by
  show ∑ i, w i * -codeProb w Q i = _
  have flip : ∀ i j, (if Q j = Q i then (1 : K) else 0) = if Q i = Q j then 1 else 0 :=
    fun i j => le_antisymm (ite_le_ite Eq.symm) (ite_le_ite Eq.symm)
  rw [sum_congr (g := fun i => -∑ j, w i * w j * (if Q i = Q j then 1 else 0)) fun i => by
    rw [mul_neg]
    refine congrArg (-·) ?_
    show w i * ∑ j, _ = _
    rw [mul_sum]
    exact sum_congr fun j => by rw [flip i j, mul_assoc], sum_neg]
  rfl

theorem collision_le_of_decides (hw : ∀ i, 0 ≤ w i) {Q : Fin n → α} {R : Fin n → β}
    (h : Decides w Q R) : collision w Q ≤ collision w R := by
  have k := information_le_of_decides hw (ψ := fun p => -p) (fun _ _ _ k => neg_le_neg k) h
  rw [information_neg_eq, information_neg_eq] at k
  exact neg_le_neg_iff.mp k

/-- A code that is a function of another one collides at least as often: its Rényi information of
order 2 is no greater (seed 004, Critical Threshold δ_crit, as far as it is true). -/
theorem collision_le_collision_comp (hw : ∀ i, 0 ≤ w i) (Q : Fin n → α) (f : α → β) :
    collision w Q ≤ collision w fun i => f (Q i) :=
  collision_le_of_decides hw fun _ _ _ _ e => congrArg f e

/-- A code that collides more often than the labels does not decide them (seed 004, Semantic
Preservation Bounds, with collisions in the place of bits). -/
theorem not_decides_of_collision_lt (hw : ∀ i, 0 ≤ w i) {Q : Fin n → α} {Y : Fin n → β}
    (h : collision w Y < collision w Q) : ¬ Decides w Q Y :=
  fun k => not_le_of_lt h (collision_le_of_decides hw k)

end LeanMining
