"""Trade-offs: VAEs that cover and blur, GANs that sharpen and collapse, and their fusions."""

import gradio as gr

from app import links
from app.components import quietly, widget
from app.widgets.ablation.widget import ablation
from app.widgets.ablation.widget import read_state as read_ablation
from app.widgets.beta_sweep.widget import beta_sweep
from app.widgets.beta_sweep.widget import read_state as read_beta
from app.widgets.collapse.widget import collapse
from app.widgets.collapse.widget import read_state as read_collapse
from app.widgets.domains.widget import across_domains
from app.widgets.domains.widget import read_state as read_domains
from app.widgets.frontier.widget import frontier
from app.widgets.frontier.widget import read_state as read_frontier
from app.widgets.image_input import image_input
from app.widgets.laboratory.widget import laboratory
from app.widgets.laboratory.widget import read_state as read_laboratory
from app.widgets.objectives.widget import objectives
from app.widgets.objectives.widget import read_state as read_objectives
from app.widgets.styles.widget import class_styles
from app.widgets.styles.widget import read_state as read_styles
from app.widgets.syntax.widget import read_state as read_syntax
from app.widgets.syntax.widget import syntax
from app.widgets.text_gans.widget import read_state as read_gans
from app.widgets.text_gans.widget import text_gans
from app.widgets.theory.widget import read_state as read_theory
from app.widgets.theory.widget import theory
from app.widgets.triptych.widget import read_state as read_triptych
from app.widgets.triptych.widget import triptych

TITLE = "Trade-offs"
PICTURES = {  # what the view of pictures holds, in order
    "tradeoffs-frontier": "Frontier",
    "tradeoffs-triptych": "Same noise, same pictures",
    "tradeoffs-styles": "Class and style",
    "tradeoffs-beta": "β sweep",
    "tradeoffs-ablation": "Ablation",
    "tradeoffs-domains": "Domains",
}
# Kept on the window, too: a link sets the pad before the widget is there to hear of it.
TELL = """(digit) => {
  window.latentOwnDigit = digit;
  window.dispatchEvent(new CustomEvent("latent-own-digit", { detail: digit }));
}"""
VIEWS = {
    "Laboratory": "laboratory",
    "Pictures": "pictures",
    "Why text collapses": "collapse",
    "Text GANs": "text_gans",
    "Syntax and meaning": "syntax",
    "Theory": "theory",
}


def build() -> None:
    """Six views, of which one is shown.

    A view watches the attribute ``data-mode`` of the tab's panel, asks for nothing until it is
    shown, and keeps its own field of the link (``keep`` of ``page/address.js``), empty while it
    is hidden.
    """
    with gr.Row(elem_classes="lp-controls"):
        view = gr.Radio(
            list(VIEWS.items()),
            value="laboratory",
            label="View",
            show_label=False,
            elem_id="tradeoffs-view",
            elem_classes="lp-segmented",
        )
    with gr.Column(elem_classes="view-laboratory"):
        lab = laboratory("tradeoffs-laboratory", tab="tradeoffs")
    with gr.Column(elem_classes="view-pictures"):
        sections = list(PICTURES.items())
        widget("contents", elem_id="tradeoffs-contents", sections=sections)
        bench = frontier("tradeoffs-frontier", tab="tradeoffs")
        beside = triptych("tradeoffs-triptych", tab="tradeoffs")
        classes = class_styles("tradeoffs-styles", tab="tradeoffs")
        betas = beta_sweep("tradeoffs-beta", tab="tradeoffs")
        terms = ablation("tradeoffs-ablation", tab="tradeoffs")
        heaps = across_domains("tradeoffs-domains", tab="tradeoffs")
        with gr.Column(elem_classes="domains-own"):
            digit = image_input("Your own digit, to go there and back", "tradeoffs-digit")
        quietly(digit.change, None, [digit], None, js=TELL)
    with gr.Column(elem_classes="view-collapse"):
        silent = collapse("tradeoffs-collapse", tab="tradeoffs")
    with gr.Column(elem_classes="view-text_gans"):
        sentences = text_gans("tradeoffs-gans", tab="tradeoffs")
    with gr.Column(elem_classes="view-syntax"):
        forms = syntax("tradeoffs-syntax", tab="tradeoffs")
    with gr.Column(elem_classes="view-theory"):
        proofs = theory("tradeoffs-theory", tab="tradeoffs")
        cards = objectives("tradeoffs-objectives", tab="tradeoffs")
    fields = {
        "mode": (view, links.one_of(*VIEWS.values())),
        "laboratory": (lab, read_laboratory),
        "frontier": (bench, read_frontier),
        "triptych": (beside, read_triptych),
        "styles": (classes, read_styles),
        "beta": (betas, read_beta),
        "ablation": (terms, read_ablation),
        "domains": (heaps, read_domains),
        "digit": (digit, links.picture),
        "collapse": (silent, read_collapse),
        "gans": (sentences, read_gans),
        "syntax": (forms, read_syntax),
        "theory": (proofs, read_theory),
        "objectives": (cards, read_objectives),
    }
    links.connect("tradeoffs", lab, fields, [view.input])
