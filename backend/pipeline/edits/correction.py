"""Damaged sentences put right."""

import random
from collections.abc import Sequence

from sacrebleu.metrics import BLEU

from backend import corpora
from backend.pipeline.edits.bench import Bench, Table, best_of, rounded, run, spread


def correction(bench: Bench, n: int = 60) -> Table:
    """Held-out sentences with one word doubled, dropped or replaced, put right again."""
    steps = 200
    test = [s for s in corpora.load("everyday")["test"].items if bench.known(s, longest=14)]
    test = [s for s in (test[i] for i in spread(len(test), 4 * n)) if len(bench.ids(s)) >= 5][:n]
    bleu = BLEU(tokenize="none", effective_order=True)
    before, after, truths, examples, restored, unharmed = [], [], [], [], 0, 0
    for number, sentence in enumerate(test):
        truth = bench.forward.processor.tokens(sentence)
        damaged, kind = _damaged(truth, random.Random(number), bench.forward.processor.vocabulary)
        editor = bench.editor(
            task="correction",
            start=" ".join(damaged),
            shortest=max(1, len(damaged) - 2),
            longest=min(24, len(damaged) + 2),
        )
        found = best_of(run(editor, steps))
        restored += found == truth
        unharmed += damaged == truth  # a word dropped beside its double
        before.append(" ".join(damaged))
        after.append(" ".join(found))
        truths.append(" ".join(truth))
        if number % max(1, len(test) // 12) == 0:
            examples.append(
                {"damaged": before[-1], "chain": after[-1], "truth": truths[-1], "kind": kind}
            )
    rows = [
        {
            "label": label,
            "n": len(test),
            "restored exactly": share,
            "BLEU": bleu.corpus_score(written, [truths]).score,
            "nll per word": bench.nll_per_word([bench.ids(text) for text in written]),
        }
        for label, written, share in (
            ("damaged sentences", before, unharmed / len(test)),
            (f"chain, {steps} steps, best", after, restored / len(test)),
        )
    ]
    return {
        "title": "Corrections",
        "note": "Held-out everyday sentences in which one word was doubled, dropped or replaced "
        "by another. The chain does not know which, nor that it is one.",
        "rows": rounded(rows),
        "examples": examples,
    }


def _damaged(
    tokens: list[str], rng: random.Random, vocabulary: Sequence[str]
) -> tuple[list[str], str]:
    """One word, not the last mark, doubled, dropped or replaced by a common one."""
    at = rng.randrange(len(tokens) - 1)
    other = rng.choice([word for word in vocabulary[4:1000] if word != tokens[at]])
    kind = rng.choice(("doubled", "dropped", "replaced"))
    new = {
        "doubled": [tokens[at]] * 2,
        "dropped": [],
        "replaced": [other],
    }[kind]
    return [*tokens[:at], *new, *tokens[at + 1 :]], kind


TABLES = {"correction": correction}
