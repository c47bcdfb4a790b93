"""Measure chains of edits and attacks on held-out inputs; writes tables beside the checkpoints.

    python scripts/evaluate_edits.py lm/lstm_lm--everyday            # edits.json of the pair
    python scripts/evaluate_edits.py classifier/text_classifier--yelp  # attacks.json

Everything is seeded. Sentences are judged by a language model that made none of them. ``--only``
replaces the named tables and keeps the others.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from sacrebleu.metrics import BLEU

from backend import checkpoint, corpora
from backend.corpora.location import corpus_file
from backend.distributions.sequence import Sequence as SequenceDistribution
from backend.files import write_json
from backend.language import attacks, edits
from backend.language.attacks import Attacker
from backend.language.beam import forced_beam
from backend.language.edits import Editor, Settings, contexts_of
from backend.language.text_models import TextModel
from backend.language.traces import PAIR, Chain

SEED = 0
Row = dict[str, Any]
Table = dict[str, Any]  # title, note, rows; a row has a label and numbers
NEVER = (3,)  # <unk> is not written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="+", metavar="NAME", help="pairs, or classifiers")
    parser.add_argument("--only", nargs="+", choices=TABLES, help="tables of a pair to measure")
    parser.add_argument("--n", type=int, help="inputs per table instead of the usual number")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    pairs = {pair["name"] for pair in edits.pairs()}
    victims = {info.name for info in attacks.victims()}
    if wrong := [name for name in options.names if name not in pairs | victims]:
        parser.error(f"neither a pair of language models nor a classifier: {', '.join(wrong)}")
    try:
        for name in options.names:
            if name in victims:
                measure_attacks(name, options.n or 100)
            else:
                measure_pair(name, options.only or list(TABLES), options.n)
    except corpora.MissingCorpus as error:
        sys.exit(str(error))
    return 0


def measure_pair(name: str, only: Sequence[str], n: int | None) -> None:
    path = checkpoint.info(f"{name}--forward").path / "edits.json"
    tables = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    bench = Bench(name)
    for id in only:
        began = time.monotonic()
        table = TABLES[id](bench, *([n] if n else []))
        tables[id] = table
        write_json(path, {key: tables[key] for key in TABLES if key in tables})
        _say(f"{name} {id}: {time.monotonic() - began:.0f} s")
        for row in table["rows"]:
            _say(f"  {row}")


class Bench:
    """A pair, and the language model that judges what it writes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.forward = TextModel.load(f"{name}--forward")
        others = edits.judges(name)
        if not others:
            sys.exit("Another language model over the same words has to judge; train one first.")
        self.judge = others[0]
        self._judge = contexts_of(TextModel.load(self.judge).model)
        loaded = {
            name: TextModel.load(name)
            for name in (f"{self.name}--forward", f"{self.name}--backward")
        }
        self._models = loaded.__getitem__

    def editor(self, **settings: Any) -> Editor:
        return Editor(Settings(lm=self.name, **settings), models=self._models)

    def nll_per_word(self, sentences: Iterable[Sequence[int]]) -> float:
        """Nats per word and end mark, under the judge."""
        sentences = [tuple(tokens) for tokens in sentences]
        total = sum(self._judge.log_probs(sentences))
        return -total / sum(len(tokens) + 1 for tokens in sentences)

    def ids(self, text: str) -> tuple[int, ...]:
        words = self.forward.processor.tokens(text)
        return tuple(self.forward.processor.ids.get(word, 3) for word in words)

    def unseen(self, text: str) -> bool:
        """Whether the language models were not trained on the sentence."""
        return self.ids(text) not in self._train

    @cached_property
    def _train(self) -> set[tuple[int, ...]]:
        dataset = self.forward.info.dataset
        return {self.ids(text) for text in corpora.load(dataset)["train"].items}

    def known(self, text: str, longest: int = 24) -> bool:
        ids = self.ids(text)
        return 0 < len(ids) <= longest and 3 not in ids


def best_of(chain: Chain, other_than: Sequence[str] | None = None) -> list[str]:
    """Tokens of the most probable sentence that the chain was at."""
    seen = [(chain["start"]["score"]["total"], chain["start"]["tokens"])]
    seen += [(step["total"], step["tokens"]) for step in chain["steps"] if step["accepted"]]
    fresh = [entry for entry in seen if entry[1] != other_than]
    return max(fresh or seen, key=lambda entry: entry[0])[1]


def run(editor: Editor, steps: int, kernel: str = "exact", seed: int = SEED) -> Chain:
    return edits.edit_chain(editor.settings, steps, seed, 1, [kernel], editor)["chains"][0]


# Keywords

KEYWORD_SETS = {
    "Tatoeba": "cgmh/keywords_tatoeba.jsonl",
    "published": "cgmh/keywords_published.jsonl",
    "CommonGen": "commongen/dev.jsonl.gz",
}
LENGTHS = {"shortest": 5, "longest": 15}


def keyword_sets(bench: Bench, n: int) -> list[dict[str, Any]]:
    """Sets whose words the pair knows, with reference sentences; at most ``n`` of each file."""
    found = []
    for source, name in KEYWORD_SETS.items():
        rows = list(_json_lines(name))
        usable = []
        for row in rows:
            words = [str(word) for word in row.get("keywords") or row["concepts"]]
            references = row.get("sentences") or [row["reference"]]
            if len(set(words)) == len(words) and all(bench.known(w, longest=1) for w in words):
                references = [r for r in references if r and bench.known(r) and bench.unseen(r)]
                usable.append({"source": source, "keywords": words, "references": references})
        found += [usable[i] for i in _spread(len(usable), n)]
    return found


def keywords(bench: Bench, n: int = 60) -> Table:
    """From keywords to sentences: the chain's most probable one, against a forced beam."""
    steps, paper_steps, paper_n = 300, 60, 12
    sets = keyword_sets(bench, n)
    outputs: dict[str, list[list[int]]] = {}
    kept: dict[str, list[bool]] = {}
    examples = []

    def add(label: str, words: list[str], tokens: Sequence[str]) -> None:
        outputs.setdefault(label, []).append([bench.forward.processor.ids[t] for t in tokens])
        kept.setdefault(label, []).append(set(words) <= set(tokens))

    exact = f"chain, {steps} steps, best"
    for number, entry in enumerate(sets):
        words = [bench.forward.processor.tokens(word)[0] for word in entry["keywords"]]
        editor = bench.editor(keywords=tuple(words), **LENGTHS)
        chain = run(editor, steps)
        add(exact, words, best_of(chain))
        add(f"chain, {steps} steps, last", words, edits.head_of(chain)["tokens"])
        if number % max(1, len(sets) // paper_n) == 0:
            released = run(editor, paper_steps, "paper")
            add(f"released procedure, {paper_steps} steps, best", words, best_of(released))
        p = SequenceDistribution(bench.forward.model, bench.forward.model.start(1), 1)
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
        "rows": _rounded(rows),
        "examples": examples,
    }


# Mixing


KERNELS = {
    "exact": "exact kernel, words by the language models",
    "rescored": "exact kernel, words rescored by π",
    "paper": "released procedure",
}


def mixing(bench: Bench, n: int = 6) -> Table:
    """Effective draws of log π per second: the exact kernel against the released procedure."""
    rows = []
    sets = [entry for entry in keyword_sets(bench, 60) if len(entry["keywords"]) == 2][:n]
    for kernel, steps in (("exact", 600), ("rescored", 120), ("paper", 120)):
        sizes, seconds, accepted = [], 0.0, []
        for entry in sets:
            words = tuple(bench.forward.processor.tokens(w)[0] for w in entry["keywords"])
            editor = bench.editor(keywords=words, **LENGTHS)
            began = time.process_time()
            chain = run(editor, steps, kernel)
            seconds += time.process_time() - began
            totals, current = [], chain["start"]["score"]["total"]
            for step in chain["steps"]:
                current = step["total"] if step["accepted"] else current
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
        "rows": _rounded(rows),
    }


# Paraphrase


def paraphrase(bench: Bench, n: int = 100) -> Table:
    """Questions put in other words: the most probable sentence unlike the source."""
    steps = 150
    with_known = [
        pair
        for line in _lines("quora-paraphrase/test.tsv.gz")
        if len(pair := line.rstrip("\n").split("\t")) == 2
        and all(bench.known(text, longest=15) for text in pair)
        and len(bench.ids(pair[0])) >= 4
    ]
    pairs = [with_known[i] for i in _spread(len(with_known), n)]
    sources, references, outputs, examples = [], [], [], []
    for number, (source, reference) in enumerate(pairs):
        size = len(bench.ids(source))
        editor = bench.editor(
            task="paraphrase", start=source, shortest=max(3, size - 3), longest=min(24, size + 3)
        )
        start = editor.words(editor.start)
        found = best_of(run(editor, steps), other_than=start)
        sources.append(" ".join(start))
        references.append(" ".join(bench.forward.processor.tokens(reference)))
        outputs.append(" ".join(found))
        if number % max(1, len(pairs) // 12) == 0:
            text = editor.text(editor.ids(found))
            examples.append({"source": source, "chain": text, "reference": reference})
    bleu = BLEU(tokenize="none")

    def row(label: str, written: list[str]) -> Row:
        return {
            "label": label,
            "n": len(written),
            "BLEU-ref": bleu.corpus_score(written, [references]).score,
            "BLEU-ori": bleu.corpus_score(written, [sources]).score,
        }

    rows = [row(f"chain, {steps} steps, best", outputs), row("the source, copied", sources)]
    published = [
        {"label": "CGMH, as published", "BLEU-ref": 18.85, "BLEU-ori": 50.18, "reference": True},
        {"label": "source copied, as published", "BLEU-ref": 30.49, "BLEU-ori": 100.0}
        | {"reference": True},
    ]
    return {
        "title": "Paraphrases of Quora questions",
        "note": "Test pairs of at most 15 words, all of them known to the pair. BLEU-ref wants to "
        "be high, BLEU-ori (likeness to the source) low. Published rows are on all pairs, with "
        "a language model trained on such questions.",
        "rows": _rounded(rows) + published,
        "examples": examples,
    }


# Correction


def correction(bench: Bench, n: int = 60) -> Table:
    """Held-out sentences with one word doubled, dropped or replaced, put right again."""
    steps = 200
    test = [s for s in corpora.load("everyday")["test"].items if bench.known(s, longest=14)]
    test = [s for s in (test[i] for i in _spread(len(test), 4 * n)) if len(bench.ids(s)) >= 5][:n]
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
        "rows": _rounded(rows),
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


TABLES: dict[str, Callable[..., Table]] = {
    "keywords": keywords,
    "mixing": mixing,
    "paraphrase": paraphrase,
    "correction": correction,
}


# Attacks

TRIALS = 300
PUBLISHED = {  # Zhang et al. 2019: success in %, invocations, perplexity, acceptance in %
    "sentiment (IMDB), as published": {
        "genetic": (98.7, 1427.5, 421.1, None),
        "b-mha": (98.7, 1372.1, 385.6, 17.9),
        "w-mha": (99.9, 748.2, 375.3, 34.4),
    },
    "entailment (SNLI), as published": {
        "genetic": (76.8, 971.9, 834.1, None),
        "b-mha": (86.6, 681.7, 358.8, 9.7),
        "w-mha": (88.6, 525.0, 332.4, 13.3),
    },
}


def measure_attacks(name: str, n: int) -> None:
    """attacks.json: a table of the methods, and the examples that were attacked."""
    info = checkpoint.info(name)
    began = time.monotonic()
    attackers = list(_pool(name, n))
    runs = {method: [] for method in attacks.METHODS}
    examples = []
    for attacker in attackers:
        whole = attacks.attack(attacker.settings, attacker)
        outcome = {}
        for method, rows in whole["methods"].items():
            verdict = whole["verdicts"][method]
            accepted = sum(row["accepted"] for row in rows) / len(rows)
            runs[method].append({**verdict, "acceptance": accepted})
            outcome[method] = {k: verdict[k] for k in ("flipped", "text", "trials", "passes")}
        examples.append(
            {"text": attacker.settings.text, "label": attacker.label, "methods": outcome}
        )
    rows = [_attack_row(method, found) for method, found in runs.items()]
    which = "entailment" if info.dataset == "entailment" else "sentiment"
    for source, published in PUBLISHED.items():
        if source.startswith(which):
            for method, (success, invocations, perplexity, acceptance) in published.items():
                rows.append(
                    {
                        "label": f"{method}, {source}",
                        "success": success / 100,
                        "trials": invocations,
                        "perplexity": perplexity,
                        "acceptance": acceptance and acceptance / 100,
                        "reference": True,
                    }
                )
    settings = asdict(attackers[0].settings)
    table = {
        "title": f"Attacks on {info.title}",
        "note": f"Held-out sentences that the classifier gets right, at most {TRIALS} trials "
        "each. Success: within these trials, the classifier, asked afresh with the sentence as "
        "text, prefers another class; nothing holds the meaning. Trials are proposals (of the "
        "genetic attack: sentences tried), passes the sentences that the classifier read, of "
        "which gradients were differentiated. Perplexity per word under "
        f"{attackers[0].judge.info.name}, of successful attacks only (originals: "
        f"{_perplexity_of_originals(attackers):.0f}). Published rows are for other classifiers "
        "and longer texts.",
        "rows": _rounded(rows),
        "settings": {k: settings[k] for k in ("trials", "weight", "spare_label_words", "lm")},
        "examples": examples,
    }
    write_json(info.path / "attacks.json", table)
    _say(f"{name}: {time.monotonic() - began:.0f} s")
    for row in table["rows"]:
        _say(f"  {row}")


def _attack_row(method: str, runs: list[dict]) -> Row:
    won = [run for run in runs if run["flipped"] and run["trials"] <= TRIALS]
    spoken = [run["perplexity"] for run in won if run["perplexity"]]
    return {
        "label": method,
        "n": len(runs),
        "success": len(won) / len(runs),
        "trials": float(np.mean([run["trials"] for run in runs])),
        "passes": float(np.mean([run["passes"] for run in runs])),
        "gradients": float(np.mean([run["gradients"] for run in runs])),
        "perplexity": float(np.exp(np.mean(np.log(spoken)))) if spoken else None,
        "acceptance": (
            None if method == "genetic" else float(np.mean([run["acceptance"] for run in runs]))
        ),
    }


def _pool(name: str, n: int) -> Iterator[Attacker]:
    """Attackers of examples that the classifier gets right, spread over the test split."""
    info = checkpoint.info(name)
    names = (name, *(f"{PAIR}--{way}" for way in ("forward", "backward")))
    models = {name: TextModel.load(name) for name in {*names, *edits.judges(PAIR)}}
    test = corpora.load(info.dataset)["test"]
    found = 0
    for row in _spread(len(test.items), min(len(test.items), 20 * n)):
        settings = attacks.Settings(
            victim=name, text=test.items[row], label=int(test.labels[row]), trials=TRIALS
        )
        try:
            attacker = Attacker(settings, models.__getitem__)
        except ValueError:
            continue  # a word that the attacker lacks, too long, or mistaken by the classifier
        if len(attacker.start) >= 4:
            found += 1
            yield attacker
        if found == n:
            return


def _perplexity_of_originals(attackers: list[Attacker]) -> float:
    """Per word, as the table's: the geometric mean over sentences."""
    contexts = contexts_of(attackers[0].judge.model)
    log_p = contexts.log_probs([attacker.start for attacker in attackers])
    sizes = [len(attacker.start) + 1 for attacker in attackers]
    return math.exp(-np.mean([value / size for value, size in zip(log_p, sizes, strict=True)]))


# Small things


def _lines(name: str) -> Iterator[str]:
    import gzip

    opened = gzip.open if name.endswith(".gz") else open
    with opened(corpus_file(name), "rt", encoding="utf-8") as lines:
        yield from lines


def _json_lines(name: str) -> Iterator[dict]:
    yield from map(json.loads, _lines(name))


def _spread(size: int, n: int) -> list[int]:
    """``n`` of ``size`` rows, evenly."""
    return [int(i) for i in np.linspace(0, size - 1, min(n, size))] if size else []


def _rounded(rows: list[Row]) -> list[Row]:
    return [
        {k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in row.items()}
        for row in rows
    ]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
