"""The 2-D laboratory: one to three models of points in the plane, trained live side by side."""

import gradio as gr

from app.components import widget
from app.parts import reader

read_state = reader({"step": r"\d{1,6}"})


def laboratory(elem_id: str, tab: str) -> gr.HTML:
    """The result widget of ``tab``; its value is what ``read_state`` reads."""
    return widget("laboratory", "", elem_id=elem_id, tab=tab, prefix=elem_id)
