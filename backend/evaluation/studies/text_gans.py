"""What samples of language models are like: exactly, of the toy language; else by BLEU."""

from typing import cast

import torch

from backend import checkpoint
from backend.corpora import toy_language
from backend.device import seeded
from backend.evaluation import bleu, phases, text
from backend.evaluation.study import SEED, Measured, Results, Study
from backend.evaluation.subject import Sentences, Subject, spread
from backend.nets.language import LanguageModel
from backend.processors.text import UNK

SAMPLES = 500  # and as many references
TEMPERATURES = (0.4, 0.6, 0.8, 1.0, 1.2)


def exactly(subject: Subject) -> Results:
    """Over all sentences of the toy language."""
    language = phases.of_the_language()
    found = phases.exact(_model(subject), subject.words)
    for id in phases.EXACT:
        reference = language[id], "the language itself"
        yield id, Measured(value=found[id], n=len(toy_language.language()), reference=reference)


def plane(subject: Subject) -> Results:
    """Quality and diversity of samples, at temperature 1 and at others, as ``settings`` say."""
    real = [subject.test[i] for i in spread(len(subject.test), SAMPLES)]
    rows = {t: _drawn(_model(subject), t) for t in TEMPERATURES}
    quality = {t: _mean(bleu.against(samples, real)) for t, samples in rows.items()}
    sameness = {t: _mean(bleu.among_themselves(samples)) for t, samples in rows.items()}
    of_real = [subject.train[0][i] for i in spread(len(subject.train[0]), SAMPLES)]
    for id, values, reference, n_references in (
        ("bleu_test", quality, bleu.against(of_real, real), len(real)),
        ("self_bleu", sameness, bleu.among_themselves(of_real), SAMPLES - 1),
    ):
        yield (
            id,
            Measured(
                value=values[1.0],
                n=SAMPLES,
                reference=(_mean(reference), f"{len(of_real)} training sentences"),
                settings={
                    "references": n_references,
                    "by_temperature": {str(t): round(value, 3) for t, value in values.items()},
                },
            ),
        )


def _model(subject: Subject) -> LanguageModel:
    return cast(LanguageModel, checkpoint.load_model(subject.info.name).to(subject.device))


def _drawn(model: LanguageModel, temperature: float) -> Sentences:
    with seeded(SEED), torch.inference_mode():
        return tuple(text.sentences(model.sample(SAMPLES, temperature, forbid=(UNK,))))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _is_text_gan(subject: Subject) -> bool:
    return subject.info.family == "text_gan"


def _of_the_toy_language(subject: Subject) -> bool:
    return _is_text_gan(subject) and subject.info.dataset == phases.DATASET


STUDIES = (
    Study(
        names=phases.EXACT,
        measure=exactly,
        needs=frozenset({"log_prob"}),
        where=_of_the_toy_language,
    ),
    Study(
        names=("bleu_test", "self_bleu"),
        measure=plane,
        needs=frozenset({"log_prob"}),
        where=_is_text_gan,
    ),
)
