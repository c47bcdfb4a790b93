"""Train a checkpoint from its recipe: ``python scripts/train.py text_vae/text_vae--tatoeba``.

A run that is stopped, even by kill -9, continues where it was when started again. Its state
lies under ``runs/``, the finished checkpoint under ``trained/``.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from tqdm import tqdm  # noqa: E402

from backend import checkpoint, data, registry  # noqa: E402
from backend.base import GenerativeModel  # noqa: E402
from backend.data.batching import (  # noqa: E402
    Batches,
    LabelledBatches,
    LabelledLengthBatches,
    LengthBatches,
)
from backend.data.entailment import SEPARATOR  # noqa: E402
from backend.device import pick_device, seeded  # noqa: E402
from backend.examples import write_examples  # noqa: E402
from backend.latent import CodeStatistics  # noqa: E402
from backend.processors.images import ImageProcessor  # noqa: E402
from backend.processors.text import MAX_TOKENS, Split, TextProcessor  # noqa: E402
from backend.snapshots import ITEMS, Snapshots  # noqa: E402
from backend.statistics import code_statistics  # noqa: E402
from backend.tags import Tags  # noqa: E402
from backend.training import StepReport, TrainConfig, fit  # noqa: E402

HELD_OUT = 2000  # validation items behind the curves and the stored codes


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
}


@dataclass(frozen=True)
class Corpus:
    """A corpus as tensors: what the recipe's model reads."""

    processor: TextProcessor | ImageProcessor
    train: torch.Tensor
    train_labels: np.ndarray | None
    held_out: torch.Tensor  # validation
    held_out_labels: np.ndarray | None
    held_out_tags: Tags


def read_corpus(dataset: str, recipe: Recipe) -> Corpus:
    splits = data.load(dataset)
    train, held_out = splits["train"], splits["validation"]
    labels = None if held_out.labels is None else held_out.labels[:HELD_OUT]
    if isinstance(train.items, list):
        processor = TextProcessor.train(
            train.items, recipe.min_count, recipe.max_tokens, recipe.split
        )
        rows = processor.readable_rows(held_out.items)[:HELD_OUT]
        known = processor.readable_rows(train.items)
        return Corpus(
            processor,
            processor.encode([train.items[row] for row in known]),
            None if train.labels is None else train.labels[known],
            processor.encode([held_out.items[row] for row in rows]),
            None if held_out.labels is None else held_out.labels[rows],
            Tags.of({tag: [column[r] for r in rows] for tag, column in held_out.tags.items()}),
        )
    processor = ImageProcessor()
    return Corpus(
        processor,
        processor.encode(train.items),
        train.labels,
        processor.encode(held_out.items[:HELD_OUT]),
        labels,
        Tags.of({}),
    )


def build(name: str, recipe: Recipe, corpus: Corpus, seed: int) -> GenerativeModel:
    """The untrained model; the same weights for the same seed."""
    cls = registry.model_class(name.split("--")[0])
    sizes = dict(recipe.model)
    if isinstance(corpus.processor, TextProcessor):
        sizes["vocab_size"] = len(corpus.processor.vocabulary)
        sizes["max_len"] = corpus.processor.max_tokens + 1
        if hasattr(cls.Config, "separator"):
            sizes["separator"] = corpus.processor.ids[SEPARATOR]
    with seeded(seed):
        return cls(cls.Config(**sizes))


def batches_of(corpus: Corpus, model: GenerativeModel, config: TrainConfig) -> Batches:
    text = isinstance(corpus.processor, TextProcessor)
    if "classify" in model.capabilities:
        kind = LabelledLengthBatches if text else LabelledBatches
        labels = torch.from_numpy(corpus.train_labels)
        return kind(corpus.train, labels, config.batch_size, config.seed)
    if text:
        return LengthBatches(corpus.train, config.batch_size, config.seed)
    return Batches(corpus.train, config.batch_size, config.seed)


@torch.no_grad()
def held_out_terms(model: GenerativeModel, corpus: Corpus) -> dict[str, float]:
    """Mean loss terms over held-out items, in ``eval`` mode, always with the same noise."""
    totals: dict[str, float] = {}
    labels = None if corpus.held_out_labels is None else torch.from_numpy(corpus.held_out_labels)
    size = 250
    with seeded(0):
        for start in range(0, len(corpus.held_out), size):
            x = corpus.held_out[start : start + size].to(model.device)
            batch = x
            if "classify" in model.capabilities:
                batch = (x, labels[start : start + size].to(model.device))
            for term, value in model.loss(batch).items():
                totals[term] = totals.get(term, 0) + float(value) * len(x)
    return {term: total / len(corpus.held_out) for term, total in totals.items()}


class History:
    """Curves of a run: a line per evaluation, kept beside the state so that it resumes too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.is_file() else []
        self.rows = [json.loads(line) for line in lines]

    def add(self, report: StepReport, held_out: dict[str, float], seconds: float) -> None:
        row = {"step": report.step, "seconds": round(seconds, 1)}
        row |= {f"train_{k}": round(v, 4) for k, v in report.terms.items()}
        row |= {f"validation_{k}": round(v, 4) for k, v in held_out.items()}
        self.rows = [old for old in self.rows if old["step"] < report.step] + [row]
        self.path.write_text("".join(json.dumps(r) + "\n" for r in self.rows))

    def columns(self) -> dict[str, list[float]]:
        return {key: [row[key] for row in self.rows] for key in self.rows[0]} if self.rows else {}


def train(
    name: str,
    device: str = "auto",
    steps: int | None = None,
    seed: int = 0,
    runs: Path = ROOT / "runs",
) -> Path:
    """Runs the recipe and writes the checkpoint; ``steps`` shortens it for a trial."""
    recipe = RECIPES[name]
    dataset = name.split("--")[1]
    corpus = read_corpus(dataset, recipe)
    settings = recipe.train | {"seed": seed} | ({"steps": steps} if steps else {})
    config = TrainConfig(**settings, report_every=50)
    model = build(name, recipe, corpus, seed).to(pick_device(device))
    run = runs / name
    run.mkdir(parents=True, exist_ok=True)
    history = History(run / "history.jsonl")
    before = history.rows[-1]["seconds"] if history.rows else 0.0
    began = time.monotonic()
    every = max(50, config.steps // 40 // 50 * 50)
    reports = fit(
        model, batches_of(corpus, model, config), config, state=run / "state.safetensors"
    )
    if 0 in recipe.snapshots and not (run / "state.safetensors").exists():
        _snapshot(run, model.eval(), corpus, 0)
    with tqdm(total=config.steps, unit="step", desc=name, mininterval=2) as bar:
        for report in reports:
            bar.update(report.step - bar.n)
            bar.set_postfix({k: f"{v:.2f}" for k, v in report.terms.items()}, refresh=False)
            if report.step % every == 0 or report.step == config.steps:
                seconds = before + time.monotonic() - began
                history.add(report, held_out_terms(model, corpus), seconds)
            if report.step in recipe.snapshots:
                _snapshot(run, model, corpus, report.step)
    if recipe.snapshots:
        Snapshots.load(run).save(checkpoint.trained_dir() / name)
    return finish(name, recipe, corpus, model.cpu(), config, history)


def _snapshot(run: Path, model: GenerativeModel, corpus: Corpus, step: int) -> None:
    """Adds this moment to the run's; always of the same held-out items."""
    x = corpus.held_out[:ITEMS].to(model.device)
    new = Snapshots.take(model, step, x, corpus.held_out_tags.first(ITEMS))
    (Snapshots.load(run).then(new) if step else new).save(run)


def finish(
    name: str,
    recipe: Recipe,
    corpus: Corpus,
    model: GenerativeModel,
    config: TrainConfig,
    history: History,
) -> Path:
    """Writes everything that ships but the metrics and the card."""
    folder = checkpoint.trained_dir() / name
    text = isinstance(corpus.processor, TextProcessor)
    seconds = history.rows[-1]["seconds"] if history.rows else None
    checkpoint.save(
        folder,
        model,
        name=name,
        title=recipe.title,
        modality="text" if text else "image",
        dataset={"name": name.split("--")[1], "split": "train", "n": len(corpus.train)},
        train=asdict(config)
        | {"seconds": seconds, "parameters": _parameters(model)}
        | ({"note": recipe.note} if recipe.note else {}),
    )
    corpus.processor.save(folder)
    checkpoint.write_metrics(folder, history=history.columns())
    if "encode" in model.capabilities:
        statistics: CodeStatistics = code_statistics(
            model, corpus.train, corpus.held_out, corpus.held_out_labels, recipe.components
        )
        statistics.save(folder)
        write_examples(name)
    return folder


def _parameters(model: GenerativeModel) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="checkpoints to train; none lists them")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--steps", type=int, help="fewer or more steps than the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where runs are kept")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    unknown = [name for name in options.name if name not in RECIPES]
    if unknown:
        parser.error(f"no recipe for {', '.join(unknown)}; see the list without arguments")
    if not options.name:
        print("\n".join(f"{name:45} {recipe.title}" for name, recipe in RECIPES.items()))
    for name in options.name:
        try:
            folder = train(name, options.device, options.steps, options.seed, options.runs)
        except data.MissingCorpus as error:
            sys.exit(str(error))
        print(f"{name}: written to {folder}. Now run scripts/evaluate.py {name}")


if __name__ == "__main__":
    main()
