"""Measure how smoothly the interactive page follows its slider, in headless chromium, on 2,000
points in 8 directions.

    .venv/bin/python benchmarks/bench_interactive.py

Writes benchmarks/interactive.json: the time to measure and draw one step, and the time between
frames while the slider moves at every frame. The browser shows 60 frames a second at most, so 16.7
ms between frames is as smooth as can be.
"""

from __future__ import annotations

import copy
import json
import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import torch
from records import origin

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("interactive.json")
sys.path.insert(0, str(ROOT))  # For `tests`, which is not installed.

from pyharness.evidence import Points
from pyharness.report.html import Report, render
from pyharness.report.site import write_site
from tests.browsers import ABSENT, started

FRAMES = """
const done = arguments[arguments.length - 1], slider = document.getElementById("step"), most = Number(slider.max), times = [];
function frame(now) {
  times.push(now);
  if (times.length > 2 * most) return done(times);
  const place = times.length % (2 * most);
  slider.value = String(place > most ? 2 * most - place : place);
  slider.dispatchEvent(new Event("input"));
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
"""
UPDATES = """
const slider = document.getElementById("step"), times = [];
for (let place = 0; place <= Number(slider.max); place++) {
  slider.value = String(place);
  slider.dispatchEvent(new Event("input"));
  const start = performance.now();
  pointsPage.update();
  times.push(performance.now() - start);
}
return times;
"""


def main() -> None:
    if ABSENT:
        raise SystemExit(ABSENT)
    certificate = copy.deepcopy(
        json.loads((ROOT / "certificates" / "leanmining.json").read_text("utf-8"))
    )
    evidence = certificate["claims"][0]["evidence"][0]
    generator = torch.Generator().manual_seed(0)
    columns = [str(number) for number in range(1, 9)]
    rows = torch.randn(2000, 8, generator=generator).tanh().tolist()
    evidence["measurements"] = {"columns": columns, "rows": rows}
    evidence["points"] = Points((("Points of", "a drawing"),), columns).as_json()
    with tempfile.TemporaryDirectory() as folder:
        write_site(render(Report(certificate)), Path(folder) / "pages")
        with started(Path(folder) / "profile") as browser:
            browser.open(Path(folder) / "pages" / "interactive.html")
            version = browser.driver.capabilities["browserVersion"]
            updates = browser.run(UPDATES)
            times = browser.driver.execute_async_script(FRAMES)
    between = sorted(after - before for before, after in pairwise(times))
    record = {
        **origin(),
        "versions": {"chromium": version},
        "results": {
            "points": 2000,
            "directions": 8,
            "milliseconds to measure and draw a step": {
                "median": round(statistics.median(updates), 2),
                "most": round(max(updates), 2),
            },
            "milliseconds between frames": {
                "mean": round(statistics.mean(between), 2),
                "95th percentile": round(between[int(0.95 * len(between))], 2),
            },
            "frames a second": round(1000 / statistics.mean(between), 1),
        },
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
