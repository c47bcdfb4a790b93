"""What makes each checkpoint, beside the corpus itself: scripts/train.py runs these."""

from dataclasses import dataclass, field
from typing import Any

from backend.processors.text import MAX_TOKENS, Split


@dataclass(frozen=True)
class Recipe:
    """Everything that makes a checkpoint, beside the corpus itself."""

    title: str
    model: dict[str, Any] = field(default_factory=dict)
    train: dict[str, Any] = field(default_factory=dict)
    min_count: int = 4  # a word rarer than this in the training sentences is unknown
    max_tokens: int = MAX_TOKENS  # longer sentences are left out
    split: Split = "words"  # where the corpus's sentences are cut into tokens
    components: int = 20  # of the mixture fitted to the codes
    snapshots: tuple[int, ...] = ()  # steps at which codes and modes are kept
    moments: tuple[int, ...] = ()  # steps at which pictures are measured for the bench
    note: str = ""  # what a reader of the model card must know of the shipped run


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


_BENCH_NETS = {"net": "conv", "channels": 16, "latent_dim": 16, "hidden": (64,)}
_ALPHA = {"code_hidden": (256, 256), "l1_weight": 50.0}
_BENCH_MOMENTS = (250, 500, 1000, 2000, 3000)


def _bench_recipes() -> dict[str, Recipe]:
    """Auto-encoders, GANs and what lies between: same data, same nets, same batches.

    Some need more steps. A Wasserstein GAN of digits has three times as many, as one in three
    moves its generator. JointVAE has twice as many, as its capacities have to rise slowly or the
    class stays unused, and so has the α-GAN of coloured digits, whose copies were still poor
    after 3,000 (MSE 0.06). WGAN-GP of coloured digits stays poor: with 9,000 steps, or three for
    the critic, its penalty grows without end at this rate, and at 3e-4 it learns too slowly.
    """
    digits, clothes, colour = "mnist", "fashion-mnist", "color-mnist"
    titles = {digits: "MNIST digits", clothes: "Fashion-MNIST", colour: "ColorMNIST"}
    likelihood, game = {"lr": 2e-3}, {"lr": 1e-3}
    ablations = (
        ("", "α-GAN", {}),
        ("--no-l1", "α-GAN without reconstruction", {"use_l1": False}),
        ("--no-critic", "α-GAN without critic of pictures", {"use_critic": False}),
        ("--no-code-critic", "α-GAN without critic of codes", {"use_code_critic": False}),
    )
    joint = {"latent_dim": 20, "capacity_steps": 4500, "even": True}
    rows: list[tuple[str, str, str, str, dict[str, Any], dict[str, Any]]] = [
        ("ae/ae", digits, "--conv", "Convolutional auto-encoder", {}, likelihood),
        ("vae/vae", digits, "--conv", "Convolutional VAE", {}, likelihood),
        ("vae/vae", clothes, "--conv", "Convolutional VAE", {}, likelihood),
        ("vae/vae", colour, "", "VAE", {}, likelihood),
        ("ae/denoising_ae", digits, "", "Denoising auto-encoder", {}, likelihood),
        *(
            ("vae/beta_vae", digits, f"--beta{beta}", f"β-VAE, β = {beta}", size, likelihood)
            for beta in (1, 2, 4, 10)
            for size in ({"beta": float(beta)},)
        ),
        ("vae/cvae", digits, "", "Conditional VAE", {"hidden_labels": 0.02}, likelihood),
        ("vae/joint_vae", digits, "", "JointVAE", joint, likelihood),
        ("gan/dcgan", digits, "", "DCGAN", {}, game),
        ("gan/dcgan", digits, "--minimax", "DCGAN, minimax", {"objective": "minimax"}, game),
        ("gan/dcgan", clothes, "", "DCGAN", {}, game),
        ("gan/wgan", digits, "", "WGAN, clipped weights", {"critic_steps": 3, "clip": 0.05}, game),
        ("gan/wgan_gp", digits, "", "WGAN-GP", {"critic_steps": 3}, game),
        ("gan/wgan_gp", colour, "", "WGAN-GP", {"critic_steps": 1}, game),
        ("gan/vae_gan", digits, "", "VAE/GAN", {}, game),
        ("gan/vae_gan", clothes, "", "VAE/GAN", {}, game),
        ("gan/aae", digits, "", "Adversarial auto-encoder", {}, game),
        *(
            ("gan/alpha_gan", digits, tag, title, _ALPHA | size, game)
            for tag, title, size in ablations
        ),
        ("gan/alpha_gan", colour, "", "α-GAN", _ALPHA, game),
    ]
    longer = {
        ("vae/joint_vae", digits): 2,
        ("gan/wgan", digits): 3,
        ("gan/wgan_gp", digits): 3,
        ("gan/alpha_gan", colour): 2,
    }
    recipes = {}
    for model, dataset, tag, title, sizes, train in rows:
        times = longer.get((model, dataset), 1)
        shape = {"data_shape": (3, 28, 28)} if dataset == colour else {}
        moments = tuple(times * step for step in _BENCH_MOMENTS)
        recipes[f"{model}--{dataset}{tag}"] = Recipe(
            f"{title}, {titles[dataset]}",
            _BENCH_NETS | shape | sizes,
            {"steps": moments[-1], "batch_size": 64} | train,
            moments=moments,
        )
    return recipes


_MOMENTS = (0, 50, 100, 200, 300, 500, 750, 1000, 1250, 1500, 1750, 2000, 2500, 3000, 4000)
_MOMENTS += (5000, 6000, 7000, 8000, 9000, 10_000)
_SMALL = {"embedding_dim": 128, "encoder_dim": 128, "decoder_dim": 256, "word_dropout": 0.3}


def _mixture_recipes() -> dict[str, Recipe]:
    """The objectives of Shi et al. 2020 side by side: same nets, seed and order of the data."""
    plain, full = {"dispersion_weight": 1.0, "information": True}, {"information": False}
    recipes = {}
    for name, title, terms in (
        ("gmvae--smd", "GMVAE", {}),
        ("dgmvae--smd--var", "GMVAE + L_var", plain | {"dispersion_weight": 0.5}),
        ("dgmvae--smd--mi", "GMVAE + L_mi", plain | full),
        ("dgmvae--smd", "DGMVAE", full | {"dispersion_weight": 0.5}),
    ):
        recipes[f"text_vae/{name}"] = Recipe(
            f"{title}, in-car assistant",
            {"latent_dim": 6, **_SMALL, **terms},
            {"steps": 10_000, "batch_size": 32, "lr": 1e-3, "decay": False},
            min_count=2,
            snapshots=_MOMENTS,
        )
    for name, title, terms in (
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
    ):
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


def _victim_recipes() -> dict[str, Recipe]:
    """Classifiers of sentences and of pairs of them, for attacks to mislead."""
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
    "text_vae/text_vae--tatoeba--collapsed": Recipe(
        "Text VAE, collapsed",
        {"annealing": "constant"},
        {"steps": 1_500, **_TEXT_TRAIN},
    ),
    **_mixture_recipes(),
    **_language_recipes(),
    **_victim_recipes(),
    **_image_recipes(),
    **_bench_recipes(),
}
