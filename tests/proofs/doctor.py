"""Forges compiled modules: changes a stored .olean and the record of its digest, as one who can
write to the cache would.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pyharness.proofs.modules import Module
from pyharness.proofs.names import Name, parse_name
from pyharness.proofs.olean import Olean
from pyharness.proofs.terms import Terms

__all__ = ["doctored"]


class Patient(Olean):
    """A file whose words can be changed; addresses and places are as in the file's own format."""

    def __init__(self, module: Module):
        self.data = bytearray(module.olean.read_bytes())
        super().__init__(module.olean, bytes(self.data), Terms())

    def word(self, address: int, field: int) -> int:
        """A field of the object at an address."""
        return struct.unpack_from("<Q", self.data, self._place(address, field))[0]

    def put(self, address: int, field: int, value: int) -> None:
        """Change a field of the object at an address."""
        struct.pack_into("<Q", self.data, self._place(address, field), value)

    def put_byte(self, address: int, fields: int, place: int, value: int) -> None:
        """Change a byte behind an object's fields."""
        self.data[self._place(address, fields) + place] = value

    def text(self, address: int) -> bytes:
        """The bytes of a string, with the zero at their end."""
        start = self._place(address, 3)
        return bytes(self.data[start : start + self.word(address, 0)])

    def put_text(self, address: int, text: bytes) -> None:
        """Change a string to another one that is as long."""
        assert len(text) == self.word(address, 0)
        start = self._place(address, 3)
        self.data[start : start + len(text)] = text

    def details(self, name: str) -> int:
        """The address of what is stored of a constant beside its kind."""
        return self.word(self._records[_name(name)], 0)

    def signature(self, name: str) -> int:
        """The address of a constant's name, universe parameters and type."""
        return self.word(self.details(name), 0)

    def _place(self, address: int, field: int) -> int:
        return address - self._base + 8 + 8 * field


def _name(text: str) -> Name:
    name = parse_name(text)
    assert name is not None, text
    return name


def give_type(file: Patient, name: str, donor: str) -> None:
    """Give a constant the type of another."""
    file.put(file.signature(name), 2, file.word(file.signature(donor), 2))


def give_value(file: Patient, name: str, donor: str) -> None:
    """Give a constant the proof of another."""
    file.put(file.details(name), 1, file.word(file.details(donor), 1))


def give_type_clear_flags(file: Patient, name: str, donor: str) -> None:
    """Give a constant the type of another, and clear the flag in it that says that it has universe
    parameters.
    """
    give_type(file, name, donor)
    type_ = file.word(file.signature(donor), 2)
    fields = file._header(type_, file._end)[1]
    flags = file.word(type_, fields)
    assert flags >> 43 & 1
    file.put(type_, fields, flags & ~(1 << 43))


def exchange(file: Patient, axiom: str, theorem: str) -> None:
    """Give a theorem the name and the type of an axiom, and the axiom the theorem's name, which
    must be as long.
    """
    give_type(file, theorem, axiom)
    names = [file.word(file.signature(name), 0) for name in (axiom, theorem)]
    hashes = [file.word(name, 2) for name in names]
    strings = [file.text(file.word(name, 1)) for name in names]
    for name, hash_, string in zip(names, hashes[::-1], strings[::-1], strict=True):
        file.put(name, 2, hash_)
        file.put_text(file.word(name, 1), string)


def mark_unsafe(file: Patient, name: str) -> None:
    """Mark a definition as unsafe."""
    file.put_byte(file.details(name), 4, 0, 0)


def mark_k(file: Patient, name: str) -> None:
    """Mark a recursor as one that unfolds on any proof."""
    file.put_byte(file.details(name), 7, 0, 1)


def truncate(file: Patient) -> None:
    """Cut the second half off."""
    del file.data[len(file.data) // 16 * 8 :]


def flip(file: Patient, name: str) -> None:
    """Flip the lowest bit of the byte that is highest in the address of a constant's proof."""
    file.put(file.details(name), 1, file.word(file.details(name), 1) ^ 1 << 56)


def other_githash(file: Patient) -> None:
    """Name another Lean as the one that wrote the file."""
    file.data[40:80] = b"0" * 40


DOCTORS: dict[str, Callable[..., None]] = {
    doctor.__name__: doctor
    for doctor in (
        give_type,
        give_value,
        give_type_clear_flags,
        exchange,
        mark_unsafe,
        mark_k,
        truncate,
        flip,
        other_githash,
    )
}


@contextmanager
def doctored(module: Module, doctor: str, *names: str) -> Iterator[None]:
    """Change a compiled module, with its record, and remove both in the end."""
    file = Patient(module)
    DOCTORS[doctor](file, *names)
    assert file.data != module.olean.read_bytes()
    module.olean.write_bytes(file.data)
    path = module.olean.parent / "record.json"
    record = json.loads(path.read_bytes())
    record["files"][module.olean.name] = hashlib.sha256(file.data).hexdigest()
    path.write_text(json.dumps(record))
    try:
        yield
    finally:
        shutil.rmtree(path.parent)
