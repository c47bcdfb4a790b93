"""Tables that a script of their own measured, read from where they lie: beside checkpoints.

A table has ``title``, ``note``, ``rows`` (a ``label`` and numbers; those to compare with have
``"reference": True``) and, where sentences were written, ``examples``.
"""

import json
from typing import Any

from backend import checkpoint

EDITS, ATTACKS, SEEDS = "edits.json", "attacks.json", "seeds.json"
SCRIPTS = {EDITS: "evaluate_edits", ATTACKS: "evaluate_edits", SEEDS: "compare_seeds"}
ONE = {ATTACKS: "attack", SEEDS: "seeds"}  # files of one table, and its id
Table = dict[str, Any]


def tables(name: str) -> list[Table]:
    """Tables of the checkpoint ``name``, each with its ``id``; none where nothing was measured.

    ``attacks.json`` and ``seeds.json`` are one table each, ``edits.json`` has one for each task
    and one for the mixing.

    Raises:
        KeyError: there is no such checkpoint.
        ValueError: a file is damaged; the text says which.
    """
    folder = checkpoint.info(name).path
    found: dict[str, Table] = {}
    for file, script in SCRIPTS.items():
        if not (folder / file).is_file():
            continue
        try:
            content = json.loads((folder / file).read_text(encoding="utf-8"))
            by_id = {ONE[file]: content} if file in ONE else content
            found |= {id: _checked(table) for id, table in by_id.items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError(
                f"{file} of {name} is damaged. Run scripts/{script}.py to measure again."
            ) from None
    return [{"id": id, **table} for id, table in found.items()]


def _checked(table: Table) -> Table:
    """Raises ``KeyError`` or ``TypeError`` for what is not a table."""
    for row in table["rows"]:
        row["label"]
    return {"title": table["title"], "note": table["note"], "examples": [], **table}
