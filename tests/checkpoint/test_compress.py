"""Compression of models: codes are packed and found again, sizes are those of real buffers, and
what is said was measured.
"""

from __future__ import annotations

import copy
import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor, nn

from claims.models import digits
from claims.models import zoo as models
from claims.models.layers import Recorder
from pyharness.checkpoint import compress as semantic
from pyharness.checkpoint.compress import (
    Compressed,
    Packed,
    SemanticQuantizer,
    pack_bits,
    pack_rows,
    unpack_bits,
)
from pyharness.core.errors import UsageError
from pyharness.formats.affine import dequantize_affine, quantize_affine

BITS = st.integers(2, 8)
SEEDS = st.integers(0, 2**32 - 1)


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def squared_error(weight: Tensor, bits: int) -> Tensor:
    """Of each row."""
    return (pack_rows(weight, bits).unpack().double() - weight).square().flatten(1).sum(1)


def compress_digits(name: str, target: float, asked: float = 0.9, **more) -> Compressed:
    network = digits.NETWORKS[name]
    images, labels = models.read_held_out()
    options = {
        "calibration": images,
        "labels": labels if network.measure == "accuracy" else None,
        "forward": lambda weights, x: network.forward(Recorder(weights), x),
    } | more
    return SemanticQuantizer().compress(models.digits_weights(name), target, asked, **options)


class Tied(nn.Module):
    """An autoencoder with one weight for both ways, dropout, and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(40, 40)
        self.last = nn.Linear(40, 40)
        self.last.weight = self.first.weight
        self.norm = nn.BatchNorm1d(40)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.dropout(self.norm(self.first(x)).relu(), 0.5, self.training))


@pytest.fixture
def module() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 8)
    )


class TestPacking:
    @given(BITS, st.lists(st.integers(0, 255), max_size=70))
    def test_unpacking_undoes_packing(self, bits, values):
        """For any codes, in exactly as many bytes as their bits need."""
        codes = torch.tensor([value % 2**bits for value in values], dtype=torch.uint8)
        stream = pack_bits(codes, bits)
        assert stream.dtype == torch.uint8 and len(stream) == math.ceil(bits * len(values) / 8)
        assert torch.equal(unpack_bits(stream, bits, len(values)), codes)

    def test_the_lowest_bits_come_first(self):
        """Codes 1, 2, 3 of 3 bits are the bits 100 010 110, so 0b11010001 and 0."""
        assert pack_bits(torch.tensor([1, 2, 3], dtype=torch.uint8), 3).tolist() == [0b11010001, 0]

    @given(BITS, st.integers(1, 9), st.integers(1, 40), SEEDS)
    def test_sizes_are_exact(self, bits, rows, columns, seed):
        """The bits of the codes, and two bytes a row."""
        packed = pack_rows(normal(seed, rows, columns), bits)
        assert packed.nbytes == math.ceil(bits * rows * columns / 8) + 2 * rows
        assert packed.unpack().shape == (rows, columns) and packed.unpack().dtype == torch.float32

    def test_packing_runs_over_blocks(self):
        """Rows are rounded a few at a time, alike however many there are."""
        weight = normal(1, 700, 3, 64)
        assert weight.numel() > 2 * semantic.BLOCK
        whole = pack_rows(weight, 3)
        parts = [pack_rows(part, 3).unpack() for part in weight.split(100)]
        assert (
            torch.equal(whole.unpack(), torch.cat(parts)) and whole.unpack().shape == weight.shape
        )


class TestRounding:
    @given(BITS, SEEDS, st.floats(1e-2, 1e4))
    def test_the_squared_error_is_bounded(self, bits, seed, size):
        """By entries · (max |row| / (2^bits − 1))², up to the scale's rounding to 11 bits,
        whichever scale is taken.
        """
        weight = normal(seed, 5, 30) * size
        bound = 30 * (weight.double().abs().amax(1) / (2**bits - 1) * (1 + 2**-10)) ** 2
        assert (squared_error(weight, bits) <= bound).all()

    @given(BITS, SEEDS, st.floats(1e-2, 1e4))
    def test_is_affine_quantization_of_each_row(self, bits, seed, size):
        """Codes are those of float64, but next to a tie that is not exact; what they stand for is
        the same.
        """
        weight = normal(seed, 5, 30) * size
        weight[:, :3] = 0
        packed, grid = pack_rows(weight, bits), (1, 30)
        scale = packed.scales[:, None].double()
        lowest = -scale * (2**bits - 1) / 2
        codes = quantize_affine(weight, grid, scale, 0, 0, 2**bits - 1, offset=lowest)
        found = unpack_bits(packed.stream, bits, 150).view(5, 30)
        steps = (weight.double() - lowest) / scale
        clear = ((steps - steps.floor() - 0.5).abs() > 2.0**-14) | (weight == 0)
        assert torch.equal(found[clear].long(), codes[clear].long())
        assert int((found.long() - codes.long()).abs().max()) <= 1
        real = dequantize_affine(found.long(), grid, scale, offset=lowest)
        assert torch.equal(packed.unpack().double(), real)

    @given(SEEDS)
    @settings(max_examples=30)
    def test_more_bits_err_less_on_normal_weights(self, seed):
        """Each bit takes half of the squared error or more."""
        errors = [float(squared_error(normal(seed, 8, 128), bits).sum()) for bits in range(2, 9)]
        assert all(finer < coarser / 2 for coarser, finer in itertools.pairwise(errors))

    def test_more_bits_can_err_more(self):
        """±1 and ±1/3 are values at 2 bits, and ±1/3 is none at 3."""
        weight = torch.tensor([[1.0, -1 / 3, 1 / 3, -1.0]])
        assert squared_error(weight, 2) < 1e-6 < squared_error(weight, 3)

    def test_clipping_helps_at_few_bits(self):
        """On normal weights 2 bits do far better with a clipped range, near the best uniform grid's
        error of 0.119.
        """
        weight = normal(2, 64, 512)
        error = float(squared_error(weight, 2).sum() / weight.square().sum())
        end = weight.abs().amax(1, keepdim=True)
        unclipped = (
            ((weight / end * 1.5 + 1.5).round() - 1.5) / 1.5 * end - weight
        ).square().sum() / weight.square().sum()
        assert 0.115 < error < 0.13 < 0.2 < unclipped

    @pytest.mark.parametrize("value", [0.0, 1e-12])
    def test_rows_of_next_to_nothing_become_zero(self, value):
        """Their scale is 0 in float16."""
        assert torch.equal(pack_rows(torch.full((2, 4), value), 4).unpack(), torch.zeros(2, 4))

    def test_large_weights_stay_finite(self):
        """Scales end at float16's largest value."""
        assert pack_rows(torch.full((1, 4), 1e30), 2).unpack().tolist() == [[1.5 * 65504] * 4]


class TestCoherence:
    def test_of_a_model_with_itself(self):
        """All figures are exactly 1."""
        x = normal(3, 30, 6).double()
        found = semantic._compare(x, x.clone(), x.argmax(1))
        assert (found.inputs, found.embedding_cosine, found.neighbor_overlap) == (30, 1, 1)
        assert (
            found.similarity_rank_correlation == pytest.approx(1)
            and found.agreement == found.accuracy_after == 1
        )

    def test_by_hand(self):
        """One of two embeddings turned by 90° and one kept: cosine ½; two inputs have one pair, so
        no ranks.
        """
        before = torch.tensor([[1.0, 0], [0, 2]], dtype=torch.float64)
        after = torch.tensor([[0.0, 3], [0, 1]], dtype=torch.float64)
        found = semantic._compare(before, after, torch.tensor([0, 0]))
        assert (
            found.embedding_cosine == pytest.approx(0.5)
            and found.similarity_rank_correlation is None
        )
        assert (found.agreement, found.accuracy_before, found.accuracy_after) == (0.5, 0.5, 0)

    def test_an_embedding_that_vanishes_has_no_cosine_left(self):
        """It counts as 0; lengths do not count, however small."""
        before = torch.tensor([[1.0, 0], [0, 2]], dtype=torch.float64)
        assert (
            semantic._cosine(before, torch.tensor([[0.0, 0], [0, 1e-30]], dtype=torch.float64))
            == 0.5
        )

    def test_ranks_of_equals_are_their_mean(self):
        """Spearman's correlation does not change under increasing maps, and is −1 for what is
        turned around.
        """
        x = torch.tensor([3.0, 1, 2, 2], dtype=torch.float64)
        assert semantic._ranks(x).tolist() == [3, 0, 1.5, 1.5]
        assert (
            semantic._rank_correlation(x, x.exp())
            == pytest.approx(1)
            == -semantic._rank_correlation(x, -x)
        )

    def test_neighbors_are_counted(self):
        """Of 4 inputs 2 neighbours are looked at; swapping two inputs' embeddings changes them as
        counted by hand.
        """
        angles = torch.tensor([0.0, 0.1, 0.3, 0.7], dtype=torch.float64)
        x = torch.stack([angles.cos(), angles.sin()], 1)
        after = x[[0, 3, 2, 1]]
        # Nearest two before: {1, 2}, {0, 2}, {0, 1}, {1, 2}. After: {2, 3}, {2, 3}, {0, 3}, {0, 2}.
        assert semantic._compare(x, after, None).neighbor_overlap == 0.5


class TestDigits:
    @pytest.mark.parametrize(
        ("name", "target", "coherence"),
        [("mlp", 7, 0.97), ("cnn", 10, 0.98), ("autoencoder", 7, 0.93)],
    )
    def test_networks_are_compressed(self, name, target, coherence):
        """Each meets its target with the coherence asked for, on images that chose nothing; sizes
        are those of buffers.
        """
        found = compress_digits(name, target, coherence)
        assert found.meets_target and found.meets_coherence and found.coherence.inputs == 180
        assert found.bytes_before == 4 * sum(value.numel() for value in found.weights.values())
        assert found.bytes_after == sum(value.nbytes for value in found.packed.values())
        assert found.compression == found.bytes_before / found.bytes_after >= target
        for name, value in found.packed.items():
            assert isinstance(value, Packed) == (found.bits[name] in range(2, 9))
            assert torch.equal(
                value.unpack() if isinstance(value, Packed) else value, found.weights[name]
            )

    def test_small_weights_stay(self):
        """Biases, and weights of fewer than 1024 entries, are the model's own, in float32."""
        found, weights = compress_digits("cnn", 10), models.digits_weights("cnn")
        kept = {name for name in weights if found.bits[name] == 32}
        assert kept == weights.keys() - {"conv2.weight", "hidden.weight"}
        assert all(torch.equal(found.weights[name], weights[name]) for name in kept)

    def test_classes_are_counted(self):
        """Of a classifier at 7 bits or so hardly a class moves; at the least size some do."""
        gentle, harsh = compress_digits("mlp", 3.5), compress_digits("mlp", 7.6)
        assert gentle.coherence.agreement > 0.98 and gentle.coherence.accuracy_before > 0.9
        assert 0.8 < harsh.coherence.agreement < gentle.coherence.agreement
        assert "The class stays for" in str(harsh)

    def test_the_frontier_rises_in_compression(self):
        """From the model itself to the most that there is, and coherence falls by far on the
        way.
        """
        found = compress_digits("autoencoder", 6)
        sizes, coherence = zip(*found.frontier, strict=True)
        assert found.frontier[0] == (1, 1) and sizes[-1] == found.most and len(sizes) > 10
        assert all(before < after for before, after in itertools.pairwise(sizes))
        assert coherence[-1] < 0.8 and found.compression in sizes and found.best in found.frontier

    def test_the_best_is_on_the_bound_and_can_be_had(self):
        """It keeps what is asked, the next point found does not, and asking for its compression
        gives it.
        """
        found = compress_digits("autoencoder", 20, 0.9)
        beyond = found.frontier[found.frontier.index(found.best) + 1]
        assert found.best[1] >= 0.9 > beyond[1] and beyond[0] < 1.1 * found.best[0]
        again = compress_digits("autoencoder", found.best[0], 0.9)
        assert again.compression == found.best[0] and found.best in again.frontier

    def test_more_is_asked_than_there_is(self):
        """2 bits with their scales are the least; the summary says so, and what can be had."""
        found = compress_digits("autoencoder", 20, 0.9)
        assert (
            not found.meets_target
            and not found.meets_coherence
            and found.compression == found.most < 16
        )
        assert {bits for bits in found.bits.values() if bits != 32} == {2}
        assert "target, 20 times, cannot be met" in str(found) and "is not met" in str(found)
        assert f"{math.floor(100 * found.most) / 100} times is the most" in str(found) and repr(
            found.best[0]
        ) in str(found)

    def test_a_coherence_of_one_is_kept_by_the_model_itself(self):
        """Nothing smaller has it exactly."""
        found = compress_digits("mlp", 4, 1)
        assert found.meets_target and not found.meets_coherence and found.best == (1, 1)
        assert "Nothing smaller than the model itself" in str(found)

    def test_the_choice_and_the_report_are_on_different_images(self):
        """Other images at the odd places change what is reported, and no bits."""
        images, _ = models.read_held_out()
        other = images.clone()
        other[1::2] = other[1::2].flip(1)
        one, two = (compress_digits("mlp", 7, calibration=x, labels=None) for x in (images, other))
        assert (
            one.bits == two.bits and one.frontier == two.frontier and one.coherence != two.coherence
        )
        assert one.coherence.agreement is None

    def test_it_is_deterministic(self):
        """The same bits, weights and figures."""
        one, two = compress_digits("cnn", 9), compress_digits("cnn", 9)
        assert (one.bits, one.frontier, one.coherence, str(one)) == (
            two.bits,
            two.frontier,
            two.coherence,
            str(two),
        )
        assert all(torch.equal(one.weights[name], two.weights[name]) for name in one.weights)

    def test_files_are_read(self, tmp_path):
        """A safetensors file gives what its weights do; integers in it stay."""
        weights = models.digits_weights("mlp") | {"positions": torch.arange(5)}
        save_file(weights, tmp_path / "model.safetensors")
        images, _ = models.read_held_out()
        found = SemanticQuantizer().compress(
            tmp_path / "model.safetensors",
            5,
            calibration=images,
            forward=lambda weights, x: digits.NETWORKS["mlp"].forward(Recorder(weights), x),
        )
        assert (
            found.module is None
            and found.bits["positions"] == 64
            and found.weights["positions"].tolist() == [*range(5)]
        )
        assert (
            found.bytes_before
            == 4 * sum(value.numel() for value in models.digits_weights("mlp").values()) + 40
        )


class TestModules:
    def test_a_module_is_compressed(self, module):
        """A copy has the weights; the original keeps its own, and the copy computes what was
        measured.
        """
        before = copy.deepcopy(module.state_dict())
        inputs = normal(4, 40, 32)
        found = SemanticQuantizer().compress(
            model=module, target_compression=6, preserve_semantic_coherence=0.9, calibration=inputs
        )
        assert (
            found.meets_target and found.meets_coherence and found.weights.keys() == before.keys()
        )
        assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
        assert all(
            torch.equal(value, found.weights[name])
            for name, value in found.module.state_dict().items()
        )
        with torch.no_grad():
            cosine = torch.cosine_similarity(module(inputs[1::2]), found.module(inputs[1::2]))
        assert found.coherence.embedding_cosine == pytest.approx(float(cosine.mean()), abs=1e-6)

    def test_tied_weights_are_counted_once(self):
        """And both places get the compressed one; buffers and the mode stay, and nothing drops out
        while measuring.
        """
        torch.manual_seed(1)
        model = Tied().train()
        one, two = (
            SemanticQuantizer().compress(model, 4, calibration=normal(5, 20, 40)) for _ in range(2)
        )
        assert one.frontier == two.frontier and one.bytes_before == 4 * (40 * 40 + 4 * 40)
        assert one.module.training and one.module.last.weight is one.module.first.weight
        assert one.module.norm.num_batches_tracked == 0 and one.bits["first.weight"] < 16

    def test_half_precision_is_compared_with_float32(self, module):
        """Sizes and weights are of float32; the copy keeps the module's precision."""
        found = SemanticQuantizer().compress(
            module.bfloat16(), 3, calibration=normal(6, 8, 32).bfloat16()
        )
        assert found.bytes_before == 4 * sum(value.numel() for value in module.parameters())
        assert (
            found.weights["0.weight"].dtype == torch.float32
            and found.module[0].weight.dtype == torch.bfloat16
        )

    def test_weights_without_effect_lose_their_bits_first(self, module):
        """What the outputs do not depend on goes to 2 bits before anything else falls."""
        module.unused = nn.Linear(64, 64)
        found = SemanticQuantizer().compress(
            module,
            1.2,
            calibration=normal(7, 12, 32),
            forward=lambda weights, x: x @ weights["0.weight"].T,
        )
        assert found.bits["unused.weight"] == 2 and found.coherence.embedding_cosine > 0.99

    @given(SEEDS, st.floats(1.1, 18), st.floats(0, 1))
    @settings(max_examples=15, deadline=None)
    def test_what_is_said_is_so(self, seed, target, asked):
        """For random networks: sizes, verdicts and the best point agree with each other."""
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 16))
        found = SemanticQuantizer().compress(model, target, asked, calibration=normal(seed, 9, 16))
        assert found.meets_target == (target <= found.most) == (found.compression >= target)
        assert found.best[1] >= asked and all(
            value < asked for size, value in found.frontier if size > found.best[0]
        )
        assert found.coherence.embedding_cosine <= 1 and 0 <= found.coherence.neighbor_overlap <= 1
        assert ("cannot be met" in str(found)) != found.meets_target


class TestSentences:
    def test_the_sentence_transformer_keeps_meaning_at_8_times(self):
        """A mapping run on lists of texts, at over 0.95; the pooler, which is not run, has 2
        bits.
        """
        found = SemanticQuantizer().compress(
            models.minilm_weights(),
            8,
            calibration=models.read_sentences()[:4],
            forward=lambda weights, sentences: models.sentence_embeddings(
                sentences, Recorder(weights)
            ),
        )
        assert found.meets_target and found.coherence.embedding_cosine > 0.95
        assert (
            found.bits["pooler.dense.weight"] == 2 and found.bits["embeddings.position_ids"] == 64
        )


class TestRefusals:
    @pytest.mark.parametrize("target", [1, 0.5, -3, math.nan, math.inf])
    def test_targets(self, module, target):
        """A compression is over 1."""
        with pytest.raises(UsageError, match="over 1"):
            SemanticQuantizer().compress(module, target, calibration=normal(0, 8, 32))

    @pytest.mark.parametrize("asked", [-0.1, 1.01, math.nan])
    def test_coherence(self, module, asked):
        """It is from 0 to 1."""
        with pytest.raises(UsageError, match="from 0 to 1"):
            SemanticQuantizer().compress(module, 4, asked, calibration=normal(0, 8, 32))

    @pytest.mark.parametrize(
        ("inputs", "message"),
        [
            (None, "pass calibration="),
            (torch.zeros(0, 32), "has 0 inputs"),
            (torch.ones(3, 32), "has 3 inputs"),
            ("text", "pass calibration="),
            (torch.tensor(1.0), "pass calibration="),
            ([], "has 0 inputs"),
        ],
    )
    def test_inputs(self, module, inputs, message):
        """Four or more, of which each half has two."""
        with pytest.raises(UsageError, match=message):
            SemanticQuantizer().compress(module, 4, calibration=inputs)

    @pytest.mark.parametrize("labels", [torch.zeros(7, dtype=torch.int64), torch.zeros(8), [0] * 8])
    def test_labels(self, module, labels):
        """An integer for each input."""
        with pytest.raises(UsageError, match="int64"):
            SemanticQuantizer().compress(module, 4, calibration=normal(0, 8, 32), labels=labels)

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_weights_that_are_not_finite(self, module, value):
        """The message names the tensor."""
        module[2].weight.data[3, 4] = value
        with pytest.raises(UsageError, match="2.weight holds NaN"):
            SemanticQuantizer().compress(module, 4, calibration=normal(0, 8, 32))

    def test_nothing_large(self):
        """Small tensors stay, so there is nothing to do."""
        with pytest.raises(UsageError, match="1024 entries"):
            SemanticQuantizer().compress(nn.Linear(8, 8), 4, calibration=normal(0, 8, 8))

    def test_weights_that_cannot_run(self):
        """A mapping needs a forward."""
        with pytest.raises(UsageError, match="pass forward="):
            SemanticQuantizer().compress(
                models.digits_weights("mlp"), 4, calibration=normal(0, 8, 64)
            )

    def test_files_that_cannot_be_read(self, tmp_path):
        """One that is missing, one that is damaged, and what is no model at all."""
        (tmp_path / "damaged").write_bytes(b"not a file of tensors")
        for path in (tmp_path / "missing", tmp_path / "damaged", tmp_path):
            with pytest.raises(UsageError, match="cannot be read"):
                SemanticQuantizer().compress(path, 4, calibration=normal(0, 8, 64))
        with pytest.raises(UsageError, match="not int"):
            SemanticQuantizer().compress(3, 4, calibration=normal(0, 8, 64))

    @pytest.mark.parametrize(
        ("forward", "message"),
        [
            (lambda weights, x: x.sum(), r"must return a tensor \[inputs, d\]"),
            (lambda weights, x: x[:1], r"must return a tensor \[inputs, d\]"),
            (lambda weights, x: None, "NoneType"),
            (lambda weights, x: 0 * x, "0 or not finite"),
            (lambda weights, x: x / 0, "0 or not finite"),
        ],
    )
    def test_outputs_that_are_no_embeddings(self, module, forward, message):
        """A row for each input, with a direction."""
        with pytest.raises(UsageError, match=message):
            SemanticQuantizer().compress(module, 4, calibration=normal(0, 8, 32), forward=forward)
