"""From a recipe to a checkpoint folder: everything that ships but the metrics and the card.

A run that is stopped, even by kill -9, goes on where it was when it is started again, and ends
with the same weights, curves and moments. The page trains by this function, and so does the
command: the same seed gives the same bytes.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

import torch

from backend import checkpoint, registry
from backend.base import GenerativeModel, LatentModel
from backend.codes import means
from backend.codes.clouds import PAIRS, Clouds
from backend.codes.posteriors import code_statistics, prior_statistics
from backend.codes.snapshots import ITEMS, Snapshots
from backend.corpora.dialogues import Conversations
from backend.corpora.domains import Unpaired
from backend.corpora.entailment import SEPARATOR
from backend.device import pick_device, seeded
from backend.evaluation import domains
from backend.evaluation.examples import write_examples
from backend.files import remove_leftovers
from backend.language.senses import keep_sentences
from backend.models.classifier.dann import DANN
from backend.nets.dialog import Batch as Talk
from backend.nets.dialog import DialogueModel
from backend.pipeline.corpus import (
    HELD_OUT,
    Material,
    batches_of,
    held_out_batch,
    read_corpus,
)
from backend.pipeline.progress import Progress
from backend.pipeline.recipe import Recipe
from backend.pipeline.rows import Rows
from backend.pipeline.run import (
    STATE,
    Clock,
    Moments,
    Phases,
    Watch,
    begin,
    locked,
    n_parameters,
)
from backend.processors.text import UNK, TextProcessor
from backend.training import StepReport, TrainConfig, fit, steps_done

RUNS = Path(__file__).parents[2] / "runs"
SAVE_EVERY = 500  # steps at most; a short run is saved after a tenth of it


def train(
    name: str,
    recipe: Recipe,
    *,
    device: str = "auto",
    steps: int | None = None,
    seed: int = 0,
    runs: Path = RUNS,
    root: Path | None = None,
    watch: Watch | None = None,
) -> Iterator[Progress]:
    """Runs a recipe and writes the checkpoint ``name``; ``steps`` shortens it for a trial.

    ``name`` is "family/model--corpus[--tag]", a folder of ``root``, which is that of the
    checkpoints that ship unless another is named. Closing the generator stops the run; so does
    ``watch`` where it wishes, after which all is saved.

    Raises:
        MissingCorpus: the corpus is not here.
        Busy: another process trains it.
        Diverged: a loss is no number any more; the run is kept as it was saved last.
        ValueError: the run that lies there has another configuration.
        OSError: a file cannot be written, with a sentence.
    """
    with locked(runs / name):
        folder = (root or checkpoint.trained_dir()) / name
        yield from _train(name, recipe, device, steps, seed, runs / name, folder, watch or Watch())


def _train(
    name: str,
    recipe: Recipe,
    device: str,
    steps: int | None,
    seed: int,
    run: Path,
    folder: Path,
    watch: Watch,
) -> Iterator[Progress]:
    reads = registry.model_class(name.split("--")[0]).reads
    material = read_corpus(name.split("--")[1], recipe, reads)
    settings = recipe.train | {"seed": seed} | ({"steps": steps} if steps else {})
    begin(run, replace(recipe, train=settings))
    config = TrainConfig(**settings, report_every=watch.report_every)
    if config.batch_size > len(material.train):  # few items of a user's own
        config = replace(config, batch_size=len(material.train))
    model = build(name, recipe, material, seed).to(pick_device(device))
    watch.begin(model, config)
    state = run / STATE
    history = Rows(run / "history.jsonl", steps_done(state))
    pictures = material.kind == "image"
    moments = Moments.of(run, material, recipe.keep_best) if recipe.moments and pictures else None
    phases = Phases(run, material) if recipe.moments and not pictures else None
    clock = Clock(history.seconds)
    every = max(50, config.steps // (12 if moments else 40) // 50 * 50)
    save_every = min(SAVE_EVERY, max(50, config.steps // 10))
    batches = batches_of(material, model, config)
    reports = fit(
        model,
        batches,
        config,
        state=state,
        save_every=save_every,
        peak=lambda step: watch.peak(step, config.lr),
        stop=lambda: watch.wish() != "go",
    )
    if 0 in recipe.snapshots and not state.exists():
        _snapshot(run, model.eval(), material, 0)
    for report in reports:
        # All that belongs to this step is written before ``fit`` saves the step.
        last, row = report.step == config.steps, None
        if report.step % every == 0 or last:
            with clock.stopped():
                held_out = held_out_terms(model, material)
                model.validated(held_out)
                row = _curves(report, held_out, clock.seconds)
                history.add(row)
        if moments and (report.step in recipe.moments or last):
            with clock.stopped():
                moments.add(cast(LatentModel, model), report, clock.seconds)
        if phases and (report.step in recipe.moments or last):
            with clock.stopped():
                phases.add(model, report, clock.seconds)
        if report.step in recipe.snapshots:
            _snapshot(run, model, material, report.step)
        with clock.stopped():
            watch.look(model, material, report, row)
        text = f"step {report.step:,} of {config.steps:,}"
        yield Progress("train", report.step / config.steps, text, report.terms)
    if (done := steps_done(state)) < config.steps:
        if watch.wish() != "keep":
            return
        config = replace(config, steps=done)
    if recipe.snapshots and isinstance(material.held_out, Conversations):
        Clouds.load(run).flat().save(folder)
    elif recipe.snapshots and _one_unit(model):
        means.Means.load(run).save(folder)
    elif recipe.snapshots:
        Snapshots.load(run).save(folder)
    kept = moments.back_to_best(cast(LatentModel, model)) if moments else None
    finish(name, recipe, material, model.cpu(), config, history, folder, kept)
    if moments:
        moments.save(folder, model)
    if phases:
        phases.save(folder)
    checkpoint.seal(folder)
    yield Progress("train", 1.0, f"written to {folder}")


def build(name: str, recipe: Recipe, material: Material, seed: int) -> GenerativeModel:
    """The untrained model; the same weights for the same seed."""
    cls = registry.model_class(name.split("--")[0])
    sizes = dict(recipe.model)
    if isinstance(material.processor, TextProcessor):
        sizes["vocab_size"] = len(material.processor.vocabulary)
        sizes["max_len"] = material.processor.max_tokens + 1
        if hasattr(cls.Config, "separator"):
            sizes["separator"] = material.processor.ids[SEPARATOR]
        if material.parsed:
            sizes |= material.parsed.inventory.sizes()
        if sizes.get("act"):
            sizes["acts"] = material.acts
    with seeded(seed):
        return cls(cls.Config(**sizes))


@torch.no_grad()
def held_out_terms(model: GenerativeModel, material: Material) -> dict[str, float]:
    """Mean loss terms over held-out items, in ``eval`` mode, always with the same noise."""
    totals: dict[str, float] = {}
    size = 250
    with seeded(0):
        for rows in torch.arange(len(material.held_out)).split(size):
            batch = held_out_batch(material, model, rows)
            terms: dict[str, torch.Tensor] = {}
            for player in model.players:
                terms |= model.loss(batch, player)
            for term, value in terms.items():
                totals[term] = totals.get(term, 0) + float(value) * len(rows)
    return {term: total / len(material.held_out) for term, total in totals.items()}


def _curves(report: StepReport, held_out: dict[str, float], seconds: float) -> dict[str, float]:
    row = {"step": report.step, "seconds": round(seconds, 1)}
    row |= {f"train_{k}": round(v, 4) for k, v in report.terms.items()}
    row["train_clipped"] = round(report.clipped, 4)
    return row | {f"validation_{k}": round(v, 4) for k, v in held_out.items()}


def _snapshot(run: Path, model: GenerativeModel, material: Material, step: int) -> None:
    """Adds this moment to the run's; always of the same held-out items."""
    if isinstance(material.held_out, Conversations):
        batch = cast(Talk, held_out_batch(material, model, torch.arange(PAIRS)))
        cloud = Clouds.take(cast(DialogueModel, model), step, batch)
        (Clouds.load(run).then(cloud) if step else cloud).save(run)
        return
    if _one_unit(model):
        few = cast(torch.Tensor, material.held_out)[: means.ITEMS].to(model.device)
        moment = means.Means.take(cast(LatentModel, model), step, few)
        (means.Means.load(run).then(moment) if step else moment).save(run)
        return
    x = cast(torch.Tensor, material.held_out)[:ITEMS].to(model.device)
    new = Snapshots.take(cast(LatentModel, model), step, x, material.held_out_tags.first(ITEMS))
    (Snapshots.load(run).then(new) if step else new).save(run)


def _one_unit(model: GenerativeModel) -> bool:
    return getattr(model.config, "latent_dim", 0) == 1


def finish(
    name: str,
    recipe: Recipe,
    material: Material,
    model: GenerativeModel,
    config: TrainConfig,
    history: Rows,
    folder: Path,
    kept: int | None = None,
) -> None:
    """Writes the checkpoint of a trained model into its folder; ``kept`` is its step, if earlier.

    The curves go on to the last step of the run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    checkpoint.save(
        folder,
        model,
        name=name,
        title=recipe.title,
        modality=material.kind,
        dataset={"name": material.dataset, "split": "train", "n": len(material.train)},
        train=asdict(config)
        | {"seconds": history.seconds if history.rows else None, "parameters": n_parameters(model)}
        | ({"kept_step": kept} if kept is not None else {})
        | ({"note": recipe.note} if recipe.note else {}),
    )
    material.processor.save(folder)
    checkpoint.write_metrics(folder, history=history.columns())
    if isinstance(material.held_out, Unpaired):
        classifier = cast(DANN, model) if "classify" in model.capabilities else None
        domains.take(material.held_out, classifier).save(folder)
        return
    if "senses" in model.capabilities:
        words, x = cast(TextProcessor, material.processor), cast(torch.Tensor, material.held_out)
        keep_sentences(folder, words.decode(x[(x != UNK).all(1)]))
    if "encode" in model.capabilities:
        train, held_out = (
            part.turns[part.replies]
            if isinstance(part, Conversations)
            else cast(torch.Tensor, part)
            for part in (material.train, material.held_out)
        )
        statistics = code_statistics(
            cast(LatentModel, model),
            train,
            held_out,
            material.held_out_labels,
            recipe.components,
        )
    elif "decode" in model.capabilities:
        statistics = prior_statistics(cast(LatentModel, model), HELD_OUT)
    else:
        return
    statistics.save(folder)
    if "decode" in model.capabilities:
        write_examples(name)
