"""Translations of held-out sentences."""

from typing import cast

import torch

from backend import checkpoint
from backend.evaluation import text
from backend.evaluation.study import Measured, Results, Study, lengths
from backend.evaluation.subject import Subject
from backend.models.seq2seq.translation import Translation
from backend.processors.text import UNK


@torch.inference_mode()
def translations(subject: Subject) -> Results:
    """Of pairs whose English is in no training pair."""
    model = cast(Translation, checkpoint.load_model(subject.info.name).to(subject.device))
    pairs = [model.split(x) for x in subject.held_out]
    sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
    found = [model.translations(x) for x in sources]
    wanted = [sentence for y in targets for sentence in text.sentences(y)]
    written = [sentence for p in found for sentence in text.sentences(p.generate(0.0, (UNK,)))]
    settings = {"decoding": "greedy", "references": 1}
    value = text.corpus_bleu(written, wanted)
    yield "translation_bleu", Measured(value=value, n=len(wanted), settings=settings)

    total = int(lengths(targets).sum())
    misled_by = [model.translations(x.roll(1, 0)) for x in sources]
    nll, misled = (
        -sum(float(p.log_prob(y).sum()) for p, y in zip(those, targets, strict=True))
        for those in (found, misled_by)
    )
    reference = misled / total, "the same translations, each after the source of another"
    yield "translation_nll", Measured(value=nll / total, n=len(wanted), reference=reference)


STUDIES = (
    Study(
        names=("translation_bleu", "translation_nll"),
        measure=translations,
        needs=frozenset({"translate"}),
    ),
)
