"""Auto-encoders and VAEs of few units, and the classifiers that judge pictures."""

from backend.pipeline.recipe import Recipe


def _image_recipes() -> dict[str, Recipe]:
    recipes = {}
    for dataset, title in (("mnist", "MNIST digits"), ("fashion-mnist", "Fashion-MNIST")):
        for size in (2, 16):
            train = {"steps": 214 * (40 if size == 2 else 25), "batch_size": 256, "lr": 2e-3}
            for model, long in (("ae", "Auto-encoder"), ("vae", "VAE")):
                recipes[f"{model}/{model}--{dataset}--{size}d"] = Recipe(
                    f"{long}, {title}, {size}-D", {"latent_dim": size}, train
                )
        recipes[f"classifier/image_classifier--{dataset}"] = Recipe(
            f"Classifier, {title}", {}, {"steps": 429 * 5, "batch_size": 128, "lr": 2e-3}
        )
    return recipes


RECIPES = _image_recipes()
