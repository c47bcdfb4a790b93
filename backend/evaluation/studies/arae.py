"""ARAE: how much noise its codes bear, and what its samples would be without the game."""

import dataclasses

import torch

from backend import checkpoint
from backend.evaluation import text
from backend.evaluation.studies.sentences import language_model
from backend.evaluation.study import Results, Study, codes_of, perplexity, share
from backend.evaluation.subject import Subject

ALONE = "--alone"  # ends the name of the same nets whose encoder the critic never reached
NOISES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)  # standard deviations of each of a code's numbers


@torch.inference_mode()
def under_noise(subject: Subject) -> Results:
    """Of codes of test sentences, with noise as in training and with others."""
    z = subject.means(subject.held_out)
    wanted = subject.greedy(z)
    noise = torch.randn_like(z)  # the same at all levels
    trained = subject.info.config["noise"]
    same = {
        level: text.same(subject.greedy(subject.model.prior.snap(z + level * noise)), wanted)
        for level in sorted({*NOISES, trained})
    }
    shares = {str(level): round(100 * sum(flags) / len(flags), 2) for level, flags in same.items()}
    settings = {"decoding": "greedy", "noise": trained, "by_noise": shares}
    yield "noised_same", share(same[trained], settings=settings)


def apart(subject: Subject) -> Results:
    """Reverse perplexity of the other checkpoint's samples, by the same language model."""
    other = Subject(checkpoint.info(subject.info.name + ALONE), subject.sizes, str(subject.device))
    if other.words.vocabulary != subject.words.vocabulary:
        raise ValueError(f"{other.info.name} has another vocabulary than {subject.info.name}")
    samples = other.greedy(codes_of(other, other.sizes.samples, "aggregate"))
    settings = subject.sizes.language_model
    judge = language_model(
        samples,
        n_words=len(subject.words.vocabulary),
        max_len=subject.words.max_tokens + 1,
        settings=settings,
        device=str(subject.device),
    )
    yield (
        "reverse_ppl_apart",
        perplexity(
            *text.sentence_nll(judge, subject.test),
            settings={
                "of": other.info.name,
                "source": "aggregate",
                "samples": len(samples),
                **dataclasses.asdict(settings),
            },
        ),
    )


def _is_arae(subject: Subject) -> bool:
    return subject.info.model == "arae"


def _is_compared(subject: Subject) -> bool:
    """Whether the other checkpoint is here; it does not ship."""
    others = {info.name for info in checkpoint.available({"encode"}, "text")}
    return _is_arae(subject) and subject.info.name + ALONE in others


STUDIES = (
    Study(
        names=("noised_same",),
        measure=under_noise,
        needs=frozenset({"encode", "decode"}),
        where=_is_arae,
    ),
    Study(names=("reverse_ppl_apart",), measure=apart, where=_is_compared),
)
