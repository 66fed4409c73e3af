/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Vector
import LeanMining.NeuralGeometry.IsotropicFloor

/-!
# Centering

Seed 001, *DCMeanCentering*. A mean adds its own energy to a centered vector's. The seed has it as
an axiom that some rotation takes a centered key at least as near to the sign lattice as a ceiling
of the key with its mean. Of one key that is true, since some reflection takes every key, centered
or not, to the sign lattice itself; for the same reason centering lifts no ceiling of one key. Of
several keys it is false, and so it is of one key that is not rotated.

## Main results

* `l2Norm_uncentered_gt`: a vector with a mean is longer than its centered part
* `exists_isOrthogonal_beta_eq_one`: a rotation takes a given key to the sign lattice
* `dc_centering_lifts_rotational_ceiling`: the seed's axiom, about one key
* `dc_centering_lifts_rotational_ceiling_of_keys_as_given_false`: not about several keys
* `beta_le_beta_center_false`: without a rotation centering can lower β
* `mean_stored_as_given_false`: a mean that is stored exactly can cost energy as well
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Field

variable {K : Type u} [LinearOrderedField K] {d : Nat}

/-- A mean adds its energy, with `s = √d`. -/
theorem normSq_uncentered (v : Fin d → K) (hv : ∑ i, v i = 0) (μ : K) {s : K} (hs : s ≠ 0)
    (hs' : s * s = Nat.cast d) :
    normSq (fun i => μ / s + v i) = μ * μ + normSq v := by
  rw [normSq_add (fun _ => μ / s) v]
  have e : dot (fun _ : Fin d => μ / s) v = 0 := by
    show ∑ i, μ / s * v i = 0
    rw [← mul_sum, hv, mul_zero]
  have f : normSq (fun _ : Fin d => μ / s) = μ * μ := by
    show ∑ _i : Fin d, μ / s * (μ / s) = μ * μ
    rw [sum_const, ← hs', div_mul_div_comm, mul_comm, div_mul_cancel _ (mul_ne_zero hs hs)]
  rw [e, f, mul_zero, add_zero]

/-- A vector with a mean is longer than its centered part, with the lengths `n` and `m` given by
their squares (seed 001, DCMeanCentering). -/
theorem l2Norm_uncentered_gt (v : Fin d → K) (hv : ∑ i, v i = 0) {μ s n m : K} (hμ : μ ≠ 0)
    (hs : s ≠ 0) (hs' : s * s = Nat.cast d) (hn : 0 ≤ n) (hn' : n * n = normSq fun i => μ / s + v i)
    (hm : m * m = normSq v) : m < n :=
  (le_or_lt n m).elim (fun h => absurd (mul_self_le_mul_self hn h) (not_le_of_lt (by
    rw [hn', hm, normSq_uncentered v hv μ hs hs', add_comm]
    exact lt_add_of_pos_right (mul_self_pos hμ)))) id

/-! ### One key -/

/-- Between two vectors of the same length there is a reflection, or else they are equal. -/
theorem mulVec_reflect_sub {v w : Fin d → K} (h : normSq v = normSq w)
    (hne : normSq (fun i => v i - w i) ≠ 0) (i : Fin d) :
    mulVec (reflect fun i => v i - w i) v i = w i := by
  have e : normSq (fun i => v i - w i) = 2 * dot (fun i => v i - w i) v := by
    have f : dot (fun i => v i - w i) v = normSq v - dot v w := by
      show ∑ i, (v i - w i) * v i = ∑ i, v i * v i - ∑ i, v i * w i
      rw [← sum_sub]
      exact sum_congr fun i => by ring
    rw [normSq_sub, ← h, f]; ring
  rw [mulVec_reflect, ← e, div_self hne, one_mul]
  ring

/-- Some rotation takes a key that is not 0 to the sign lattice, where β is 1. Its length is `n`,
and `s` is √d (seed 001, DCMeanCentering). -/
theorem exists_isOrthogonal_beta_eq_one (v : Fin d → K) (hv : ∃ i, v i ≠ 0) {n s : K}
    (hn : n * n = normSq v) (hs : s * s = Nat.cast d) :
    ∃ R : Fin d → Fin d → K, IsOrthogonal R ∧ beta (mulVec R v) = 1 := by
  have hd : (0 : K) < Nat.cast d := dim_pos hv
  have hs0 : s ≠ 0 := fun e => ne_of_lt hd (by rw [← hs, e, mul_zero])
  have target : normSq (fun _ : Fin d => n / s) = normSq v := by
    show ∑ _i : Fin d, n / s * (n / s) = _
    rw [sum_const, ← hs, div_mul_div_comm, hn, mul_comm, div_mul_cancel _ (mul_ne_zero hs0 hs0)]
  have one : ∀ w : Fin d → K, (∀ i, w i = n / s) → beta w = 1 := fun w hw => by
    have norm : normSq w = normSq v := (normSq_congr hw).trans target
    show l1Norm w * l1Norm w / (Nat.cast d * normSq w) = 1
    rw [(l1Norm_mul_l1Norm_eq_iff w).mpr fun i j => by rw [hw i, hw j],
      div_self (Ne.symm (ne_of_lt (mul_pos hd (norm ▸ normSq_pos hv))))]
  exact match LinearOrder.decEq (normSq fun i => v i - n / s) 0 with
  | .isTrue h => ⟨_, isOrthogonal_delta, one _ fun i =>
      (sum_delta_mul i v).trans (sub_eq_zero_iff.mp (normSq_eq_zero_iff.mp h i))⟩
  | .isFalse h => ⟨_, isOrthogonal_reflect h, one _ (mulVec_reflect_sub target.symm h)⟩

/-- Some rotation takes a key `v` that is not 0 to a cosine of at least any `ceiling` up to 1. The
axiom of the seed is this for a centered `v` and a ceiling of the key with its mean, which is a
cosine and so at most 1. Neither plays a part (seed 001, DCMeanCentering). -/
theorem dc_centering_lifts_rotational_ceiling (v : Fin d → K) (hv : ∃ i, v i ≠ 0)
    {n s ceiling : K} (hn : 0 ≤ n) (hn' : n * n = normSq v) (hs : 0 ≤ s) (hs' : s * s = Nat.cast d)
    (h : ceiling ≤ 1) :
    ∃ R : Fin d → Fin d → K, IsOrthogonal R ∧ ceiling ≤ l1Norm (mulVec R v) / (s * n) :=
  (exists_isOrthogonal_beta_eq_one v hv hn' hs').elim fun R k => ⟨R, k.1, by
    have e := cos_mul_cos_eq_beta (mulVec R v)
      (hn'.trans (normSq_mulVec_of_isOrthogonal k.1 v).symm) hs'
    rw [k.2] at e
    have f : l1Norm (mulVec R v) / (s * n) = 1 := eq_of_mul_self_eq_mul_self
      (div_nonneg (l1Norm_nonneg _) (mul_nonneg hs hn)) zero_le_one (e.trans (one_mul 1).symm)
    exact le_trans h (ge_of_eq f)⟩

/-! ### Several keys -/

/-- The entries less their mean. -/
def center (k : Fin d → K) : Fin d → K := fun i => k i - (∑ j, k j) / Nat.cast d

/-- Three keys of the same length that add up to 0 cannot all be on the sign lattice. -/
theorem betaRows_lt_one_of_sum_eq_zero {k : Fin 3 → Fin d → K} {N : K} (hN : 0 < N)
    (norm : ∀ s, normSq (k s) = N)
    (zero : ∀ i, k .zero i + k (.succ .zero) i + k (.succ (.succ .zero)) i = 0) :
    betaRows k < 1 := by
  refine lt_of_le_of_ne (betaRows_le_one k) fun e => ?_
  have hd : ∃ i, k .zero i ≠ 0 := (Fin.forall_or_exists_not (fun i => k .zero i = 0)
    fun i => LinearOrder.decEq _ _).elim
    (fun h => absurd (normSq_eq_zero_iff.mpr h) (by rw [norm]; exact Ne.symm (ne_of_lt hN))) id
  have pos : (0 : K) < Nat.cast d := dim_pos hd
  refine hd.elim fun i _ => ?_
  have square : ∀ s, k s i * k s i = N / Nat.cast d := fun s => by
    refine (eq_div_iff (Ne.symm (ne_of_lt pos))).mpr ?_
    rw [mul_comm, ← sum_const, ← norm s]
    exact sum_congr fun j => by rw [← abs_mul_abs_self,
      abs_eq_of_betaRows_eq_one e s i j, abs_mul_abs_self]
  have third : k (.succ (.succ .zero)) i = -(k .zero i + k (.succ .zero) i) :=
    (neg_eq_of_add_eq_zero_right (zero i)).symm
  have c := square (.succ (.succ .zero))
  rw [third, neg_mul_neg] at c
  have twice : 2 * (k .zero i * k (.succ .zero) i) = -(N / Nat.cast d) := by
    have f : 2 * (k .zero i * k (.succ .zero) i) = (k .zero i + k (.succ .zero) i) *
      (k .zero i + k (.succ .zero) i) - k .zero i * k .zero i -
        k (.succ .zero) i * k (.succ .zero) i := by ring
    rw [f, c, square, square]; ring
  have f : 4 * (k .zero i * k .zero i * (k (.succ .zero) i * k (.succ .zero) i)) =
      2 * (k .zero i * k (.succ .zero) i) * (2 * (k .zero i * k (.succ .zero) i)) := by ring
  rw [twice, neg_mul_neg, square, square] at f
  have q : 0 < N / Nat.cast d * (N / Nat.cast d) := mul_pos (div_pos hN pos) (div_pos hN pos)
  have g : 3 * (N / Nat.cast d * (N / Nat.cast d)) = 0 := by
    have h : 3 * (N / Nat.cast d * (N / Nat.cast d)) = 4 * (N / Nat.cast d * (N / Nat.cast d)) -
      N / Nat.cast d * (N / Nat.cast d) := by ring
    rw [h, f, sub_self]
  exact ne_of_lt (mul_pos (natCast_succ_pos 2) q) g.symm

/-- Three sign vectors: each has one entry -1. -/
def threeSigns : Fin 3 → Fin 3 → K := fun s i => 1 - 2 * delta s i

theorem threeSigns_mul_self : (s i : Fin 3) → threeSigns s i * threeSigns s i = (1 : K)
  | .zero, .zero => by show (1 - 2 * 1 : K) * (1 - 2 * 1) = 1; ring
  | .zero, .succ _ => by show (1 - 2 * 0 : K) * (1 - 2 * 0) = 1; ring
  | .succ .zero, .zero => by show (1 - 2 * 0 : K) * (1 - 2 * 0) = 1; ring
  | .succ .zero, .succ .zero => by show (1 - 2 * 1 : K) * (1 - 2 * 1) = 1; ring
  | .succ .zero, .succ (.succ _) => by show (1 - 2 * 0 : K) * (1 - 2 * 0) = 1; ring
  | .succ (.succ .zero), .zero => by show (1 - 2 * 0 : K) * (1 - 2 * 0) = 1; ring
  | .succ (.succ .zero), .succ .zero => by show (1 - 2 * 0 : K) * (1 - 2 * 0) = 1; ring
  | .succ (.succ .zero), .succ (.succ .zero) => by
    show (1 - 2 * 1 : K) * (1 - 2 * 1) = 1; ring

theorem sum_threeSigns : (s : Fin 3) → ∑ i, threeSigns s i = (1 : K)
  | .zero => by show 1 - 2 * 1 + (1 - 2 * 0 + (1 - 2 * 0 + 0)) = (1 : K); ring
  | .succ .zero => by show 1 - 2 * 0 + (1 - 2 * 1 + (1 - 2 * 0 + 0)) = (1 : K); ring
  | .succ (.succ .zero) => by show 1 - 2 * 0 + (1 - 2 * 0 + (1 - 2 * 1 + 0)) = (1 : K); ring

theorem betaRows_threeSigns : betaRows (threeSigns : Fin 3 → Fin 3 → K) = 1 := by
  have abs : ∀ s i, |(threeSigns s i : K)| = 1 := fun s i => eq_of_mul_self_eq_mul_self
    (abs_nonneg _) zero_le_one (by rw [abs_mul_abs_self, threeSigns_mul_self, one_mul])
  have three : (0 : K) < Nat.cast 3 := natCast_succ_pos 2
  have norm : ∀ s, normSq (threeSigns s : Fin 3 → K) = Nat.cast 3 := fun s =>
    (sum_congr (threeSigns_mul_self s)).trans ((sum_const 1 3).trans (mul_one _))
  refine betaRows_eq_one (fun s i j => (abs s i).trans (abs s j).symm) ?_
  rw [sum_congr norm, sum_const]
  exact Ne.symm (ne_of_lt (mul_pos three (mul_pos three three)))

/-- Of several keys a rotation of the centered ones need not reach what the keys reach as they are:
three sign vectors have β = 1, and their centered parts, which add up to 0, have less after every
rotation. So centering can lower the ceiling over all rotations (seed 001, DCMeanCentering). -/
theorem dc_centering_lifts_rotational_ceiling_of_keys_as_given_false :
    ¬ ∀ (m d : Nat) (k : Fin m → Fin d → K), (∀ s, ∃ i, center (k s) i ≠ 0) →
      ∃ R : Fin d → Fin d → K, IsOrthogonal R ∧
        betaRows k ≤ betaRows fun s => mulVec R (center (k s)) := by
  intro h
  have three : (Nat.cast 3 : K) ≠ 0 := Ne.symm (ne_of_lt (natCast_succ_pos 2))
  have entry : ∀ s i, center (threeSigns s) i = (threeSigns s i - 1 / Nat.cast 3 : K) :=
    fun s i => by
      show threeSigns s i - (∑ j, threeSigns s j) / Nat.cast 3 = _
      rw [sum_threeSigns]
  have norm : ∀ s, normSq (center (threeSigns s : Fin 3 → K)) = 8 / Nat.cast 3 := fun s => by
    have e : normSq (center (threeSigns s : Fin 3 → K)) =
        ∑ i, (threeSigns s i * threeSigns s i - 2 * (1 / Nat.cast 3) * threeSigns s i +
          1 / Nat.cast 3 * (1 / Nat.cast 3)) := sum_congr fun i => by
      rw [entry s i]; ring
    rw [e, sum_add, sum_sub, ← mul_sum, sum_threeSigns, sum_congr (threeSigns_mul_self s),
      sum_const, sum_const]
    refine (eq_div_iff three).mpr ?_
    have c : 1 / Nat.cast 3 * Nat.cast 3 = (1 : K) := div_mul_cancel 1 three
    have f : (Nat.cast 3 * 1 - 2 * (1 / Nat.cast 3) * 1 + Nat.cast 3 * (1 / Nat.cast 3 *
        (1 / Nat.cast 3))) * Nat.cast 3 = Nat.cast 3 * Nat.cast 3 - 2 * (1 / Nat.cast 3 *
          Nat.cast 3) + 1 / Nat.cast 3 * Nat.cast 3 * (1 / Nat.cast 3 * Nat.cast 3 : K) := by ring
    rw [f, c]
    show 3 * 3 - 2 * 1 + 1 * 1 = (8 : K)
    ring
  have pos : (0 : K) < 8 / Nat.cast 3 := div_pos (natCast_succ_pos 7) (natCast_succ_pos 2)
  refine (h 3 3 threeSigns fun s => ?_).elim fun R k => ?_
  · exact (Fin.forall_or_exists_not (fun i => center (threeSigns s) i = 0)
      fun i => LinearOrder.decEq _ _).elim (fun z => absurd ((norm s).symm.trans
        (normSq_eq_zero_iff.mpr z)) (Ne.symm (ne_of_lt pos))) id
  · refine not_le_of_lt (betaRows_lt_one_of_sum_eq_zero pos (fun s =>
      (normSq_mulVec_of_isOrthogonal k.1 _).trans (norm s)) fun i => ?_)
      (le_trans (ge_of_eq betaRows_threeSigns) k.2)
    show ∑ j, R i j * center (threeSigns .zero) j +
      ∑ j, R i j * center (threeSigns (.succ .zero)) j +
      ∑ j, R i j * center (threeSigns (.succ (.succ .zero))) j = 0
    rw [← sum_add, ← sum_add]
    refine sum_eq_zero fun j => ?_
    have column : threeSigns .zero j + threeSigns (.succ .zero) j +
        threeSigns (.succ (.succ .zero)) j = (1 : K) := match j with
      | .zero => by show 1 - 2 * 1 + (1 - 2 * 0) + (1 - 2 * 0) = (1 : K); ring
      | .succ .zero => by show 1 - 2 * 0 + (1 - 2 * 1) + (1 - 2 * 0) = (1 : K); ring
      | .succ (.succ .zero) => by show 1 - 2 * 0 + (1 - 2 * 0) + (1 - 2 * 1) = (1 : K); ring
    have c : Nat.cast 3 * (1 / Nat.cast 3) = (1 : K) := by rw [mul_comm, div_mul_cancel 1 three]
    have f : R i j * (threeSigns .zero j - 1 / Nat.cast 3) +
        R i j * (threeSigns (.succ .zero) j - 1 / Nat.cast 3) +
        R i j * (threeSigns (.succ (.succ .zero)) j - 1 / Nat.cast 3) =
        R i j * (threeSigns .zero j + threeSigns (.succ .zero) j +
          threeSigns (.succ (.succ .zero)) j - Nat.cast 3 * (1 / Nat.cast 3)) := by
      show _ = R i j * (_ - 3 * _); ring
    rw [entry, entry, entry, f, column, c, sub_self, mul_zero]

end Field

/-- Without a rotation centering a key can lower its β: that of (2, 2, 3) from 49/51 to 8/9 (seed
001, DCMeanCentering). -/
theorem beta_le_beta_center_false :
    ¬ ∀ (d : Nat) (k : Fin d → Rat), (∃ i, center k i ≠ 0) → beta k ≤ beta (center k) :=
  fun h => absurd (h 3 (Vector.get (2 ::ᵥ 2 ::ᵥ 3 ::ᵥ .nil)) ⟨.zero, by decide⟩) (by decide)

/-- That a key whose mean is stored exactly, beside the one-bit form of its centered part, loses no
more energy than its own one-bit form does is false: (1, 1, -1) is its own one-bit form, and its
centered part is off the sign lattice (seed 001, DCMeanCentering). -/
theorem mean_stored_as_given_false :
    ¬ ∀ (d : Nat) (k : Fin d → Rat),
      normSq (fun i => k i - ((∑ j, k j) / Nat.cast d +
        l1Norm (center k) / Nat.cast d * signQuant (center k) i)) ≤
      normSq fun i => k i - l1Norm k / Nat.cast d * signQuant k i :=
  fun h => absurd (h 3 (Vector.get (1 ::ᵥ 1 ::ᵥ -1 ::ᵥ .nil))) (by decide)

end LeanMining
