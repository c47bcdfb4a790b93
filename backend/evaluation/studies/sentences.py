"""Sentences: what comes back, and what samples are like."""

import dataclasses
import functools
from functools import partial
from typing import Any

import numpy as np
import torch

from backend.base import GenerativeModel
from backend.evaluation import text
from backend.evaluation.study import (
    SEED,
    Measured,
    Names,
    Results,
    Study,
    codes_of,
    not_benched,
    perplexity,
    share,
)
from backend.evaluation.subject import Sentences, Subject
from backend.processors.text import UNK

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
    yield "exact_match", share(text.same(outputs, inputs), settings=settings)

    known = [sentence for sentence in inputs if UNK not in sentence]
    pairs = min(subject.sizes.pairs, len(known) // 2)
    chosen = torch.randperm(len(known))[: 2 * pairs]
    yield from _ends(subject, [known[i] for i in chosen])


def _ends(subject: Subject, sentences: list[list[int]]) -> Results:
    """Whether both ends of a path come out, for neighbours in the list as pairs.

    Pairs with unknown words are left out: decoding never gives the unknown word.
    """
    typed = subject.space.processor.decode(text.padded(sentences))
    for id, refine in (("ends_match", True), ("ends_match_encoded", False)):
        codes = subject.space.encode(typed, refine=refine).reshape(len(typed) // 2, 2, -1)
        paths = [subject.space.path_codes(a, b, 8, "slerp") for a, b in codes]
        ends = np.stack([path[[0, -1]] for path in paths])  # [P, 2, D]
        right = text.same(subject.greedy(torch.from_numpy(ends).flatten(0, 1)), sentences)
        both = [first and last for first, last in zip(right[::2], right[1::2], strict=True)]
        yield id, share(both, settings={"path": "slerp", "decoding": "greedy", "refine": refine})


def sentence_samples(subject: Subject, source: str) -> Results:
    """Samples are decoded greedily: all their variety comes from the codes."""
    samples = subject.greedy(codes_of(subject, subject.sizes.samples, source))
    real, other = subject.train
    known = {*real, *other}
    n = len(samples)
    settings: dict[str, object] = {"source": source, "decoding": "greedy"}
    compare = partial(Measured, n=n, split="train", settings=settings)

    note = f"{len(real):,} training sentences against the others"
    value = text.unigram_kl(samples, other)
    yield "wkl", compare(value=value, reference=(text.unigram_kl(real, other), note))
    for name, of, known_ones, note in (
        ("samples_distinct", _distinct, real, f"{len(real):,} training sentences"),
        ("samples_known", partial(_known, known), subject.test, "test sentences"),
        ("sample_length", _mean_length, real, f"{len(real):,} training sentences"),
    ):
        yield name, compare(value=of(samples), reference=(of(known_ones), note))

    lm_settings = subject.sizes.language_model
    settings = {**settings, "samples": n, **dataclasses.asdict(lm_settings)}
    train_lm = partial(
        language_model,
        n_words=len(subject.words.vocabulary),
        max_len=subject.words.max_tokens + 1,
        settings=lm_settings,
        device=str(subject.device),
    )
    of_real = train_lm(real)
    reference = perplexity(*text.sentence_nll(of_real, subject.test)).value
    note = f"the same language model trained on {len(real):,} real sentences"
    yield (
        "forward_ppl",
        perplexity(
            *text.sentence_nll(of_real, samples),
            split="samples",
            reference=(reference, "real test sentences"),
            settings=settings,
        ),
    )
    yield (
        "reverse_ppl",
        perplexity(
            *text.sentence_nll(train_lm(samples), subject.test),
            reference=(reference, note),
            settings=settings,
        ),
    )


@functools.cache  # checkpoints with one vocabulary share the model of real sentences
def language_model(sentences: Sentences, device: str, **options: Any) -> GenerativeModel:
    return text.fit_language_model(sentences, seed=SEED, device=device, **options)


def _distinct(sentences: Sentences) -> float:
    return 100 * len(set(sentences)) / len(sentences)


def _known(known: set, sentences: Sentences) -> float:
    return 100 * sum(sentence in known for sentence in sentences) / len(sentences)


def _mean_length(sentences: Sentences) -> float:
    return sum(map(len, sentences)) / len(sentences)


def _coming_back(subject: Subject) -> Names:
    """A path between one-hots leaves them, so it has no ends to match."""
    return SENTENCES[:2] if "discrete" in subject.info.capabilities else SENTENCES


STUDIES = (
    Study(
        names=_coming_back,
        measure=sentence_reconstruction,
        needs=frozenset({"decode", "encode"}),
        kind="text",
        where=not_benched,
    ),
    *(
        Study(
            names=SENTENCE_SAMPLES,
            measure=partial(sentence_samples, source=source),
            needs=frozenset({"decode", "encode"}),
            kind="text",
            where=not_benched,
            suffix=suffix,
        )
        for source, suffix in (("prior", ""), ("aggregate", "_aggregate"))
    ),
)
