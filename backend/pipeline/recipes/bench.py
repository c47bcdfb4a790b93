"""The picture bench: all families on the same data, with nets of one kind."""

from typing import Any

from backend.pipeline.recipe import Recipe

_BENCH_NETS = {"net": "conv", "channels": 16, "latent_dim": 16, "hidden": (64,)}
_DENSE = {"dense": 128}
_ALPHA = {"code_hidden": (256, 256), "l1_weight": 100.0}
_WIDE = {"channels": 32, "dense": 256}
_NORMAL = _DENSE | {"batch_norm": True}
_INTRO = {"margin": 30.0, "recon_weight": 2.0, "pretraining_steps": 250}
_BENCH_MOMENTS = (250, 500, 1000, 2000, 3000)
_COPIES = (
    "Nothing in its loss compares a picture with its copy. The copies are digits, often another "
    "one: their error is larger than that of the mean picture (0.067) as a guess, and smaller "
    "than that of copies of other pictures."
)


def _bench_recipes() -> dict[str, Recipe]:
    """Auto-encoders, GANs and what lies between: same data, same convolutions, same batches.

    Some need more steps. A Wasserstein GAN of digits has three times as many, as one in three
    moves its generator. JointVAE has twice as many, as its capacities have to rise slowly or the
    class stays unused, and so has the α-GAN of coloured digits, whose copies were still poor
    after 3,000 (MSE 0.06). WGAN-GP of coloured digits stays poor: with 9,000 steps, or three for
    the critic, its penalty grows without end at this rate, and at 3e-4 it learns too slowly.
    The critic of BiGAN wins for good at the rate of the others; at a fifth it does not.

    The nets have three sizes, so that no number is compared as if the loss alone made the
    difference. DCGAN, VAE/GAN, IntroVAE and the four α-GANs of grey digits have a layer of 128
    units that sees the whole picture (0.21 million weights in the generator), and so has the
    spherical VAE, whose code of two degrees a decoder has to unfold (FID 449 to validation
    pictures, 546 without); InfoGAN, IWGAN and BiGAN twice the channels and 256 such units (0.84
    million); the others have neither (0.04 million). The minimax DCGAN keeps the small nets, as an
    exhibit. With that layer, games need batch normalisation. Without it VAE/GAN loses to its
    critic from the first steps on (FID 386 and MSE 0.08 after 3,000 where it has 62 and 0.04 with
    it), WGAN-GP draws black, and an α-GAN has IS 6.7 after 3,000 where this one has 7.5 after
    2,000. DCGAN has twice the steps: FID 55, 22 and 13 to validation pictures after 2,000, 4,000
    and 6,000. The L1 of the α-GANs weighs 100: at 50, with small nets, the one without a critic of
    pictures stayed black.
    """
    digits, clothes, colour = "mnist", "fashion-mnist", "color-mnist"
    titles = {digits: "MNIST digits", clothes: "Fashion-MNIST", colour: "ColorMNIST"}
    likelihood, game, slow = {"lr": 2e-3}, {"lr": 1e-3}, {"lr": 2e-4}
    ablations: tuple[tuple[str, str, dict[str, bool]], ...] = (
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
        *(
            (
                "vae/vamp_prior",
                digits,
                tag,
                f"VampPrior, K = {k}",
                {"pseudo_inputs": k},
                likelihood,
            )
            for tag, k in (("", 100), ("--k1", 1))
        ),
        *(
            ("vae/flow_vae", digits, f"--{kind}", f"Flow VAE, {kind}", {"flow": kind}, likelihood)
            for kind in ("planar", "iaf")
        ),
        *(
            ("vae/info_vae", digits, tag, f"InfoVAE, α = {alpha}", {"alpha": alpha}, likelihood)
            for tag, alpha in (("", 0.5), ("--alpha1", 1.0))
        ),
        (
            "vae/vmf_vae",
            digits,
            "",
            "Spherical VAE, D = 3",
            _DENSE | {"latent_dim": 3},
            likelihood,
        ),
        ("gan/dcgan", digits, "", "DCGAN", _DENSE, game),
        ("gan/dcgan", digits, "--minimax", "DCGAN, minimax", {"objective": "minimax"}, game),
        ("gan/dcgan", clothes, "", "DCGAN", {}, game),
        ("gan/wgan", digits, "", "WGAN, clipped weights", {"critic_steps": 3, "clip": 0.05}, game),
        ("gan/wgan_gp", digits, "", "WGAN-GP", {"critic_steps": 3}, game),
        ("gan/wgan_gp", colour, "", "WGAN-GP", {"critic_steps": 1}, game),
        ("gan/vae_gan", digits, "", "VAE/GAN", _NORMAL, game),
        ("gan/vae_gan", clothes, "", "VAE/GAN", {}, game),
        ("gan/aae", digits, "", "Adversarial auto-encoder", {}, game),
        *(
            ("gan/alpha_gan", digits, tag, title, _NORMAL | _ALPHA | size, game)
            for tag, title, size in ablations
        ),
        ("gan/alpha_gan", colour, "", "α-GAN", _ALPHA | {"l1_weight": 50.0}, game),
        ("gan/iwgan", digits, "", "Importance-weighted GAN", _WIDE, game),
        ("gan/iwgan", digits, "--k1", "GAN of the same nets (k = 1)", _WIDE | {"k": 1}, game),
        ("gan/info_gan", digits, "", "InfoGAN", _WIDE | {"latent_dim": 28}, game),
        ("gan/bigan", digits, "", "BiGAN", _WIDE, slow),
        ("gan/intro_vae", digits, "", "IntroVAE", _NORMAL | _INTRO, game),
    ]
    twice = ("vae/joint_vae", "gan/dcgan", "gan/info_gan", "gan/iwgan", "gan/bigan")
    longer = {
        **{f"{model}--{digits}": 2 for model in twice},
        f"gan/iwgan--{digits}--k1": 2,
        f"gan/alpha_gan--{colour}": 2,
        f"gan/wgan--{digits}": 3,
        f"gan/wgan_gp--{digits}": 3,
    }
    recipes = {}
    for model, dataset, tag, title, sizes, train in rows:
        name = f"{model}--{dataset}{tag}"
        times = longer.get(name, 1)
        shape = {"data_shape": (3, 28, 28)} if dataset == colour else {}
        moments = tuple(times * step for step in _BENCH_MOMENTS)
        if model == "gan/alpha_gan" and dataset == digits:
            moments = moments[:-1]  # four runs of four nets
        recipes[name] = Recipe(
            f"{title}, {titles[dataset]}",
            _BENCH_NETS | shape | sizes,
            {"steps": moments[-1], "batch_size": 64} | train,
            moments=moments,
            keep_best=model.startswith("gan/"),
            note=_COPIES if model == "gan/bigan" else "",
        )
    return recipes


RECIPES = _bench_recipes()
