/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Core

/-!
# Syntax

The least that makes `syntax`, `notation`, `macro` and `macro_rules` work, in Lean's own shapes, and
the notation of logic.

An `@[extern]` declaration makes the interpreter call the function of the same name in Lean's own
library, so the bodies below are placeholders that never run. None of this changes what the kernel
accepts: it changes what text means and how terms are printed.
-/

set_option autoImplicit false
set_option linter.unusedVariables false
universe u v w

inductive List (α : Type u) where | nil : List α | cons (head : α) (tail : List α) : List α
inductive Option (α : Type u) where | none : Option α | some (val : α) : Option α
structure Array (α : Type u) where
  toList : List α
@[extern "x"] def Array.mkEmpty {α : Type u} (c : @& Nat) : Array α := ⟨.nil⟩
@[extern "x"] def Array.push {α : Type u} (a : Array α) (v : α) : Array α := a
def Array.empty {α : Type u} : Array α := Array.mkEmpty 0
@[extern "x"] def Array.mkArray0 {α : Type u}  : Array α := .empty
@[extern "x"] def Array.mkArray1 {α : Type u} (a0 : α) : Array α := .empty
@[extern "x"] def Array.mkArray2 {α : Type u} (a0 a1 : α) : Array α := .empty
@[extern "x"] def Array.mkArray3 {α : Type u} (a0 a1 a2 : α) : Array α := .empty
@[extern "x"] def Array.mkArray4 {α : Type u} (a0 a1 a2 a3 : α) : Array α := .empty
@[extern "x"] def Array.mkArray5 {α : Type u} (a0 a1 a2 a3 a4 : α) : Array α := .empty
@[extern "x"] def Array.mkArray6 {α : Type u} (a0 a1 a2 a3 a4 a5 : α) : Array α := .empty
@[extern "x"] def Array.mkArray7 {α : Type u} (a0 a1 a2 a3 a4 a5 a6 : α) : Array α := .empty
@[extern "x"] def Array.mkArray8 {α : Type u} (a0 a1 a2 a3 a4 a5 a6 a7 : α) : Array α := .empty
structure UInt32 where
  toNat : Nat
structure Char where
  val : UInt32
structure String where
  toList : List Char
structure Substring.Raw where
  str : String
  startPos : Nat
  stopPos : Nat
@[extern "x"] def String.toRawSubstring' (s : String) : Substring.Raw := ⟨s, 0, 0⟩

class Pure (f : Type u → Type v) where
  pure {α : Type u} : α → f α
class Bind (m : Type u → Type v) where
  bind {α β : Type u} : m α → (α → m β) → m β
class Functor (f : Type u → Type v) : Type (max (u+1) v) where
  map {α β : Type u} : (α → β) → f α → f β
class Monad (m : Type u → Type v) extends Functor m, Pure m, Bind m
class MonadExcept (ε : Type u) (m : Type v → Type w) where
  throw {α : Type v} : ε → m α
  tryCatch {α : Type v} : m α → (ε → m α) → m α
export Pure (pure)
export Bind (bind)
inductive EStateM.Result (ε σ α : Type u) where
  | ok (a : α) (s : σ) : EStateM.Result ε σ α
  | error (e : ε) (s : σ) : EStateM.Result ε σ α
def EStateM (ε σ α : Type u) : Type u := σ → EStateM.Result ε σ α
def ReaderT (ρ : Type u) (m : Type u → Type v) (α : Type u) : Type (max u v) := ρ → m α
instance (ρ ε σ : Type) : Monad (ReaderT ρ (EStateM ε σ)) where
  pure a _ s := .ok a s
  bind x f r s := match x r s with
    | .ok a s => f a r s
    | .error e s => .error e s
  map f x r s := match x r s with
    | .ok a s => .ok (f a) s
    | .error e s => .error e s
instance (ρ ε σ : Type) : MonadExcept ε (ReaderT ρ (EStateM ε σ)) where
  throw e _ s := .error e s
  tryCatch x h r s := match x r s with
    | .ok a s => .ok a s
    | .error e s => h e r s
class CoeT (α : Sort u) (_ : α) (β : Sort v) where
  coe : β
attribute [coe_decl] CoeT.coe

namespace Lean
inductive Name where
  | anonymous : Name
  | str (pre : Name) (str : String) : Name
  | num (pre : Name) (i : Nat) : Name
@[extern "x"] abbrev Name.mkStr (p : Name) (s : String) : Name := .str p s
@[extern "x"] abbrev Name.mkNum (p : Name) (i : Nat) : Name := .num p i
@[extern "x"] def Name.mkStr1 (a : String) : Name := .str .anonymous a
@[extern "x"] def Name.mkStr2 (a b : String) : Name := .str (.mkStr1 a) b
@[extern "x"] def Name.mkStr3 (a b c : String) : Name := .str (.mkStr2 a b) c
@[extern "x"] def Name.mkStr4 (a b c d : String) : Name := .str (.mkStr3 a b c) d
@[extern "x"] def Name.mkStr5 (a b c d e : String) : Name := .str (.mkStr4 a b c d) e
@[extern "x"] def Name.mkStr6 (a b c d e f : String) : Name := .str (.mkStr5 a b c d e) f
@[extern "x"] def Name.mkStr7 (a b c d e f g : String) : Name := .str (.mkStr6 a b c d e f) g
@[extern "x"] def Name.mkStr8 (a b c d e f g h : String) : Name := .str (.mkStr7 a b c d e f g) h
abbrev SyntaxNodeKind := Name
abbrev SyntaxNodeKinds := List SyntaxNodeKind

inductive ParserDescr where
  | const (name : Name) : ParserDescr
  | unary (name : Name) (p : ParserDescr) : ParserDescr
  | binary (name : Name) (p₁ p₂ : ParserDescr) : ParserDescr
  | node (kind : SyntaxNodeKind) (prec : Nat) (p : ParserDescr) : ParserDescr
  | trailingNode (kind : SyntaxNodeKind) (prec lhsPrec : Nat) (p : ParserDescr) : ParserDescr
  | symbol (val : String) : ParserDescr
  | nonReservedSymbol (val : String) (includeIdent : Bool) : ParserDescr
  | cat (catName : Name) (rbp : Nat) : ParserDescr
  | parser (declName : Name) : ParserDescr
  | nodeWithAntiquot (name : String) (kind : SyntaxNodeKind) (p : ParserDescr) : ParserDescr
  | sepBy (p : ParserDescr) (sep : String) (psep : ParserDescr)
    (allowTrailingSep : Bool := false) : ParserDescr
  | sepBy1 (p : ParserDescr) (sep : String) (psep : ParserDescr)
    (allowTrailingSep : Bool := false) : ParserDescr
  | unicodeSymbol (val asciiVal : String) (preserveForPP : Bool) : ParserDescr
abbrev TrailingParserDescr := ParserDescr

inductive SourceInfo where
  | original (leading : Substring.Raw) (pos : Nat) (trailing : Substring.Raw)
    (endPos : Nat) : SourceInfo
  | synthetic (pos endPos : Nat) (canonical : Bool := false) : SourceInfo
  | none : SourceInfo
inductive Syntax.Preresolved where
  | namespace (ns : Name) : Syntax.Preresolved
  | decl (n : Name) (fields : List String) : Syntax.Preresolved
inductive Syntax where
  | missing : Syntax
  | node (info : SourceInfo) (kind : SyntaxNodeKind) (args : Array Syntax) : Syntax
  | atom (info : SourceInfo) (val : String) : Syntax
  | ident (info : SourceInfo) (rawVal : Substring.Raw) (val : Name)
    (preresolved : List Syntax.Preresolved) : Syntax
structure TSyntax (ks : SyntaxNodeKinds) where
  raw : Syntax
@[extern "x"] def Syntax.getArg (s : @& Syntax) (i : @& Nat) : Syntax := .missing
@[extern "x"] def Syntax.getArgs (s : @& Syntax) : Array Syntax := .empty
@[extern "x"] def Syntax.isOfKind (s : @& Syntax) (k : @& SyntaxNodeKind) : Bool := false
@[extern "x"] def Syntax.matchesNull (s : @& Syntax) (n : @& Nat) : Bool := false
@[extern "x"] def Syntax.matchesIdent (s : @& Syntax) (id : @& Name) : Bool := false
@[extern "x"] def Syntax.node1 (i : SourceInfo) (k : SyntaxNodeKind) (a : Syntax) : Syntax :=
  .missing
@[extern "x"] def Syntax.node2 (i : SourceInfo) (k : SyntaxNodeKind) (a b : Syntax) : Syntax :=
  .missing
@[extern "x"] def Syntax.node3 (i : SourceInfo) (k : SyntaxNodeKind) (a b c : Syntax) : Syntax :=
  .missing
@[extern "x"] def Syntax.node4 (i : SourceInfo) (k : SyntaxNodeKind) (a b c d : Syntax) : Syntax :=
  .missing
@[extern "x"] def Syntax.node5 (i : SourceInfo) (k : SyntaxNodeKind) (a b c d e : Syntax) :
    Syntax := .missing
@[extern "x"] def Syntax.node6 (i : SourceInfo) (k : SyntaxNodeKind) (a b c d e f : Syntax) :
    Syntax := .missing
@[extern "x"] def Syntax.node7 (i : SourceInfo) (k : SyntaxNodeKind) (a b c d e f g : Syntax) :
    Syntax := .missing
@[extern "x"] def Syntax.node8 (i : SourceInfo) (k : SyntaxNodeKind) (a b c d e f g h : Syntax) :
    Syntax := .missing
@[extern "x"] def SourceInfo.fromRef (s : @& Syntax) (canonical : Bool) : SourceInfo := .none
@[extern "x"] def addMacroScope (mainModule n : Name) (scp : Nat) : Name := n

inductive Macro.Exception where
  | error (ref : Syntax) (msg : String) : Macro.Exception
  | unsupportedSyntax : Macro.Exception
structure Macro.Context where
  methods : Unit → Unit
  quotContext : Name
  currMacroScope : Nat
  currRecDepth : Nat
  maxRecDepth : Nat
  ref : Syntax
structure Macro.State where
  macroScope : Nat
  traceMsgs : List Unit
  expandedMacroDecls : List Name
abbrev MacroM := ReaderT Macro.Context (EStateM Macro.Exception Macro.State)
abbrev Macro := Syntax → MacroM Syntax
abbrev PrettyPrinter.UnexpandM := ReaderT Syntax (EStateM Unit Unit)
abbrev PrettyPrinter.Unexpander := Syntax → PrettyPrinter.UnexpandM Syntax

class MonadQuotation (m : Type → Type) where
  mkInfo : m SourceInfo
  scope : m Nat
  context : m Name
  withRef {α : Type} : Syntax → m α → m α
abbrev MonadRef.mkInfoFromRefPos {m : Type → Type} [MonadQuotation m] : m SourceInfo :=
  MonadQuotation.mkInfo
abbrev MonadQuotation.getCurrMacroScope {m : Type → Type} [MonadQuotation m] : m Nat :=
  MonadQuotation.scope
abbrev MonadQuotation.getContext {m : Type → Type} [MonadQuotation m] : m Name :=
  MonadQuotation.context
abbrev withRef {m : Type → Type} {α : Type} [MonadQuotation m] (s : Syntax) (x : m α) : m α :=
  MonadQuotation.withRef s x
instance : MonadQuotation MacroM where
  mkInfo ctx s := .ok (SourceInfo.fromRef ctx.ref false) s
  scope ctx s := .ok ctx.currMacroScope s
  context ctx s := .ok ctx.quotContext s
  withRef r x ctx s := x { ctx with ref := r } s
instance : MonadQuotation PrettyPrinter.UnexpandM where
  mkInfo r s := .ok (SourceInfo.fromRef r false) s
  scope _ s := .ok 0 s
  context _ s := .ok .anonymous s
  withRef r x _ s := x r s
@[reducible] instance instCoeKind (k : Name) : CoeT Name k SyntaxNodeKinds := ⟨.cons k .nil⟩
@[reducible] instance instCoeRaw (ks : SyntaxNodeKinds) (s : TSyntax ks) :
    CoeT (TSyntax ks) s Syntax := ⟨s.raw⟩
@[reducible] instance instCoeAny (ks ks' : SyntaxNodeKinds) (s : TSyntax ks) :
    CoeT (TSyntax ks) s (TSyntax ks') :=
  ⟨⟨s.raw⟩⟩
end Lean

/-! ### Notation -/

infix:50 " = " => Eq
infix:50 " ≠ " => Ne
infixr:35 " ∧ " => And
infixr:30 " ∨ " => Or
infix:20 " ↔ " => Iff
notation:1024 "¬" p:40 => Not p
infixr:35 " × " => Prod
infixr:90 " ∘ " => Function.comp
