"""Pictures across domains, without pairs: translated, and classified where no class was read."""

from backend.pipeline.recipe import Recipe

_GAME = {"channels": 8, "blocks": 1}
_STEPS = {"steps": 2_000, "batch_size": 16, "lr": 2e-3}
_ADAPTED = {"channels": (12, 24), "ramp": 1000}
_LEARNED = {"steps": 1000, "batch_size": 32, "lr": 2e-3}

RECIPES = {
    "classifier/dann--mnist-m": Recipe("DANN, MNIST to MNIST-M", _ADAPTED, _LEARNED),
    "classifier/dann--mnist-m--source-only": Recipe(
        "The same net on MNIST only (λ = 0)", _ADAPTED | {"reversal": 0.0}, _LEARNED
    ),
    "gan/cycle_gan--ink-mnist": Recipe("CycleGAN, chalk to ink", _GAME, _STEPS),
    "gan/cycle_gan--ink-mnist--no-cycle": Recipe(
        "CycleGAN without the way back (λ = 0)", _GAME | {"cycle_weight": 0.0}, _STEPS
    ),
}
