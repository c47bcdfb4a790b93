"""Interpolated Kneser-Ney n-grams: what counting achieves, as a baseline for perplexities."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

BEGIN = -1  # stands before each sentence n - 1 times
Sentence = Sequence[int]


class KneserNey:
    """Interpolated Kneser-Ney with one discount (Chen and Goodman 1999).

    https://doi.org/10.1006/csla.1999.0128. ``sentences`` are token ids with their end mark. The
    lowest order is interpolated with the uniform distribution over ``n_words``. Departure: one
    discount of 0.75 for all orders instead of several estimated ones.

    Raises:
        ValueError: ``order`` is below 1.
    """

    def __init__(
        self, sentences: Sequence[Sentence], order: int, n_words: int, discount: float = 0.75
    ) -> None:
        if order < 1:
            raise ValueError(f"the order of n-grams must be at least 1, got {order}")
        self.order, self.n_words, self.discount = order, n_words, discount
        grams: Counter = Counter()
        for sentence in sentences:
            padded = (BEGIN,) * (order - 1) + tuple(sentence)
            for end in range(order, len(padded) + 1):
                grams[padded[end - order : end]] += 1
        self._counts: list[dict] = [{}] * order  # by order - 1: gram -> count
        self._totals: list[dict] = [{}] * order  # history -> (sum of counts, different words)
        for size in range(order, 0, -1):
            self._counts[size - 1] = grams
            sums: defaultdict = defaultdict(lambda: [0, 0])
            for gram, count in grams.items():
                entry = sums[gram[:-1]]
                entry[0] += count
                entry[1] += 1
            self._totals[size - 1] = dict(sums)
            # Lower orders count in how many contexts a gram was seen, not how often.
            grams = Counter(gram[1:] for gram in grams)

    def log_prob(self, sentence: Sentence) -> float:
        """log p of a sentence with its end mark, nats."""
        padded = (BEGIN,) * (self.order - 1) + tuple(sentence)
        places = range(self.order - 1, len(padded))
        return sum(math.log(self.prob(padded[p - self.order + 1 : p], padded[p])) for p in places)

    def prob(self, history: Sentence, word: int) -> float:
        """p(word | the ``order`` - 1 tokens of ``history``)."""
        p = 1 / self.n_words
        history = tuple(history)
        for size in range(1, self.order + 1):
            context = history[len(history) - size + 1 :] if size > 1 else ()
            if context not in self._totals[size - 1]:
                break  # longer histories were not seen either
            total, different = self._totals[size - 1][context]
            count = self._counts[size - 1].get((*context, word), 0)
            p = (max(count - self.discount, 0) + self.discount * different * p) / total
        return p
