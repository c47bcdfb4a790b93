"""What the commands show: signs as well as the console can, and how far they are."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.pipeline.progress import Progress


def show_what_can_be_shown() -> None:
    """Signs that the console's encoding lacks, such as β in cp1252, come out as ``\\u03b2``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # tests put other streams in their place
            stream.reconfigure(errors="backslashreplace")


def shown(reports: "Iterable[Progress]", title: str) -> "Progress":
    """Runs to the end with a bar for each step of the work; gives the last report."""
    from tqdm import tqdm

    with tqdm(unit="%", total=100, desc=title, mininterval=2) as bar:
        step = None
        for report in reports:
            if report.step != step:
                step = report.step
                bar.reset()
                bar.set_description(f"{title}: {step}")
            bar.update(100 * report.done - bar.n)
            numbers = {k: f"{v:.2f}" for k, v in report.values.items() if isinstance(v, float)}
            bar.set_postfix(numbers, refresh=False)
    return report
