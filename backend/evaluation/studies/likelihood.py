"""Likelihood and information: what a model with densities says of held-out items."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from backend.evaluation import likelihood
from backend.evaluation.study import (
    Measured,
    Results,
    Study,
    lengths,
    mean,
    perplexities_of_words,
    perplexity,
)
from backend.evaluation.subject import Subject
from backend.evaluation.table import UNTOLD
from backend.objectives.divergences import mutual_information

BOUND = ("recon_nll", "kl", "elbo_nll", "elbo_ppl")


INFORMATION = ("mi", "active_units")


IMPORTANCE = ("iw_nll", "iw_ppl")

BINARISED = {"pixels": "black or white, drawn with the grey value as the probability of white"}


@torch.inference_mode()
def evidence_bound(subject: Subject, told: bool = True) -> Results:
    """``told``: a model that can be told the class of each item is."""
    contexts = subject.contexts(subject.sizes.held_out, told)
    both = zip(subject.held_out, contexts, strict=False)
    bounds = [likelihood.bound(subject.model, x, context) for x, context in both]
    nll = torch.cat([b.nll for b in bounds])
    pixels = subject.pixels
    yield "recon_nll", mean(torch.cat([b.recon_nll for b in bounds]), settings=pixels)
    yield "kl", mean(torch.cat([b.kl for b in bounds]))
    yield "elbo_nll", mean(nll, settings=pixels)
    if subject.text:
        yield "elbo_ppl", perplexity(nll, lengths(subject.held_out))


@torch.inference_mode()
def reconstruction(subject: Subject) -> Results:
    """The only part of a likelihood that a plain auto-encoder has."""
    model = subject.model
    nll = [-model.decode(model.encode(x).mean).log_prob(x) for x in subject.held_out]
    yield "recon_nll", mean(torch.cat(nll), settings=subject.pixels)


@torch.inference_mode()
def information(subject: Subject) -> Results:
    batches = subject.batches(subject.items("test", subject.sizes.information))
    contexts = subject.contexts(subject.sizes.information)
    parts = [subject.model.encode(*both) for both in zip(batches, contexts, strict=False)]
    means = torch.cat([q.mean for q in parts])
    if all(isinstance(q, Independent) for q in parts):
        q = Independent(Normal(means, torch.cat([q.stddev for q in parts])), 1)
        told = mutual_information(q, q.sample())
    else:
        told = likelihood.information_of_any(parts, torch.cat([q.sample() for q in parts]))
    cap = (math.log(len(means)), "the most that can be measured, ln n")
    yield "mi", mean(told, reference=cap)
    yield (
        "active_units",
        Measured(
            value=likelihood.active_units(means),
            n=len(means),
            reference=(means.shape[1], "all units"),
            settings={"threshold": likelihood.ACTIVE_VARIANCE},
        ),
    )


@torch.inference_mode()
def importance_sampled(subject: Subject, told: bool = True) -> Results:
    """Of words, or of binarised pictures, whose codes come from the grey ones."""
    sizes, model = subject.sizes, subject.model
    seen = subject.batches(subject.items("test", sizes.nll))
    batches = seen if subject.text else [torch.bernoulli(x) for x in seen]
    settings = {"codes_per_example": sizes.nll_codes, **({} if subject.text else BINARISED)}
    rows = list(zip(batches, subject.contexts(sizes.nll, told), seen, strict=False))
    above = torch.cat([likelihood.bound(model, *row).nll for row in rows])
    note = f"the bound on the same examples; {sizes.nll_codes} codes for each"
    parts = (
        likelihood.importance_nll(model, x, sizes.nll_codes, 50, *rest)
        for row in rows
        for x, *rest in _split(row, 50)
    )
    nll = torch.cat(list(parts))
    yield "iw_nll", mean(nll, reference=(float(above.mean()), note), settings=settings)
    if subject.text:
        n_tokens = lengths(batches)
        reference = (likelihood.perplexity(above, n_tokens), note)
        yield "iw_ppl", perplexity(nll, n_tokens, reference=reference, settings=settings)


def _split(row: tuple[Tensor, Tensor | None, Tensor], size: int) -> Iterator[Sequence]:
    """Examples, what is told of them and what is seen of them, ``size`` at a time."""
    x, context, seen = row
    told = repeat(None) if context is None else context.split(size)
    return zip(x.split(size), told, seen.split(size), strict=False)


def _may_hide(subject: Subject) -> bool:
    """Whether numbers differ where the model is not told the classes."""
    return bool(subject.info.classes) and subject.has_density


STUDIES = (
    Study(
        names=perplexities_of_words(BOUND),
        measure=evidence_bound,
        where=lambda subject: subject.has_density,
    ),
    *(
        Study(
            names=perplexities_of_words(names),
            measure=partial(measure, told=False),
            where=_may_hide,
            suffix=UNTOLD,
        )
        for names, measure in ((BOUND, evidence_bound), (IMPORTANCE, importance_sampled))
    ),
    Study(
        names=INFORMATION,
        measure=information,
        lacks=frozenset({"discrete"}),  # it asks for Gaussian posteriors
        where=lambda subject: subject.has_density,
    ),
    Study(
        names=perplexities_of_words(IMPORTANCE),
        measure=importance_sampled,
        where=lambda subject: subject.has_density,
    ),
    Study(
        names=("recon_nll",),
        measure=reconstruction,
        needs=frozenset({"decode", "encode"}),
        where=lambda subject: subject.has_likelihood and not subject.has_density,
    ),
)
