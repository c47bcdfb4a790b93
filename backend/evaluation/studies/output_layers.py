"""What the output layers of language models can say, and how they use it."""

from typing import cast

import torch
from torch import Tensor

from backend import checkpoint
from backend.distributions.sequence import EOS, PAD, Mixture
from backend.evaluation.study import Measured, Results, Study
from backend.evaluation.subject import Subject, spread
from backend.models.lm.kerbs import KerBS
from backend.nets.language import LanguageModel

CONTEXTS = 500
SMALLEST = 1e-9  # of the largest singular value: what is more than rounding in float64
FEWEST = 10  # places of a word whose senses are judged


@torch.inference_mode()
def rank(subject: Subject) -> Results:
    """How many dimensions the log-probabilities of all words span in ``CONTEXTS`` contexts.

    A softmax over vectors of size d allows d products and a normaliser; the adaptive one also
    the normaliser of its rare words, and biases: d + 3.
    """
    model = _model(subject).double()
    read = _read(subject, model)
    log_p = model.log_probs(read)
    value = int(torch.linalg.matrix_rank(log_p[:, log_p[0] > -torch.inf], rtol=SMALLEST))
    size = model.words.vectors().shape[1]
    reference = size + 3.0, f"the most that one adaptive softmax over vectors of size {size} has"
    settings = {"distinct_contexts": len(read.round(decimals=6).unique(dim=0))}
    yield "log_p_rank", Measured(value=value, n=len(read), reference=reference, settings=settings)


@torch.inference_mode()
def experts(subject: Subject) -> Results:
    """How many experts are used, over all contexts and within one."""
    model = _model(subject)
    weights = cast(Mixture, model).experts(_read(subject, model))[0].exp()
    most = float(weights.shape[1]), "all experts alike"
    value = float(_entropy(weights.mean(0)).exp())
    yield "experts_used", Measured(value=value, n=len(weights), reference=most)
    value = float(_entropy(weights).mean().exp())
    yield "experts_at_once", Measured(value=value, n=len(weights), reference=most)


@torch.inference_mode()
def senses(subject: Subject) -> Results:
    """How many senses are used of the words that have several, and what a context says of them."""
    model = cast(KerBS, _model(subject))
    layer = model.words
    parts = [_places(model, x) for x in subject.held_out]
    p = torch.cat([layer.shares(read, targets) for read, targets in parts]).double()
    targets = torch.cat([targets for _, targets in parts])
    several = (layer.table < layer.absent).sum(1) > 1
    judged = several & (targets.bincount(minlength=len(several)) >= FEWEST)
    p, targets = p[judged[targets]], targets[judged[targets]]
    words, places, counts = targets.unique(return_inverse=True, return_counts=True)
    mean = p.new_zeros(len(words), p.shape[1]).index_add(0, places, p) / counts[:, None]
    settings = {"words": len(words)}
    used = _entropy(mean).exp().mean()
    yield "senses_used", Measured(value=float(used), n=len(p), settings=settings)
    told = (_entropy(mean)[places] - _entropy(p)).mean()
    yield "sense_information", Measured(value=float(told), n=len(p), settings=settings)


def _entropy(p: Tensor) -> Tensor:
    """Of probabilities [..., K], nats."""
    return torch.special.entr(p).sum(-1)


def _model(subject: Subject) -> LanguageModel:
    return cast(LanguageModel, checkpoint.load_model(subject.info.name).to(subject.device))


def _places(model: LanguageModel, x: Tensor) -> tuple[Tensor, Tensor]:
    """What was read [N, H] before each word of sentences [B, T], and the words [N]."""
    read = model.contexts(x)
    words = (x != PAD) & (x != EOS)
    if model.backward_order:
        return read[:, 1:][words[:, :-1]], x[:, :-1][words[:, :-1]]
    return read[words], x[words]


def _read(subject: Subject, model: LanguageModel) -> Tensor:
    """What was read [N, H] at places within test sentences, spread evenly over all of them."""
    inside = []
    for x in subject.held_out:
        words = ((x != PAD) & (x != EOS)).sum(1, keepdim=True)
        places = torch.arange(x.shape[1], device=x.device)
        inside.append(model.contexts(x)[(places > 0) & (places < words)])
    read = torch.cat(inside)
    return read[torch.from_numpy(spread(len(read), CONTEXTS))]


STUDIES = (
    Study(names=("log_p_rank",), measure=rank, needs=frozenset({"log_prob"}), kind="text"),
    Study(
        names=("experts_used", "experts_at_once"),
        measure=experts,
        needs=frozenset({"experts", "log_prob"}),
    ),
    Study(
        names=("senses_used", "sense_information"),
        measure=senses,
        needs=frozenset({"senses", "log_prob"}),
    ),
)
