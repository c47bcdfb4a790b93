"""The α-GAN with all of its terms, and with each of them left out; the numbers are the bench's."""

import gradio as gr

from app import parts
from app.components import served, widget
from app.widgets.frontier.widget import moments

read_state = parts.reader({"moment": r"\d{1,3}"})


def ablation(elem_id: str, tab: str) -> gr.HTML:
    """The widget; its value is what `read_state` reads. It follows the frontier's numbers."""
    server = [served(code, "run"), served(moments, "moments")]
    return widget("ablation", "", elem_id=elem_id, server=server, tab=tab)


def code() -> dict:
    """The program that prints the same numbers."""
    return {"code": CODE}


CODE = """from backend.evaluation import tradeoffs

for run in tradeoffs.read().runs:
    if run.model == "alpha_gan":
        switches = {key: run.config[key] for key in ("use_l1", "use_critic", "use_code_critic")}
        print(run.name, switches)
        for moment in run.moments:
            print(moment.step, moment.values)
"""
