"""Translation into English, by three output layers over the same net."""

from backend.pipeline.recipe import Recipe

_LAYERS = {
    "translation": ("softmax", {}),
    "mos_translation": ("mixture of softmaxes", {"experts": 5}),
    "kerbs_translation": ("KerBS", {"moving_until": 1200}),
}


def _recipe(language: str, layer: str, note: str) -> Recipe:
    title, options = _LAYERS[layer]
    return Recipe(
        f"{language} to English, {title}",
        {"embedding_dim": 64, "hidden_dim": 192, **options},
        {"steps": 1600, "batch_size": 128, "lr": 3e-3, "warmup": 150},
        min_count=16,
        max_tokens=24,
        note=note,
    )


RECIPES = {
    **{
        f"seq2seq/{layer}--tatoeba-de-en": _recipe(
            "German",
            layer,
            "One of three output layers over the same net, with the same batches: softmax, "
            "mixture of softmaxes and KerBS.",
        )
        for layer in _LAYERS
    },
    "seq2seq/translation--tatoeba-fr-en": _recipe("French", "translation", ""),
}
