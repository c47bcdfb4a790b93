"""Likelihood and information: what a model with densities says of held-out items."""

import math

import torch
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

BOUND = ("recon_nll", "kl", "elbo_nll", "elbo_ppl")


INFORMATION = ("mi", "active_units")


IMPORTANCE = ("iw_nll", "iw_ppl")


@torch.inference_mode()
def evidence_bound(subject: Subject) -> Results:
    bounds = [likelihood.bound(subject.model, x) for x in subject.held_out]
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
    parts = [subject.model.encode(x) for x in batches]
    means, stds = torch.cat([q.mean for q in parts]), torch.cat([q.stddev for q in parts])
    q = Independent(Normal(means, stds), 1)
    cap = (math.log(len(means)), "the most that can be measured, ln n")
    yield "mi", mean(likelihood.mutual_information(q, q.sample()), reference=cap)
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
    yield "iw_nll", mean(nll, reference=(float(above.mean()), note), settings=settings)
    if subject.text:
        n_tokens = lengths(batches)
        reference = (likelihood.perplexity(above, n_tokens), note)
        yield "iw_ppl", perplexity(nll, n_tokens, reference=reference, settings=settings)


STUDIES = (
    Study(
        names=perplexities_of_words(BOUND),
        measure=evidence_bound,
        where=lambda subject: subject.has_density,
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
