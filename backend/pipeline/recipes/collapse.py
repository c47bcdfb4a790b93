"""Text VAEs of the same small nets, of which the plain one collapses; see "Why it collapses"."""

from dataclasses import replace

from backend.pipeline.recipe import Recipe

_NETS = {"latent_dim": 16, "embedding_dim": 64, "encoder_dim": 96, "decoder_dim": 128}
_PLAIN = {**_NETS, "annealing": "constant"}
_TRAIN = {"steps": 2_500, "batch_size": 128, "lr": 2e-3, "warmup": 200}


def _everyday(title: str, model: dict, **train: int) -> Recipe:
    return Recipe(
        f"{title}, everyday sentences", model, _TRAIN | train, min_count=40, max_tokens=12
    )


# One number, and sentences of which it is known that a code is behind them.
_ONE = {**_PLAIN, "latent_dim": 1, "embedding_dim": 32, "encoder_dim": 48, "decoder_dim": 48}
_AHEAD = {"inner_limit": 10, "window": 5, "patience": 3}


def _moments(steps: int) -> tuple[int, ...]:
    """About thirty; the program reports every 50 steps."""
    return tuple(range(0, steps + 1, 50 * max(1, steps // 1500)))


def _made(title: str, steps: int, **model: int) -> Recipe:
    return Recipe(
        f"{title}, made sentences",
        {**_ONE, **model},
        {"steps": steps, "batch_size": 64, "lr": 2e-3, "warmup": 100},
        min_count=1,
        split="spaces",
        snapshots=_moments(steps),
    )


def _narrow(title: str, model: dict, steps: int) -> Recipe:
    """A code of one number, whose true posterior a grid can tell."""
    one = _everyday(f"{title}, one number", {**model, "latent_dim": 1}, steps=steps)
    return replace(one, snapshots=_moments(steps))


RECIPES = {
    "text_vae/text_vae--tatoeba--plain": _everyday("Plain text VAE", _PLAIN),
    "text_vae/text_vae--tatoeba--annealed": _everyday(
        "Annealed text VAE", {**_NETS, "annealing": "linear", "annealing_steps": 1_500}
    ),
    "text_vae/text_vae--tatoeba--free-bits": _everyday(
        "Text VAE with free bits", {**_PLAIN, "free_bits": 0.4}
    ),
    "text_vae/lagging_vae--tatoeba": _everyday("Lagging VAE", _PLAIN | _AHEAD, steps=3_500),
    "text_vae/sa_vae--tatoeba": _everyday(
        "Semi-amortised VAE", {**_PLAIN, "inner_steps": 2}, steps=1_200, batch_size=64
    ),
    "text_vae/info_vae--tatoeba": _everyday("InfoVAE", {**_PLAIN, "alpha": 0.5}),
    "text_vae/wae--tatoeba": _everyday("WAE", _NETS),
    "text_vae/vmf_vae--tatoeba": _everyday("Text vMF-VAE", _NETS | {"concentration": 20.0}),
    "text_vae/text_vae--tatoeba--one": _narrow("Plain text VAE", _PLAIN, 1_500),
    "text_vae/lagging_vae--tatoeba--one": _narrow("Lagging VAE", _PLAIN | _AHEAD, 3_000),
    "text_vae/text_vae--synthetic--one": _made("Plain text VAE", 2_500),
    "text_vae/lagging_vae--synthetic--one": _made("Lagging VAE", 5_000, **_AHEAD),
}
