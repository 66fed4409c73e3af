"""Gives declarations to Lean's kernel, one by one, in an environment that starts empty:
`_replay_main.py FOLDER OLEAN`.

They are read from standard input in lean4export's NDJSON format. Every name, level and term is made
by Lean's own constructors, so nothing that a file had cached about them (hashes, flags) is
believed, and each declaration is checked in full. What the kernel holds in the end is then written,
by Lean, to the file OLEAN, for the caller to compare with what it asked for. Exit status: 0 all was
accepted; 1 the kernel refused a declaration, and why is on standard error.

Run alone and isolated (`python -I -S`), so that nothing of pyharness is loaded beside Lean.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

POINTER, WORD, UINT32, BYTE = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint8
PR_SET_PDEATHSIG = 1

UNIT = 1
"""How Lean writes a value without fields: the number n of a constructor is the word 2n + 1. This is
n = 0."""
ARRAY = 246
"""The tag of an array's object."""
TRUST_NOTHING = 0
UNLIMITED = 0

AXIOM, DEFINITION, THEOREM, OPAQUE, QUOT = range(5)
"""The constructors of `Declaration` that are used; an inductive family has a function of its
own."""
SAFETY = {"unsafe": 0, "safe": 1, "partial": 2}
HINTS = {"opaque": 0, "abbrev": 1}
REFUSALS = (
    "unknownConstant alreadyDeclared declTypeMismatch declHasMVars declHasFVars funExpected typeExpected letTypeMismatch "
    "exprTypeMismatch appTypeMismatch invalidProj thmTypeIsNotProp other deterministicTimeout excessiveMemory deepRecursion "
    "interrupted"
).split()
"""The constructors of `Kernel.Exception`."""


class Refused(Exception):
    """The kernel does not accept a declaration."""


class Lean:
    """Lean's runtime and kernel. An object is known by its address.

    What is made here is never freed: each object gets a reference more whenever it is handed over,
    which a process that ends after one replay can afford. Functions that only borrow an argument
    are as right with one that is handed over.
    """

    def __init__(self, folder: str):
        ctypes.CDLL(f"{folder}/libInit_shared.so", mode=ctypes.RTLD_GLOBAL)
        self._library = ctypes.CDLL(f"{folder}/libleanshared.so", mode=ctypes.RTLD_GLOBAL)
        for name in (
            "lean_initialize",
            "lean_io_mark_end_initialization",
            "lean_init_task_manager",
        ):
            self._function(name, None)()

        def maker(name: str, *arguments: type) -> Callable[..., int]:
            return self._function(name, POINTER, *arguments)

        self._allocate = maker("lean_alloc_object", WORD)
        self._string = maker("lean_mk_string_from_bytes", ctypes.c_char_p, WORD)
        self._big = maker("lean_cstr_to_nat", ctypes.c_char_p)
        self.name_str = maker("lean_name_mk_string", POINTER, POINTER)
        self.name_num = maker("lean_name_mk_numeral", POINTER, POINTER)
        self.level_zero = maker("lean_level_mk_zero", POINTER)
        self.level = {
            name: maker(f"lean_level_mk_{name}", *[POINTER] * count)
            for name, count in (("succ", 1), ("max", 2), ("imax", 2), ("param", 1))
        }
        self.expr = {
            name: maker(f"lean_expr_mk_{name}", *[POINTER] * count)
            for name, count in (
                ("bvar", 1),
                ("sort", 1),
                ("const", 2),
                ("app", 2),
                ("lit", 1),
                ("proj", 3),
            )
        }
        self.expr |= {
            name: maker(f"lean_expr_mk_{symbol}", POINTER, POINTER, POINTER, BYTE)
            for name, symbol in (("lam", "lambda"), ("forallE", "forall"))
        }
        self.let = maker("l_Lean_Expr_letE___override", POINTER, POINTER, POINTER, POINTER, BYTE)
        self.axiom = maker("lean_mk_axiom_val", POINTER, POINTER, POINTER, BYTE)
        self.definition = maker(
            "lean_mk_definition_val", POINTER, POINTER, POINTER, POINTER, POINTER, BYTE, POINTER
        )
        self.theorem = maker("lean_mk_theorem_val", POINTER, POINTER, POINTER, POINTER, POINTER)
        self.opaque = maker("lean_mk_opaque_val", POINTER, POINTER, POINTER, POINTER, BYTE, POINTER)
        self.inductive = maker("lean_mk_inductive_decl", POINTER, POINTER, POINTER, BYTE)
        self.height = maker("lean_mk_reducibility_hints_regular", UINT32)
        # The environment is handed over; then come the limits on steps and on depth; the other two
        # are borrowed.
        self._add = maker("lean_add_decl", POINTER, WORD, WORD, POINTER, POINTER)
        self._find = maker("lean_environment_find", POINTER, POINTER)
        self._save = maker("l_Lean_saveModuleData", POINTER, POINTER, POINTER)
        self._io_error = maker("lean_io_error_to_string", POINTER)
        empty = self._succeeded(maker("l_Lean_mkEmptyEnvironment", UINT32)(TRUST_NOTHING))
        self._environment = maker("lean_elab_environment_to_kernel_env", POINTER)(empty)

    def _function(self, name: str, result: type | None, *arguments: type) -> Callable[..., int]:
        function = getattr(self._library, name)
        function.restype, function.argtypes = result, arguments
        return cast("Callable[..., int]", function)

    # -------------------------------------------------------------------------------------- objects
    @staticmethod
    def give(address: int) -> int:
        """Count one more reference to an object, and return it."""
        if not address & 1:
            count = ctypes.c_int32.from_address(address)
            if count.value > 0:
                count.value += 1
        return address

    @staticmethod
    def tag(address: int) -> int:
        """Return the number of the constructor that made a value."""
        return address >> 1 if address & 1 else ctypes.c_uint8.from_address(address + 7).value

    @staticmethod
    def field(address: int, place: int) -> int:
        return ctypes.c_uint64.from_address(address + 8 + 8 * place).value

    def _object(self, tag: int, other: int, words: Sequence[int]) -> int:
        address = self._allocate(8 + 8 * len(words))
        ctypes.c_int32.from_address(address).value = 1
        ctypes.c_uint16.from_address(address + 4).value = 8 + 8 * len(words) if tag < ARRAY else 0
        ctypes.c_uint8.from_address(address + 6).value = other
        ctypes.c_uint8.from_address(address + 7).value = tag
        (ctypes.c_uint64 * len(words)).from_address(address + 8)[:] = list(words)
        return address

    def make(self, tag: int, *fields: int) -> int:
        """Return a value made by the constructor of this number."""
        return self._object(tag, len(fields), [self.give(field) for field in fields])

    def list(self, items: Sequence[int]) -> int:
        made = UNIT
        for item in reversed(items):
            made = self.make(1, item, made)
        return made

    def array(self, items: Sequence[int]) -> int:
        return self._object(ARRAY, 0, [len(items), len(items), *map(self.give, items)])

    def nat(self, number: int) -> int:
        return 2 * number + 1 if number < 1 << 63 else self.decimal(str(number))

    def decimal(self, digits: str) -> int:
        """Return the natural number that these digits write."""
        return self._big(digits.encode())

    def string(self, text: str) -> int:
        data = text.encode()
        return self._string(data, len(data))

    def text(self, address: int) -> str:
        return ctypes.string_at(address + 32, self.field(address, 0) - 1).decode(errors="replace")

    # ----------------------------------------------------------------------------------- the kernel
    def add(self, declaration: int) -> None:
        """Have the kernel check a declaration and add what it makes to the environment.

        Raises:
            Refused: with the kernel's reason.
        """
        answer = self._add(self.give(self._environment), UNLIMITED, UNLIMITED, declaration, UNIT)
        if self.tag(answer) != 1:
            reason = self.field(answer, 0)
            raise Refused(f"{REFUSALS[self.tag(reason)]}: {self._explain(reason)}")
        self._environment = self.field(answer, 0)

    def _explain(self, reason: int) -> str:
        message = self._function("l_Lean_Kernel_Exception_toMessageData", POINTER, POINTER, POINTER)
        shown = self._function("l_Lean_MessageData_toString", POINTER, POINTER)
        options = self._function("lean_options_get_empty", POINTER, POINTER)
        return self.text(shown(message(self.give(reason), options(UNIT))))

    def find(self, name: int) -> int:
        """Return what the environment holds under a name.

        Raises:
            Refused: if that is nothing.
        """
        found = self._find(self.give(self._environment), self.give(name))
        if found == UNIT:
            raise Refused("the kernel accepted it, but holds nothing under its name")
        return self.field(found, 0)

    def save(self, path: str, names: Sequence[int], constants: Sequence[int]) -> None:
        """Have Lean write constants to a file as it writes those of a module without imports."""
        module = self.make(
            0,
            self.array([]),
            self.array(names),
            self.array(constants),
            self.array([]),
            self.array([]),
        )
        self._succeeded(
            self._save(self.string(path), self.name_str(UNIT, self.string("Replayed")), module)
        )

    def _succeeded(self, answer: int) -> int:
        if self.tag(answer) != 0:
            raise OSError(self.text(self._io_error(self.field(answer, 0))))
        return self.field(answer, 0)


class Replay:
    """Reads the lines of an export and gives each declaration to the kernel.

    Attributes:
        declared: the names of the constants that the declarations should make.
    """

    def __init__(self, lean: Lean):
        self._lean = lean
        self._names = {0: UNIT}
        self._shown = {0: ""}
        self._levels = {0: lean.level_zero(UNIT)}
        self._exprs: dict[int, int] = {}
        self.declared: list[int] = []

    def line(self, line: dict[str, Any]) -> None:
        """Take in one line.

        Raises:
            Refused: if the kernel does not accept the declaration in it.
        """
        if "in" in line:
            self._name(line.pop("in"), *line.popitem())
        elif "il" in line:
            self._level(line.pop("il"), *line.popitem())
        elif "ie" in line:
            number = line.pop("ie")
            self._exprs[number] = self._lean.give(self._expr(*line.popitem()))
        elif "meta" not in line:
            word, given = line.popitem()
            first = given["types"][0] if word == "inductive" else given
            try:
                self._declare(word, given)
            except Refused as refusal:
                raise Refused(f"{word} {self._shown[first['name']]}: {refusal}") from None

    def save(self, path: str) -> None:
        """Have Lean write what the kernel holds."""
        names = [self._names[number] for number in self.declared]
        self._lean.save(path, names, [self._lean.find(name) for name in names])

    # ------------------------------------------------------------------------- names, levels, terms
    def name(self, number: int) -> int:
        return self._lean.give(self._names[number])

    def names(self, numbers: list[int]) -> int:
        return self._lean.list([self._names[number] for number in numbers])

    def level(self, number: int) -> int:
        return self._lean.give(self._levels[number])

    def term(self, number: int) -> int:
        return self._lean.give(self._exprs[number])

    def _name(self, number: int, form: str, value: dict[str, Any]) -> None:
        lean, before = self._lean, value["pre"]
        if form == "str":
            part, made = value["str"], lean.name_str(self.name(before), lean.string(value["str"]))
        else:
            part, made = value["i"], lean.name_num(self.name(before), lean.nat(value["i"]))
        self._names[number] = lean.give(made)
        self._shown[number] = f"{self._shown[before]}.{part}".lstrip(".")

    def _level(self, number: int, form: str, value: int | list[int]) -> None:
        found = self.name if form == "param" else self.level
        parts = [found(part) for part in (value if isinstance(value, list) else [value])]
        self._levels[number] = self._lean.give(self._lean.level[form](*parts))

    def _expr(self, form: str, value: Any) -> int:
        lean = self._lean
        match form:
            case "bvar":
                return lean.expr[form](lean.nat(value))
            case "sort":
                return lean.expr[form](self.level(value))
            case "const":
                return lean.expr[form](
                    self.name(value["name"]),
                    lean.list([self._levels[level] for level in value["us"]]),
                )
            case "app":
                return lean.expr[form](self.term(value["fn"]), self.term(value["arg"]))
            case "lam" | "forallE":
                return lean.expr[form](
                    self.name(value["name"]), self.term(value["type"]), self.term(value["body"]), 0
                )
            case "letE":
                return lean.let(
                    self.name(value["name"]),
                    self.term(value["type"]),
                    self.term(value["value"]),
                    self.term(value["body"]),
                    value["nondep"],
                )
            case "proj":
                return lean.expr[form](
                    self.name(value["typeName"]), lean.nat(value["idx"]), self.term(value["struct"])
                )
            case "natVal":
                return lean.expr["lit"](lean.make(0, lean.decimal(value)))
            case "strVal":
                return lean.expr["lit"](lean.make(1, lean.string(value)))
        raise ValueError(f"a term of the form {form!r}")

    # --------------------------------------------------------------------------------- declarations
    def _declare(self, word: str, given: dict[str, Any]) -> None:
        lean = self._lean
        if word == "inductive":
            self._declare_inductive(given)
            return
        self.declared.append(given["name"])
        common = [
            self.name(given["name"]),
            self.names(given["levelParams"]),
            self.term(given["type"]),
        ]
        match word:
            case "axiom":
                lean.add(lean.make(AXIOM, lean.axiom(*common, given["isUnsafe"])))
            case "def":
                hints = given["hints"]
                made = (
                    2 * HINTS[hints] + 1
                    if isinstance(hints, str)
                    else lean.height(hints["regular"])
                )
                lean.add(
                    lean.make(
                        DEFINITION,
                        lean.definition(
                            *common,
                            self.term(given["value"]),
                            made,
                            SAFETY[given["safety"]],
                            self.names(given["all"]),
                        ),
                    )
                )
            case "thm":
                lean.add(
                    lean.make(
                        THEOREM,
                        lean.theorem(*common, self.term(given["value"]), self.names(given["all"])),
                    )
                )
            case "opaque":
                lean.add(
                    lean.make(
                        OPAQUE,
                        lean.opaque(
                            *common,
                            self.term(given["value"]),
                            given["isUnsafe"],
                            self.names(given["all"]),
                        ),
                    )
                )
            case "quot":
                # One declaration without fields makes all four constants; it stands for the first
                # of them.
                if given["kind"] == "type":
                    lean.add(2 * QUOT + 1)
            case _:
                raise ValueError(f"a declaration of the form {word!r}")

    def _declare_inductive(self, given: dict[str, Any]) -> None:
        lean = self._lean
        constructors = {item["name"]: item for item in given["ctors"]}
        types = []
        for item in given["types"]:
            made = [
                lean.make(0, self.name(name), self.term(constructors[name]["type"]))
                for name in item["ctors"]
            ]
            types.append(
                lean.make(0, self.name(item["name"]), self.term(item["type"]), lean.list(made))
            )
        first = given["types"][0]
        lean.add(
            lean.inductive(
                self.names(first["levelParams"]),
                lean.nat(first["numParams"]),
                lean.list(types),
                False,
            )
        )
        self.declared += [
            item["name"] for kind in ("types", "ctors", "recs") for item in given[kind]
        ]


def main(folder: str, olean: str) -> int:
    """Replay what standard input declares and return the exit status."""
    # Whatever kills the parent, even SIGKILL, ends this process too.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    replay = Replay(Lean(folder))
    try:
        for line in sys.stdin.buffer:
            replay.line(json.loads(line))
        replay.save(olean)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    # Lean's own threads need not be waited for.
    status = main(sys.argv[1], sys.argv[2])
    sys.stderr.flush()
    os._exit(status)
