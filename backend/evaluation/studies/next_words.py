"""Language models."""

import sys

import torch

from backend import checkpoint
from backend.distributions.sequence import PAD
from backend.evaluation import likelihood
from backend.evaluation.ngrams import KneserNey
from backend.evaluation.study import Results, Study, lengths, mean, perplexity, rounded
from backend.evaluation.subject import Subject

ORDER = 5


@torch.inference_mode()
def next_words(subject: Subject) -> Results:
    """Exact likelihood of the whole test split, beside what counting words achieves."""
    model = checkpoint.load_model(subject.info.name).to(subject.device)
    batches = subject.batches(subject.items("test", sys.maxsize))
    nll = torch.cat([-model.log_prob(x) for x in batches])
    n_tokens = lengths(batches)
    train = [
        row[row != PAD].tolist()
        for x in subject.batches(subject.items("train", sys.maxsize))
        for row in x
    ]
    test = [row[row != PAD].tolist() for x in batches for row in x]
    rivals = {}
    for order in (1, ORDER):
        grams = KneserNey(train, order, len(subject.words.vocabulary))
        rivals[order] = torch.tensor([-grams.log_prob(sentence) for sentence in test])
    settings = {
        "unigram_ppl": rounded(likelihood.perplexity(rivals[1], n_tokens)),
        "unknown_words": "counted as one word, by both",
    }
    note = f"interpolated Kneser-Ney {ORDER}-grams of the same training sentences"
    reference = float(rivals[ORDER].mean()), note
    yield "nll", mean(nll, reference=reference)
    reference = likelihood.perplexity(rivals[ORDER], n_tokens), note
    yield "ppl", perplexity(nll, n_tokens, reference=reference, settings=settings)


STUDIES = (Study(names=("nll", "ppl"), measure=next_words, needs=frozenset({"log_prob"})),)
