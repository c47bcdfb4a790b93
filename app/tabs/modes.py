"""Modes: mixture priors that collapse or don't, and a map that decodes wherever one clicks."""

import gradio as gr

from app import door, links
from app.components import checkpoint_picker, quietly, terms
from app.widgets.interpretability.widget import interpretability
from app.widgets.latent_map.widget import latent_map
from app.widgets.latent_map.widget import read_state as read_map
from app.widgets.microscope.widget import follow, microscope
from app.widgets.microscope.widget import read_state as read_microscope
from app.widgets.panels.widget import panels
from app.widgets.panels.widget import read_state as read_panels

TITLE = "Modes"
FIRST = "text_vae/dgmvae--smd"

TERMS = {
    "mode": "One component of the prior's mixture, for each of its variables c1, c2, …",
    "responsibility": "How likely each mode is to have made a code, by Bayes' rule.",
    "weight, share": "How likely the prior makes a mode; how many held-out items it holds.",
    "words of a mode": "Those with the highest log-odds against all other modes, with a prior "
    "that keeps rare words down (Monroe et al. 2008). Areas of the map are named the same way.",
    "UMAP": "A curved map that keeps neighbours together as well as it can; distances across it "
    "mean little. A plane is a straight cut: each place on it is one code.",
    "neighbours kept": "Of the 15 points nearest in the latent space, those among the 15 nearest "
    "on the map: how far its neighbourhoods can be trusted.",
}


def build() -> None:
    """The map of one checkpoint with its modes, between four runs side by side and a table."""
    picker = checkpoint_picker("modes-checkpoint", requires={"components"}, first=FIRST)
    terms(TERMS)
    chart = latent_map("modes-map", tab="modes")
    lens = microscope("modes-microscope")
    with gr.Column(elem_id="modes-figures"):
        runs = panels("modes-panels")
        interpretability("modes-interpretability")
    for event in (picker.input, chart.ready):  # ready: also after a link was restored
        quietly(event, door.event(follow), picker, lens)
    links.connect(
        "modes",
        chart,
        {
            "checkpoint": (picker, links.checkpoint),
            "map": (chart, read_map),
            "microscope": (lens, read_microscope),
            "panels": (runs, read_panels),
        },
        [picker.input],
    )
