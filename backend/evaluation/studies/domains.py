"""Two domains: what survives a translation without pairs, and what features tell of the domain."""

from typing import cast

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from backend import checkpoint, corpora
from backend.corpora.domains import parted
from backend.evaluation.domains import features_of, ink
from backend.evaluation.pictures import judge_of, load_judge
from backend.evaluation.study import Results, Study, mean, share
from backend.evaluation.subject import BATCH, Subject
from backend.models.classifier.dann import DANN
from backend.models.gan.cycle_gan import CycleGAN


@torch.inference_mode()
def adapted(subject: Subject) -> Results:
    """Accuracies in both domains, and whether features tell them apart."""
    model = cast(DANN, checkpoint.load_model(subject.info.name).to(subject.device))
    known, told = {}, {}
    for part in ("validation", "test"):
        domains = _domains(subject, part)
        known[part] = [features_of(model, x) for x, _ in domains]
        told[part] = [
            model.output(features).argmax(1) == labels
            for features, (_, labels) in zip(known[part], domains, strict=True)
        ]
    yield "accuracy", mean(told["test"][0])
    yield "target_accuracy", mean(told["test"][1])
    (a, b), (c, d) = (known[part] for part in ("validation", "test"))
    # Each feature over its deviation, which tells the regression nothing and lets it converge.
    scale = torch.cat([a, b]).std(0) + 1e-6
    guess = LogisticRegression(max_iter=1000)
    guess.fit(torch.cat([a, b]) / scale, [0] * len(a) + [1] * len(b))
    right = guess.predict(torch.cat([c, d]) / scale) == [0] * len(c) + [1] * len(d)
    yield "domain_guess", mean(torch.from_numpy(right))


@torch.inference_mode()
def kept(subject: Subject) -> Results:
    """Classes after each translation, by the classifier of grey digits; and what is lost."""
    model = cast(CycleGAN, checkpoint.load_model(subject.info.name).to(subject.device))
    judge = judge_of(subject.info.dataset)
    classifier = load_judge(judge).to(subject.device)
    settings = {"classifier": checkpoint.info(judge).fingerprint}

    def right(pictures: Tensor, labels: Tensor, paper: bool) -> list[bool]:
        return (classifier.logits(ink(pictures, paper)).argmax(1) == labels).tolist()

    found: dict[str, list[bool]] = {}
    lost: list[Tensor] = []
    for start, ways in enumerate(
        (("kept_over", "kept_over_back"), ("kept_back", "kept_back_over"))
    ):
        pictures, labels = _domains(subject, "test")[start]
        paper = bool(start)
        for x, told in zip(pictures.split(BATCH), labels.split(BATCH), strict=True):
            there = model.across(x, not paper)
            back = model.across(there, paper)
            found.setdefault("real" + str(start), []).extend(right(x, told, paper))
            found.setdefault(ways[0], []).extend(right(there, told, not paper))
            found.setdefault(ways[1], []).extend(right(back, told, paper))
            lost.append((back - x).abs().flatten(1).mean(1))
        for id in ways:
            real = share(found["real" + str(start)]).value, "the pictures as they are"
            yield id, share(found[id], reference=real, settings=settings)
    yield "cycle_l1", mean(torch.cat(lost))


def _domains(subject: Subject, part: str) -> list[tuple[Tensor, Tensor]]:
    """Pictures [N, C, H, W] and classes [N] of each domain."""
    first, second = corpora.corpus(subject.info.dataset).domains
    return [
        (
            subject.processor.encode(split.pictures).to(subject.device),
            torch.from_numpy(split.classes).to(subject.device),
        )
        for split in parted(subject.splits[part], (first, second))
    ]


STUDIES = (
    Study(
        names=("accuracy", "target_accuracy", "domain_guess"),
        measure=adapted,
        needs=frozenset({"classify"}),
        where=lambda subject: subject.info.model == "dann",
    ),
    Study(
        names=("kept_over", "kept_over_back", "kept_back", "kept_back_over", "cycle_l1"),
        measure=kept,
        needs=frozenset({"transfer"}),
    ),
)
