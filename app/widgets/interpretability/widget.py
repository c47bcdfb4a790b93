"""The interpretability table: our numbers on DailyDialog, the published ones, the baseline."""

import gradio as gr

import backend
from app.components import served, widget

ROWS = (
    ("text_vae/di_vae--dailydialog", "DI-VAE"),
    ("text_vae/semi_vae--dailydialog", "semi-VAE"),
    ("text_vae/semi_vae--dailydialog--mi", "semi-VAE + L_mi"),
    ("text_vae/gmvae--dailydialog", "GMVAE"),
    ("text_vae/dgmvae--dailydialog", "DGMVAE"),
    ("text_vae/dgmvae--dailydialog--no-var", "DGMVAE − L_var"),
    ("text_vae/dgmvae--dailydialog--no-mi", "DGMVAE − L_mi"),
)
COLUMNS = (  # metric, heading, unit
    ("mi_c", "MI, summed", "nats"),
    ("mi_c_mean", "MI per variable", "nats"),
    ("bleu", "BLEU", ""),
    ("act_homogeneity", "Act homogeneity", ""),
    ("emotion_homogeneity", "Emotion homogeneity", ""),
    ("codes_used", "Codes in use", ""),
)
PUBLISHED = {  # Shi et al. 2020 and the lecture slides that quote it
    "DI-VAE": {"mi": 1.20, "bleu": 3.05, "act_homogeneity": 0.18, "emotion_homogeneity": 0.09},
    "semi-VAE": {"mi": 0.03},
    "semi-VAE + L_mi": {"mi": 1.21},
    "DGMVAE": {"mi": 1.32, "bleu": 7.39, "act_homogeneity": 0.23, "emotion_homogeneity": 0.16},
}
SOURCE = "https://proceedings.mlr.press/v119/shi20f.html"


def interpretability(elem_id: str) -> gr.HTML:
    """The widget; asks once, when it is first seen."""
    return widget("interpretability", elem_id=elem_id, server=[served(table, "run")], tab="modes")


def table() -> dict:
    """Rows of cells: value, standard error, baseline and published number where there are such."""
    infos = {info.name: info for info in backend.available()}
    return {
        "columns": [{"id": id, "title": title, "unit": unit} for id, title, unit in COLUMNS],
        "rows": [_row(infos.get(name), name, title) for name, title in ROWS],
        "source": SOURCE,
        "code": _script(),
    }


def _row(info: backend.CheckpointInfo | None, name: str, title: str) -> dict:
    """A row is ``missing`` without a checkpoint, and ``unmeasured`` without its numbers."""
    published = PUBLISHED.get(title, {})
    metrics = info.metrics if info else {}
    cells = []
    for id, _, _ in COLUMNS:
        entry = metrics.get(id, {})
        cell = {key: entry.get(key) for key in ("value", "stderr", "reference", "split", "n")}
        cells.append(cell | {"published": published.get("mi" if id == "mi_c" else id)})
    measured = any(cell["value"] is not None for cell in cells)
    return {
        "name": name,
        "title": title,
        "state": "missing" if info is None else "ok" if measured else "unmeasured",
        "codes": _codes(info),
        "cells": cells,
    }


def _codes(info: backend.CheckpointInfo | None) -> int | None:
    """How many codes there could be: K to the power m."""
    if info is None or "components" not in info.config:
        return None
    return info.config["components"] ** info.config["variables"]


def _script() -> str:
    return (
        "import backend\n\n"
        f"wanted = {[id for id, _, _ in COLUMNS]!r}\n"
        "result = {\n"
        "    info.name: {id: info.metrics[id] for id in wanted if id in info.metrics}\n"
        '    for info in backend.available(requires={"components"})\n'
        "}\n"
        "print(result)\n"
    )
