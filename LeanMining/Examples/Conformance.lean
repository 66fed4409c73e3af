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
example : (byte 0x180).index = 0x80 ∧ pair (fun z q => (max q z).index) 0x8102 = 0x81 := by
  decide +kernel
example : row 256 65536 (pair fun z q => (max q z).index) 3 0x8000_ff80_00ff = 0x80ffff := by
  decide +kernel
example : row 256 65536 (pair fun z q => (max q z).index) 3 0x8000_ff80_00ff ≠ 0x81ffff := by
  decide +kernel
example : row 257 65536 (pair clipIndex) 3 0x8300_8380_83ff = (125 * 257 + 128) * 257 + 131 := by
  decide +kernel
example : clamp 5 4 = 4 ∧ clamp 5 7 = 5 := by decide +kernel
example : number 10 (entries 10 id (n := 3) 123) = 123 := by decide +kernel

end Conformance
