"""From keywords to sentences, and how chains mix."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from backend.distributions.sequence import Sequence as SequenceDistribution
from backend.language import edits
from backend.language.beam import forced_beam
from backend.language.traces import Kernel
from backend.pipeline.edits.bench import (
    Bench,
    Table,
    best_of,
    json_lines,
    log_pi,
    rounded,
    run,
    spread,
)

NEVER = (3,)  # <unk> is not written


KEYWORD_SETS = {
    "Tatoeba": "cgmh/keywords_tatoeba.jsonl",
    "published": "cgmh/keywords_published.jsonl",
    "CommonGen": "commongen/dev.jsonl.gz",
}


LENGTHS = {"shortest": 5, "longest": 15}


def keyword_sets(bench: Bench, n: int, referred: bool = True) -> list[dict[str, Any]]:
    """Sets whose words the pair knows; at most ``n`` of each file.

    ``referred``: with reference sentences that the pair was not trained on, which are looked up in
    its corpus.
    """
    found = []
    for source, name in KEYWORD_SETS.items():
        rows = list(json_lines(name))
        usable = []
        for row in rows:
            words = [str(word) for word in row.get("keywords") or row["concepts"]]
            references = (row.get("sentences") or [row["reference"]]) if referred else []
            if len(set(words)) == len(words) and all(bench.known(w, longest=1) for w in words):
                references = [r for r in references if r and bench.known(r) and bench.unseen(r)]
                usable.append({"source": source, "keywords": words, "references": references})
        found += [usable[i] for i in spread(len(usable), n)]
    return found


def keywords(bench: Bench, n: int = 60) -> Table:
    """From keywords to sentences: the chain's most probable one, against a forced beam."""
    steps = 300
    sets = keyword_sets(bench, n)
    outputs: dict[str, list[list[int]]] = {}
    kept: dict[str, list[bool]] = {}
    examples = []

    def add(label: str, words: list[str], tokens: Sequence[str]) -> None:
        outputs.setdefault(label, []).append([bench.forward.processor.ids[t] for t in tokens])
        kept.setdefault(label, []).append(set(words) <= set(tokens))

    exact = f"chain, {steps} steps, best"
    for number, entry in enumerate(sets):
        words = _words(bench, entry)
        editor = bench.editor(keywords=tuple(words), **LENGTHS)
        chain = run(editor, steps)
        add(exact, words, best_of(chain))
        add(f"chain, {steps} steps, last", words, edits.head_of(chain)["tokens"])
        lm = bench.forward.lm
        p = SequenceDistribution(lm, lm.start(1), 1)
        ids = [bench.forward.processor.ids[word] for word in words]
        beam = forced_beam(p, ids, 8, shortest=LENGTHS["shortest"], forbid=NEVER)
        if beam is not None:
            add(
                "beam search forced to hold them, width 8",
                words,
                [bench.forward.processor.vocabulary[t] for t in beam.tokens[:-1]],
            )
        if number % max(1, len(sets) // 12) == 0:
            examples.append(
                {
                    "keywords": entry["keywords"],
                    "chain": editor.text(editor.ids(best_of(chain))),
                    "reference": (entry["references"] or [None])[0],
                }
            )
    references = [bench.ids(text) for entry in sets for text in entry["references"]]
    rows = [
        {
            "label": label,
            "n": len(found),
            "keywords kept": sum(kept[label]) / len(found),
            "nll per word": bench.nll_per_word(found),
            "words": float(np.mean([len(tokens) for tokens in found])),
        }
        for label, found in outputs.items()
    ]
    rows.append(
        {
            "label": "reference sentences",
            "n": len(references),
            "nll per word": bench.nll_per_word(references),
            "words": float(np.mean([len(tokens) for tokens in references])),
            "reference": True,
        }
    )
    return {
        "title": "Sentences from keywords",
        "note": f"Held-out keyword sets ({', '.join(KEYWORD_SETS)}) whose words the pair knows. "
        f"NLL in nats per word under {bench.judge}, which wrote none of them.",
        "rows": rounded(rows),
        "examples": examples,
    }


def _words(bench: Bench, entry: dict[str, Any]) -> list[str]:
    return [bench.forward.processor.tokens(word)[0] for word in entry["keywords"]]


def released(bench: Bench, n: int = 5, steps: int = 60) -> Table:
    """The released procedure beside the exact chains: the same keywords, as many steps.

    Apart from ``keywords``, for it is too slow for as many inputs and steps as there.
    """
    sets = keyword_sets(bench, n, referred=False)
    rows = []
    for kernel, label in KERNELS.items():
        found, kept = [], []
        for entry in sets:
            words = _words(bench, entry)
            chain = run(bench.editor(keywords=tuple(words), **LENGTHS), steps, kernel)
            tokens = best_of(chain)
            found.append([bench.forward.processor.ids[token] for token in tokens])
            kept.append(set(words) <= set(tokens))
        rows.append(
            {
                "label": f"{label}, best",
                "n": len(found),
                "keywords kept": sum(kept) / len(kept),
                "nll per word": bench.nll_per_word(found),
                "words": float(np.mean([len(tokens) for tokens in found])),
            }
        )
    return {
        "title": "The released procedure, at equal inputs and steps",
        "note": f"The same {len(sets)} keyword sets and {steps} steps for each, so few that none "
        "has settled; the table before has more of both and is not to be compared with. NLL in "
        f"nats per word under {bench.judge}.",
        "rows": rounded(rows),
    }


KERNELS: dict[Kernel, str] = {
    "exact": "exact kernel, words by the language models",
    "rescored": "exact kernel, words rescored by π",
    "paper": "released procedure",
}


def mixing(bench: Bench, n: int = 6) -> Table:
    """Effective draws of log π per second: the exact kernel against the released procedure."""
    rows = []
    sets = [entry for entry in keyword_sets(bench, 60) if len(entry["keywords"]) == 2][:n]
    budgets: dict[Kernel, int] = {"exact": 600, "rescored": 120, "paper": 120}
    for kernel, steps in budgets.items():
        sizes, seconds, accepted = [], 0.0, []
        for entry in sets:
            words = tuple(bench.forward.processor.tokens(w)[0] for w in entry["keywords"])
            editor = bench.editor(keywords=words, **LENGTHS)
            began = time.process_time()
            chain = run(editor, steps, kernel)
            seconds += time.process_time() - began
            totals, current = [], chain["start"]["score"]["total"]
            for step in chain["steps"]:
                current = log_pi(step) if step["accepted"] else current
                totals.append(current)
                accepted += [step["accepted"]] * (step["action"] != "none")
            sizes.append(edits.statistics([totals[steps // 3 :]])["ess"][0])
        kept = (steps - steps // 3) * len(sets)
        rows.append(
            {
                "label": KERNELS[kernel],
                "n": len(sets),
                "steps per second": steps * len(sets) / seconds,
                "acceptance": sum(accepted) / len(accepted),
                "ess per 100 steps": 100 * sum(sizes) / kept,
                "ess per second": sum(sizes) / (seconds * kept / (steps * len(sets))),
            }
        )
    return {
        "title": "Mixing",
        "note": "Chains from two keywords; effective sample size of log π after the first third "
        "of the steps. Acceptance is of proposals made. Seconds of processor time. The released "
        "procedure does not sample from π, so its draws are of something else.",
        "rows": rounded(rows),
    }


TABLES = {"keywords": keywords, "released": released, "mixing": mixing}
