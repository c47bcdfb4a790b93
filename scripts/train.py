"""Train a checkpoint from its recipe: ``python scripts/train.py text_vae/text_vae--tatoeba``.

A run that is stopped, even by kill -9, continues where it was when started again. Its state
lies under ``runs/``, the finished checkpoint under ``trained/``.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from tqdm import tqdm  # noqa: E402

from backend import checkpoint, corpora, registry  # noqa: E402
from backend.base import GenerativeModel  # noqa: E402
from backend.codes.posteriors import code_statistics, prior_statistics  # noqa: E402
from backend.codes.snapshots import ITEMS, Snapshots  # noqa: E402
from backend.codes.statistics import CodeStatistics  # noqa: E402
from backend.corpora.batching import (  # noqa: E402
    Batches,
    LabelledBatches,
    LabelledLengthBatches,
    LengthBatches,
)
from backend.corpora.entailment import SEPARATOR  # noqa: E402
from backend.corpora.tags import Tags  # noqa: E402
from backend.device import pick_device, seeded  # noqa: E402
from backend.evaluation import tradeoffs  # noqa: E402
from backend.evaluation.examples import write_examples  # noqa: E402
from backend.evaluation.pictures import PictureBench, as_picture, judge_of  # noqa: E402
from backend.files import write_json  # noqa: E402
from backend.processors.image import ImageProcessor  # noqa: E402
from backend.processors.text import TextProcessor  # noqa: E402
from backend.training import StepReport, TrainConfig, fit  # noqa: E402
from scripts.recipes import RECIPES, Recipe  # noqa: E402

GAME = ("score_real", "score_fake", "critic_accuracy", "code_critic_accuracy")  # of the last step
HELD_OUT = 2000  # validation items behind the curves and the stored codes


@dataclass(frozen=True)
class Corpus:
    """A corpus as tensors: what the recipe's model reads."""

    processor: TextProcessor | ImageProcessor
    train: torch.Tensor
    train_labels: np.ndarray | None
    held_out: torch.Tensor  # validation
    held_out_labels: np.ndarray | None
    held_out_tags: Tags
    dataset: str
    test: torch.Tensor | None = None  # pictures only: what samples are compared with
    test_labels: torch.Tensor | None = None


def read_corpus(dataset: str, recipe: Recipe) -> Corpus:
    splits = corpora.load(dataset)
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
            dataset,
        )
    processor = ImageProcessor(recipe.model.get("data_shape", (1, 28, 28)))
    return Corpus(
        processor,
        processor.encode(train.items),
        train.labels,
        processor.encode(held_out.items[:HELD_OUT]),
        labels,
        Tags.of({}),
        dataset,
        processor.encode(splits["test"].items),
        torch.from_numpy(splits["test"].labels),
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
    if reads_labels(model):
        kind = LabelledLengthBatches if text else LabelledBatches
        labels = torch.from_numpy(corpus.train_labels)
        return kind(corpus.train, labels, config.batch_size, config.seed)
    if text:
        return LengthBatches(corpus.train, config.batch_size, config.seed)
    return Batches(corpus.train, config.batch_size, config.seed)


def reads_labels(model: GenerativeModel) -> bool:
    """Whether its batches are (items, labels)."""
    return "classify" in model.capabilities or hasattr(model.config, "classes")


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
            if reads_labels(model):
                batch = (x, labels[start : start + size].to(model.device))
            terms: dict[str, torch.Tensor] = {}
            for player in model.players:
                terms |= model.loss(batch, player)
            for term, value in terms.items():
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


class Clock:
    """Seconds of training, without those of measuring; goes on from ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._began = time.monotonic()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.seconds += time.monotonic() - self._began
        try:
            yield
        finally:
            self._began = time.monotonic()


class Moments:
    """The picture bench along a run: numbers and a row of samples, kept so that it resumes."""

    def __init__(self, run: Path, recipe: Recipe, corpus: Corpus) -> None:
        self.run = run
        self.judge = judge_of(corpus.dataset)
        classifier = checkpoint.load_model(self.judge)
        self.bench = PictureBench(classifier, corpus.train, corpus.test, labels=corpus.test_labels)
        path = run / "moments.json"
        self.rows: list[dict] = json.loads(path.read_text()) if path.is_file() else []

    def add(self, model: GenerativeModel, report: StepReport, seconds: float) -> None:
        values = {k: v for k, v in report.terms.items() if k in GAME} | self.bench.values(model)
        row = {"step": report.step, "seconds": round(seconds, 1), "values": _rounded(values)}
        self.rows = [old for old in self.rows if old["step"] < report.step] + [row]
        np.save(self.run / f"sheet-{report.step}.npy", self.bench.sheet(model).numpy())
        write_json(self.run / "moments.json", self.rows)

    def save(self, folder: Path, model: GenerativeModel) -> None:
        """Puts numbers and samples beside the weights."""
        sheets = [np.load(self.run / f"sheet-{row['step']}.npy") for row in self.rows]
        picture = as_picture([torch.from_numpy(sheet) for sheet in sheets])
        Image.fromarray(picture).save(folder / tradeoffs.SHEET, optimize=True)
        networks = {name: _parameters(part) for name, part in model.named_children()}
        content = {
            "format_version": tradeoffs.FORMAT_VERSION,
            "n": self.bench.n,
            "split": "test",
            "classifier": self.judge,
            "parameters": {name: size for name, size in networks.items() if size},
            "reference": _rounded(self.bench.reference()),
            "moments": self.rows,
        }
        write_json(folder / tradeoffs.FILE, content)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.5g}") for name, value in values.items()}


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
    bench = Moments(run, recipe, corpus) if recipe.moments else None
    clock = Clock(history.rows[-1]["seconds"] if history.rows else 0.0)
    every = max(50, config.steps // (12 if bench else 40) // 50 * 50)
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
                with clock.stopped():
                    history.add(report, held_out_terms(model, corpus), clock.seconds)
            if bench and (report.step in recipe.moments or report.step == config.steps):
                with clock.stopped():
                    bench.add(model, report, clock.seconds)
            if report.step in recipe.snapshots:
                _snapshot(run, model, corpus, report.step)
    if recipe.snapshots:
        Snapshots.load(run).save(checkpoint.trained_dir() / name)
    folder = finish(name, recipe, corpus, model.cpu(), config, history)
    if bench:
        bench.save(folder, model)
    checkpoint.seal(folder)
    return folder


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
    elif "decode" in model.capabilities:
        statistics = prior_statistics(model, HELD_OUT)
    else:
        return folder
    statistics.save(folder)
    write_examples(name)
    return folder


def _parameters(model: torch.nn.Module) -> int:
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
        except corpora.MissingCorpus as error:
            sys.exit(str(error))
        print(f"{name}: written to {folder}. Now run scripts/evaluate.py {name}")


if __name__ == "__main__":
    main()
