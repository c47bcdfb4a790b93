"""Attacks on a classifier, method by method."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from backend import checkpoint, corpora
from backend.evaluation.measured import ATTACKS
from backend.language import attacks, edits
from backend.language.attacks import Attacker
from backend.language.edits import contexts_of
from backend.language.samplers.targets import edit_distance
from backend.language.text_models import TextModel
from backend.language.traces import PAIR
from backend.pipeline.edits.bench import Row, Table, rounded, spread
from backend.pipeline.progress import Progress
from backend.space import LatentSpace

TRIALS = 300
STEPS, CHAINS = 40, 25  # of each method, behind the acceptance
LIKENESS = {"half": (1 / 2, 0.5), "quarter": (1 / 4, 0.75)}
"""Most words edited, as a share of the original's, and least cosine of the sentences' codes."""


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
        for method in whole["methods"]:
            verdict = whole["verdicts"][method]
            runs[method].append({**verdict})
            outcome[method] = {k: verdict[k] for k in ("flipped", "text", "trials", "passes")}
        examples.append(
            {"text": attacker.settings.text, "label": attacker.label, "methods": outcome}
        )
        share = number / len(attackers)
        yield Progress("measure", share, f"attacked {number} of {len(attackers)} examples")
    pairs = corpora.corpus(info.dataset).unit == "pair"
    measured = [_attack_row(method, found) for method, found in runs.items()]
    told = "entailment" if pairs else "sentiment"
    judge = _judge(attackers[0])
    originals = _perplexity_of_originals(attackers, judge)
    settings = asdict(attackers[0].settings)
    table = {
        "title": f"Attacks on {info.title}",
        "rows": rounded(measured + _published(told)),
        "settings": {k: settings[k] for k in ("trials", "weight", "spare_label_words", "lm")}
        | {"judge": judge.info.name, "perplexity_of_originals": round(originals)},
        "examples": examples,
    }
    yield judged(table, attackers)


def judged(table: Table, attackers: Sequence[Attacker]) -> Table:
    """The table with how like the originals its successes are, and how often chains accept.

    ``attackers`` are of its examples, in their order.
    """
    codes = edits.coder(LatentSpace.load(edits.CODES, "cpu"))
    settings = table["settings"]
    rows = []
    for row in table["rows"]:
        if row["label"] in attacks.METHODS:
            won = [
                (attacker, found["text"])
                for attacker, example in zip(attackers, table["examples"], strict=True)
                if (found := example["methods"][row["label"]])["flipped"]
                and found["trials"] <= settings["trials"]
            ]
            near = [likeness(attacker, text, codes) for attacker, text in won]
            row = row | {
                f"success, {name}": sum(
                    edited <= most and cosine >= least for edited, cosine in near
                )
                / len(attackers)
                for name, (most, least) in LIKENESS.items()
            }
            row["acceptance"] = _acceptance(row["label"], attackers)
        rows.append(row)
    half, quarter = LIKENESS.values()
    note = (
        f"Held-out sentences that the classifier gets right, at most {settings['trials']} trials "
        "each. Success: within these trials, the classifier, asked afresh with the sentence as "
        "text, prefers another class, whatever the sentence then says. Success, half: and at "
        f"most {half[0]:.0%} of the words are edited, and the codes of both sentences "
        f"({edits.CODES}) have a cosine of at least {half[1]}; quarter: {quarter[0]:.0%} and "
        f"{quarter[1]}. Trials are proposals (of the genetic attack: sentences tried), passes "
        "the sentences that the classifier read, of which gradients were differentiated. "
        "Perplexity per word under "
        f"{settings['judge']}, of successful attacks only (originals: "
        f"{settings['perplexity_of_originals']}). Acceptance: of the proposals in the first "
        f"{STEPS} steps of {min(CHAINS, len(attackers))} chains, which go on after a success. "
        "Published rows are for other classifiers and longer texts."
    )
    return {"title": table["title"], "note": note} | table | {"rows": rounded(rows), "note": note}


def likeness(attacker: Attacker, text: str, codes: edits.Coder) -> tuple[float, float]:
    """Words edited, as a share of the original's, and the cosine of both sentences' codes.

    A sentence that the space of the codes cannot read is like none.
    """
    tokens = attacker.ids(attacker.processor.tokens(text))
    edited = edit_distance(attacker.start, tokens) / len(attacker.start)
    before, after = codes([attacker.text(attacker.start), text])
    if before is None or after is None:
        return edited, -1.0
    return edited, float(before @ after / np.linalg.norm(before) / np.linalg.norm(after))


def _acceptance(method: str, attackers: Sequence[Attacker]) -> float | None:
    if method == "genetic":
        return None
    counts = [attacker.acceptance(method, STEPS) for attacker in attackers[:CHAINS]]
    made, accepted = np.sum(counts, 0)
    return float(accepted / made)


def judged_again(name: str) -> Table:
    """The stored table with likeness and acceptance anew; the attacks are as they were."""
    table = json.loads((checkpoint.info(name).path / ATTACKS).read_text(encoding="utf-8"))
    models = _models(name)
    attackers = [
        Attacker(
            attacks.Settings(victim=name, text=one["text"], label=one["label"], trials=TRIALS),
            models.__getitem__,
        )
        for one in table["examples"]
    ]
    judge = _judge(attackers[0])
    originals = round(_perplexity_of_originals(attackers, judge))
    table["settings"] |= {"judge": judge.info.name, "perplexity_of_originals": originals}
    return judged(table, attackers)


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
    }


def _models(name: str) -> dict[str, TextModel]:
    """The classifier, the attacker's language models and those that may judge, by name."""
    names = (name, *(f"{PAIR}--{way}" for way in ("forward", "backward")))
    return {name: TextModel.load(name) for name in {*names, *edits.judges(PAIR)}}


def _pool(name: str, n: int) -> Iterator[Attacker]:
    """Attackers of examples that the classifier gets right, spread over the test split."""
    info = checkpoint.info(name)
    models = _models(name)
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
