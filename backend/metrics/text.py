"""Quality of sentences: reconstruction, word frequencies, and language models trained on samples.

A sentence here is a sequence of tokens (words or ids), without start mark, end mark or padding.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

Sentence = Sequence[Hashable]


def corpus_bleu(hypotheses: Sequence[Sentence], references: Sequence[Sentence]) -> float:
    """Corpus BLEU-4 x 100 of each hypothesis against its one reference (M12).

    Papineni, Roukos, Ward and Zhu, "BLEU", 2002, https://aclanthology.org/P02-1040, as computed
    by sacrebleu's ``corpus_bleu`` with ``tokenize="none"`` and ``smooth_method="none"``. As the
    tokens are the model's own (words outside its vocabulary are already ``<unk>`` on both sides),
    the number compares models that share a tokeniser, and is not a published detokenised BLEU.

    Raises:
        ValueError: The two lists differ in length or are empty.
    """
    import sacrebleu

    if len(hypotheses) != len(references) or not references:
        raise ValueError(f"{len(hypotheses)} hypotheses for {len(references)} references")
    score = sacrebleu.corpus_bleu(
        [_joined(sentence) for sentence in hypotheses],
        [[_joined(sentence) for sentence in references]],
        tokenize="none",
        smooth_method="none",
        force=True,  # the tokens are meant to be tokenised: no warning about it
    )
    return score.score


def unigram_kl(samples: Iterable[Sentence], reference: Iterable[Sentence]) -> float:
    """Sum over words in both of f_s ln(f_s / f_ref), f the relative word frequencies (M11).

    The "wKL" of Shi, Zhou, Miao and Li, "Dispersed Exponential Family Mixture VAEs for
    Interpretable Text Generation", 2020, https://arxiv.org/abs/1906.06719, as their released
    ``test_wKL`` computes it: KL(samples || training text), where words unseen in training are
    skipped, so it is not a true KL and may even be negative. Penn Treebank test against training
    text gives 0.136.

    Departures: ours takes tokens as they are, theirs splits "'s" off words (nothing is left to
    split in text of a tokeniser that already does); and ours uses the samples it is given, theirs
    the first 40,000.

    Returns:
        Nats.

    Raises:
        ValueError: One side has no words at all.
    """
    f_samples, f_reference = _frequencies(samples), _frequencies(reference)
    return sum(
        f * math.log(f / f_reference[word]) for word, f in f_samples.items() if word in f_reference
    )


def same(a: Sequence[Sentence], b: Sequence[Sentence]) -> list[bool]:
    """Whether each sentence of ``a`` equals, token by token, the one at its place in ``b``."""
    return [tuple(x) == tuple(y) for x, y in zip(a, b, strict=True)]


def _joined(sentence: Sentence) -> str:
    return " ".join(map(str, sentence))


def _frequencies(sentences: Iterable[Sentence]) -> dict[Hashable, float]:
    counts = Counter(word for sentence in sentences for word in sentence)
    if not counts:
        raise ValueError("no words to count: every sentence is empty")
    total = counts.total()
    return {word: count / total for word, count in counts.items()}
