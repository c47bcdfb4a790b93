"""Quality of replies: several to each context, against the one that was given (M14 to M16).

A sentence here is a sequence of token ids without start mark, end mark or padding. "Replies" are
N sentences for each context; a "reference" is the one in the corpus. BLEU and likeness take the
best of the N as recall and their mean as precision, as Gu et al. 2019
(https://arxiv.org/abs/1805.12352) do, so that a model that says many things is not blamed for
those that were not said.
"""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np
import torch

from backend.corpora.dialogues import Conversations
from backend.device import seeded
from backend.evaluation.text import sentences
from backend.nets.dialog import DialogueModel
from backend.processors.text import UNK

Sentence = Sequence[int]
ORDER = 3  # longest n-gram of BLEU
WINDOW, DIM = 5, 100  # of word vectors: words to each side, numbers


def bleu_of_papers(hypothesis: Sentence, reference: Sentence) -> float:
    """Sentence BLEU-3 with equal weights and nltk's smoothing method 7, 0 to 1 (M14).

    What the papers on dialogue report, as their code computes it. nltk changed this smoothing
    between versions and gives a score above 0 to sentences that share no word: the number is for
    comparison between models that were measured together. nltk 3.10 is meant.
    """
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    if not hypothesis or not reference:
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an order has no match: this is what is smoothed
        score = sentence_bleu(
            [list(reference)],
            list(hypothesis),
            weights=(1 / ORDER,) * ORDER,
            smoothing_function=SmoothingFunction().method7,
        )
    return min(max(float(score), 0.0), 1.0)


def bleu(hypothesis: Sentence, reference: Sentence) -> float:
    """The same without surprises: 0 where no word is shared, 1 for the reference itself.

    The geometric mean over n = 1 to 3 of the share of the hypothesis's n-grams that the reference
    has, each counted at most as often as there, times exp(1 - r/h) where the hypothesis is
    shorter (lengths h, r). For n > 1 one is added to both counts (Lin and Och 2004,
    https://aclanthology.org/C04-1072), so that a short sentence need not score 0.
    """
    if not hypothesis or not reference:
        return 0.0
    total = 0.0
    for n in range(1, ORDER + 1):
        mine, theirs = _grams(hypothesis, n), _grams(reference, n)
        shared, more = (mine & theirs).total(), n > 1
        if shared + more == 0:
            return 0.0
        total += math.log((shared + more) / (mine.total() + more))
    short = min(0.0, 1 - len(reference) / len(hypothesis))
    return math.exp(short + total / ORDER)


def bleu_of_corpus(hypotheses: Sequence[Sentence], references: Sequence[Sentence]) -> float:
    """BLEU-4 of all sentences together, 0 to 1, one reference each: nltk's, smoothing method 1.

    What Zhao et al. 2018 (https://arxiv.org/abs/1804.08069) report of one reply to a context.
    """
    from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

    several = [[list(reference)] for reference in references]
    mine = [list(hypothesis) for hypothesis in hypotheses]
    return float(corpus_bleu(several, mine, smoothing_function=SmoothingFunction().method1))


class Score(NamedTuple):
    """Recall: mean over contexts of the best of the replies; precision: of their mean."""

    recall: float
    precision: float

    @property
    def f1(self) -> float:
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def best_and_mean(
    replies: Sequence[Sequence[Sentence]],
    references: Sequence[Sentence],
    score: Callable[[Sentence, Sentence], float],
) -> Score:
    """Recall and precision of the replies to each context, by any score of two sentences."""
    rows = [
        [score(reply, reference) for reply in several]
        for several, reference in zip(replies, references, strict=True)
    ]
    return Score(fmean(map(max, rows)), fmean(map(fmean, rows)))


class Likeness(NamedTuple):
    """Cosines of the meanings of two sentences as bags of word vectors (M15)."""

    average: float  # of their mean vectors
    extrema: float  # of the values farthest from 0 in each dimension
    greedy: float  # mean over words of the best cosine to the other sentence, both ways


def likeness(a: Sentence, b: Sentence, vectors: np.ndarray) -> Likeness | None:
    """``vectors`` [V, D], rows of zeros for words without one; None where a sentence has none.

    Words without a vector, and pads, which are not in a sentence, count for nothing.
    """
    x, y = (vectors[list(sentence)] for sentence in (a, b))
    x, y = (rows[np.abs(rows).sum(1) > 0] for rows in (x, y))
    if not len(x) or not len(y):
        return None
    cosines = _unit(x) @ _unit(y).T
    greedy = (cosines.max(1).mean() + cosines.max(0).mean()) / 2
    means = _unit(x.mean(0)) @ _unit(y.mean(0))
    return Likeness(float(means), float(_unit(_extrema(x)) @ _unit(_extrema(y))), float(greedy))


def best_likeness(
    replies: Sequence[Sequence[Sentence]], references: Sequence[Sentence], vectors: np.ndarray
) -> Likeness:
    """Mean over contexts of the best of the replies, for each of the three alone."""
    rows = []
    for several, reference in zip(replies, references, strict=True):
        found = [likeness(reply, reference, vectors) for reply in several]
        known = [one for one in found if one is not None]
        if known:
            rows.append([max(column) for column in zip(*known, strict=True)])
    return Likeness(*np.mean(rows, axis=0).tolist()) if rows else Likeness(*[math.nan] * 3)


def word_vectors(turns: Sequence[Sentence], n_words: int, dim: int = DIM) -> np.ndarray:
    """Vectors [n_words, dim] of what words stand beside, by the corpus itself.

    Positive pointwise mutual information of words at most ``WINDOW`` apart, cut down to its
    ``dim`` largest singular directions, each weighing the root of its value (Levy and Goldberg
    2014, https://papers.nips.cc/paper/5477). Independent of every model that is measured by it;
    its cosines are not those of published vectors. Marks, and words that are unknown or were not
    seen, have zeros.
    """
    from scipy.sparse import coo_matrix
    from sklearn.utils.extmath import randomized_svd

    counts: Counter[tuple[int, int]] = Counter()
    for turn in turns:
        for place, word in enumerate(turn):
            for other in turn[place + 1 : place + 1 + WINDOW]:
                counts[word, other] += 1
                counts[other, word] += 1
    rows, columns = np.array(list(counts)).T
    values = np.array(list(counts.values()), dtype=np.float64)
    total = np.bincount(rows, values, n_words)
    information = np.log(values * total.sum() / (total[rows] * total[columns]))
    kept = information > 0
    shape = n_words, n_words
    table = coo_matrix((information[kept], (rows[kept], columns[kept])), shape=shape).tocsr()
    u, s, _ = randomized_svd(table, dim, random_state=0)
    vectors = (u * np.sqrt(s)).astype(np.float32)
    vectors[: UNK + 1] = 0
    return vectors


def distinct(replies: Sequence[Sequence[Sentence]], n: int) -> tuple[float, float]:
    """Different n-grams of all n-grams, within a reply and among the replies to a context (M16).

    Means over replies, and over contexts, that have any; short replies have more different ones.
    """
    each = [_grams(reply, n) for several in replies for reply in several]
    together = [sum((_grams(reply, n) for reply in several), Counter()) for several in replies]
    intra, inter = (
        [len(grams) / grams.total() for grams in found if grams] for found in (each, together)
    )
    return fmean(intra) if intra else 0.0, fmean(inter) if inter else 0.0


def most_common_share(replies: Sequence[Sequence[Sentence]]) -> float:
    """Share of the single most common reply among all."""
    found = Counter(tuple(reply) for several in replies for reply in several)
    return max(found.values()) / found.total()


def sameness(replies: Sequence[Sequence[Sentence]]) -> float:
    """Mean BLEU of each reply against each other to the same context: 1 for copies."""
    pairs = [
        bleu(a, b)
        for several in replies
        for place, a in enumerate(several)
        for other, b in enumerate(several)
        if place != other
    ]
    return fmean(pairs)


def measure(
    replies: Sequence[Sequence[Sentence]], references: Sequence[Sentence], vectors: np.ndarray
) -> dict[str, float]:
    """All of the above, by name; lengths in tokens."""
    papers = best_and_mean(replies, references, bleu_of_papers)
    plain = best_and_mean(replies, references, bleu)
    alike = best_likeness(replies, references, vectors)
    values = {
        "bleu_papers_recall": papers.recall,
        "bleu_papers_precision": papers.precision,
        "bleu_papers_f1": papers.f1,
        "bleu_recall": plain.recall,
        "bleu_precision": plain.precision,
        "bleu_f1": plain.f1,
        **{f"bow_{name}": value for name, value in alike._asdict().items()},
        "reply_length": fmean(len(reply) for several in replies for reply in several),
        "reply_sameness": sameness(replies),
        "most_common_reply": most_common_share(replies),
    }
    for n in (1, 2):
        values[f"intra_distinct_{n}"], values[f"inter_distinct_{n}"] = distinct(replies, n)
    return values


@torch.inference_mode()
def replies_of(
    model: DialogueModel,
    pairs: Conversations,
    n: int = 10,
    *,
    heat: float | None = None,
    seed: int = 0,
    size: int = 50,
) -> list[list[tuple[int, ...]]]:
    """``n`` replies to each context, from draws of the prior.

    ``heat`` is the temperature of the words. Left out, they are the likeliest of each code, and a
    model without a code draws them.
    """
    found: list[list[tuple[int, ...]]] = []
    with seeded(seed):
        for rows in torch.arange(len(pairs)).split(size):
            context = pairs.batch(rows)[0].to(model.device)
            c = model.history(context)
            z = model.prior_of(c).sample((n,)).flatten(0, 1)
            p = model.reply(z, c.repeat(n, 1))
            usual = 0.0 if z.shape[1] else 1.0
            words = p.generate(usual if heat is None else heat, forbid=(UNK,))
            several = sentences(words.cpu())
            found += [several[row :: len(rows)] for row in range(len(rows))]
    return found


@torch.inference_mode()
def likeliest_replies(
    model: DialogueModel, pairs: Conversations, size: int = 50
) -> list[tuple[int, ...]]:
    """One reply to each context: the likeliest words of the likeliest code, or action."""
    found: list[tuple[int, ...]] = []
    for rows in torch.arange(len(pairs)).split(size):
        c = model.history(pairs.batch(rows)[0].to(model.device))
        words = model.reply(model.prior_of(c).mode, c).generate(0.0, forbid=(UNK,))
        found += sentences(words.cpu())
    return found


def chance(train: Conversations, count: int, n: int = 10, *, seed: int = 0) -> list:
    """Replies of the training set drawn at random, ``n`` for each of ``count`` contexts."""
    with seeded(seed):
        rows = torch.randint(len(train), (count * n,))
    drawn = sentences(train.turns[train.replies[rows]])
    return [drawn[start : start + n] for start in range(0, len(drawn), n)]


def over_seeds(rows: Sequence[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of each value over several sampling seeds."""
    return {
        name: (fmean(row[name] for row in rows), stdev(row[name] for row in rows))
        for name in rows[0]
    }


def _grams(sentence: Sentence, n: int) -> Counter:
    return Counter(tuple(sentence[i : i + n]) for i in range(len(sentence) - n + 1))


def _unit(rows: np.ndarray) -> np.ndarray:
    """Vectors of length 1 along the last axis."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def _extrema(rows: np.ndarray) -> np.ndarray:
    """The value of largest magnitude in each column; the positive one of two that are equal."""
    high, low = rows.max(0), rows.min(0)
    return np.where(np.abs(high) >= np.abs(low), high, low)


def references_of(pairs: Conversations) -> list[tuple[int, ...]]:
    return sentences(pairs.turns[pairs.replies])
