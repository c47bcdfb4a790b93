"""Small untrained models of pictures with made-up numbers along their training."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from backend import checkpoint, registry
from backend.codes.statistics import CodeStatistics, fit_mixture
from backend.device import seeded
from backend.processors.image import ImageProcessor

STEPS = (100, 400, 1000)
REFERENCE = {
    "inception_score": 9.8,
    "fid_ours": 0.6,
    "ms_ssim": 0.74,
    "sharpness": 0.031,
    "classes_covered": 10,
    "classified_digit": 99.0,
}
NAMES = {
    "ae/ae--mnist--conv": {},
    "vae/vae--mnist--conv": {},
    "vae/beta_vae--mnist--beta1": {"beta": 1.0},
    "vae/beta_vae--mnist--beta4": {"beta": 4.0},
    "gan/dcgan--mnist": {"latent_dim": 6},
    "gan/vae_gan--mnist": {},
    "gan/alpha_gan--mnist": {"code_hidden": (8,)},
    "gan/alpha_gan--mnist--no-l1": {"code_hidden": (8,), "use_l1": False},
    "gan/alpha_gan--mnist--no-critic": {"code_hidden": (8,), "use_critic": False},
    "vae/vae--fashion-mnist--conv": {},
    "vae/vae--color-mnist": {"data_shape": (3, 28, 28)},
}


def write_bench(folder: Path) -> None:
    """Checkpoints of every kind, each with ``tradeoffs.json`` and ``moments.png``."""
    for place, (name, config) in enumerate(NAMES.items()):
        write_model(folder, name, **config)
        write_numbers(folder, name, place)


def write_model(folder: Path, name: str, **config: Any) -> None:
    """A model of 28 x 28 pictures whose weights were drawn, with codes drawn likewise."""
    cls = registry.model_class(name.split("--")[0])
    sizes = {"data_shape": (1, 28, 28), "latent_dim": 4, "hidden": (16,), "net": "mlp"}
    with seeded(len(name)):
        model = cls(cls.Config(**(sizes | config))).eval()
        codes = torch.randn(60, model.config.latent_dim).numpy()
    encodes = "encode" in model.capabilities
    checkpoint.save(
        folder / name,
        model,
        name=name,
        title=f"A small {name.split('--')[0].split('/')[1]}",
        modality="image",
        dataset={"name": name.split("--")[1], "split": "train", "n": 60},
        train={},
    )
    ImageProcessor().save(folder / name)
    kl = np.linspace(0, 3, codes.shape[1], dtype=np.float32) * encodes
    weights, means, scale_tril = fit_mixture(codes, 2, seed=0)
    labels = np.arange(len(codes)) % 10
    spread = codes.var(0) * (kl > 0)
    CodeStatistics(codes, labels, spread, kl, weights, means, scale_tril).save(folder / name)


def numbers(name: str, place: int = 0) -> dict[str, Any]:
    """What ``tradeoffs.json`` of a model holds; ``place`` makes models differ."""
    drawn = "dcgan" not in name
    game = name.startswith("gan/")
    moments = []
    for i, step in enumerate(STEPS):
        values = {
            "inception_score": 4 + 1.5 * i + 0.2 * place,
            "fid_ours": 40 / (1 + i) + place,
            "ms_ssim": 0.5 + 0.06 * i + 0.01 * place,
            "sharpness": 0.012 + 0.004 * i,
            "classes_covered": 8 + i,
            "classified_digit": 50.0 + 10 * i,
        }
        if drawn:
            values |= {"mse": 0.03 / (1 + i) + 0.001 * place, "mse_shuffled": 0.09}
            values |= {"code_mmd": 0.02 / (1 + i), "active_units": 3}
        if drawn and not name.startswith("ae/"):
            values["kl"] = 12.0 - place
        if game:
            values |= {"critic_accuracy": 0.9 - 0.1 * i, "code_critic_accuracy": 0.6}
        moments.append({"step": step, "seconds": step / 20, "values": values})
    return {
        "format_version": 1,
        "n": 10_000,
        "split": "test",
        "classifier": "classifier/image_classifier--mnist",
        "parameters": {"encoder": 5000, "generator" if game else "decoder": 6000},
        "reference": REFERENCE,
        "moments": moments,
        "wasserstein": {"validation": 0.4, "train": 0.38, "noise": 3.1, "real": 0.02},
    }


def write_numbers(folder: Path, name: str, place: int = 0) -> None:
    """The numbers, and a sheet of which each moment is brighter than the one before."""
    (folder / name / "tradeoffs.json").write_text(json.dumps(numbers(name, place)), "utf-8")
    rows = [np.full((28, 16 * 28), 60 * (i + 1), np.uint8) for i in range(len(STEPS))]
    Image.fromarray(np.concatenate(rows)).save(folder / name / "moments.png")
