/-- Conjunction commutes. -/
theorem Small.swap (a b : Prop) (h : a ∧ b) : b ∧ a := by
  have k := And.right h
  exact And.intro k h.left

theorem Small.swap_twice (a b : Prop) (h : a ∧ b) : a ∧ b := Small.swap b a (Small.swap a b h)
