/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Analysis.Real

/-!
# Completeness of the reals

A nonempty set of reals that is bounded above has a least upper bound. It is found by bisection
between rationals, and Cauchy and monotone sequences have their limits by it.

## Main definitions

* `IsLUB S b`: `b` is the least upper bound of `S`
* `Real.lim f`: the limit of the sequence `f`

## Main results

* `tendsto_div_two_pow`: what is halved again and again tends to 0
* `Real.exists_isLUB`: least upper bounds
* `Real.exists_tendsto_of_isCauSeq`: a Cauchy sequence of reals has a limit
* `Real.exists_tendsto_of_monotone`: so has a monotone bounded one
-/

set_option autoImplicit false

universe u

/-- `b` is at least every element of `S`. -/
def IsUpperBound {α : Type u} [LE α] (S : α → Prop) (b : α) : Prop := ∀ x, S x → x ≤ b

/-- `b` is the least upper bound of `S`. -/
def IsLUB {α : Type u} [LE α] (S : α → Prop) (b : α) : Prop :=
  IsUpperBound S b ∧ ∀ c, IsUpperBound S c → b ≤ c

/-- In any ordered field `n + 1` is at most `2 ^ n`. -/
theorem natCast_succ_le_two_pow {K : Type u} [LinearOrderedField K] :
    (n : Nat) → (Nat.cast (Nat.succ n) : K) ≤ 2 ^ n
  | .zero => le_refl 1
  | .succ n => by
    rw [natCast_succ, pow_succ, mul_two]
    refine add_le_add (natCast_succ_le_two_pow n) (le_trans ?_ (natCast_succ_le_two_pow n))
    rw [natCast_succ]
    exact le_add_of_nonneg_left (natCast_nonneg n)

/-- In an Archimedean field what is halved again and again tends to 0. -/
theorem tendsto_div_two_pow {K : Type u} [LinearOrderedField K]
    (arch : ∀ a : K, ∃ n : Nat, a < Nat.cast n) (c : K) : Tendsto (fun n => c / 2 ^ n) 0 :=
  fun ε he => (arch (|c| / ε)).elim fun N h => ⟨N, fun n l => by
    have p : (0 : K) < 2 ^ n := pow_pos zero_lt_two n
    show |c / 2 ^ n - 0| < ε
    rw [sub_zero, abs_div, abs_of_pos p]
    refine (div_lt_iff p).mpr (lt_of_lt_of_le ((div_lt_iff he).mp h) ?_)
    rw [mul_comm]
    refine mul_le_mul_of_nonneg_left ?_ he.1
    have up : (Nat.cast N : K) ≤ Nat.cast n := by
      rw [← Nat.sub_add_cancel l, natCast_add]
      exact le_add_of_nonneg_left (natCast_nonneg _)
    refine le_trans up (le_trans ?_ (natCast_succ_le_two_pow n))
    rw [natCast_succ]
    exact (lt_add_of_pos_right zero_lt_one).1⟩

theorem Rat.exists_nat_gt (q : Rat) : ∃ n : Nat, q < Nat.cast n :=
  (Rat.exists_nat_ge q).elim fun n h => ⟨Nat.succ n, lt_of_le_of_lt h (by
    rw [natCast_succ]; exact lt_add_of_pos_right zero_lt_one)⟩

namespace Real

/-! ### Bisection -/

/-- From an interval to the half whose upper end is still an upper bound of `S`. -/
noncomputable def bisect (S : Real → Prop) (i : Rat × Rat) : Rat × Rat :=
  @ite (Rat × Rat) (IsUpperBound S (ofRat ((i.1 + i.2) / 2))) (Classical.propDecidable _)
    (i.1, (i.1 + i.2) / 2) ((i.1 + i.2) / 2, i.2)

/-- What `n` bisections leave of the interval. -/
noncomputable def bisection (S : Real → Prop) (i : Rat × Rat) : Nat → Rat × Rat
  | .zero => i
  | .succ n => bisect S (bisection S i n)

/-- The upper end is an upper bound of `S`, and the lower end is not. -/
def Brackets (S : Real → Prop) (i : Rat × Rat) : Prop :=
  ¬ IsUpperBound S (ofRat i.1) ∧ IsUpperBound S (ofRat i.2)

variable {S : Real → Prop} {i j : Rat × Rat}

theorem bisect_cases (S : Real → Prop) (i : Rat × Rat) :
    (IsUpperBound S (ofRat ((i.1 + i.2) / 2)) ∧ bisect S i = (i.1, (i.1 + i.2) / 2)) ∨
    (¬ IsUpperBound S (ofRat ((i.1 + i.2) / 2)) ∧ bisect S i = ((i.1 + i.2) / 2, i.2)) :=
  (Classical.em _).elim (fun h => .inl ⟨h, if_pos h⟩) fun h => .inr ⟨h, if_neg h⟩

theorem Brackets.bisect (h : Brackets S i) : Brackets S (bisect S i) :=
  (bisect_cases S i).elim (fun k => by rw [k.2]; exact ⟨h.1, k.1⟩)
    fun k => by rw [k.2]; exact ⟨k.1, h.2⟩

theorem Brackets.bisection (h : Brackets S i) : (n : Nat) → Brackets S (bisection S i n)
  | .zero => h
  | .succ n => (Brackets.bisection h n).bisect

/-- The lower end of one interval is below the upper end of another. -/
theorem Brackets.lt (h : Brackets S i) (k : Brackets S j) : i.1 < j.2 :=
  (le_or_lt j.2 i.1).elim (fun l => absurd (fun x hx => le_trans (k.2 x hx) (ofRat_le.mpr l)) h.1)
    id

theorem bisect_le (h : i.1 ≤ i.2) : i.1 ≤ (bisect S i).1 ∧ (bisect S i).2 ≤ i.2 := by
  have e : (i.1 + i.2) / 2 * 2 = i.1 + i.2 := div_mul_cancel _ two_ne_zero
  have low : i.1 ≤ (i.1 + i.2) / 2 := (le_div_iff zero_lt_two).mpr (by
    rw [mul_two]; exact add_le_add_left h _)
  have high : (i.1 + i.2) / 2 ≤ i.2 := (div_le_iff zero_lt_two).mpr (by
    rw [mul_two]; exact add_le_add_right h _)
  exact (bisect_cases S i).elim (fun k => by rw [k.2]; exact ⟨le_refl _, high⟩)
    fun k => by rw [k.2]; exact ⟨low, le_refl _⟩

theorem bisect_sub (S : Real → Prop) (i : Rat × Rat) :
    (bisect S i).2 - (bisect S i).1 = (i.2 - i.1) / 2 := by
  have e : (i.1 + i.2) / 2 * 2 = i.1 + i.2 := div_mul_cancel _ two_ne_zero
  refine (eq_div_iff two_ne_zero).mpr ?_
  rw [sub_mul]
  exact (bisect_cases S i).elim
    (fun k => by
      rw [k.2]
      show (i.1 + i.2) / 2 * 2 - i.1 * 2 = i.2 - i.1
      rw [e]; ring)
    fun k => by
      rw [k.2]
      show i.2 * 2 - (i.1 + i.2) / 2 * 2 = i.2 - i.1
      rw [e]; ring

theorem bisection_sub (S : Real → Prop) (i : Rat × Rat) :
    (n : Nat) → (bisection S i n).2 - (bisection S i n).1 = (i.2 - i.1) / 2 ^ n
  | .zero => (div_one _).symm
  | .succ n => by
    rw [pow_succ, ← div_div, ← bisection_sub S i n]
    exact bisect_sub S _

theorem bisection_le (h : Brackets S i) (m : Nat) : (n : Nat) →
    (bisection S i (m + n)).2 ≤ (bisection S i m).2
  | .zero => le_refl _
  | .succ n => le_trans (bisect_le ((h.bisection _).lt (h.bisection _)).1).2 (bisection_le h m n)

theorem isCauSeq_bisection (h : Brackets S i) : IsCauSeq fun n => (bisection S i n).2 :=
  fun ε he => (tendsto_div_two_pow Rat.exists_nat_gt (i.2 - i.1) ε he).elim fun N k =>
    ⟨N, fun n l => by
      have k : |(i.2 - i.1) / 2 ^ N - 0| < ε := k N (le_refl N)
      rw [sub_zero, ← bisection_sub S] at k
      have down := bisection_le h N (n - N)
      rw [Nat.add_comm, Nat.sub_add_cancel l] at down
      show |(bisection S i n).2 - (bisection S i N).2| < ε
      rw [abs_sub_comm, abs_of_nonneg (sub_nonneg.mpr down)]
      exact lt_trans (lt_of_sub_eq (sub_pos.mpr ((h.bisection N).lt (h.bisection n))) (by ring))
        (lt_of_le_of_lt (le_abs_self _) k)⟩

/-- The least upper bound as the limit of the upper ends. -/
private theorem exists_isLUB_bisection (S : Real → Prop) (hne : ∃ x, S x)
    (hb : ∃ b, IsUpperBound S b) : ∃ b, IsLUB S b := by
  refine hne.elim fun x hx => hb.elim fun b hb => ?_
  refine (exists_rat_gt b).elim fun q hq => (exists_rat_gt (-x)).elim fun p hp => ?_
  have start : Brackets S (-p, q) := ⟨fun k => absurd (k x hx) (not_le_of_lt (by
    show ofRat (-p) < x
    rw [ofRat_neg]
    have l := neg_lt_neg hp
    rw [neg_neg] at l
    exact l)), fun y hy => le_trans (hb y hy) hq.1⟩
  refine ⟨mk ⟨_, isCauSeq_bisection start⟩, fun y hy => ge_of_tendsto (tendsto_mk _)
    (.of_forall fun n => (start.bisection n).2 y hy), fun c hc => ?_⟩
  have gap : Tendsto (fun n => ofRat ((q - -p) / 2 ^ n)) 0 := fun ε he => by
    refine (exists_rat_pos_lt he).elim fun δ hd => ?_
    refine (tendsto_div_two_pow Rat.exists_nat_gt (q - -p) δ hd.1).mono fun n l => ?_
    rw [sub_zero] at l
    rw [sub_zero, ← ofRat_abs]
    exact lt_trans (ofRat_lt.mpr l) hd.2
  have sum := (tendsto_const c).add gap
  rw [add_zero] at sum
  refine le_of_tendsto_of_tendsto (tendsto_mk ⟨_, isCauSeq_bisection start⟩) sum
    (.of_forall fun n => ?_)
  rw [← bisection_sub S (-p, q) n, ofRat_sub]
  have low : ofRat (bisection S (-p, q) n).1 ≤ c := (le_or_lt (ofRat (bisection S (-p, q) n).1)
    c).elim id fun l => absurd (fun y hy => le_trans (hc y hy) l.1) (start.bisection n).1
  exact le_of_sub_eq (sub_nonneg.mpr low) (by ring)

/-- A nonempty set of reals that is bounded above has a least upper bound. -/
theorem exists_isLUB (S : Real → Prop) (hne : ∃ x, S x) (hb : ∃ b, IsUpperBound S b) :
    ∃ b, IsLUB S b :=
  -- The bound is chosen, so that what unfolds the proof does not unfold the sequence.
  ⟨_, Classical.choose_spec (exists_isLUB_bisection S hne hb)⟩

/-! ### Limits -/

/-- A Cauchy sequence of reals has a limit. -/
theorem exists_tendsto_of_isCauSeq {f : Nat → Real} (h : IsCauSeq f) : ∃ a, Tendsto f a := by
  refine h.bounded.elim fun B hB => ?_
  refine (exists_isLUB (fun x => Eventually fun n => x ≤ f n)
    ⟨-B, hB.2.mono fun _ l => (abs_lt.mp l).1.1⟩
    ⟨B, fun x hx => (hx.and hB.2).exists.elim fun _ l => le_trans l.1 (abs_lt.mp l.2).2.1⟩).elim
    fun a ha => ⟨a, fun ε he => ?_⟩
  refine (exists_mul_eq 1 he).elim fun δ hd => (h.pair hd.1).elim fun N k => ⟨N, fun n l => ?_⟩
  have low : f n - δ ≤ a := ha.1 _ ⟨N, fun m hm =>
    le_of_sub_eq (sub_pos.mpr (abs_lt.mp (k n l m hm)).2).1 (by ring)⟩
  have high : a ≤ f n + δ := ha.2 _ fun x hx => by
    refine (hx.and ⟨N, fun m hm => k n l m hm⟩).exists.elim fun m hm => ?_
    refine le_trans hm.1 (le_of_sub_eq (sub_pos.mpr (abs_lt.mp hm.2).1).1 ?_)
    ring
  refine lt_of_le_of_lt (abs_le.mpr ⟨?_, ?_⟩) (?_ : δ < ε)
  · exact le_of_sub_eq (sub_nonneg.mpr high) (by ring)
  · exact le_of_sub_eq (sub_nonneg.mpr low) (by ring)
  · rw [hd.2]
    exact lt_of_sub_eq hd.1 (by show 2 * δ - δ = δ; ring)

/-- The limit of a sequence, and 0 where there is none. -/
noncomputable def lim (f : Nat → Real) : Real :=
  @dite Real (∃ a, Tendsto f a) (Classical.propDecidable _) Classical.choose fun _ => 0

theorem tendsto_lim {f : Nat → Real} (h : ∃ a, Tendsto f a) : Tendsto f (lim f) := by
  unfold lim
  rw [dif_pos h]
  exact Classical.choose_spec h

/-- A sequence that tends to a number has it as its limit. -/
theorem lim_eq {f : Nat → Real} {a : Real} (h : Tendsto f a) : lim f = a :=
  tendsto_unique (tendsto_lim ⟨a, h⟩) h

theorem le_of_monotone {f : Nat → Real} (h : ∀ n, f n ≤ f (Nat.succ n)) {m n : Nat} (l : m ≤ n) :
    f m ≤ f n := by
  have step : (k : Nat) → f m ≤ f (k + m) := fun k => by
    induction k with
    | zero => rw [Nat.zero_add]; exact le_refl _
    | succ k ih => rw [Nat.succ_add]; exact le_trans ih (h _)
  rw [← Nat.sub_add_cancel l]
  exact step _

/-- A sequence of reals that never falls and is bounded tends to its least upper bound. -/
theorem exists_tendsto_of_monotone {f : Nat → Real} {b : Real} (h : ∀ n, f n ≤ f (Nat.succ n))
    (hb : ∀ n, f n ≤ b) : ∃ a, Tendsto f a ∧ (∀ n, f n ≤ a) ∧ a ≤ b := by
  refine (exists_isLUB (fun x => ∃ n, x = f n) ⟨f 0, 0, rfl⟩
    ⟨b, fun x hx => hx.elim fun n e => e ▸ hb n⟩).elim fun a ha =>
    ⟨a, fun ε he => ?_, fun n => ha.1 _ ⟨n, rfl⟩, ha.2 _ fun x hx => hx.elim fun n e => e ▸ hb n⟩
  have near : ∃ N, a - ε < f N := Classical.byContradiction fun k => by
    have up : a ≤ a - ε := ha.2 _ fun x hx => hx.elim fun n e => e ▸
      (le_or_lt (f n) (a - ε)).elim id fun l => (k ⟨n, l⟩).elim
    exact absurd (le_sub_iff_add_le.mp up) (not_le_of_lt (lt_add_of_pos_right he))
  refine near.elim fun N hN => ⟨N, fun n l => ?_⟩
  show |f n - a| < ε
  rw [abs_sub_comm, abs_of_nonneg (sub_nonneg.mpr (ha.1 _ ⟨n, rfl⟩))]
  refine lt_of_sub_eq (add_pos_of_pos_of_nonneg (sub_pos.mpr hN)
    (sub_nonneg.mpr (le_of_monotone h l))) ?_
  ring

end Real
