/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Logic

/-!
# Arithmetic notation

The classes behind `+`, `-`, `*`, `/`, `%` and `^`, in Lean's own shapes: the elaborator builds
`n + 1` out of `HAdd`, `instHAdd` and `instAddNat` by name.
-/

set_option autoImplicit false

universe u v w

/-- The notation `a + b`. -/
class HAdd (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  /-- `a + b`. -/
  hAdd : α → β → γ
/-- The notation `a - b`. -/
class HSub (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  /-- `a - b`. -/
  hSub : α → β → γ
/-- The notation `a * b`. -/
class HMul (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  /-- `a * b`. -/
  hMul : α → β → γ
/-- The notation `a / b`. -/
class HDiv (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  /-- `a / b`. -/
  hDiv : α → β → γ
/-- The notation `a ^ b`. -/
class HPow (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  /-- `a ^ b`. -/
  hPow : α → β → γ

/-- The notation `a + b` within one type. -/
class Add (α : Type u) where
  /-- `a + b` within one type. -/
  add : α → α → α
/-- The notation `a - b` within one type. -/
class Sub (α : Type u) where
  /-- `a - b` within one type. -/
  sub : α → α → α
/-- The notation `a * b` within one type. -/
class Mul (α : Type u) where
  /-- `a * b` within one type. -/
  mul : α → α → α
/-- The notation `-a`. -/
class Neg (α : Type u) where
  /-- `-a`. -/
  neg : α → α
/-- The notation `a / b` within one type. -/
class Div (α : Type u) where
  /-- `a / b` within one type. -/
  div : α → α → α
/-- The notation `a⁻¹`. -/
class Inv (α : Type u) where
  /-- `a⁻¹`. -/
  inv : α → α
/-- The notation `a ^ b` with its value in the type of `a`. -/
class Pow (α : Type u) (β : Type v) where
  /-- `a ^ b` with its value in the type of `a`. -/
  pow : α → β → α

@[default_instance, reducible] instance instHAdd {α : Type u} [Add α] : HAdd α α α := ⟨Add.add⟩
@[default_instance, reducible] instance instHSub {α : Type u} [Sub α] : HSub α α α := ⟨Sub.sub⟩
@[default_instance, reducible] instance instHMul {α : Type u} [Mul α] : HMul α α α := ⟨Mul.mul⟩
@[default_instance, reducible] instance instHDiv {α : Type u} [Div α] : HDiv α α α := ⟨Div.div⟩
@[default_instance, reducible] instance instHPow {α : Type u} {β : Type v} [Pow α β] : HPow α β α :=
  ⟨Pow.pow⟩

@[inherit_doc] infixl:65 " + " => HAdd.hAdd
@[inherit_doc] infixl:65 " - " => HSub.hSub
@[inherit_doc] infixl:70 " * " => HMul.hMul
@[inherit_doc] infixl:70 " / " => HDiv.hDiv
@[inherit_doc] infixr:75 " ^ " => HPow.hPow
@[inherit_doc] notation:75 "-" a:75 => Neg.neg a
@[inherit_doc] notation:1024 a:1024 "⁻¹" => Inv.inv a

@[reducible] instance instAddNat : Add Nat := ⟨Nat.add⟩
@[reducible] instance instSubNat : Sub Nat := ⟨Nat.sub⟩
@[reducible] instance instMulNat : Mul Nat := ⟨Nat.mul⟩
