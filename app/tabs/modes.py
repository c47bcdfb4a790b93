"""Modes: mixture priors on a map that decodes wherever one clicks."""

from app import links
from app.components import checkpoint_picker
from app.widgets.latent_map.widget import latent_map, read_state

TITLE = "Modes"
FIRST = "text_vae/dgmvae--smd"


def build() -> None:
    """What to look at above, the map below."""
    picker = checkpoint_picker("modes-checkpoint", requires={"components"}, first=FIRST)
    chart = latent_map("modes-map", tab="modes")
    links.connect(
        "modes",
        chart,
        {"checkpoint": (picker, links.checkpoint), "map": (chart, read_state)},
        [picker.input],
    )
