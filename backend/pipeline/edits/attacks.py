"""Attacks on a classifier, method by method."""

import math
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from backend import checkpoint, corpora
from backend.language import attacks, edits
from backend.language.attacks import Attacker
from backend.language.edits import contexts_of
from backend.language.text_models import TextModel
from backend.language.traces import PAIR
from backend.pipeline.edits.bench import Row, Table, rounded, spread
from backend.pipeline.progress import Progress

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


def attack_table(name: str, n: int = 100) -> Iterator[Progress | Table]:
    """A report for each example that was attacked, then the table, with the examples."""
    info = checkpoint.info(name)
    yield Progress("measure", 0.0, f"finding {n} examples that {name} gets right")
    attackers = list(_pool(name, n))
    runs: dict[str, list[dict]] = {method: [] for method in attacks.METHODS}
    examples = []
    for number, attacker in enumerate(attackers, 1):
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
        share = number / len(attackers)
        yield Progress("measure", share, f"attacked {number} of {len(attackers)} examples")
    pairs = corpora.corpus(info.dataset).unit == "pair"
    measured = [_attack_row(method, found) for method, found in runs.items()]
    judge = _judge(attackers[0])
    originals = _perplexity_of_originals(attackers, judge)
    settings = asdict(attackers[0].settings)
    yield {
        "title": f"Attacks on {info.title}",
        "note": f"Held-out sentences that the classifier gets right, at most {TRIALS} trials "
        "each. Success: within these trials, the classifier, asked afresh with the sentence as "
        "text, prefers another class; nothing holds the meaning. Trials are proposals (of the "
        "genetic attack: sentences tried), passes the sentences that the classifier read, of "
        "which gradients were differentiated. Perplexity per word under "
        f"{judge.info.name}, of successful attacks only (originals: {originals:.0f}). Published "
        "rows are for other classifiers and longer texts.",
        "rows": rounded(measured + _published("entailment" if pairs else "sentiment")),
        "settings": {k: settings[k] for k in ("trials", "weight", "spare_label_words", "lm")},
        "examples": examples,
    }


def _published(task: str) -> list[Row]:
    return [
        {
            "label": f"{method}, {source}",
            "success": success / 100,
            "trials": invocations,
            "perplexity": perplexity,
            "acceptance": acceptance and acceptance / 100,
            "reference": True,
        }
        for source, rows in PUBLISHED.items()
        if source.startswith(task)
        for method, (success, invocations, perplexity, acceptance) in rows.items()
    ]


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
    for row in spread(len(test.items), min(len(test.items), 20 * n)):
        settings = attacks.Settings(
            victim=name, text=test.sentences[row], label=int(test.classes[row]), trials=TRIALS
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


def _judge(attacker: Attacker) -> TextModel:
    if attacker.judge is None:
        raise ValueError(
            "Another language model over the same words has to judge; train one first."
        )
    return attacker.judge


def _perplexity_of_originals(attackers: list[Attacker], judge: TextModel) -> float:
    """Per word, as the table's: the geometric mean over sentences."""
    contexts = contexts_of(judge.lm)
    log_p = contexts.log_probs([attacker.start for attacker in attackers])
    sizes = [len(attacker.start) + 1 for attacker in attackers]
    return math.exp(-np.mean([value / size for value, size in zip(log_p, sizes, strict=True)]))
