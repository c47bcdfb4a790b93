"""A checkpoint's README.md, written from its config.json and metrics.json.

Every number in a card is read from those two files, so a card is corrected by evaluating again.
The sample section is drawn from the model with seed 0.
"""

from collections.abc import Iterator
from typing import Any

import backend
from backend import checkpoint, corpora, registry
from backend.checkpoint import CARD, CheckpointInfo
from backend.corpora.download import downloads
from backend.corpora.record import OWN
from backend.evaluation import measured
from backend.evaluation.gauges import failures
from backend.evaluation.table import METRICS, UNTOLD, Metric, in_order
from backend.files import replacing
from backend.pipeline.progress import Progress
from backend.pipeline.samples import TRANSLATED, samples
from backend.pipeline.tables import SUPPORTED, cell, grid, number

COPIES = 4.0  # standard errors above what is expected, from which a model is said to copy
SAMPLES_HEADING = "## Samples"


def write_card(name: str, keep_samples: bool = False) -> Iterator[Progress]:
    """Draws the samples, or keeps those of the card that is there, and writes the card.

    Raises as ``backend.load`` does.
    """
    info = checkpoint.info(name)
    if info.problem:
        raise ValueError(info.problem)
    yield Progress("card", 0.0, "drawing samples")
    kept = sample_section_of((info.path / CARD).read_text("utf-8")) if keep_samples else ""
    text = card(info, kept or samples(info))
    with replacing(info.path / CARD) as temporary:
        temporary.write_text(text, encoding="utf-8")
    yield Progress("card", 1.0, f"wrote {info.path / CARD}")


def card(info: CheckpointInfo, sample_section: str) -> str:
    """The whole card as Markdown; ``sample_section`` comes from ``samples`` or an older card."""
    model = f"{info.family}/{info.model}"
    sections = [
        f"{_header(info)}\n# {info.name}\n\n{info.title}. {registry.subtitle(model)}",
        f"## Intended use\n\n{_intended_use(info)}",
        f"## Training data\n\n{_training_data(info)}",
        f"## Recipe\n\n{_recipe(info)}",
        f"## Metrics\n\n{_metrics(info)}",
        *_before_removal(info),
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in _limits(info)),
    ]
    for table in measured.tables(info.name):
        sections.append(f"## {table['title']}\n\n{table['note']}\n\n{grid(table)}")
    if sample_section:
        sections.append(f"{SAMPLES_HEADING}\n\n{sample_section}")
    return "\n\n".join(sections) + "\n"


def sample_section_of(card_text: str) -> str:
    """The sample section of an existing card; empty if there is none."""
    return card_text.partition(f"\n{SAMPLES_HEADING}\n")[2].strip()


def _header(info: CheckpointInfo) -> str:
    """The YAML that model hubs read."""
    task = backend.KINDS[info.modality].task
    if "classify" in info.capabilities:
        task = f"{info.modality}-classification"
    tags = dict.fromkeys([info.family, info.model, info.modality, "pytorch", "safetensors"])
    lines = [
        "license: mit",
        "library_name: latent-playground",
        f"pipeline_tag: {task}",
        *(["language: en"] if info.modality == "text" else []),
        f"datasets: [{corpora.corpus(info.dataset).hub_name}]",
        f"tags: [{', '.join(tags)}]",
    ]
    return "---\n" + "\n".join(lines) + "\n---\n"


def _intended_use(info: CheckpointInfo) -> str:
    if info.model == "dann":
        return (
            "Seeing what features that hide the domain are worth in the one whose classes were "
            "never read. Not meant as a classifier of anything else."
        )
    if "transfer" in info.capabilities:
        return (
            "Seeing what survives a translation between two kinds of picture that was learned "
            "without pairs. Not meant for pictures that anyone relies on.\n\n```python\n"
            "import backend\nfrom backend.evaluation.domains import Domains, trip\n\n"
            f'info = backend.info("{info.name}")\n'
            "trip(info.name, Domains.load(info.path).pictures[0], over=True).there\n```"
        )
    if "classify" in info.capabilities and info.modality == "image":
        return (
            "Judges samples of the image models of the same data set (Inception score, FID on its "
            "features, share of recognised samples). It is not meant as a classifier of anything "
            "else."
        )
    if "classify" in info.capabilities:
        return (
            "Something for attacks to mislead: small, and as easily misled as small classifiers "
            "are. Not meant for judging text that matters to anyone."
        )
    if "respond" in info.capabilities:
        return (
            "Exploring what a dialogue model could say next: its moves, the replies that they "
            "decode to, and how it compares with others. Not meant for talking to anyone who "
            "needs an answer.\n\n```python\nimport backend\n\n"
            f'space = backend.load("{info.name}")\n'
            'space.respond(["Can I help you?"], 10, seed=0).replies\n```'
        )
    if info.model == "di_vst":
        return (
            "Exploring what a turn does in a conversation: the same code of a turn tells what "
            "was said before it and what comes next. Not meant for text that anyone relies on."
            "\n\n```python\nimport backend\n\n"
            f'space = backend.load("{info.name}")\n'
            'z = space.encode(["What\'s the weather like today?"])\n'
            "space.decode(z), space.decode_previous(z)\n```"
        )
    if "translate" in info.capabilities:
        source = TRANSLATED[corpora.corpus(info.dataset).languages[0]][0]
        return (
            "Seeing how attention and an output layer translate: the likeliest translations and "
            "where each word looked. Not meant for translations that anyone relies on."
            "\n\n```python\nimport backend\nfrom backend.language import translation\n\n"
            f'lm = backend.load_text_model("{info.name}")\n'
            f"translation.translate(lm, {source!r}).found\n```"
        )
    if "senses" in info.capabilities:
        return (
            "Seeing what several vectors a word are good for. Not meant for text that anyone "
            "relies on.\n\n```python\nimport backend\nfrom backend.language import senses\n\n"
            f'lm = backend.load_text_model("{info.name}")\n'
            'senses.of_word(lm, "that").senses\n```'
        )
    if "experts" in info.capabilities:
        return (
            "Seeing what a mixture of softmaxes is made of. Not meant for text that anyone relies "
            "on.\n\n```python\nimport backend\nfrom backend.language import next_words\n\n"
            f'lm = backend.load_text_model("{info.name}")\n'
            'next_words.experts(lm, "he is very")\n```'
        )
    if info.family == "text_gan" and "encode" not in info.capabilities:
        return (
            "Seeing what a critic makes of a language model that likelihood has taught. Not meant "
            "for text that anyone relies on.\n\n```python\nimport backend\n\n"
            f'lm = backend.load_text_model("{info.name}")\n'
            "lm.processor.decode(lm.lm.sample(8))\n```"
        )
    if "decode" not in info.capabilities:
        return (
            "Says how likely a sentence is and proposes words for its places, for sampling "
            "sentences under constraints. Not meant for text that anyone relies on."
        )
    what = "sentences" if info.modality == "text" else "pictures"
    return (
        f"Teaching and exploring latent spaces: sample {what}, walk between two of them, and see "
        "what each latent unit does. Not meant for text or pictures that anyone relies on.\n\n"
        "```python\nimport backend\n\n"
        f'space = backend.load("{info.name}")\nspace.sample(8, seed=0)\n```'
    )


def _training_data(info: CheckpointInfo) -> str:
    corpus, sources = corpora.corpus(info.dataset), downloads()
    n = checkpoint.describe(info.name)["dataset"]["n"]
    each = " of each domain" if corpus.domains else ""
    if not corpus.downloads:
        licence = (
            "Licence: unknown, as the data are the user's own."
            if info.dataset.startswith(OWN)
            else "They are made by this program, under its licence."
        )
        return (
            f"{corpus.title}, {n:,} training examples. {licence}"
            f"\n\nSplit: {corpus.split} The unit is the {_unit(info)}."
        )
    named = len(corpus.downloads) > 1
    listed = "\n".join(
        f"{f'- {name}. ' if named else ''}Licence: {sources[name].licence}. Home page: "
        f"<{sources[name].home}>."
        for name in corpus.downloads
    )
    return (
        f"{corpus.title}, {n:,} training examples{each}."
        f"{chr(10) * 2 if named else ' '}{listed}\n\n"
        f"Split: {corpus.split} Held-out items that stand in train too are removed, whatever "
        f"their case, spacing and quotation marks; the unit is the {_unit(info)}."
        + (f" Before that, {corpus.normalised}." if corpus.normalised else "")
        + "\n\nThe corpus is not part of this repository; "
        f"`python scripts/download_data.py {info.dataset}` gets it."
    )


def _unit(info: CheckpointInfo) -> str:
    """What of its corpus a model reads one of at a time."""
    if "respond" in info.capabilities:
        return "pair of a turn and its reply"
    return corpora.corpus(info.dataset).unit


def _recipe(info: CheckpointInfo) -> str:
    content = checkpoint.describe(info.name)
    rows = {**info.config, **content["train"]}
    versions = ", ".join(f"{name} {v}" for name, v in content.get("versions", {}).items())
    again = f"Run it again with `python scripts/train.py {info.name}`.\n\n"
    return (
        ("" if info.yours else again)
        + "| Setting | Value |\n| --- | --- |\n"
        + "\n".join(f"| {name} | {cell(value)} |" for name, value in rows.items())
        + _clipping(info, content["train"].get("clip"))
        + f"\n\nFingerprint of the weights: `{info.fingerprint}`"
        + (f". Trained with {versions}." if versions else ".")
    )


def _clipping(info: CheckpointInfo, clip: float | None) -> str:
    """How often the setting clip meant anything; nothing of runs that did not keep it."""
    shares = checkpoint.history(info.name).get("train_clipped", [])
    if not (clip and shares):
        return ""
    return (
        f"\n\nThe gradient was longer than {number(clip)}, and shortened to it, in "
        f"{100 * sum(shares) / len(shares):.0f}% of the updates at the steps of the curves: the "
        "loss is a sum over tokens or pixels, whose gradients are long. Adam takes no notice of "
        "their common scale, so where nearly all are shortened they count equally."
    )


def _metrics(info: CheckpointInfo) -> str:
    if not info.metrics:
        return f"Not measured yet: `python scripts/evaluate.py {info.name}` does it."
    rows = [_metric_row(METRICS[id], info.metrics[id]) for id in METRICS if id in info.metrics]
    return (
        f"Measured by `python scripts/evaluate.py {info.name}`. After ± stands one standard "
        "error; ↑ and ↓ say which way is better. *Reference* is the number to compare with, and "
        "in brackets what it is.\n\n"
        "| Metric | Value | Reference | Split | n | Definition |\n"
        "| --- | --- | --- | --- | --- | --- |\n" + "\n".join(rows)
    )


def _before_removal(info: CheckpointInfo) -> Iterator[str]:
    """Both numbers, once, where held-out items that stand in train have been removed since."""
    rows = [
        f"| {METRICS[id].title} | {number(entry['settings']['before_removal'])} "
        f"| {number(entry['value'])} | {entry['unit']} |"
        for id, entry in in_order(info.metrics).items()
        if "before_removal" in entry.get("settings", {})
    ]
    if rows:
        removed = max(
            entry.get("settings", {}).get("removed", 0) for entry in info.metrics.values()
        )
        unit = _unit(info)
        yield (
            "## Before removal and after\n\n"
            f"{removed:,} test {unit}s of {info.dataset} stand in train or validation too, and "
            "were measured until they were removed. The weights are the same, trained on the "
            "sentences as published.\n\n"
            "| Metric | Before | After | Unit |\n| --- | --- | --- | --- |\n" + "\n".join(rows)
        )


def _metric_row(metric: Metric, entry: dict) -> str:
    value = number(entry["value"])
    if entry.get("stderr"):
        value += f" ± {number(entry['stderr'], digits=2)}"
    reference = "" if entry.get("reference") is None else number(entry["reference"])
    if note := (entry.get("settings") or {}).get("reference_is"):
        reference += f" ({note})"
    title = f"{metric.title} ({metric.code})" if metric.code else metric.title
    arrow = {"higher": "↑", "lower": "↓", None: ""}[metric.direction]
    cells = [
        f"{title} {arrow}".strip(),
        f"{value} {entry['unit']}".strip(),
        reference,
        entry["split"],
        f"{entry['n']:,}",
        metric.explanation,
    ]
    return "| " + " | ".join(cell(one) for one in cells) + " |"


def _copying(entry: dict[str, Any]) -> str:
    """What the nearest pictures of samples say."""
    excess = entry["settings"]["excess"]
    return (
        f"Of {entry['n']:,} samples {number(entry['value'])}% have a training picture as the "
        f"nearest real one, where {number(entry['reference'])}% are expected of a model that "
        f"copies nothing: {excess:+.1f} standard errors, "
        + ("a sign of copying." if excess > COPIES else "no sign of copying.")
    )


def _as_recognition(dataset: str) -> Iterator[str]:
    """What its codes and those of DI-VAE, learned by the same net, are worth to ST-ED."""
    found = {
        info.config["recognition"]: info
        for info in checkpoint.available({"respond"})
        if info.model == "st_ed" and info.dataset == dataset and "single_bleu" in info.metrics
    }
    if not {"di_vst", "di_vae"} <= found.keys():
        return
    bleu, obeyed = (
        [number(found[kind].metrics[id]["value"]) for kind in ("di_vst", "di_vae")]
        for id in ("single_bleu", "action_obeyed")
    )
    yield (
        "It is compared with DI-VAE alone as what ST-ED learns first, by the same net in as many "
        f"steps: the actions of {found['di_vst'].name} are its codes, those of "
        f"{found['di_vae'].name} DI-VAE's. One reply has a BLEU of {bleu[0]}% and {bleu[1]}%, "
        f"and an action that is asked for is read in {obeyed[0]}% and {obeyed[1]}% of the replies."
    )


def _game_of_codes(info: CheckpointInfo, curves: dict[str, list[float]]) -> Iterator[str]:
    """What came of ARAE's game: the critic's gap, samples with and without, codes under noise."""
    if gap := curves.get("validation_critic_loss"):
        yield (
            "On held-out sentences the critic told codes from those that the generator makes by "
            f"{number(-gap[0], 3)} at step {curves['step'][0]:.0f} and by {number(-gap[-1], 3)} "
            "at the end."
        )
    if {"reverse_ppl", "reverse_ppl_apart"} <= info.metrics.keys():
        mine, other = (info.metrics[id]["value"] for id in ("reverse_ppl", "reverse_ppl_apart"))
        yield (
            f"Reverse perplexity is {number(mine)}; of the same nets whose encoder the critic "
            f"never reached, sampled from the Gaussian fitted to their codes, it is "
            f"{number(other)}, so the game "
            + ("made samples better." if mine < other else "did not make samples better.")
        )
    if "noised_same" in info.metrics:
        levels = info.metrics["noised_same"]["settings"]["by_noise"]
        said = ", ".join(f"{share:.0f}% at {level}" for level, share in levels.items())
        yield f"Codes of test sentences with noise decode to the same words in {said}."


def _limits(info: CheckpointInfo) -> Iterator[str]:
    value = {id: entry["value"] for id, entry in info.metrics.items()}
    yield from (failure.sentence for failure in failures(info))
    if "components" in info.capabilities and "modes_used" in value:
        modes = info.config["components"] * info.config.get("variables", 1)
        yield f"{value['modes_used']:.0f} of its {modes} modes hold at least 1% of the test items."
    if info.model == "dgmvae":
        yield SUPPORTED
    if any(id.endswith(UNTOLD) for id in value):
        yield (
            "Numbers are with the class told, of samples a class drawn at random; those with "
            "labels hidden are of the same weights told nothing, as in a small share of training."
        )
    if info.family == "ae" or info.model == "text_ae":
        yield (
            "A plain auto-encoder has no prior: nothing taught the decoder what to make of codes "
            "between or beside the training codes. Samples from N(0, I) are shown because they "
            "show exactly that."
        )
    if "domain_guess" in value:
        yield (
            f"Its domain head was left out; a logistic regression on its features still tells the "
            f"domain of {100 * value['domain_guess']:.0f}% of test pictures, where 50% is a guess."
        )
    if {"kept_over", "kept_back"} <= value.keys():
        yield (
            f"{number(value['kept_over'])}% of test pictures of the first domain keep their class "
            f"in the second, and {number(value['kept_back'])}% the other way round."
        )
    if info.family == "gan" and not {"encode", "transfer"} & info.capabilities:
        yield (
            "No encoder: it finds no code for a picture, so it can neither reconstruct nor "
            "interpolate between given ones; nor does it give a likelihood."
        )
    if "wasserstein_train" in value:
        yield (
            f"A critic trained afterwards separates its samples by "
            f"{number(value['wasserstein_validation'])} from validation pictures and by "
            f"{number(value['wasserstein_train'])} from training pictures. The second critic is "
            "scored on what it learned from: whether the model copies training data, neither says."
        )
    if "nearest_seen" in value:
        yield _copying(info.metrics["nearest_seen"])
    if {"classified_digit", "classified_digit_aggregate"} <= value.keys():
        yield (
            f"The classifier recognises {number(value['classified_digit'])}% of prior samples "
            f"and {number(value['classified_digit_aggregate'])}% of those with codes from the "
            "aggregate posterior; the gap tells how far the codes are from the prior."
        )
    if {"reverse_ppl", "reverse_ppl_aggregate"} <= value.keys():
        reference = info.metrics["reverse_ppl"].get("reference")
        yield (
            f"Reverse perplexity is {number(value['reverse_ppl'])} for prior samples and "
            f"{number(value['reverse_ppl_aggregate'])} with codes from the aggregate posterior"
            + (f"; real sentences give {number(reference)}." if reference else ".")
        )
    if info.modality == "image" and "elbo_nll" in value:
        yield (
            "Reconstruction NLL and bound read grey values as probabilities of black and white "
            "pixels: means over their binarisations. The importance-sampled NLL is of one "
            "binarisation of each picture, drawn anew, so published numbers for other "
            "binarisations differ."
        )
    if "samples_known" in value:
        yield f"{number(value['samples_known'])}% of prior samples are training sentences."
    if "exact_match" in value:
        yield (
            f"{number(100 - value['exact_match'])}% of held-out sentences do not come back word "
            f"for word. Words outside the vocabulary of {info.config['vocab_size']:,} never do."
        )
    if "bleu_f1" in value:
        random = {id: info.metrics[id]["reference"] for id in ("bleu_papers_f1", "bleu_f1")}
        yield (
            f"BLEU F1 as in papers gives it {number(value['bleu_papers_f1'])} and random "
            f"training replies {number(random['bleu_papers_f1'])}; the plain one "
            f"{number(value['bleu_f1'])} and {number(random['bleu_f1'])}. There is "
            "one reference to each context, and many good replies are unlike it."
        )
    rival = info.metrics.get("ppl", {}).get("reference")
    if rival and value["ppl"] > rival:
        yield (
            f"Perplexity is {number(value['ppl'])}; counting words of the same sentences reaches "
            f"{number(rival)}, so as a language model it is weak."
        )
    curves = checkpoint.history(info.name)
    if "bleu_f1" in value and "validation_slope" in curves:
        gap, slope = curves["validation_critic_loss"], curves["validation_slope"][-1]
        yield (
            "On held-out pairs the critic told posterior from prior by "
            f"{number(-gap[0], 3)} at step {curves['step'][0]:.0f} and by {number(-gap[-1], 3)} "
            f"at the end, the mean length of its gradient then being {number(slope, 3)} (1 is "
            "wanted)."
        )
    if info.model == "arae":
        yield from _game_of_codes(info, curves)
    if info.model == "di_vst":
        yield from _as_recognition(info.dataset)
    corpus = corpora.corpus(info.dataset)
    talks = "respond" in info.capabilities and corpus.caution_of_talk
    yield corpus.caution_of_talk if talks else corpus.caution
    yield "One training run with one seed; a second seed would give somewhat different numbers."
