"""Write each checkpoint's README.md from its config.json and metrics.json.

    python scripts/write_cards.py                         # every checkpoint
    python scripts/write_cards.py vae/vae--mnist--2d

Every number in a card is read from those two files, so a card is corrected by evaluating again.
The sample section is drawn from the model with seed 0.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import backend
from backend import checkpoint, corpora, registry
from backend.checkpoint import CheckpointInfo
from backend.corpora.download import downloads
from backend.device import seeded
from backend.evaluation import measured
from backend.evaluation.table import METRICS, Metric
from backend.files import replace_section, replacing
from backend.processors import load_processor

ROOT = Path(__file__).resolve().parent.parent
SEED = 0
COLLAPSED_KL = 0.5  # nats; below it the code carries next to nothing
SAMPLES_HEADING = "## Samples"
PICTURE = "samples.png"
AGGREGATE = "aggregate posterior (a Gaussian mixture fitted to the training codes)"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the model cards.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="checkpoints; default: all")
    names = parser.parse_args(arguments).names
    found = {info.name: info for info in backend.available()}
    if unknown := set(names) - found.keys():
        parser.error(
            f"no usable checkpoint called {', '.join(sorted(unknown))} "
            f"in {backend.trained_dir()}; there are: {', '.join(sorted(found)) or 'none'}"
        )
    for name in names or found:
        info = found[name]
        with replacing(info.path / "README.md") as temporary:
            temporary.write_text(card(info, samples(info)), encoding="utf-8")
        print(f"wrote {info.path / 'README.md'}", file=sys.stderr)
    if backend.trained_dir() == ROOT / "trained":
        replace_section(ROOT / "docs" / "models.md", "models", overview(list(found.values())))
    return 0


OVERVIEW = {
    "text": ("recon_nll", "kl", "active_units", "bleu", "exact_match", "ends_match",
             "ends_match_encoded", "reverse_ppl", "reverse_ppl_aggregate"),
    "image": ("mse", "kl", "iw_nll", "inception_score", "inception_score_aggregate", "fid_ours"),
    "modes": ("recon_nll", "kl", "mi_c", "mean_variance", "modes_used", "bleu", "act_homogeneity",
              "emotion_homogeneity", "domain_homogeneity", "cluster_accuracy"),
}  # fmt: skip


def overview(infos: list[CheckpointInfo]) -> str:
    """The project README's tables: a row per checkpoint, a column per chosen metric."""
    tables = []
    for group, ids in OVERVIEW.items():
        rows = [i for i in infos if "decode" in i.capabilities and _group(i) == group]
        titles = [f"{METRICS[id].title}{_unit_note(METRICS[id])}" for id in ids]
        lines = ["| " + " | ".join(["Checkpoint", *titles]) + " |"]
        lines.append("| --- |" + " ---: |" * len(ids))
        for info in rows:
            cells = [
                f"{info.metrics[id]['value']:.3g}" if id in info.metrics else "" for id in ids
            ]
            lines.append(f"| [{info.title}](../trained/{info.name}) | " + " | ".join(cells) + " |")
        tables.append("\n".join(lines))
    tables.append(_words(infos))
    for info in infos:
        tables += [
            f"*{table['title']}.* {table['note']}\n\n{grid(table)}"
            for table in measured.tables(info.name)
        ]
    return "\n\n".join(tables)


def _words(infos: list[CheckpointInfo]) -> str:
    """Language models and classifiers, each beside what it has to beat."""
    lines = ["| Checkpoint | Measured | To beat |", "| --- | ---: | ---: |"]
    for info in infos:
        for id in ("ppl", "accuracy"):
            if id in info.metrics and "decode" not in info.capabilities:
                entry = info.metrics[id]
                rival = ""
                if entry["reference"] is not None:
                    what = entry["settings"]["reference_is"]
                    rival = f"{_number(entry['reference'])} ({what})"
                value = f"{METRICS[id].title.lower()} {_number(entry['value'])}"
                lines.append(f"| [{info.title}](../trained/{info.name}) | {value} | {rival} |")
    return "\n".join(lines)


def grid(table: dict) -> str:
    """A measured table as Markdown; published rows are in italics."""
    columns = list(dict.fromkeys(key for row in table["rows"] for key in row))
    columns = [key for key in columns if key not in ("label", "reference")]
    lines = [f"| Method | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for row in table["rows"]:
        label = f"*{row['label']}*" if row.get("reference") else row["label"]
        cells = ["" if row.get(key) is None else _number(row[key]) for key in columns]
        lines.append("| " + " | ".join([_cell(label), *cells]) + " |")
    return "\n".join(lines)


def _group(info: CheckpointInfo) -> str:
    return "modes" if "components" in info.capabilities else info.modality


def _unit_note(metric: Metric) -> str:
    return f", {metric.unit}" if metric.unit else ""


def card(info: CheckpointInfo, sample_section: str) -> str:
    """The whole card as Markdown; ``sample_section`` comes from ``samples`` or an older card."""
    model = f"{info.family}/{info.model}"
    sections = [
        f"{_header(info)}\n# {info.name}\n\n{info.title}. {registry.subtitle(model)}",
        f"## Intended use\n\n{_intended_use(info)}",
        f"## Training data\n\n{_training_data(info)}",
        f"## Recipe\n\n{_recipe(info)}",
        f"## Metrics\n\n{_metrics(info)}",
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


def samples(info: CheckpointInfo) -> str:
    """Draw the sample section; for images also writes the picture into the checkpoint's folder."""
    if "sample" not in info.capabilities:
        return ""
    if "decode" not in info.capabilities:
        return _listed(f"Drawn word by word, seed {SEED}", _drawn_sentences(info))
    space = backend.load(info.name, device="cpu")
    sources = {"prior": _prior(info), "aggregate": AGGREGATE}
    if info.modality == "text":
        lists = {
            f"Codes from the {words}, seed {SEED}": space.sample(10, seed=SEED, source=source)
            for source, words in sources.items()
        }
        if "discrete" not in info.capabilities:  # between one-hots there is no code
            path = space.interpolate(*corpora.corpus(info.dataset).ends, steps=6)
            lists["From the first sentence to the last"] = path
        return "\n\n".join(
            _listed(f"{title}; greedy decoding", lines) for title, lines in lists.items()
        )
    if not space.encodes:
        _write_mosaic([space.sample(64, seed=SEED)], info.path / PICTURE)
        return f"![samples]({PICTURE})\n\nSeed {SEED}; codes from the {_prior(info)}."
    rows = [space.sample(32, seed=SEED, source=source) for source in sources]
    _write_mosaic(rows, info.path / PICTURE)
    return (
        f"![samples]({PICTURE})\n\nSeed {SEED}; upper block: codes from the {_prior(info)}, lower "
        f"block: codes from the {AGGREGATE}."
    )


def _drawn_sentences(info: CheckpointInfo) -> list[str]:
    """Of a language model, which has no codes."""
    model = checkpoint.load_model(info.name)
    with seeded(SEED), torch.inference_mode():
        return load_processor("text", info.path).decode(model.sample(10))


def _listed(title: str, lines: list[str]) -> str:
    return f"{title}:\n\n```text\n" + "\n".join(lines) + "\n```"


def _prior(info: CheckpointInfo) -> str:
    if "discrete" in info.capabilities:
        return "prior (uniform over the classes, N(0, I) over continuous units)"
    return "prior (its Gaussian mixture)" if "components" in info.capabilities else "prior N(0, I)"


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
    named = len(corpus.downloads) > 1
    listed = "\n".join(
        f"{f'- {name}. ' if named else ''}Licence: {sources[name].licence}. Home page: "
        f"<{sources[name].home}>."
        for name in corpus.downloads
    )
    return (
        f"{corpus.title}, {n:,} training examples.{chr(10) * 2 if named else ' '}{listed}\n\n"
        "The corpus is not part of this repository; "
        f"`python scripts/download_data.py {info.dataset}` gets it."
    )


def _recipe(info: CheckpointInfo) -> str:
    content = checkpoint.describe(info.name)
    rows = {**info.config, **content["train"]}
    versions = ", ".join(f"{name} {v}" for name, v in content.get("versions", {}).items())
    return (
        f"Run it again with `python scripts/train.py {info.name}`.\n\n"
        "| Setting | Value |\n| --- | --- |\n"
        + "\n".join(f"| {name} | {_cell(value)} |" for name, value in rows.items())
        + f"\n\nFingerprint of the weights: `{info.fingerprint}`"
        + (f". Trained with {versions}." if versions else ".")
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


def _metric_row(metric: Metric, entry: dict) -> str:
    value = _number(entry["value"])
    if entry.get("stderr"):
        value += f" ± {_number(entry['stderr'], digits=2)}"
    reference = "" if entry.get("reference") is None else _number(entry["reference"])
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
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _limits(info: CheckpointInfo) -> Iterator[str]:
    value = {id: entry["value"] for id, entry in info.metrics.items()}
    if value.get("kl", COLLAPSED_KL) < COLLAPSED_KL:
        yield (
            f"Posterior collapse: the code carries {_number(value['kl'])} nats, so the decoder "
            "ignores it. Reconstructions and interpolations say nothing about the input. It is "
            "kept as an exhibit."
        )
    if value.get("mi_c", 1.0) < 0.3:
        yield (
            f"Collapsed modes: the discrete variables carry {_number(value['mi_c'])} nats, so it "
            "hardly matters which mode a code is drawn from. It is kept as an exhibit."
        )
    if "components" in info.capabilities and "modes_used" in value:
        modes = info.config["components"] * info.config.get("variables", 1)
        yield f"{value['modes_used']:.0f} of its {modes} modes hold at least 1% of the test items."
    if info.family == "ae" or info.model == "text_ae":
        yield (
            "A plain auto-encoder has no prior: nothing taught the decoder what to make of codes "
            "between or beside the training codes. Samples from N(0, I) are shown because they "
            "show exactly that."
        )
    if info.family == "gan" and "encode" not in info.capabilities:
        yield (
            "No encoder: it finds no code for a picture, so it can neither reconstruct nor "
            "interpolate between given ones; nor does it give a likelihood."
        )
    if "wasserstein_train" in value:
        yield (
            f"A critic trained afterwards separates its samples by "
            f"{_number(value['wasserstein_validation'])} from validation pictures and by "
            f"{_number(value['wasserstein_train'])} from training pictures; were the second much "
            "smaller, it would have memorised."
        )
    if {"classified_digit", "classified_digit_aggregate"} <= value.keys():
        yield (
            f"The classifier recognises {_number(value['classified_digit'])}% of prior samples "
            f"and {_number(value['classified_digit_aggregate'])}% of those with codes from the "
            "aggregate posterior; the gap tells how far the codes are from the prior."
        )
    if {"reverse_ppl", "reverse_ppl_aggregate"} <= value.keys():
        reference = info.metrics["reverse_ppl"].get("reference")
        yield (
            f"Reverse perplexity is {_number(value['reverse_ppl'])} for prior samples and "
            f"{_number(value['reverse_ppl_aggregate'])} with codes from the aggregate posterior"
            + (f"; real sentences give {_number(reference)}." if reference else ".")
        )
    if info.modality == "image" and "elbo_nll" in value:
        yield (
            "Likelihoods read grey values as probabilities of black and white pixels, so they "
            "cannot be compared with published numbers for binarised images."
        )
    if "samples_known" in value:
        yield f"{_number(value['samples_known'])}% of prior samples are training sentences."
    if "exact_match" in value:
        yield (
            f"{_number(100 - value['exact_match'])}% of held-out sentences do not come back word "
            f"for word. Words outside the vocabulary of {info.config['vocab_size']:,} never do."
        )
    yield corpora.corpus(info.dataset).caution
    yield "One training run with one seed; a second seed would give somewhat different numbers."


def _number(value: float, digits: int = 4) -> str:
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _write_mosaic(blocks: list, path: Path) -> None:
    """Save blocks of images uint8 [8·r, H, W] or [8·r, H, W, 3] as rows of 8, a line between."""
    import numpy as np
    from PIL import Image

    parts = []
    for block in blocks:
        rows = [np.hstack(block[start : start + 8]) for start in range(0, len(block), 8)]
        parts += [np.full_like(rows[0][:4], 255), *rows]
    with replacing(path) as temporary:
        Image.fromarray(np.vstack(parts[1:])).save(temporary, "PNG", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
