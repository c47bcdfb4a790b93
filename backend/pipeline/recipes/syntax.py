"""DSS-VAEs of a grammar whose trees and content words are known."""

from dataclasses import replace

from backend.corpora import grammar
from backend.pipeline.recipe import Recipe

_DSS = Recipe(
    "DSS-VAE, grammar",
    {
        **{"latent_dim": 32, "syntax_dim": 8, "side_dim": 48},
        **{"embedding_dim": 48, "encoder_dim": 80, "decoder_dim": 112, "word_dropout": 0.3},
        **{"annealing": "linear", "annealing_steps": 1000, "kl_weight": 0.2},
    },
    {"steps": 2500, "batch_size": 64, "lr": 4e-3, "warmup": 100},
    min_count=1,
    max_tokens=grammar.LONGEST,
)

RECIPES = {
    "text_vae/dss_vae--grammar": _DSS,
    "text_vae/dss_vae--grammar--alone": replace(
        _DSS,
        title="DSS-VAE without adversaries, grammar",
        model=_DSS.model | {"adversary_weight": 0.0, "alone_weight": 0.0},
        note="The same nets, sentences and steps; nothing keeps from a code what is the other's.",
    ),
}
