"""Measures the tables of a pair of language models, or of a classifier, into their files.

Everything is seeded. Sentences are judged by a language model that made none of them.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence

from backend import checkpoint
from backend.evaluation.measured import ATTACKS, EDITS
from backend.files import write_json
from backend.pipeline.edits import attacks, correction, keywords, paraphrase
from backend.pipeline.edits.bench import Bench, Table
from backend.pipeline.progress import Progress

TABLES: dict[str, Callable[..., Table]] = {
    **keywords.TABLES,
    **paraphrase.TABLES,
    **correction.TABLES,
}


def measure_pair(
    name: str, only: Sequence[str] | None = None, n: int | None = None
) -> Iterator[Progress]:
    """Tables of the pair ``name``; ``only`` replaces those named and keeps the others.

    Each is written at once. Raises ``ValueError`` where no other model can judge.
    """
    path = checkpoint.info(f"{name}--forward").path / EDITS
    tables = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    bench, wanted = Bench(name), only or list(TABLES)
    for number, id in enumerate(wanted, 1):
        began = time.monotonic()
        tables[id] = TABLES[id](bench, *([n] if n else []))
        write_json(path, {key: tables[key] for key in TABLES if key in tables})
        text = f"{name} {id}: {time.monotonic() - began:.0f} s"
        yield Progress("measure", number / len(wanted), text, {"rows": tables[id]["rows"]})


def measure_attacks(name: str, n: int | None = None, again: bool = False) -> Iterator[Progress]:
    """The table of attacks on the classifier ``name``.

    ``again`` keeps the stored attacks and judges likeness and acceptance anew.
    """
    if again:
        table = attacks.judged_again(name)
        write_json(checkpoint.info(name).path / ATTACKS, table)
        yield Progress("measure", 1.0, f"{name}: judged", {"rows": table["rows"]})
        return
    for made in attacks.attack_table(name, *([n] if n else [])):
        if isinstance(made, Progress):
            yield made
        else:
            write_json(checkpoint.info(name).path / ATTACKS, made)
            yield Progress("measure", 1.0, f"{name}: attacks", {"rows": made["rows"]})
