"""Models whose prior has modes, of turns and of digits."""

from backend.pipeline.recipe import Recipe

_Terms = dict[str, float]  # of the objective; bool where a term is there or not
_MOMENTS = (
    *(0, 50, 100, 200, 300, 500, 750, 1000, 1250, 1500, 1750, 2000, 2500, 3000, 4000),
    *(5000, 6000, 7000, 8000, 9000, 10_000),
)
_SMALL = {"embedding_dim": 128, "encoder_dim": 128, "decoder_dim": 256, "word_dropout": 0.3}


def _mixture_recipes() -> dict[str, Recipe]:
    """The objectives of Shi et al. 2020 side by side: same nets, seed and order of the data."""
    plain: _Terms = {"dispersion_weight": 1.0, "information": True}
    full: _Terms = {"information": False}
    recipes = {}
    requests: tuple[tuple[str, str, _Terms], ...] = (
        ("gmvae--smd", "GMVAE", {}),
        ("dgmvae--smd--var", "GMVAE + L_var", plain | {"dispersion_weight": 0.5}),
        ("dgmvae--smd--mi", "GMVAE + L_mi", plain | full),
        ("dgmvae--smd", "DGMVAE", full | {"dispersion_weight": 0.5}),
    )
    for name, title, terms in requests:
        recipes[f"text_vae/{name}"] = Recipe(
            f"{title}, in-car assistant",
            {"latent_dim": 6, **_SMALL, **terms},
            {"steps": 10_000, "batch_size": 32, "lr": 1e-3, "decay": False},
            min_count=2,
            snapshots=_MOMENTS,
        )
    conversations: tuple[tuple[str, str, _Terms], ...] = (
        ("di_vae--dailydialog", "DI-VAE", {}),
        ("semi_vae--dailydialog", "semi-VAE", {}),
        ("semi_vae--dailydialog--mi", "semi-VAE + L_mi", {"information": False}),
        ("gmvae--dailydialog", "GMVAE", {"latent_dim": 15}),
        ("dgmvae--dailydialog", "DGMVAE", {"latent_dim": 15, "dispersion_weight": 0.3}),
        (
            "dgmvae--dailydialog--no-var",
            "DGMVAE - L_var",
            {"latent_dim": 15, "dispersion_weight": 1.0},
        ),
        (
            "dgmvae--dailydialog--no-mi",
            "DGMVAE - L_mi",
            {"latent_dim": 15, "dispersion_weight": 0.3, "information": True},
        ),
    )
    for name, title, terms in conversations:
        recipes[f"text_vae/{name}"] = Recipe(
            f"{title}, daily conversations",
            {**_SMALL, **terms},
            {"steps": 12_000, "batch_size": 32, "lr": 1e-3},
            min_count=5,
            max_tokens=40,
        )
    recipes["text_vae/dgmvae--tatoeba"] = Recipe(
        "DGMVAE, everyday sentences",
        {
            "latent_dim": 32,
            "variables": 8,
            "components": 8,
            "dispersion_weight": 0.9,
            "usage_weight": 3.0,
            "kl_weight": 0.7,
            "word_dropout": 0.15,
            "decoder_dim": 384,
            "annealing": "linear",
            "annealing_steps": 2000,
        },
        {"steps": 6_000, "batch_size": 128, "lr": 1e-3, "warmup": 300},
    )
    recipes["vae/gm_vae--mnist"] = Recipe(
        "Gaussian-mixture VAE, MNIST digits",
        {"latent_dim": 10, "components": 16, "pretraining_steps": 600},
        {"steps": 53 * 60, "batch_size": 1024, "lr": 2e-3},
    )
    return recipes


RECIPES = _mixture_recipes()
