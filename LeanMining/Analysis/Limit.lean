/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Field
import LeanMining.Algebra.RingNF

/-!
# Limits of sequences

Limits and Cauchy sequences in a linearly ordered field, by ε and N.

## Main definitions

* `Eventually p`: the property holds from some index on
* `Tendsto f a`: the sequence `f` tends to `a`
* `IsCauSeq f`: the sequence `f` is Cauchy

## Main results

* `Tendsto.add`, `Tendsto.mul`, `Tendsto.inv`: limits and the operations of the field
* `tendsto_unique`: a sequence has at most one limit
* `le_of_tendsto_of_tendsto`, `tendsto_of_le_of_le`: limits and the order
* `Tendsto.isCauSeq`: a sequence that has a limit is Cauchy
-/

set_option autoImplicit false

universe u

/-! ### From some index on -/

/-- The property holds from some index on. -/
def Eventually (p : Nat → Prop) : Prop := ∃ N, ∀ n, N ≤ n → p n

namespace Eventually

variable {p q : Nat → Prop}

theorem of_forall (h : ∀ n, p n) : Eventually p := ⟨0, fun n _ => h n⟩
theorem mono (h : Eventually p) (k : ∀ n, p n → q n) : Eventually q :=
  h.elim fun N h => ⟨N, fun n l => k n (h n l)⟩
theorem and (h : Eventually p) (k : Eventually q) : Eventually fun n => p n ∧ q n :=
  h.elim fun M h => k.elim fun N k => ⟨M + N, fun n l =>
    ⟨h n (le_trans (Nat.le_add_right M N) l), k n (le_trans (Nat.le_add_left N M) l)⟩⟩
theorem exists (h : Eventually p) : ∃ n, p n := h.elim fun N h => ⟨N, h N (le_refl N)⟩
theorem const {a : Prop} (h : Eventually fun _ => a) : a := h.exists.elim fun _ k => k

end Eventually

/-! ### Small numbers -/

section LinearOrderedField

variable {K : Type u} [LinearOrderedField K] {a b c ε : K} {f g h : Nat → K}

theorem lt_of_sub_eq (k : 0 < c) (e : b - a = c) : a < b := sub_pos.mp (e ▸ k)
theorem le_of_sub_eq (k : 0 ≤ c) (e : b - a = c) : a ≤ b := sub_nonneg.mp (e ▸ k)
theorem abs_pos_add_one (a : K) : 0 < |a| + 1 :=
  add_pos_of_nonneg_of_pos (abs_nonneg a) zero_lt_one

/-- A positive number is a natural multiple of one. -/
theorem exists_mul_eq (n : Nat) (h : 0 < ε) : ∃ δ, 0 < δ ∧ ε = Nat.cast (Nat.succ n) * δ :=
  ⟨ε / Nat.cast (Nat.succ n), div_pos h (natCast_succ_pos n),
    by rw [mul_comm, div_mul_cancel _ (Ne.symm (ne_of_lt (natCast_succ_pos n)))]⟩

/-- Some multiple by `C` of a positive number is below `ε`. -/
theorem exists_mul_lt (C : K) (h : 0 < ε) : ∃ δ, 0 < δ ∧ C * δ < ε := by
  have pos : 0 < |C| + 1 := abs_pos_add_one C
  refine ⟨ε / (|C| + 1), div_pos h pos, ?_⟩
  rw [mul_comm, div_mul_eq_mul_div]
  refine (div_lt_iff pos).mpr (mul_lt_mul_of_pos_left ?_ h)
  exact lt_of_le_of_lt (le_abs_self C) (lt_add_of_pos_right zero_lt_one)

theorem le_of_forall_lt_add (h : ∀ ε, 0 < ε → a < b + ε) : a ≤ b :=
  (le_or_lt a b).elim id fun k => absurd (h (a - b) (sub_pos.mpr k))
    (by rw [add_sub_cancel]; exact lt_irrefl a)

/-! ### Limits -/

/-- The sequence tends to `a`. -/
def Tendsto (f : Nat → K) (a : K) : Prop :=
  ∀ ε, 0 < ε → Eventually fun n => |f n - a| < ε

/-- The sequence is Cauchy. -/
def IsCauSeq (f : Nat → K) : Prop := ∀ ε, 0 < ε → ∃ N, ∀ n, N ≤ n → |f n - f N| < ε

theorem Tendsto.of_le_mul (C : K) (k : ∀ ε, 0 < ε → Eventually fun n => |f n - a| ≤ C * ε) :
    Tendsto f a := fun _ε he =>
  (exists_mul_lt C he).elim fun δ hd => (k δ hd.1).mono fun _ l => lt_of_le_of_lt l hd.2

theorem IsCauSeq.of_le_mul (C : K)
    (k : ∀ ε, 0 < ε → ∃ N, ∀ n, N ≤ n → |f n - f N| ≤ C * ε) : IsCauSeq f := fun _ε he =>
  (exists_mul_lt C he).elim fun δ hd => (k δ hd.1).elim fun N k =>
    ⟨N, fun n l => lt_of_le_of_lt (k n l) hd.2⟩

theorem IsCauSeq.pair (k : IsCauSeq f) (he : 0 < ε) :
    ∃ N, ∀ m, N ≤ m → ∀ n, N ≤ n → |f m - f n| < ε :=
  (k _ (half_pos he)).elim fun N k => ⟨N, fun m hm n hn => by
    refine lt_of_le_of_lt (abs_sub_le _ (f N) _) ?_
    rw [abs_sub_comm (f N)]
    exact lt_of_lt_of_le (add_lt_add (k m hm) (k n hn)) (le_of_eq (add_halves ε))⟩

/-- Two Cauchy sequences from one index on. -/
theorem IsCauSeq.pair₂ (hf : IsCauSeq f) (hg : IsCauSeq g) (he : 0 < ε) :
    ∃ N, ∀ m, N ≤ m → ∀ n, N ≤ n → |f m - f n| < ε ∧ |g m - g n| < ε :=
  (hf.pair he).elim fun M hf => (hg.pair he).elim fun N hg => ⟨M + N, fun m hm n hn =>
    ⟨hf m (le_trans (Nat.le_add_right M N) hm) n (le_trans (Nat.le_add_right M N) hn),
     hg m (le_trans (Nat.le_add_left N M) hm) n (le_trans (Nat.le_add_left N M) hn)⟩⟩

theorem abs_lt_abs_add_of_abs_sub_lt (k : |a - b| < c) : |a| < |b| + c := by
  refine lt_of_sub_eq (sub_pos.mpr (lt_of_le_of_lt (abs_sub_abs_le_abs_sub a b) k)) ?_
  ring

theorem IsCauSeq.bounded (k : IsCauSeq f) : ∃ B, 0 < B ∧ Eventually fun n => |f n| < B :=
  (k 1 zero_lt_one).elim fun N k => ⟨|f N| + 1, abs_pos_add_one _, N, fun n l =>
    abs_lt_abs_add_of_abs_sub_lt (k n l)⟩

theorem Tendsto.bounded (k : Tendsto f a) : ∃ B, 0 < B ∧ Eventually fun n => |f n| < B :=
  ⟨|a| + 1, abs_pos_add_one _, (k 1 zero_lt_one).mono fun _ l => abs_lt_abs_add_of_abs_sub_lt l⟩

theorem tendsto_const (a : K) : Tendsto (fun _ => a) a := fun _ he =>
  .of_forall fun _ => by rw [sub_self, abs_zero]; exact he

theorem isCauSeq_const (a : K) : IsCauSeq fun _ : Nat => a := fun _ he =>
  ⟨0, fun _ _ => by rw [sub_self, abs_zero]; exact he⟩

theorem Tendsto.congr (k : Tendsto f a) (e : ∀ n, f n = g n) : Tendsto g a := fun ε he =>
  (k ε he).mono fun n l => by rw [← e n]; exact l

theorem Tendsto.isCauSeq (k : Tendsto f a) : IsCauSeq f := fun ε he =>
  (k _ (half_pos he)).elim fun N k => ⟨N, fun n l => by
    refine lt_of_le_of_lt (abs_sub_le _ a _) ?_
    rw [abs_sub_comm a]
    exact lt_of_lt_of_le (add_lt_add (k n l) (k N (le_refl N))) (le_of_eq (add_halves ε))⟩

theorem abs_add_sub_add_le (a b c d : K) : |a + b - (c + d)| ≤ |a - c| + |b - d| := by
  rw [add_sub_add_comm]; exact abs_add_le _ _

theorem abs_mul_sub_mul_le {B C : K} (a c : K) {b d : K} (hb : |b| < B) (hc : |c| < C)
    (h1 : |a - c| < ε) (h2 : |b - d| < ε) : |a * b - c * d| ≤ (B + C) * ε := by
  have e : a * b - c * d = (a - c) * b + c * (b - d) := by ring
  rw [e]
  refine le_trans (abs_add_le _ _) ?_
  rw [abs_mul, abs_mul, add_mul, mul_comm B]
  exact add_le_add (mul_le_mul h1.1 hb.1 (abs_nonneg _) (le_trans (abs_nonneg _) h1.1))
    (mul_le_mul hc.1 h2.1 (abs_nonneg _) (le_trans (abs_nonneg _) hc.1))

theorem Tendsto.add (hf : Tendsto f a) (hg : Tendsto g b) :
    Tendsto (fun n => f n + g n) (a + b) := .of_le_mul 2 fun ε he =>
  ((hf ε he).and (hg ε he)).mono fun n l => by
    rw [two_mul]
    exact le_trans (abs_add_sub_add_le _ _ _ _) (add_le_add l.1.1 l.2.1)

theorem IsCauSeq.add (hf : IsCauSeq f) (hg : IsCauSeq g) : IsCauSeq fun n => f n + g n :=
  .of_le_mul 2 fun _ε he => (hf.pair₂ hg he).elim fun N k => ⟨N, fun n l => by
    rw [two_mul]
    have k := k n l N (le_refl N)
    exact le_trans (abs_add_sub_add_le _ _ _ _) (add_le_add k.1.1 k.2.1)⟩

theorem Tendsto.mul (hf : Tendsto f a) (hg : Tendsto g b) :
    Tendsto (fun n => f n * g n) (a * b) :=
  hg.bounded.elim fun B hB => .of_le_mul (B + (|a| + 1)) fun ε he =>
    (((hf ε he).and (hg ε he)).and hB.2).mono fun _ l =>
      abs_mul_sub_mul_le _ _ l.2 (lt_add_of_pos_right zero_lt_one) l.1.1 l.1.2

theorem IsCauSeq.mul (hf : IsCauSeq f) (hg : IsCauSeq g) : IsCauSeq fun n => f n * g n :=
  hf.bounded.elim fun A hA => hg.bounded.elim fun B hB => .of_le_mul (B + A) fun _ε he =>
    (hf.pair₂ hg he).elim fun M k => (hA.2.and hB.2).elim fun N b => ⟨M + N, fun n l => by
      have m : M ≤ M + N := Nat.le_add_right M N
      have n' : N ≤ M + N := Nat.le_add_left N M
      have k := k n (le_trans m l) _ m
      exact abs_mul_sub_mul_le _ _ (b n (le_trans n' l)).2 (b _ n').1 k.1 k.2⟩

theorem Tendsto.const_mul (c : K) (hf : Tendsto f a) : Tendsto (fun n => c * f n) (c * a) :=
  (tendsto_const c).mul hf

theorem abs_neg_sub_neg (a b : K) : |-a - -b| = |a - b| := by
  rw [← abs_neg (a - b)]
  refine congrArg _ ?_
  ring

theorem Tendsto.neg (hf : Tendsto f a) : Tendsto (fun n => -f n) (-a) := fun ε he =>
  (hf ε he).mono fun n l => by rw [abs_neg_sub_neg]; exact l

theorem IsCauSeq.neg (hf : IsCauSeq f) : IsCauSeq fun n => -f n := fun ε he =>
  (hf ε he).elim fun N k => ⟨N, fun n l => by rw [abs_neg_sub_neg]; exact k n l⟩

theorem Tendsto.sub (hf : Tendsto f a) (hg : Tendsto g b) :
    Tendsto (fun n => f n - g n) (a - b) := by
  rw [sub_eq_add_neg]
  exact (hf.add hg.neg).congr fun n => (sub_eq_add_neg _ _).symm

theorem inv_sub_inv (ha : a ≠ 0) (hb : b ≠ 0) : a⁻¹ - b⁻¹ = (b - a) / (a * b) := by
  refine (eq_div_iff (mul_ne_zero ha hb)).mpr ?_
  have e : (a⁻¹ - b⁻¹) * (a * b) = a * a⁻¹ * b - b * b⁻¹ * a := by ring
  rw [e, mul_inv_cancel ha, mul_inv_cancel hb, one_mul, one_mul]

theorem abs_inv_sub_inv_le {d : K} (hd : 0 < d) (ha : d ≤ |a|) (hb : d ≤ |b|)
    (k : |a - b| < ε) : |a⁻¹ - b⁻¹| ≤ (d * d)⁻¹ * ε := by
  have dd : 0 < d * d := mul_pos hd hd
  rw [inv_sub_inv (abs_pos.mp (lt_of_lt_of_le hd ha)) (abs_pos.mp (lt_of_lt_of_le hd hb)),
    abs_div, abs_mul, abs_sub_comm, div_eq_mul_inv, mul_comm]
  exact mul_le_mul (inv_le_inv dd (mul_le_mul ha hb hd.1 (abs_nonneg a))) k.1 (abs_nonneg _)
    (inv_nonneg dd.1)

theorem IsCauSeq.inv {d : K} (hf : IsCauSeq f) (hd : 0 < d) (k : Eventually fun n => d ≤ |f n|) :
    IsCauSeq fun n => (f n)⁻¹ :=
  .of_le_mul (d * d)⁻¹ fun _ε he => (hf.pair he).elim fun M h => k.elim fun N k => ⟨M + N,
    fun n l => by
      have m : M ≤ M + N := Nat.le_add_right M N
      have n' : N ≤ M + N := Nat.le_add_left N M
      exact abs_inv_sub_inv_le hd (k n (le_trans n' l)) (k _ n') (h n (le_trans m l) _ m)⟩

theorem Tendsto.inv (hf : Tendsto f a) (ha : a ≠ 0) : Tendsto (fun n => (f n)⁻¹) a⁻¹ := by
  have pos : 0 < |a| / 2 := half_pos (abs_pos.mpr ha)
  refine .of_le_mul (|a| / 2 * (|a| / 2))⁻¹ fun ε he =>
    ((hf ε he).and (hf _ pos)).mono fun n l => ?_
  refine abs_inv_sub_inv_le pos ?_ (half_lt_self (abs_pos.mpr ha)).1 l.1
  have k := abs_lt_abs_add_of_abs_sub_lt (a := a) (b := f n) (by rw [abs_sub_comm]; exact l.2)
  refine le_of_add_le_add_right (c := |a| / 2) ?_
  rw [add_halves]
  exact k.1

theorem Tendsto.div (hf : Tendsto f a) (hg : Tendsto g b) (hb : b ≠ 0) :
    Tendsto (fun n => f n / g n) (a / b) := by
  rw [div_eq_mul_inv]
  exact (hf.mul (hg.inv hb)).congr fun n => (div_eq_mul_inv _ _).symm

/-! ### Order -/

theorem le_of_tendsto_of_tendsto (hf : Tendsto f a) (hg : Tendsto g b)
    (k : Eventually fun n => f n ≤ g n) : a ≤ b := le_of_forall_lt_add fun ε he => by
  refine (exists_mul_eq 1 he).elim fun δ hd => ?_
  refine (((hf δ hd.1).and (hg δ hd.1)).and k).exists.elim fun n l => ?_
  have l1 := sub_pos.mpr (abs_lt.mp l.1.1).1
  have l2 := sub_pos.mpr (abs_lt.mp l.1.2).2
  refine lt_of_sub_eq (add_pos_of_pos_of_nonneg (add_pos l1 l2) (sub_nonneg.mpr l.2)) ?_
  rw [hd.2]
  show b + 2 * δ - a = _
  ring

theorem le_of_tendsto (hf : Tendsto f a) (k : Eventually fun n => f n ≤ b) : a ≤ b :=
  le_of_tendsto_of_tendsto hf (tendsto_const b) k

theorem ge_of_tendsto (hf : Tendsto f a) (k : Eventually fun n => b ≤ f n) : b ≤ a :=
  le_of_tendsto_of_tendsto (tendsto_const b) hf k

theorem tendsto_unique (hf : Tendsto f a) (hg : Tendsto f b) : a = b :=
  le_antisymm (le_of_tendsto_of_tendsto hf hg (.of_forall fun _ => le_refl _))
    (le_of_tendsto_of_tendsto hg hf (.of_forall fun _ => le_refl _))

/-- A sequence between two that tend to `a` tends to `a`. -/
theorem tendsto_of_le_of_le (hf : Tendsto f a) (hh : Tendsto h a)
    (k : Eventually fun n => f n ≤ g n ∧ g n ≤ h n) : Tendsto g a := fun ε he =>
  (((hf ε he).and (hh ε he)).and k).mono fun _ l => abs_lt.mpr
    ⟨lt_of_lt_of_le (abs_lt.mp l.1.1).1 (sub_le_sub l.2.1 (le_refl a)),
     lt_of_le_of_lt (sub_le_sub l.2.2 (le_refl a)) (abs_lt.mp l.1.2).2⟩

theorem tendsto_of_abs_sub_le (hf : Tendsto f 0) (k : Eventually fun n => |g n - a| ≤ f n) :
    Tendsto g a := fun ε he => ((hf ε he).and k).mono fun n l => by
  have l1 := l.1
  rw [sub_zero] at l1
  exact lt_of_le_of_lt l.2 (lt_of_le_of_lt (le_abs_self _) l1)

end LinearOrderedField
