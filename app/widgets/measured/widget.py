"""What was measured of the language models or the classifier that the tab has chosen."""

import gradio as gr

import backend
from app import session
from app.components import served, widget
from backend.evaluation import measured as store


def measured(elem_id: str) -> gr.HTML:
    """Tables in a fold; nothing is shown where nothing was measured.

    Other widgets of the tab say what is chosen: they set ``data-pair`` and ``data-victim`` of the
    tab's panel. The mode of the tab, its ``data-mode``, says which tables concern it.
    """
    server = [served(tables, "tables")]
    return widget("measured", "", elem_id=elem_id, server=server, prefix=elem_id)


def tables(checkpoint: str) -> dict:
    """Tables as ``backend.evaluation.measured`` has them; labels of examples are named."""
    session.check_name(checkpoint)
    found = store.tables(checkpoint)
    names = _labels(checkpoint)
    for table in found:
        for example in table["examples"]:
            if names and isinstance(example.get("label"), int):
                example["label"] = names[example["label"]]
    return {"tables": found}


def _labels(checkpoint: str) -> tuple[str, ...]:
    """Names of a classifier's labels; none of anything else."""
    from backend.language import attacks

    return attacks.NAMES.get(backend.info(checkpoint).dataset, ())
