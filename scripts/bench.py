"""Measure every speed claim: ``python scripts/bench.py`` prints a table and writes bench.json.

Medians, on this machine, which is named. Claims about our own code are ratios against a plain
implementation in the same run, so that they mean the same elsewhere. ``--docs`` copies the
table into docs/measurements.md, between its two bench marks.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from backend.files import replace_section  # noqa: E402
from scripts.benches import chains, decoding, load, own, page, training  # noqa: E402
from scripts.benches.report import machine, table  # noqa: E402
from scripts.benches.rows import Row  # noqa: E402
from scripts.console import show_what_can_be_shown  # noqa: E402

RESULTS = ROOT / "scripts" / "bench.json"
PARTS = {
    "start": page.starting,
    "browser": page.in_the_browser,
    "map": page.on_the_map,
    "frontier": page.on_the_frontier,
    "replay": page.replaying,
    "load": load.loaded,
    "decode": decoding.decoding,
    "modes": decoding.responsibilities,
    "replies": decoding.replying,
    "places": page.on_the_replies,
    "chains": chains.chains,
    "train": training.training,
    "dialogue": training.training_of_dialogue,
    "pictures": training.training_of_pictures,
    "small": training.training_of_a_small_vae,
    "own": own.two_minutes,
    "paths": decoding.paths,
    "points": training.training_of_points,
}


def main() -> None:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="only these; default all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--docs", action="store_true", help="copy the table into docs/measurements.md"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    np.random.seed(0)
    rows: list[Row] = []
    for name in options.part or PARTS:
        print(f"measuring: {name}", file=sys.stderr)
        rows += PARTS[name]()
    result = {"machine": machine(), "rows": [row._asdict() for row in rows]}
    print(table(result))
    if not options.part:
        RESULTS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
        if options.docs:
            replace_section(ROOT / "docs" / "measurements.md", "bench", table(result))


if __name__ == "__main__":
    main()
