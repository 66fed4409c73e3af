"""Tests for contrib/draw_translations.py: which translations are drawn."""

from __future__ import annotations

import pytest

from tests.small_project import ROOT


@pytest.fixture
def script(tmp_path, monkeypatch):
    """The script, which writes into a folder of the test's own."""
    monkeypatch.syspath_prepend(ROOT / "contrib")
    import draw_translations

    monkeypatch.setattr(draw_translations, "DATA", tmp_path)
    return draw_translations


def page(name, text):
    return (
        f'<title>{name}</title><article data-number="1"><h2>1</h2><p>{text}</p></article>'
        '<article data-number="2"><p>another</p></article>'
    )


def test_what_a_page_says(script):
    """The name, and the first article without its heading and markup."""
    assert script.first_article(page("A &amp; B", "all\n  <b>are</b> born")) == (
        "A & B",
        "all are born",
    )
    assert script.first_article("<title>C</title>") == ("C", "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Ärzte 1", True), ("люди", True), ("ἄνθρωποι", True), ("人 a", False), ("12.", False)],
)
def test_scripts(script, text, wanted):
    assert script.is_wanted(text) is wanted


def test_which_are_drawn(script, tmp_path, monkeypatch, capsys):
    """No language that was known, one translation into each, and the same ones again."""
    pages = tmp_path / "pages"
    pages.mkdir()
    letters = "abcdefghij"
    codes = [f"{a}{b}{c}" for a in letters for b in letters for c in letters][:400]
    codes += [f"{code}_{number}" for code in ("zza", "zzb") for number in (1, 2, 3)]
    codes += [*script.FITTED, *script.LOOKED_AT]
    for code in codes:
        (pages / f"{code}.html").write_text(
            page("N", f"text of {code.replace('_', ' x')}"), "utf-8"
        )
    (pages / "zzz.html").write_text(page("N", "人"), "utf-8")
    monkeypatch.setattr("sys.argv", ["draw_translations", str(pages)])
    found = []
    for _ in range(2):
        script.main()
        found.append((tmp_path / "translations.tsv").read_text("utf-8"))
    assert found[0] == found[1] and f"{len(codes)} translations" in capsys.readouterr().out
    names = [line.split("\t")[0] for line in found[0].splitlines()]
    drawn = [name[3:-1].partition("_")[0] for name in names]
    assert 150 < len(drawn) == len({*drawn}) < 200
    assert not {*drawn} & {*script.FITTED, *script.LOOKED_AT, "zzz"}
