"""Enclosures: sound on real networks, tighter by better methods, and found out when they are
wrong.
"""

from __future__ import annotations

import json

import pytest
import torch

from claims.models import bounds
from claims.models.digits import NETWORKS
from claims.models.layers import Recorder
from claims.models.zoo import digits_weights, read_held_out
from pyharness.core.errors import UsageError


@pytest.mark.parametrize("network", NETWORKS)
def test_unrolled_networks_compute_the_same(network):
    """Convolutions as matrices give the outputs of the network itself."""
    images = read_held_out()[0][:20]
    own = NETWORKS[network].forward(Recorder(digits_weights(network)), images)
    with torch.no_grad():
        assert torch.allclose(bounds.sequential(network)(images.double()).float(), own, atol=1e-4)


def test_an_enclosure_says_what_is_inside_and_what_is_settled():
    """An output outside is seen; one that is largest everywhere settles the class."""
    enclosure = bounds.Enclosure(
        torch.tensor([[0.0, 2.0], [0.0, 0.5]]), torch.tensor([[1.0, 3.0], [1.0, 2.0]])
    )
    assert enclosure.holds(torch.tensor([[0.5, 2.5], [0.5, 2.5]])).tolist() == [True, False]
    assert enclosure.settles().tolist() == [True, False]


@pytest.mark.parametrize(
    "arguments", [{"network": "nothing", "method": "ibp"}, {"network": "mlp", "method": "nothing"}]
)
def test_unknown_names_are_refused(arguments):
    """The message says which there are."""
    with pytest.raises(UsageError, match="there are"):
        bounds.survey(**arguments)


def test_a_missing_package_is_said(monkeypatch):
    """Without the package the message gives the command."""
    monkeypatch.setitem(__import__("sys").modules, "bound_propagation", None)
    with pytest.raises(UsageError, match="run: pip install -r claims/requirements-bounds.txt"):
        bounds.survey("mlp", "ibp", images=1)


class TestWithThePackage:
    @pytest.fixture(autouse=True)
    def package(self):
        pytest.importorskip("bound_propagation", reason="bound-propagation is not installed")

    @pytest.mark.parametrize("network", NETWORKS)
    def test_no_sample_leaves_and_better_methods_are_tighter(self, network):
        """IBP is wider than CROWN, and that no tighter than α-CROWN."""
        ibp, crown, alpha = (
            bounds.survey(network, method, images=6) for method in ("ibp", "crown", "alpha-crown")
        )
        assert ibp.escaped == crown.escaped == alpha.escaped == 0
        assert ibp.mean_width > crown.mean_width >= alpha.mean_width * 0.999

    def test_an_enclosure_that_is_too_small_is_found_out(self, monkeypatch):
        """Samples at the corners of the cell leave an enclosure of a smaller one."""
        real = bounds.enclose
        monkeypatch.setattr(
            bounds,
            "enclose",
            lambda network, inputs, radius, method: real(network, inputs, radius / 100, method),
        )
        assert bounds.survey("mlp", "crown", images=6).escaped > 0

    def test_the_command(self, capsys):
        """JSON for each network and method."""
        assert bounds.main(["--images", "2", "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 9
