/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.ClippingTable
import LeanMining.Conformance

/-!
# Examples: rows of digits

Digits and rows of small tables.
-/

set_option autoImplicit false

namespace Conformance

open LeanMining

example : (2 : Nat) < 3 ∧ ∀ z q : Int8, (max q z).index < 256 :=
  ⟨by decide, fun _ _ => Nat.lt_succ_iff.mpr (Int8.index_le _)⟩
example : digit 256 1 0x12ab34 = 0xab := by decide +kernel
example : row 256 (fun z q => (max q z).index) 3 0x80ff00 0x0080ff = 0x80ffff := by decide +kernel
example : row 256 (fun z q => (max q z).index) 3 0x80ff00 0x0080ff ≠ 0x81ffff := by decide +kernel
example : row 257 clipIndex 3 0x838383 0x0080ff = (125 * 257 + 128) * 257 + 131 := by decide +kernel

end Conformance
