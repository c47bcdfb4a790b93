"""Language models, which have no codes: for chains of edits, and as a yardstick."""

from backend.pipeline.recipe import Recipe


def _language_recipes() -> dict[str, Recipe]:
    """Two architectures, each in both reading orders, over one vocabulary."""
    recipes = {
        "lm/lstm_lm--ptb": Recipe(
            "LSTM language model, Penn Treebank",
            {"embedding_dim": 200, "hidden_dim": 320, "dropout": 0.35},
            {"steps": 6000, "batch_size": 64, "lr": 2e-3, "warmup": 300},
            min_count=1,
            max_tokens=82,
            split="spaces",
            note="Published for a recurrent model of 512 units on this corpus (Shi et al. 2020, "
            "as their baseline): perplexity 117.60. Sentences stand alone here, as there.",
        )
    }
    for model, title, options in (
        ("lstm_lm", "LSTM language model, everyday sentences", {}),
        ("mos", "Mixture of softmaxes, everyday sentences", {"experts": 5}),
        ("kerbs", "KerBS, everyday sentences", {"moving_until": 1200}),
    ):
        recipes[f"lm/{model}--tatoeba"] = Recipe(
            title,
            {"embedding_dim": 64, "hidden_dim": 256, "dropout": 0.1, **options},
            {"steps": 1500, "batch_size": 128, "lr": 3e-3, "warmup": 150},
            min_count=20,
            note="One of three output layers over the same LSTM, with the same batches: softmax, "
            "mixture of softmaxes and KerBS. Vectors of words are small, so that what a layer "
            "can say with them shows.",
        )
    for model, title, steps, sizes in (
        ("lstm_lm", "LSTM", 7000, {"embedding_dim": 160, "hidden_dim": 320}),
        ("transformer_lm", "Transformer", 4500, {"width": 160, "layers": 3}),
    ):
        for direction in ("forward", "backward"):
            recipes[f"lm/{model}--everyday--{direction}"] = Recipe(
                f"{title} language model, everyday English, {direction}",
                {**sizes, "direction": direction, "dropout": 0.1},
                {"steps": steps, "batch_size": 128, "lr": 2e-3, "warmup": 300},
                min_count=6,
            )
    return recipes


RECIPES = _language_recipes()
