"""Tests for pyharness.audit.pairs: which original each quantized tensor was made from."""

from __future__ import annotations

import pytest
import torch

from pyharness.audit.pairs import correlation, pair
from pyharness.core.errors import UsageError
from tests.audit.samples import quantized, rounded, stored, symmetric


def weights(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def made_from(folder, name, w, **more):
    """A quantized tensor of this name, right for these weights."""
    flat = w.reshape(len(w), -1)
    scale = symmetric(flat, 1)
    codes = rounded(flat, scale).to(torch.int8).reshape(w.shape)
    return quantized(folder, codes, scale, name=name, **more)


def linked(pairs):
    """The names of the originals, with how they were found."""
    return {name: (one.stored.name, one.by) for name, one in pairs.originals.items()}


# ---------------------------------------------------------------------------------------- by name
def test_by_the_same_name(tmp_path):
    """Values do not matter then, as a wrong code must be found and not its tensor lost."""
    w = weights(4, 6)
    pairs = pair([made_from(tmp_path, "a", -w)], stored(tmp_path, {"a": w, "b": -w}))
    assert linked(pairs) == {"a": ("a", "name")}
    assert not pairs.unpaired and pairs.left == ("b",)


def test_by_the_names_that_the_format_gives(tmp_path):
    """The first of them that is there, and fits."""
    w = weights(4, 6)
    tensor = made_from(tmp_path, "a.qweight", w, names=("a.weight", "a", "b"))
    floats = stored(tmp_path, {"a.weight": weights(4, 5), "a": w, "b": w})
    assert linked(pair([tensor], floats)) == {"a.qweight": ("a", "name")}


@pytest.mark.parametrize(
    ("quantized_name", "original"),
    [
        ("encoder.weight", "model.encoder.weight"),
        ("module.model.encoder.weight", "encoder.weight"),
        ("_orig_mod.encoder.weight", "module.encoder.weight"),
        ("encoder/weight", "encoder.weight"),
        ("Encoder::Weight", "encoder.weight"),
        ("bert-encoder", "bert.encoder"),
    ],
)
def test_by_names_without_prefixes(tmp_path, quantized_name, original):
    """And however their parts are joined."""
    w = weights(4, 6)
    # Nothing goes together by value.
    folder = tmp_path / "q"
    folder.mkdir()
    tensor = made_from(folder, "x", weights(4, 6, seed=1), names=(quantized_name,))
    pairs = pair([tensor], stored(tmp_path, {original: w, "other": w}))
    assert linked(pairs) == {"x": (original, "a known name")}


def test_a_name_that_two_have_without_prefixes_links_nothing(tmp_path):
    w = weights(4, 6)
    tensor = made_from(tmp_path, "encoder.w", weights(4, 6, seed=1))
    pairs = pair([tensor], stored(tmp_path, {"model.encoder.w": w, "module.encoder.w": w}))
    assert not pairs.originals and "--map encoder.w=NAME" in pairs.unpaired["encoder.w"]


def test_a_name_with_another_shape_links_nothing(tmp_path):
    tensor = made_from(tmp_path, "a", weights(4, 6))
    pairs = pair([tensor], stored(tmp_path, {"a": weights(4, 5)}))
    assert pairs.unpaired == {"a": "no tensor of the original has its shape [4, 6]"}


@pytest.mark.parametrize("shape", [(4, 6, 1), (1, 4, 6), (4, 1, 6, 1)])
def test_dimensions_of_1_do_not_matter(tmp_path, shape):
    w = weights(4, 6)
    pairs = pair([made_from(tmp_path, "a", w)], stored(tmp_path, {"a": w.reshape(shape)}))
    assert linked(pairs) == {"a": ("a", "name")}


# ------------------------------------------------------------------------------ the other way round
def test_exchanged_dimensions(tmp_path):
    """Only where the format may exchange them."""
    w = weights(4, 6)
    floats = stored(tmp_path, {"a": w.T})
    assert pair([made_from(tmp_path, "a", w, transposed=True)], floats).originals["a"].transposed
    assert not pair([made_from(tmp_path, "a", w)], floats).originals


@pytest.mark.parametrize("name", ["a", "by value"])
def test_a_square_original_lies_as_its_values_say(tmp_path, name):
    w = weights(6, 6)
    for original, transposed in ((w, False), (w.T, True)):
        tensor = made_from(tmp_path, "a", w, transposed=True)
        found = pair([tensor], stored(tmp_path, {name: original})).originals["a"]
        assert found.transposed is transposed


def test_a_square_original_is_not_turned_where_the_format_does_not(tmp_path):
    """So that codes that are transposed by mistake are found to be wrong."""
    w = weights(6, 6)
    found = pair([made_from(tmp_path, "a", w)], stored(tmp_path, {"a": w.T})).originals["a"]
    assert not found.transposed


# --------------------------------------------------------------------------------------- by value
def test_renamed_tensors_go_together_by_value(tmp_path):
    """Each with one alone, also where all have one shape."""
    some = [weights(8, 12, seed=seed) for seed in range(4)]
    tensors = [made_from(tmp_path, f"onnx::MatMul_{seed}", w) for seed, w in enumerate(some)]
    floats = {f"layer.{3 - seed}": w for seed, w in enumerate(some)} | {"bias": weights(12)}
    pairs = pair(tensors, stored(tmp_path, floats))
    assert linked(pairs) == {
        f"onnx::MatMul_{seed}": (f"layer.{3 - seed}", "value") for seed in range(4)
    }
    assert pairs.left == ("bias",) and not pairs.unpaired


def test_by_value_the_other_way_round(tmp_path):
    w = weights(4, 6)
    found = pair(
        [made_from(tmp_path, "x", w, transposed=True)],
        stored(tmp_path, {"a": weights(6, 4, seed=1), "b": w.T}),
    ).originals["x"]
    assert (found.stored.name, found.transposed) == ("b", True)


def test_few_bits_are_enough(tmp_path):
    """Levels of 2 bits still go with what they were made from."""
    w = 2 * torch.rand(16, 32, generator=torch.Generator().manual_seed(0)) - 1
    codes = rounded(w, 2 / 3, 2, low=0, high=3).to(torch.int8)
    scale, zero_point = torch.full((1, 1), 2 / 3), torch.full((1, 1), 2)
    tensor = quantized(tmp_path, codes, scale, zero_point, name="x", low=0, high=3)
    floats = stored(tmp_path, {"a": w, "b": weights(16, 32, seed=1)})
    assert linked(pair([tensor], floats)) == {"x": ("a", "value")}


def test_codes_that_are_partly_wrong_still_go_with_their_original(tmp_path):
    """Else what is wrong would not be found."""
    w = weights(16, 32)
    wrong = torch.arange(w.numel()).reshape(w.shape) % 50 == 0  # 11 of 512.
    tensor = made_from(tmp_path, "x", torch.where(wrong, -w, w))
    assert linked(pair([tensor], stored(tmp_path, {"a": w}))) == {"x": ("a", "value")}


def test_duplicates_stay_apart(tmp_path):
    """Of two originals that are alike either may be the right one."""
    w = weights(8, 12)
    pairs = pair([made_from(tmp_path, "x", w)], stored(tmp_path, {"a": w, "b": w.clone()}))
    assert not pairs.originals and pairs.left == ("a", "b")
    assert pairs.unpaired["x"] == (
        "none of the 2 tensors of its shape has its name or values; name its original with --map "
        "x=NAME"
    )


def test_what_is_not_alike_stays_apart(tmp_path):
    """Zeros are like nothing."""
    tensors = [
        made_from(tmp_path, "x", weights(8, 12)),
        quantized(tmp_path, torch.zeros(8, 12, dtype=torch.int8), torch.ones(1, 1), name="zeros"),
    ]
    pairs = pair(tensors, stored(tmp_path, {"a": weights(8, 12, seed=1), "b": torch.zeros(8, 12)}))
    assert not pairs.originals and pairs.unpaired.keys() == {"x", "zeros"}


def test_an_original_that_a_name_took_is_not_given_again(tmp_path):
    w = weights(8, 12)
    tensors = [made_from(tmp_path, name, w) for name in ("a", "x")]
    assert linked(pair(tensors, stored(tmp_path, {"a": w}))) == {"a": ("a", "name")}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0])
def test_scales_that_are_none(tmp_path, bad):
    """They make nothing alike, and nothing fail."""
    w = weights(8, 12)
    tensor = quantized(tmp_path, rounded(w, 0.02).to(torch.int8), torch.tensor([[bad]]))
    assert not pair([tensor], stored(tmp_path, {"a": w})).originals


def test_correlation():
    """The cosine of two vectors."""
    x = torch.tensor([3.0, 4.0])
    assert correlation(x, 2 * x) == pytest.approx(1)
    assert correlation(x, torch.tensor([4.0, -3.0])) == 0 == correlation(x, 0 * x)


# ------------------------------------------------------------------------------------------ as told
def test_as_told(tmp_path):
    """That comes first, whatever names and values say; two may have one original."""
    w = weights(8, 12)
    tensors = [made_from(tmp_path, name, w) for name in ("a", "b")]
    floats = stored(tmp_path, {"a": w, "other": -w})
    pairs = pair(tensors, floats, {"a": "other", "b": "other"})
    assert linked(pairs) == {"a": ("other", "--map"), "b": ("other", "--map")}
    assert pairs.left == ("a",)


def test_as_told_the_other_way_round(tmp_path):
    for shape in ((4, 6), (6, 6)):
        w = weights(*shape)
        tensor = made_from(tmp_path, "x", w, transposed=True)
        pairs = pair([tensor], stored(tmp_path, {"a": w.T}), {"x": "a"})
        assert pairs.originals["x"].transposed


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"w.qweigth": "a.weight"}, "no quantized tensor is called 'w.qweigth'; did you mean w.qw"),
        ({"nothing": "a.weight"}, "no quantized tensor is called 'nothing'$"),
        ({"w.qweight": "a.wieght"}, "the original has no tensor 'a.wieght'; did you mean a.weight"),
        ({"w.qweight": "bias"}, r"'w.qweight' has the shape \[4, 6\], and 'bias' \[6\]"),
        ({"w.qweight": "turned"}, r"'w.qweight' has the shape \[4, 6\], and 'turned' \[6, 4\]"),
    ],
)
def test_what_is_told_must_be_there(tmp_path, told, message):
    tensor = made_from(tmp_path, "w.qweight", weights(4, 6))
    floats = {"a.weight": weights(4, 6), "bias": weights(6), "turned": weights(6, 4)}
    with pytest.raises(UsageError, match=f"^--map: {message}"):
        pair([tensor], stored(tmp_path, floats), told)
