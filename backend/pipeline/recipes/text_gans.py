"""GANs of sentences over the toy language, beside what likelihood makes of the same nets; ARAE."""

from dataclasses import replace

from backend.corpora import toy_language
from backend.pipeline.recipe import Recipe

MLE, CRITIC, STEPS = 1500, 300, 3000  # all runs have the same first steps, to the digit

_SAME = "All runs over the toy language have the same nets, batches and first steps."
_SEQ_GAN = Recipe(
    "SeqGAN, toy language",
    {"embedding_dim": 32, "hidden_dim": 32, "mle_steps": MLE, "critic_steps": CRITIC},
    {"steps": STEPS, "batch_size": 64, "lr": 1e-3},
    min_count=1,
    max_tokens=toy_language.LONGEST,
    moments=tuple(range(100, STEPS + 1, 100)),
    note=f"{MLE} steps of likelihood, {CRITIC} of the critic alone, then both in turn. {_SAME}",
)

_ARAE = Recipe(
    "ARAE, sentences of SNLI",
    {
        **{"latent_dim": 48, "embedding_dim": 64, "encoder_dim": 80, "decoder_dim": 160},
        **{"noise_dim": 32, "code_hidden": (128, 128), "critic_hidden": (128, 128)},
        "critic_steps": 3,
    },
    {"steps": 6_000, "batch_size": 64, "lr": 2e-3, "warmup": 200},
    min_count=8,
    max_tokens=12,
    components=1,
)

RECIPES = {
    "text_gan/arae--snli": _ARAE,
    "text_gan/arae--snli--alone": replace(
        _ARAE,
        title="Auto-encoder and GAN apart, sentences of SNLI",
        model=_ARAE.model | {"encoder_weight": 0.0},
        note="What ARAE is compared with: the same nets and batches, and an encoder that the "
        "critic never reaches.",
    ),
    "text_gan/seq_gan--toy-language": _SEQ_GAN,
    "text_gan/seq_gan--toy-language--mle": replace(
        _SEQ_GAN,
        title="Likelihood alone, toy language",
        model=_SEQ_GAN.model | {"mle_steps": STEPS},
        note=f"What the generator learns where likelihood simply goes on. {_SAME}",
    ),
    "text_gan/seq_gan--toy-language--constant": replace(
        _SEQ_GAN,
        title="SeqGAN with a constant reward, toy language",
        model=_SEQ_GAN.model | {"reward": "constant", "baseline": False},
        note="A check: whatever a sample is, it earns ½, so that nothing but noise moves the "
        f"generator after {MLE} steps of likelihood. {_SAME}",
    ),
    "text_gan/gumbel_gan--toy-language": replace(
        _SEQ_GAN,
        title="Gumbel-softmax GAN, toy language",
        model=_SEQ_GAN.model
        | {"straight_through": True, "first_temperature": 1.0, "last_temperature": 0.5},
    ),
}
