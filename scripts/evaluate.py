"""Measure checkpoints on held-out data and write their metrics.json.

    python scripts/evaluate.py text_vae/text_vae--tatoeba
    python scripts/evaluate.py vae/vae--mnist--2d --only fid_ours inception_score

The definitions are in backend/metrics; this file decides on how much data each is measured, and
says so in the settings stored with each number. Everything is seeded: on the same machine, the
same checkpoint gives the same numbers. ``--only`` replaces the named numbers and keeps the others.
"""

import argparse
import dataclasses
import functools
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from backend import checkpoint, corpora
from backend.base import GenerativeModel, LatentModel
from backend.checkpoint import CheckpointInfo
from backend.device import pick_device, seeded
from backend.distributions.deterministic import Deterministic
from backend.distributions.sequence import PAD
from backend.evaluation import images, likelihood, modes, pictures, text, tradeoffs
from backend.evaluation.ngrams import KneserNey
from backend.evaluation.pictures import Judged, PictureBench, grey, judge_of, wasserstein
from backend.evaluation.table import METRICS
from backend.files import write_json
from backend.processors import load_processor
from backend.processors.image import ImageProcessor
from backend.processors.text import UNK
from backend.space import MAX_ITEMS, LatentSpace

SEED = 0
BATCH = 500
Entry = dict[str, Any]  # one value of metrics.json
Sentences = tuple[tuple[int, ...], ...]  # token ids


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sizes:
    """On how much data the numbers are measured."""

    held_out: int  # test examples for bound, KL and reconstruction
    information: int = 2000  # test examples that compete in the mutual information
    nll: int = 500  # test examples whose likelihood is importance sampled
    nll_codes: int  # codes per example
    pairs: int = 500  # interpolations, text only
    samples: int  # drawn per source; references use as many real examples
    critic_steps: int = 1500  # training of each independent critic
    language_model: text.LanguageModelSettings = dataclasses.field(
        default_factory=text.LanguageModelSettings
    )


SIZES = {
    "text": Sizes(held_out=2000, nll_codes=500, samples=20_000),
    "image": Sizes(held_out=10_000, nll_codes=5000, samples=10_000),
    "convolutional": Sizes(held_out=10_000, nll=200, nll_codes=500, samples=10_000),
}  # convolutions cost ten times as much


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """One number as it goes into metrics.json; its unit is in the table of metrics."""

    value: float
    n: int  # examples or samples behind the value
    split: str = "test"
    stderr: float | None = None
    reference: tuple[float, str] | None = None  # the value to compare with, and what it is
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)

    def entry(self, id: str) -> Entry:
        """As JSON, rounded to six digits, which is more than any of the numbers is worth.

        Raises:
            ArithmeticError: The value is not finite.
        """
        if not math.isfinite(self.value):
            raise ArithmeticError(f"{id} came out as {self.value}")
        reference, reference_is = self.reference or (None, None)
        note = {"reference_is": reference_is} if reference_is else {}
        return {
            "value": _rounded(self.value),
            "unit": METRICS[id].unit,
            "split": self.split,
            "n": self.n,
            "stderr": _rounded(self.stderr),
            "reference": _rounded(reference),
            "settings": {**self.settings, **note},
        }


Results = Iterator[tuple[str, Measured]]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure checkpoints on held-out data.")
    parser.add_argument("names", nargs="+", metavar="NAME", help="checkpoints to measure")
    parser.add_argument("--only", nargs="+", metavar="ID", choices=METRICS, help="ids to measure")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    options = parser.parse_args(arguments)
    for name in options.names:
        if complaint := problem(name):
            parser.error(complaint)
    for name in options.names:
        _say(name)
        info = checkpoint.info(name)
        values = dict(info.metrics) if options.only else {}
        try:
            kind = "convolutional" if info.config.get("net") == "conv" else info.modality
            subject = Subject(info, SIZES[kind], options.device)
            for id, entry in measure(subject, options.only):
                values[id] = with_earlier(entry, info.metrics.get(id), subject.removed)
                # written at once: what is measured is never lost
                checkpoint.write_metrics(info.path, values=in_order(values))
        except corpora.MissingCorpus as error:
            sys.exit(str(error))
    return 0


def problem(name: str) -> str | None:
    """Why a checkpoint cannot be measured, as a sentence; None where it can."""
    try:
        info = checkpoint.info(name)
    except KeyError as error:
        return error.args[0]
    if info.problem or info.modality == "text" or "classify" in info.capabilities:
        return info.problem
    judge = classifier_of(info)
    if judge in {other.name for other in checkpoint.available({"classify"})}:
        return None
    return f"{name} is judged by {judge}, which is not there; train that one first."


def classifier_of(info: CheckpointInfo) -> str:
    """Name of the classifier that judges images of the checkpoint's data set."""
    return judge_of(info.dataset)


def measure(subject: "Subject", only: Sequence[str] | None = None) -> Iterator[tuple[str, Entry]]:
    """The JSON entries of all numbers of a checkpoint, or of those in ``only``, as they come.

    Raises:
        ValueError: The checkpoint cannot have one of the numbers in ``only``.
    """
    found = studies(subject)
    possible = set().union(*(study.ids for study in found))
    wanted = possible if only is None else set(only)
    if wanted - possible:
        raise ValueError(f"{subject.info.name} has no {', '.join(sorted(wanted - possible))}")
    for study in found:
        start, left = time.monotonic(), study.ids & wanted
        with closing(study.run()) as results:
            while left:  # nothing is measured after the last wanted number
                id, measured = next(results)
                if id in left:
                    left.remove(id)
                    entry = measured.entry(id)
                    _say(f"  {id} = {entry['value']:g} {entry['unit']}")
                    yield id, entry
        if study.ids & wanted:
            _say(f"  took {time.monotonic() - start:.0f} s")


def with_earlier(entry: Entry, earlier: Entry | None, removed: int) -> Entry:
    """The entry with what it was before ``removed`` test items, which stand in train, went.

    Kept once: measured again, an entry keeps the number of the first time.
    """
    if not removed:
        return entry
    settings = entry["settings"] | {"removed": removed}
    if earlier is not None:
        before = earlier["value"] if "removed" not in earlier["settings"] else None
        before = earlier["settings"].get("before_removal", before)
        settings |= {} if before is None else {"before_removal": before}
    return entry | {"settings": settings}


def in_order(entries: dict[str, Entry]) -> dict[str, Entry]:
    """The entries as the table of metrics orders them."""
    return {id: entries[id] for id in METRICS if id in entries}


class Subject:
    """A checkpoint with its held-out data, in the tensors that its model takes."""

    def __init__(self, info: CheckpointInfo, sizes: Sizes, device: str = "cpu") -> None:
        self.info, self.sizes = info, sizes
        self.device = pick_device(device)
        self.text = info.modality == "text"
        self.processor = load_processor(info.modality, info.path)

    @cached_property
    def space(self) -> LatentSpace:
        return LatentSpace.load(self.info.name, str(self.device))

    @cached_property
    def model(self) -> LatentModel:
        return self.space.model

    @property
    def pixels(self) -> dict[str, str]:
        """How likelihoods read images; nothing for text."""
        return {} if self.text else {"pixels": "grey values as Bernoulli probabilities"}

    @cached_property
    def splits(self) -> dict[str, corpora.Split]:
        return corpora.load(self.info.dataset)

    @property
    def removed(self) -> int:
        """How many test items the loader left out, as they stand in train or validation."""
        return self.splits["test"].removed

    def items(self, split: str, n: int) -> Any:
        """``n`` items spread evenly over a split, or all where there are fewer.

        Sentences that the model refuses (too long, no known word) do not count.
        """
        items = self.splits[split].items
        if self.text:
            items = self.processor.readable(items)
            return [items[i] for i in _spread(len(items), n)]
        return items[_spread(len(items), n)]

    def rows(self, split: str) -> list[int]:
        """Rows of a split that the model reads; sentences of nearly equal length together."""
        items = self.splits[split].items
        if not self.text:
            return list(range(len(items)))
        return sorted(self.processor.readable_rows(items), key=lambda row: len(items[row]))

    def batches(self, items: Any) -> list[Tensor]:
        """Inputs of the model; sentences are sorted by length, so that little is padding."""
        if self.text:
            items = sorted(items, key=lambda item: len(self.processor.tokens(item)))
        starts = range(0, len(items), BATCH)
        return [self.processor.encode(items[i : i + BATCH]).to(self.device) for i in starts]

    @cached_property
    def held_out(self) -> list[Tensor]:
        return self.batches(self.items("test", self.sizes.held_out))

    @torch.inference_mode()
    def means(self, batches: list[Tensor]) -> Tensor:
        """Posterior modes [N, D]; of Gaussians these are the means."""
        return torch.cat([self.model.encode(x).mode for x in batches])

    @torch.inference_mode()
    def greedy(self, z: Tensor) -> Sentences:
        """Token ids of what the app shows for codes [N, D]: greedy, never the unknown word."""
        sequences = [self.model.decode(part) for part in z.to(self.device).split(BATCH)]
        ids = (sequence.generate(0.0, forbid=(UNK,)) for sequence in sequences)
        return tuple(row for part in ids for row in text.sentences(part))

    @torch.inference_mode()
    def codes_and_labels(self, split: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Likeliest components [N, m] and the labels [N] of each tag, for a whole split."""
        items, labels = self.splits[split].items, self.splits[split].labels
        order = self.rows(split)
        codes = []
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            chosen = [items[row] for row in part] if self.text else items[part]
            x = self.processor.encode(chosen).to(self.device)
            codes.append(self.model.assign(x).argmax(-1).cpu().numpy())
        known = {tag: np.array(column)[order] for tag, column in self.splits[split].tags.items()}
        if labels is not None:
            known["label"] = labels[order]
        return np.concatenate(codes), known

    @cached_property
    @torch.inference_mode()
    def has_density(self) -> bool:
        """Whether q(z|x) and p(x|z) have densities; a plain auto-encoder's code is a point."""
        if not self.space.encodes:
            return False
        q = self.model.encode(self.held_out[0][:1])
        return not isinstance(q, Deterministic) and self.has_likelihood

    @cached_property
    @torch.inference_mode()
    def has_likelihood(self) -> bool:
        """Whether p(x|z) has a density; a GAN's picture is a point."""
        z = torch.zeros(1, self.info.latent_dim, device=self.device)
        return not isinstance(self.model.decode(z), Deterministic)

    @property
    def benched(self) -> bool:
        """Whether it is one of the picture bench, measured along its training too."""
        return (self.info.path / tradeoffs.FILE).is_file()

    @cached_property
    @torch.inference_mode()
    def judged(self) -> tuple[Judged, Judged]:
        """Training and test images in the eyes of the classifier, as many as there are samples."""
        n = self.sizes.samples
        splits = [self.batches(self.items(split, n)) for split in ("train", "test")]
        name = classifier_of(self.info)
        train, test = (judge(name, torch.cat(batches)) for batches in splits)
        return train, test

    @cached_property
    def test(self) -> Sentences:
        """All test sentences without unknown words, as ids."""
        return self._known(self.items("test", sys.maxsize))

    @cached_property
    def train(self) -> tuple[Sentences, Sentences]:
        """As many training sentences as there are samples, and all the others, as ids."""
        sentences = self._known(self.items("train", sys.maxsize))
        n = min(self.sizes.samples, len(sentences) // 2)
        chosen = tuple(sentences[i] for i in _spread(len(sentences), n))
        return chosen, tuple(sorted({*sentences} - {*chosen}))

    def _known(self, items: list[str]) -> Sentences:
        """Sentences as ids. Samples have no unknown words, so what they meet has none either."""
        ids = (row for x in self.batches(items) for row in text.sentences(x))
        return tuple(row for row in ids if UNK not in row)


class Study(NamedTuple):
    """Numbers that are measured together; ``suffix`` is added to the ids they come with."""

    names: tuple[str, ...]
    measure: Callable[[], Results]
    suffix: str = ""

    @property
    def ids(self) -> set[str]:
        return {name + self.suffix for name in self.names}

    def run(self) -> Results:
        """Measures with a seed of its own, so that ``--only`` changes no number."""
        with seeded(SEED):
            for name, measured in self.measure():
                yield name + self.suffix, measured


def studies(subject: Subject) -> list[Study]:
    """What can be measured on this checkpoint, in order."""
    if "classify" in subject.info.capabilities:
        return [Study(("accuracy",), partial(classification, subject))]
    if "log_prob" in subject.info.capabilities:
        return [Study(("nll", "ppl"), partial(next_words, subject))]
    found = []
    discrete = "discrete" in subject.info.capabilities
    if subject.has_density:
        found.append(Study(_of_modality(BOUND, subject), partial(evidence_bound, subject)))
        if not discrete:  # both ask for Gaussian posteriors
            found.append(Study(INFORMATION, partial(information, subject)))
        found.append(
            Study(_of_modality(IMPORTANCE, subject), partial(importance_sampled, subject))
        )
    elif subject.space.encodes and subject.has_likelihood:
        found.append(Study(("recon_nll",), partial(reconstruction, subject)))
    if "components" in subject.info.capabilities:
        found.append(Study(modes.names(subject.model), partial(mixture, subject)))
        found.append(Study(modes.label_names(subject.splits["test"]), partial(labels, subject)))
    if subject.benched:
        encodes = subject.space.encodes
        found.append(Study(CODED + DRAWN if encodes else DRAWN, partial(bench, subject)))
        found.append(Study(tuple(CRITICS), partial(independent_critics, subject)))
        return found
    if subject.text:
        names = SENTENCES[:2] if discrete else SENTENCES  # a path between one-hots leaves them
        found.append(Study(names, partial(sentence_reconstruction, subject)))
        names, samples = SENTENCE_SAMPLES, sentence_samples
    else:
        found.append(Study(IMAGES, partial(image_reconstruction, subject)))
        names, samples = IMAGE_SAMPLES, image_samples
    for source, suffix in (("prior", ""), ("aggregate", "_aggregate")):
        found.append(Study(names, partial(samples, subject, source), suffix))
    return found


# Likelihood and information

BOUND = ("recon_nll", "kl", "elbo_nll", "elbo_ppl")
INFORMATION = ("mi", "active_units")
IMPORTANCE = ("iw_nll", "iw_ppl")


@torch.inference_mode()
def evidence_bound(subject: Subject) -> Results:
    bounds = [likelihood.bound(subject.model, x) for x in subject.held_out]
    nll = torch.cat([b.nll for b in bounds])
    pixels = subject.pixels
    yield "recon_nll", _mean(torch.cat([b.recon_nll for b in bounds]), settings=pixels)
    yield "kl", _mean(torch.cat([b.kl for b in bounds]))
    yield "elbo_nll", _mean(nll, settings=pixels)
    if subject.text:
        yield "elbo_ppl", _perplexity(nll, _lengths(subject.held_out))


@torch.inference_mode()
def reconstruction(subject: Subject) -> Results:
    """The only part of a likelihood that a plain auto-encoder has."""
    model = subject.model
    nll = [-model.decode(model.encode(x).mean).log_prob(x) for x in subject.held_out]
    yield "recon_nll", _mean(torch.cat(nll), settings=subject.pixels)


@torch.inference_mode()
def information(subject: Subject) -> Results:
    batches = subject.batches(subject.items("test", subject.sizes.information))
    parts = [subject.model.encode(x) for x in batches]
    mean, std = torch.cat([q.mean for q in parts]), torch.cat([q.stddev for q in parts])
    q = Independent(Normal(mean, std), 1)
    cap = (math.log(len(mean)), "the most that can be measured, ln n")
    yield "mi", _mean(likelihood.mutual_information(q, q.sample()), reference=cap)
    yield (
        "active_units",
        Measured(
            value=likelihood.active_units(mean),
            n=len(mean),
            reference=(mean.shape[1], "all units"),
            settings={"threshold": likelihood.ACTIVE_VARIANCE},
        ),
    )


@torch.inference_mode()
def importance_sampled(subject: Subject) -> Results:
    sizes = subject.sizes
    batches = subject.batches(subject.items("test", sizes.nll))
    settings = {"codes_per_example": sizes.nll_codes, **subject.pixels}
    above = torch.cat([likelihood.bound(subject.model, x).nll for x in batches])
    note = "the bound on the same examples"
    nll = torch.cat(
        [
            likelihood.importance_nll(subject.model, x, sizes.nll_codes, chunk=50)
            for batch in batches
            for x in batch.split(50)
        ]
    )
    yield "iw_nll", _mean(nll, reference=(float(above.mean()), note), settings=settings)
    if subject.text:
        lengths = _lengths(batches)
        reference = (likelihood.perplexity(above, lengths), note)
        yield "iw_ppl", _perplexity(nll, lengths, reference=reference, settings=settings)


# Language models

ORDER = 5


@torch.inference_mode()
def next_words(subject: Subject) -> Results:
    """Exact likelihood of the whole test split, beside what counting words achieves."""
    model = checkpoint.load_model(subject.info.name).to(subject.device)
    batches = subject.batches(subject.items("test", sys.maxsize))
    nll = torch.cat([-model.log_prob(x) for x in batches])
    n_tokens = _lengths(batches)
    _say(f"  counting {ORDER}-grams")
    train = [
        row[row != PAD].tolist()
        for x in subject.batches(subject.items("train", sys.maxsize))
        for row in x
    ]
    test = [row[row != PAD].tolist() for x in batches for row in x]
    rivals = {}
    for order in (1, ORDER):
        grams = KneserNey(train, order, len(subject.processor.vocabulary))
        rivals[order] = torch.tensor([-grams.log_prob(sentence) for sentence in test])
    settings = {
        "unigram_ppl": _rounded(likelihood.perplexity(rivals[1], n_tokens)),
        "unknown_words": "counted as one word, by both",
    }
    note = f"interpolated Kneser-Ney {ORDER}-grams of the same training sentences"
    reference = float(rivals[ORDER].mean()), note
    yield "nll", _mean(nll, reference=reference)
    reference = likelihood.perplexity(rivals[ORDER], n_tokens), note
    yield "ppl", _perplexity(nll, n_tokens, reference=reference, settings=settings)


# Modes


@torch.inference_mode()
def mixture(subject: Subject) -> Results:
    """What the discrete variables carry, over all held-out examples as one batch."""
    n = sum(len(x) for x in subject.held_out)
    for id, value in modes.information(subject.model, subject.held_out).items():
        yield id, Measured(value=value, n=n, settings={"batch": n})


@torch.inference_mode()
def labels(subject: Subject) -> Results:
    """Whether codes tell labels that training did not see, on the whole test split."""
    codes, known = subject.codes_and_labels("test")
    for tag, column in known.items():
        if tag == "label":
            judged = subject.codes_and_labels("validation")
            accuracy = modes.cluster_accuracy(judged[0], judged[1]["label"], codes, column)
            chance = float(np.bincount(column).max() / len(column))
            reference = chance, "the most common label for all"
            yield "cluster_accuracy", Measured(value=accuracy, n=len(codes), reference=reference)
            continue
        shuffled = modes.shuffled_homogeneity(column, codes, SEED)
        reference = shuffled, "the same codes with shuffled labels, mean of 20 shuffles"
        value = modes.homogeneity(column, codes)
        yield f"{tag}_homogeneity", Measured(value=value, n=len(codes), reference=reference)


# Sentences

SENTENCES = ("bleu", "exact_match", "ends_match", "ends_match_encoded")
SENTENCE_SAMPLES = (
    "wkl",
    "samples_distinct",
    "samples_known",
    "sample_length",
    "forward_ppl",
    "reverse_ppl",
)


def sentence_reconstruction(subject: Subject) -> Results:
    inputs = [row for x in subject.held_out for row in text.sentences(x)]
    z = subject.means(subject.held_out)
    outputs = subject.greedy(z)
    unknown = 100 * sum(UNK in sentence for sentence in inputs) / len(inputs)
    # Decoding never gives the unknown word, so inputs that hold one count as errors.
    settings = {"decoding": "greedy", "inputs_with_unknown_words_percent": round(unknown, 2)}
    bleu = text.corpus_bleu(outputs, inputs)
    yield "bleu", Measured(value=bleu, n=len(inputs), settings=settings)
    yield "exact_match", _share(text.same(outputs, inputs), settings=settings)

    known = [sentence for sentence in inputs if UNK not in sentence]
    chosen = torch.randperm(len(known))[: 2 * subject.sizes.pairs]
    yield from _ends(subject, [known[i] for i in chosen])


def _ends(subject: Subject, sentences: list[list[int]]) -> Results:
    """Whether both ends of a path come out, for neighbours in the list as pairs.

    Pairs with unknown words are left out: decoding never gives the unknown word.
    """
    typed = subject.space.processor.decode(text.padded(sentences))
    for id, refine in (("ends_match", True), ("ends_match_encoded", False)):
        codes = subject.space.encode(typed, refine=refine).reshape(len(typed) // 2, 2, -1)
        paths = [subject.space.path_codes(*pair, 8, "slerp") for pair in codes]
        ends = np.stack([path[[0, -1]] for path in paths])  # [P, 2, D]
        right = text.same(subject.greedy(torch.from_numpy(ends).flatten(0, 1)), sentences)
        both = [first and last for first, last in zip(right[::2], right[1::2], strict=True)]
        yield id, _share(both, settings={"path": "slerp", "decoding": "greedy", "refine": refine})


def sentence_samples(subject: Subject, source: str) -> Results:
    """Samples are decoded greedily: all their variety comes from the codes."""
    samples = subject.greedy(_codes(subject, subject.sizes.samples, source))
    real, other = subject.train
    known = {*real, *other}
    n, settings = len(samples), {"source": source, "decoding": "greedy"}
    compare = partial(Measured, n=n, split="train", settings=settings)

    note = f"{len(real):,} training sentences against the others"
    value = text.unigram_kl(samples, other)
    yield "wkl", compare(value=value, reference=(text.unigram_kl(real, other), note))
    for name, share, reference, note in (
        ("samples_distinct", _distinct, real, f"{len(real):,} training sentences"),
        ("samples_known", partial(_known, known), subject.test, "test sentences"),
        ("sample_length", _mean_length, real, f"{len(real):,} training sentences"),
    ):
        yield name, compare(value=share(samples), reference=(share(reference), note))

    lm_settings = subject.sizes.language_model
    settings = {**settings, "samples": n, **dataclasses.asdict(lm_settings)}
    train_lm = partial(
        language_model,
        n_words=len(subject.processor.vocabulary),
        max_len=subject.processor.max_tokens + 1,
        settings=lm_settings,
        device=str(subject.device),
    )
    of_real = train_lm(real)
    reference = _perplexity(*text.sentence_nll(of_real, subject.test)).value
    note = f"the same language model trained on {len(real):,} real sentences"
    yield (
        "forward_ppl",
        _perplexity(
            *text.sentence_nll(of_real, samples),
            split="samples",
            reference=(reference, "real test sentences"),
            settings=settings,
        ),
    )
    yield (
        "reverse_ppl",
        _perplexity(
            *text.sentence_nll(train_lm(samples), subject.test),
            reference=(reference, note),
            settings=settings,
        ),
    )


@functools.cache  # checkpoints with one vocabulary share the model of real sentences
def language_model(sentences: Sentences, device: str, **options: Any) -> GenerativeModel:
    _say(f"  training a language model on {len(sentences):,} sentences")
    return text.fit_language_model(sentences, seed=SEED, device=device, **options)


# Images

IMAGES = ("mse", "mse_shuffled", "bce")
IMAGE_SAMPLES = ("inception_score", "fid_ours", "classified_digit", "sharpness")


@torch.inference_mode()
def image_reconstruction(subject: Subject) -> Results:
    x = torch.cat(subject.held_out)
    z = subject.means(subject.held_out)
    y = _pictures(subject, z)
    shuffled = _pictures(subject, z[torch.randperm(len(z))])
    average = subject.splits["train"].items.mean(0, keepdims=True) / 255
    guess = subject.processor.encode(average.astype(np.float32)).to(x).expand_as(x)
    yield (
        "mse",
        _mean(
            images.mean_squared_error(x, y),
            reference=(
                float(images.mean_squared_error(x, guess).mean()),
                "the mean training image as the guess",
            ),
        ),
    )
    yield "mse_shuffled", _mean(images.mean_squared_error(x, shuffled))
    floor = float(images.binary_cross_entropy(x, x).mean())
    yield (
        "bce",
        _mean(
            images.binary_cross_entropy(x, y),
            reference=(floor, "perfect reconstruction: the entropy of the grey pixels"),
        ),
    )


@torch.inference_mode()
def image_samples(subject: Subject, source: str) -> Results:
    n, classifier = subject.sizes.samples, classifier_of(subject.info)
    samples = judge(classifier, _pictures(subject, _codes(subject, n, source)))
    train, test = subject.judged
    settings = {"source": source, "classifier": checkpoint.info(classifier).fingerprint}
    compare = partial(Measured, n=n, settings=settings)
    real = f"{len(test.x):,} test images"

    score, spread = images.inception_score(samples.probabilities)
    yield (
        "inception_score",
        compare(
            value=score,
            stderr=spread / math.sqrt(10),
            reference=(images.inception_score(test.probabilities)[0], real),
        ),
    )
    yield (
        "fid_ours",
        compare(
            value=images.fid(samples.features, test.features),
            reference=(
                images.fid(train.features, test.features),
                f"training images against {real}",
            ),
        ),
    )
    for name, score in (
        ("classified_digit", lambda judged: 100.0 * images.recognised(judged.probabilities)),
        ("sharpness", lambda judged: images.sharpness(grey(judged.x))),
    ):
        reference = _mean(score(test)).value, real
        yield name, _mean(score(samples), reference=reference, settings=settings)


# The picture bench

CODED = ("mse", "mse_shuffled", "code_mmd")
DRAWN = (
    "inception_score", "fid_ours", "ms_ssim", "sharpness", "classes_covered", "classified_digit",
)  # fmt: skip
REAL_FID = "training images against test images"
CRITICS = {"wasserstein_validation": "validation", "wasserstein_train": "train"}


@functools.lru_cache(maxsize=1)
def picture_bench(dataset: str, shape: tuple[int, int, int]) -> PictureBench:
    splits, processor = corpora.load(dataset), ImageProcessor(shape)
    train, test = (processor.encode(splits[name].items) for name in ("train", "test"))
    labels = torch.from_numpy(splits["test"].labels)
    return PictureBench(checkpoint.load_model(judge_of(dataset)), train, test, labels=labels)


def bench(subject: Subject) -> Results:
    """The last moment of the picture bench once more, of the weights that ship."""
    measuring = picture_bench(subject.info.dataset, subject.processor.shape)
    reference = measuring.reference()
    settings = {"classifier": checkpoint.info(judge_of(subject.info.dataset)).fingerprint}
    real = dict.fromkeys(reference, "real test images") | {"fid_ours": REAL_FID}
    for id, value in measuring.values(subject.model).items():
        if id in CODED + DRAWN:
            known = (reference[id], real[id]) if id in reference else None
            yield id, Measured(value=value, n=measuring.n, reference=known, settings=settings)


@functools.lru_cache(maxsize=2)
def critics_of_no_model(bench: PictureBench, validation: Tensor, steps: int) -> dict[str, float]:
    """What new critics find between real pictures, and between these and noise."""
    train, other = bench.train[: len(validation)], bench.train[-len(validation) :]
    distance = partial(wasserstein, validation, held_out=bench.test.x, steps=steps)
    with seeded(SEED):
        noise = torch.rand_like(train), torch.rand_like(train)
    return {
        "noise": distance(noise[0], fresh=noise[1]),
        "real": distance(train, fresh=other),
    }


@functools.lru_cache(maxsize=1)
def validation_pictures(dataset: str, shape: tuple[int, int, int]) -> Tensor:
    return ImageProcessor(shape).encode(corpora.load(dataset)["validation"].items)


def independent_critics(subject: Subject) -> Results:
    """How well a new critic tells samples from pictures; also kept beside the other moments."""
    key = subject.info.dataset, subject.processor.shape
    measuring, validation = picture_bench(*key), validation_pictures(*key)
    n, steps = len(validation), subject.sizes.critic_steps
    with seeded(SEED):
        samples, fresh = measuring.samples(subject.model, 2 * n).split(n)
    train = measuring.train[:n]
    found = {
        "validation": wasserstein(validation, samples, measuring.test.x, fresh, steps),
        "train": wasserstein(train, samples, train, fresh, steps),
        **critics_of_no_model(measuring, validation, steps),
    }
    path = subject.info.path / tradeoffs.FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, stored | {"wasserstein": {k: _rounded(v) for k, v in found.items()}})
    for id, split in CRITICS.items():
        note = found["real"], "training images against validation images"
        yield id, Measured(value=found[split], n=n, split=split, reference=note)


def judge(name: str, x: Tensor) -> Judged:
    """What the classifier called ``name`` makes of the images x [N, C, H, W]."""
    return pictures.judge(checkpoint.load_model(name).to(x.device), x)


@torch.inference_mode()
def classification(subject: Subject) -> Results:
    split = subject.splits["test"]
    if subject.text:
        rows = subject.rows("test")
        guesses, labels = _sentence_classes(subject, rows), split.labels[rows]
    else:
        judged = judge(subject.info.name, torch.cat(subject.batches(split.items)))
        guesses, labels = judged.probabilities.argmax(1).cpu(), split.labels
    chance = np.bincount(labels).max() / len(labels), "the most common label for all"
    yield "accuracy", _mean(guesses == torch.from_numpy(labels), reference=chance)


def _sentence_classes(subject: Subject, rows: list[int]) -> Tensor:
    """What the model takes those test sentences for."""
    model = checkpoint.load_model(subject.info.name).to(subject.device)
    items = subject.splits["test"].items
    parts = (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
    batches = (subject.processor.encode([items[row] for row in part]) for part in parts)
    return torch.cat([model.logits(x.to(subject.device)).argmax(1).cpu() for x in batches])


# Small things


def _of_modality(names: tuple[str, ...], subject: Subject) -> tuple[str, ...]:
    """Perplexities are for text."""
    return tuple(name for name in names if subject.text or not name.endswith("_ppl"))


def _codes(subject: Subject, n: int, source: str) -> Tensor:
    """Codes [n, D], in draws no larger than a space allows, each with the next seed."""
    sizes = [min(MAX_ITEMS, n - start) for start in range(0, n, MAX_ITEMS)]
    draws = [
        subject.space.sample_codes(size, seed=SEED + i, source=source)
        for i, size in enumerate(sizes)
    ]
    return torch.from_numpy(np.concatenate(draws)).to(subject.device)


def _pictures(subject: Subject, z: Tensor) -> Tensor:
    """Decoded means [N, 1, H, W] in [0, 1]."""
    return torch.cat([subject.model.decode(part).mean for part in z.split(BATCH)])


def _mean(values: Tensor, **rest: Any) -> Measured:
    return Measured(
        value=float(values.cpu().double().mean()),
        n=len(values),
        stderr=likelihood.standard_error(values),
        **rest,
    )


def _share(flags: list[bool], **rest: Any) -> Measured:
    return _mean(100.0 * torch.tensor(flags), **rest)


def _perplexity(nll: Tensor, n_tokens: Tensor, **rest: Any) -> Measured:
    return Measured(
        value=likelihood.perplexity(nll, n_tokens),
        n=len(nll),
        stderr=likelihood.perplexity_stderr(nll, n_tokens),
        **rest,
    )


def _lengths(batches: list[Tensor]) -> Tensor:
    """Predicted tokens of each sentence [N], end mark included."""
    return torch.cat([(x != PAD).sum(1) for x in batches])


def _distinct(sentences: Sentences) -> float:
    return 100 * len(set(sentences)) / len(sentences)


def _known(known: set, sentences: Sentences) -> float:
    return 100 * sum(sentence in known for sentence in sentences) / len(sentences)


def _mean_length(sentences: Sentences) -> float:
    return sum(map(len, sentences)) / len(sentences)


def _spread(size: int, n: int) -> np.ndarray:
    """``n`` places spread evenly over ``size``, each once."""
    return np.linspace(0, size - 1, min(n, size)).round().astype(int)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
