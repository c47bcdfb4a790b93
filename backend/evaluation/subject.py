"""A checkpoint with its held-out data, as studies measure it; and on how much data."""

import dataclasses
import sys
from collections.abc import Iterable
from functools import cached_property
from itertools import repeat
from typing import cast

import numpy as np
import torch
from torch import Tensor

from backend import corpora
from backend.base import LatentModel
from backend.checkpoint import CheckpointInfo
from backend.corpora import dialogues
from backend.device import pick_device
from backend.distributions.deterministic import Deterministic
from backend.distributions.sequence import Sequence
from backend.evaluation import pictures, text, tradeoffs
from backend.evaluation.pictures import Judged, judge_of, load_judge
from backend.processors import load_processor
from backend.processors.base import Items
from backend.processors.image import ImageProcessor
from backend.processors.text import UNK, TextProcessor
from backend.space import LatentSpace

BATCH = 500
Sentences = tuple[tuple[int, ...], ...]  # token ids


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sizes:
    """On how much data the numbers are measured."""

    held_out: int  # test examples for bound, KL and reconstruction
    information: int = 2000  # test examples that compete in the mutual information
    nll: int  # test examples whose likelihood is importance sampled
    nll_codes: int  # codes per example
    pairs: int = 500  # interpolations, text only
    samples: int  # drawn per source; references use as many real examples
    critic_steps: int = 1500  # training of each independent critic
    language_model: text.LanguageModelSettings = dataclasses.field(
        default_factory=text.LanguageModelSettings
    )


SIZES = {
    "text": Sizes(held_out=2000, nll=500, nll_codes=500, samples=20_000),
    "image": Sizes(held_out=10_000, nll=2000, nll_codes=100, samples=10_000),
}


def sizes_of(info: CheckpointInfo) -> Sizes:
    return SIZES[info.modality]


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
    def words(self) -> TextProcessor:
        """The processor of a model of sentences."""
        return cast(TextProcessor, self.processor)

    @property
    def shape(self) -> tuple[int, int, int]:
        """[C, H, W] of a model of pictures."""
        return cast(ImageProcessor, self.processor).shape

    @property
    def pixels(self) -> dict[str, str]:
        """How likelihoods read images; nothing for text."""
        return {} if self.text else {"pixels": "grey values as Bernoulli probabilities"}

    @cached_property
    def splits(self) -> dict[str, corpora.Split]:
        return corpora.load(self.info.dataset)

    @property
    def replies(self) -> bool:
        """Whether it replies to conversations, so that its items are pairs of turn and reply."""
        return "respond" in self.info.capabilities

    @cached_property
    def windows(self) -> dict[str, dialogues.Windows]:
        return dialogues.load(self.info.dataset)

    @property
    def removed(self) -> int:
        """How many test items the loader left out, as they stand in train or validation."""
        return (self.windows if self.replies else self.splits)["test"].removed

    def items(self, split: str, n: int) -> Items:
        """``n`` items spread evenly over a split, or all where there are fewer.

        Sentences that the model refuses (too long, no known word) do not count.
        """
        found = self.splits[split]
        if self.text:
            readable = self.words.readable(found.sentences)
            return [readable[i] for i in spread(len(readable), n)]
        return found.pictures[spread(len(found.items), n)]

    def contexts(self, n: int, told: bool = True) -> Iterable[Tensor | None]:
        """Classes of ``n`` test items, in batches as these; Nones where the model is told none."""
        if not (told and self.info.classes):
            return repeat(None)
        classes = self.splits["test"].classes
        chosen = torch.from_numpy(classes[spread(len(classes), n)])
        return chosen.to(self.device).split(BATCH)

    def rows(self, split: str) -> list[int]:
        """Rows of a split that the model reads; sentences of nearly equal length together."""
        items = self.splits[split].items
        if not self.text:
            return list(range(len(items)))
        return sorted(self.words.readable_rows(items), key=lambda row: len(items[row]))

    def batches(self, items: Items) -> list[Tensor]:
        """Inputs of the model; sentences are sorted by length, so that little is padding."""
        if self.text:
            items = sorted(items, key=lambda item: len(self.words.tokens(item)))
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
        ids = (cast(Sequence, p).generate(0.0, forbid=(UNK,)) for p in sequences)
        return tuple(row for part in ids for row in text.sentences(part))

    @torch.inference_mode()
    def codes_and_labels(self, split: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Likeliest components [N, m] and the labels [N] of each tag, for a whole split."""
        found, labels = self.splits[split], self.splits[split].labels
        order = self.rows(split)
        codes = []
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            chosen = [found.items[row] for row in part] if self.text else found.pictures[part]
            x = self.processor.encode(chosen).to(self.device)
            codes.append(self.model.assign(x).argmax(-1).cpu().numpy())
        known = {tag: np.array(column)[order] for tag, column in found.tags.items()}
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
        name = judge_of(self.info.dataset)
        train, test = (judge_by(name, torch.cat(batches)) for batches in splits)
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
        chosen = tuple(sentences[i] for i in spread(len(sentences), n))
        return chosen, tuple(sorted({*sentences} - {*chosen}))

    def _known(self, items: Items) -> Sentences:
        """Sentences as ids. Samples have no unknown words, so what they meet has none either."""
        ids = (row for x in self.batches(items) for row in text.sentences(x))
        return tuple(row for row in ids if UNK not in row)


def judge_by(name: str, x: Tensor) -> Judged:
    """What the classifier called ``name`` makes of the images x [N, C, H, W]."""
    return pictures.judge(load_judge(name).to(x.device), x)


def spread(size: int, n: int) -> np.ndarray:
    """``n`` places spread evenly over ``size``, each once."""
    return np.linspace(0, size - 1, min(n, size)).round().astype(int)
