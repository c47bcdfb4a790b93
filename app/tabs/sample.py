"""Sample: draw sentences or pictures from a latent space."""

import gradio as gr

from app import links, session
from app.components import checkpoint_picker, seed, served, widget

TITLE = "Sample"


def build() -> None:
    """Controls above, the samples below."""
    picker = checkpoint_picker("sample-checkpoint", requires={"sample", "decode"})
    with gr.Row():
        n = gr.Number(16, label="How many", precision=0, elem_id="sample-n")
        chosen = seed("sample-seed")
        go = gr.Button("Sample", variant="primary", elem_id="sample-go")
    result = widget("samples", elem_id="sample-result", server=[served(sample)])
    links.connect(
        "sample",
        result,
        {
            "checkpoint": (picker, links.checkpoint),
            "n": (n, links.integer),
            "seed": (chosen, links.integer),
        },
        [go.click, n.submit, chosen.input, picker.input],
    )


def sample(checkpoint: str, n: int, seed: int) -> dict:
    """Samples as the widget draws them."""
    space = session.get_space(checkpoint)
    with session.model_work():
        return {"items": space.sample(n, seed=seed), "code": "import backend"}
