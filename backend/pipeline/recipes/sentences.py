"""VAEs and an auto-encoder of sentences."""

from backend.pipeline.recipe import Recipe

_TEXT_TRAIN = {"batch_size": 192, "lr": 1e-3, "warmup": 300}

RECIPES = {
    "text_vae/text_vae--tatoeba": Recipe(
        "Text VAE, everyday sentences",
        {
            "word_dropout": 0.15,
            "annealing": "linear",
            "annealing_steps": 3000,
            "kl_weight": 0.3,
            "kl_target": 24.5,
        },
        {"steps": 13_000, **_TEXT_TRAIN},
        note="The shipped run found this recipe under way: until step 5,000 it had free bits of "
        "0.7 nats a unit at KL weight 1, until step 5,500 none at weight 0.85; a rerun follows "
        "the recipe throughout.",
    ),
    "text_vae/text_ae--tatoeba": Recipe(
        "Text auto-encoder, everyday sentences",
        {"word_dropout": 0.15},
        {"steps": 4_000, **_TEXT_TRAIN},
    ),
}
