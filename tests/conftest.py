"""Settings of every test process."""
from __future__ import annotations

import torch

# A process a core: more threads than that fight for the cores, and take ten times as long.
torch.set_num_threads(1)
