"""Takes exports apart, to doctor them."""

from __future__ import annotations

import json

__all__ = ["Lines"]


class Lines:
    """An export taken apart: its lines as JSON, and what its names are."""

    def __init__(self, lines):
        self.rows = [json.loads(line) for line in lines.splitlines()]
        names = {0: ""}
        for row in self.rows:
            if "str" in row:
                names[row["in"]] = f"{names[row['str']['pre']]}.{row['str']['str']}".lstrip(".")
            elif "num" in row:
                names[row["in"]] = f"{names[row['num']['pre']]}.{row['num']['i']}"
        self.number = {name: number for number, name in names.items()}

    def declaration(self, name):
        """The row that declares a constant, and its fields."""
        for row in self.rows:
            for kind in ("thm", "def", "axiom"):
                if kind in row and row[kind]["name"] == self.number[name]:
                    return row, row[kind]
        raise LookupError(name)

    def last(self, *names):
        """Put declarations on which nothing rests behind all others, so that they may mention
        anything; return their fields.
        """
        found = [self.declaration(name) for name in names]
        for row, _ in found:
            self.rows.remove(row)
            self.rows.append(row)
        return [fields for _, fields in found]

    def add(self, place, key, row):
        """Put a row before another, with the next free number of its kind; return the number."""
        number = max(item[key] for item in self.rows if key in item) + 1
        self.rows.insert(self.rows.index(place), row | {key: number})
        return number

    def expression(self, row):
        """The number of an expression that is there."""
        return next(item["ie"] for item in self.rows if {**item, "ie": 0} == row | {"ie": 0})

    def bytes(self):
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows).encode()
