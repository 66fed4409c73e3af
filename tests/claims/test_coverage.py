"""The table of what the five documents say, and of the claims that settle it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from claims.coverage import PASSAGES
from claims.nucleus import FORMAL
from pyharness import Claim, Passage
from pyharness.project.pack import Statement, load_pack, load_passages
from pyharness.project.settings import load_project

ROOT = Path(__file__).resolve().parents[2]
OTHERS = {"claims.checkpoints", "claims.floats", "pyharness.checkpoint.claims"}
"""Packs about quantized checkpoints and about floats, of which the documents do not speak."""
CLAIMS = load_pack([name for name in load_project(ROOT).packs if name not in OTHERS])
IDS = {item.id for item in CLAIMS} | {item.reading_of.id for item in CLAIMS if item.reading_of}

KINDS = ("prose", "no definition", "needs data that is not to be had", "feature")

STATEMENTS: dict[str, dict[str, int]] = {
    "000 Nucleus grafting": {
        "Nucleus Grafting": 5,
        "CENTRAL.QUESTION": 7,
        "FORMAL.RESULTS": 10,
        "EMPIRICAL.RESULTS": 8,
        "ARCHITECTURE": 12,
        "WHAT.THIS.UNLOCKS": 6,
        "VERIFICATION.SEAL": 6,
        "RELATED.PROJECTS": 1,
    },
    "001 Neural geometry": {
        "The Formal Proofs": 4,
        "JensenFloor": 9,
        "MomentRatioFloor": 8,
        "IsotropicFloor": 7,
        "MoEGauge": 8,
        "DCMeanCentering": 8,
        "BetaLocalHessian": 9,
        "RankRResidualCorrection": 9,
        "NarrowDimCeiling": 5,
        "WoAmplification": 4,
        "SubspaceOverlap": 5,
        "PartE/FFNWeightTransfer": 22,
        "Full status table": 1,
        "Cross-link matrix": 1,
        "Glossary": 16,
    },
    "002 Clipping and kurtosis": {
        "Logical Structure": 13,
        "Layer 1: Clipping": 11,
        "Layer 2: MSE Decomposition": 14,
        "Layer 3: Mixture Kurtosis": 9,
        "Layer 4: Optimal Clipping": 7,
        "Layer 5: Disparity Bound": 9,
        "Layer 6: Empirical Axioms": 14,
        "What's Actually Proved vs Assumed": 14,
        "Critical Gaps": 10,
        "The Honest Picture": 10,
        "What Would Make This Rigorous": 4,
    },
    "003 Spectral limits": {
        "Overview": 4,
        "AI/RL/ML Statement": 6,
        "Terminology Translation Table": 5,
        "Weight Quantization": 1,
        "Connection to Spectral Properties": 3,
        "Step 1: Quantization Error Analysis": 2,
        "Step 2: Output Error Propagation": 2,
        "Step 3: Condition Number Sensitivity": 3,
        "Step 4: Spectral Norm Quantization": 2,
        "Step 5: Low-Rank Approximation Connection": 4,
        "Step 6: Quantization-Aware Training": 3,
        "Step 7: Mixed Precision via Spectral Analysis": 3,
        "Step 8: Binary Neural Networks": 3,
        "Step 9: Quantization and Generalization": 4,
        "Step 10: Compilation Theorem": 5,
        "Key AI/ML Techniques Used": 4,
        "Literature References": 1,
    },
    "004 Semantic quantization": {
        "Semantic-Preserving Quantization Theory": 2,
        "TL;DR": 7,
        "The Problem": 3,
        "1. Hypercubic Latent Spaces": 3,
        "2. Critical Threshold δ_crit": 5,
        "3. Semantic Preservation Bounds": 3,
        "Results Preview": 6,
        "Quick Start": 4,
        "Repository Structure": 13,
        "Interactive Demo": 5,
        "Core Equations": 4,
        "Why This Matters": 9,
        "Contributing": 5,
        "Citation": 1,
        "Philosophical Note": 3,
        "License": 2,
    },
}
"""How many statements stand under each heading, by document and in their order.

Headings that hold other headings and no text of their own are left out. What stands under a
sub-heading counts with the heading above it, where the claims name that one.
"""


# ---------------------------------------------------------------------------------- what is checked
def faults(passages: Sequence[Passage], claims: Sequence[Claim]) -> Iterator[str]:
    """What is wrong with passages about claims that there are."""
    for passage in passages:
        says, kind = passage.says, re.split("[:,]", passage.because)[0]
        if kind and kind not in KINDS:
            yield f"{says}: a reason of another kind"
        if len(passage.claims) != len({*passage.claims}):
            yield f"{says}: a claim is named twice"
        if says != says.strip() or "\n" in says or len(says.split()) > 20:
            yield f"{says}: not a line of at most 20 words"
    counts = Counter(passage.says.casefold() for passage in passages)
    yield from (f"{says}: said twice" for says, count in counts.items() if count > 1)
    named = {name for passage in passages for name in passage.claims}
    for item in claims:
        if item.id not in named and (not item.reading_of or item.reading_of.id not in named):
            yield f"no passage names {item.id}"


def test_passages() -> None:
    """Each statement has claims that exist or a reason, and each claim is of some statement."""
    assert [*faults(load_passages("claims.coverage", CLAIMS), CLAIMS)] == []


EXTENSIVE = next(item for item in CLAIMS if item.id == "nucleus.extensive")
SOUND = Passage(FORMAL, "q ≤ qRelu(z, q).", claims=(EXTENSIVE.id,))


@pytest.mark.parametrize(
    ("passages", "fault"),
    [
        ([SOUND, Passage(FORMAL, "A.", because="unclear")], "a reason of another kind"),
        ([replace(SOUND, claims=SOUND.claims * 2)], "a claim is named twice"),
        ([replace(SOUND, says="one " * 21)], "not a line of at most 20 words"),
        ([replace(SOUND, says="q ≤\nqRelu(z, q).")], "not a line of at most 20 words"),
        ([SOUND, SOUND], "said twice"),
        ([Passage(FORMAL, "A.", because="prose: none")], "no passage names nucleus.extensive"),
    ],
)
def test_faults(passages: list[Passage], fault: str) -> None:
    """Each fault is found, and a sound passage has none."""
    assert any(fault in found for found in faults(passages, [EXTENSIVE]))
    assert [*faults([SOUND], [EXTENSIVE])] == []


def test_readings() -> None:
    """A passage names a statement and so all of its readings, or each of them."""
    statement = Statement("gap.p10", says="It recovers much.", source=FORMAL)
    readings = [
        replace(EXTENSIVE, id=f"gap.p10.{name}", reading_of=statement)
        for name in ("above", "under")
    ]
    assert [*faults([replace(SOUND, claims=("gap.p10",))], readings)] == []
    assert [*faults([replace(SOUND, claims=("gap.p10.above",))], readings)] == [
        "no passage names gap.p10.under"
    ]


# ------------------------------------------------------------------------------------- completeness
def test_statements() -> None:
    """The statements are as many under each heading as were read there, in the documents' order."""
    found = [
        (document, heading, len([*group]))
        for (document, heading), group in itertools.groupby(
            PASSAGES, key=lambda passage: (passage.source.document, passage.source.heading)
        )
    ]
    assert found == [
        (document, heading, number)
        for document, headings in STATEMENTS.items()
        for heading, number in headings.items()
    ]


def test_sources() -> None:
    """Every claim is made under a heading that the table has."""
    made = {(item.source.document, item.source.heading) for item in CLAIMS}
    known = {(document, heading) for document in STATEMENTS for heading in STATEMENTS[document]}
    assert made <= known


PATH = r"\b(?:claims|docs|pyharness|LeanMining)/[\w/.-]*\w/?"
ID = rf"\b(?:{'|'.join(sorted({item.partition('.')[0] for item in IDS}))})\.[a-z]\w+"


def test_reasons() -> None:
    """The files and claims that reasons name are there."""
    reasons = "\n".join(passage.because for passage in PASSAGES)
    paths, ids = {*re.findall(PATH, reasons)}, {*re.findall(ID, re.sub(PATH, "", reasons))}
    assert paths
    assert ids
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    assert sorted(ids - IDS) == []
