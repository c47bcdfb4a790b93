"""Runs that show what is said of them; a test trains each and checks it. No torch needed."""

from typing import NamedTuple

from backend.laboratory.settings import Settings


class Preset(NamedTuple):
    title: str
    watch: str  # what to look at, one sentence
    settings: Settings
    steps: int


PRESETS = {
    "collapse": Preset(
        "Mode collapse",
        "Watch the samples of the GAN: they gather in one or two of the eight modes and move "
        "on together, while those of the VAE cover all of them and the space between.",
        Settings(models=("gan", "vae"), knobs={"lr": 2e-3, "critic_lr": 2e-4}),
        1000,
    ),
    "vanishing": Preset(
        "Vanishing gradient",
        "Watch the mean pull under the squares: a sure critic (D near 0 on all samples) hardly "
        "pulls the minimax GAN, whose loss is flat there, and pulls the other one hard.",
        Settings(models=("gan_minimax", "gan"), knobs={"lr": 1e-4, "critic_lr": 1e-2}),
        250,
    ),
    "weak": Preset(
        "Critic too weak",
        "Watch the samples leave the square: the critic learns a hundred times slower than the "
        "generator and goes on calling them real, so its loss stands far above 2 ln 2.",
        Settings(models=("gan",), knobs={"lr": 1e-3, "critic_lr": 1e-5}),
        500,
    ),
    "strong": Preset(
        "Critic too strong",
        "Watch how sure the critic of the GAN stays, so that its samples never leave the first "
        "modes that they found, while WGAN-GP spreads under a critic as strong.",
        Settings(models=("gan", "wgan_gp"), knobs={"lr": 2e-4, "critic_lr": 2e-2}),
        1000,
    ),
    "beta": Preset(
        "β too large",
        "Watch the KL of the β-VAE fall to 0: the code says nothing, all points are "
        "reconstructed as one, and its samples are one blob where the VAE has eight.",
        Settings(models=("vae", "beta_vae"), knobs={"beta": 300}),
        500,
    ),
}
