"""Classifiers of sentences and of pairs of them, for attacks to mislead."""

from backend.pipeline.recipe import Recipe


def _victim_recipes() -> dict[str, Recipe]:
    recipes = {
        "classifier/entailment_classifier--entailment": Recipe(
            "Entailment classifier, SNLI and SICK",
            {},
            {"steps": 4000, "batch_size": 64, "lr": 1e-3},
            min_count=2,
            max_tokens=60,
        )
    }
    for dataset, title, steps in (("yelp", "Yelp sentences", 6000), ("sst2", "SST-2", 3000)):
        recipes[f"classifier/text_classifier--{dataset}"] = Recipe(
            f"Sentiment classifier, {title}",
            {},
            {"steps": steps, "batch_size": 64, "lr": 1e-3},
            min_count=5 if dataset == "yelp" else 2,
            max_tokens=40,
        )
    return recipes


RECIPES = _victim_recipes()
