"""Settings of every test process, and the browser that they share."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import torch

if TYPE_CHECKING:
    from browsers import Browser

# A process a core: more threads than that fight for the cores, and take ten times as long.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real browser; the test is skipped where there is none."""
    import browsers

    if browsers.ABSENT:
        pytest.skip(browsers.ABSENT)
    with browsers.started(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
