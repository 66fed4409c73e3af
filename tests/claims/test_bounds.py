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

METHODS = ("ibp", "crown", "split")
"""Those that need no package."""


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
        bounds.survey("mlp", "alpha-crown", images=1)


@pytest.mark.parametrize("network", NETWORKS)
def test_no_sample_leaves_and_better_methods_are_tighter(network):
    """Interval bounds are wider than CROWN's, and splitting makes those no wider."""
    ibp, crown, split = (bounds.survey(network, method, images=3) for method in METHODS)
    assert ibp.escaped == crown.escaped == split.escaped == 0
    assert ibp.mean_width > crown.mean_width >= split.mean_width


@pytest.mark.parametrize("method", METHODS)
def test_an_enclosure_that_is_too_small_is_found_out(method, monkeypatch):
    """Samples at the corners of the cell leave an enclosure of a smaller one."""
    real = bounds.enclose
    monkeypatch.setattr(
        bounds,
        "enclose",
        lambda network, inputs, radius, method: real(network, inputs, radius / 100, method),
    )
    assert bounds.survey("mlp", method, images=3).escaped > 0


def test_bounds_of_one_layer_are_attained():
    """Of a single linear layer every method gives the least and the greatest value."""
    layer = torch.nn.Linear(2, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[2.0, -3.0]]))
        layer.bias.fill_(1.0)
    centre = torch.zeros(1, 2, dtype=torch.float64)
    for method in ("ibp", "crown"):
        found = bounds.enclose(torch.nn.Sequential(layer), centre, 1.0, method)
        assert (found.lower.item(), found.upper.item()) == (-4.0, 6.0)


class TestWithThePackage:
    @pytest.fixture(autouse=True)
    def package(self):
        pytest.importorskip("bound_propagation", reason="bound-propagation is not installed")

    @pytest.mark.parametrize("network", NETWORKS)
    def test_optimized_slopes_are_no_wider(self, network):
        """No sample leaves α-CROWN's enclosures, and they are no wider than CROWN's."""
        crown, alpha = (
            bounds.survey(network, method, images=6) for method in ("crown", "alpha-crown")
        )
        assert alpha.escaped == 0 and crown.mean_width >= alpha.mean_width * 0.999

    def test_the_command(self, capsys):
        """JSON for each network and method."""
        assert bounds.main(["--images", "2", "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 12
