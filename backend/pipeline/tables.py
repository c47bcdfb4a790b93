"""Measured numbers as Markdown tables: of one checkpoint, and of all of them."""

from backend.checkpoint import CheckpointInfo
from backend.evaluation import measured
from backend.evaluation.table import METRICS, UNTOLD, Metric

OVERVIEW = {
    "text": ("recon_nll", "kl", "active_units", "bleu", "exact_match", "ends_match",
             "ends_match_encoded", "reverse_ppl", "reverse_ppl_aggregate"),
    "image": ("mse", "kl", "iw_nll", "inception_score", "inception_score_aggregate", "fid_ours"),
    "modes": ("elbo_nll", "recon_nll", "kl", "mi_c", "mean_variance", "mean_variance_used",
              "modes_used", "bleu", "act_homogeneity", "emotion_homogeneity",
              "domain_homogeneity", "cluster_accuracy"),
}  # fmt: skip
TABLED = {"decode", "components"}  # capabilities, either of which makes it a row of these
SUPPORTED = (
    "Of what the DGMVAE paper claims over GMVAE, these runs support that modes stay apart "
    "(variance of means) and tell sentences apart (mutual information of c). The bound and "
    "reconstruction BLEU go the other way here: GMVAE is better on both corpora of dialogues."
)
REPLIES = (
    *("reply_nll", "reply_kl", "bleu_recall", "bleu_precision", "bleu_f1", "bleu_papers_f1"),
    *("bow_average", "bow_extrema", "bow_greedy", "intra_distinct_1", "inter_distinct_1"),
    *("intra_distinct_2", "inter_distinct_2", "reply_length", "reply_sameness"),
    *("most_common_reply", "dull_replies", "likeliest_sameness", "likeliest_bleu_f1"),
    *("drawn_sameness", "drawn_bleu_f1", "effective_modes", "mode_silhouette"),
)

OUTPUT_LAYERS = (
    *("ppl", "log_p_rank", "experts_used", "experts_at_once"),
    *("senses_used", "sense_information"),
)

ADAPTED = ("accuracy", "target_accuracy", "domain_guess")
KEPT = ("kept_over", "kept_over_back", "kept_back", "kept_back_over", "cycle_l1")

TRANSLATIONS = ("translation_bleu", "translation_nll")
PUBLISHED_BLEU = {"softmax": 25.91, "mixture of softmaxes": 26.45, "KerBS": 27.28}

SINGLE = ("single_bleu", "single_average", "single_extrema", "single_greedy")
PUBLISHED = {
    "DI-VAE, as published": (7.06, 76.17, 43.98, 60.92),
    "DGMVAE, as published": (10.16, 78.93, 48.14, 64.87),
}  # Shi et al. 2020, https://proceedings.mlr.press/v119/shi20f.html
SHOWN = 5  # actions of a model whose utterances are listed


def overview(infos: list[CheckpointInfo]) -> str:
    """The project README's tables: a row per checkpoint, a column per chosen metric."""
    tables = []
    for group, ids in OVERVIEW.items():
        rows = [i for i in infos if i.capabilities & TABLED and _group(i) == group]
        titles = [f"{METRICS[id].title}{_unit_note(METRICS[id])}" for id in ids]
        lines = ["| " + " | ".join(["Checkpoint", *titles]) + " |"]
        lines.append("| --- |" + " ---: |" * len(ids))
        for info in rows:
            lines += [
                f"| [{info.title}](../trained/{info.name}){condition} | {cells} |"
                for condition, cells in _conditions(info, ids)
            ]
        tables.append("\n".join(lines))
        if group == "modes":
            tables.append(SUPPORTED)
    tables += [_words(infos), *_domains(infos), *_output_layers(infos), *_translations(infos)]
    tables += [*_replies(infos), *_single(infos)]
    for info in infos:
        tables += [
            f"*{table['title']}.* {table['note']}\n\n{grid(table)}"
            for table in measured.tables(info.name)
        ]
    return "\n\n".join(tables)


def _conditions(info: CheckpointInfo, ids: tuple[str, ...]) -> list[tuple[str, str]]:
    """The cells of a row; two rows, named, for a model that can be told classes."""

    def cells(suffix: str = "") -> str:
        known = [info.metrics.get(id + suffix) for id in ids]
        return " | ".join("" if one is None else f"{one['value']:.3g}" for one in known)

    if any(id + UNTOLD in info.metrics for id in ids):
        return [(", labels told", cells()), (", labels hidden", cells(UNTOLD))]
    return [("", cells())]


def _words(infos: list[CheckpointInfo]) -> str:
    """Language models and classifiers, each beside what it has to beat."""
    lines = ["| Checkpoint | Measured | To beat |", "| --- | ---: | ---: |"]
    for info in infos:
        for id in ("ppl", "accuracy"):
            if "target_accuracy" in info.metrics:
                continue  # among the models of two domains
            if id in info.metrics and "decode" not in info.capabilities:
                entry = info.metrics[id]
                rival = ""
                if entry["reference"] is not None:
                    what = entry["settings"]["reference_is"]
                    rival = f"{number(entry['reference'])} ({what})"
                value = f"{METRICS[id].title.lower()} {number(entry['value'])}"
                lines.append(f"| [{info.title}](../trained/{info.name}) | {value} | {rival} |")
    return "\n".join(lines)


def _domains(infos: list[CheckpointInfo]) -> list[str]:
    """Models of two domains without pairs: accuracies in both, and classes kept in translation."""
    tables = []
    for ids in (ADAPTED, KEPT):
        if not (rows := [info for info in infos if ids[1] in info.metrics]):
            continue
        titles = [f"{METRICS[id].title}{_unit_note(METRICS[id])}" for id in ids]
        lines = ["| Checkpoint | " + " | ".join(titles) + " |", "| --- |" + " ---: |" * len(ids)]
        for info in rows:
            cells = " | ".join(number(info.metrics[id]["value"]) for id in ids)
            lines.append(f"| [{info.title}](../trained/{info.name}) | {cells} |")
        tables.append("\n".join(lines))
    return tables


def _output_layers(infos: list[CheckpointInfo]) -> list[str]:
    """Language models by what turns their reading into words."""
    rows = [i for i in infos if "log_p_rank" in i.metrics]
    if not rows:
        return []
    titles = [f"{METRICS[id].title}{_unit_note(METRICS[id])}" for id in OUTPUT_LAYERS]
    lines = ["| " + " | ".join(["Checkpoint", *titles, "One softmax has at most"]) + " |"]
    lines.append("| --- |" + " ---: |" * (len(OUTPUT_LAYERS) + 1))
    for info in rows:
        found = [info.metrics.get(id) for id in OUTPUT_LAYERS]
        cells = " | ".join("" if entry is None else number(entry["value"]) for entry in found)
        most = number(info.metrics["log_p_rank"]["reference"])
        lines.append(f"| [{info.title}](../trained/{info.name}) | {cells} | {most} |")
    note = (
        "Those of everyday sentences on Tatoeba read with the same LSTM and the same batches, and "
        "differ in their output layer alone; perplexities on other corpora do not compare."
    )
    return ["\n".join(lines), note]


def _translations(infos: list[CheckpointInfo]) -> list[str]:
    """Translation by output layers, and apart what was published of them."""
    rows = [i for i in infos if TRANSLATIONS[0] in i.metrics]
    if not rows:
        return []
    titles = [f"{METRICS[id].title}{_unit_note(METRICS[id])}" for id in TRANSLATIONS]
    lines = ["| " + " | ".join(["Checkpoint", *titles, "With wrong sources"]) + " |"]
    lines.append("| --- |" + " ---: |" * (len(titles) + 1))
    for info in rows:
        bleu, nll = (info.metrics[id] for id in TRANSLATIONS)
        values = (bleu["value"], nll["value"], nll["reference"])
        lines.append(
            f"| [{info.title}](../trained/{info.name}) | {' | '.join(map(number, values))} |"
        )
    published = ", ".join(f"{value} with {layer}" for layer, value in PUBLISHED_BLEU.items())
    note = (
        "Pairs of Tatoeba whose English is in no training pair, one reference each, greedy "
        "decoding; the last column is the NLL of a word after the source of another sentence. "
        f"Published for German to English on IWSLT talks (Miao et al. 2019): BLEU-4 {published}. "
        "Those are longer sentences, larger nets and another cut into words: they say how far "
        "apart the output layers were there, not how good ours are."
    )
    return ["\n".join(lines), note]


def _replies(infos: list[CheckpointInfo]) -> list[str]:
    """For each corpus its dialogue models, and random replies of its training set."""
    tables = []
    for dataset in sorted({i.dataset for i in infos if "bleu_f1" in i.metrics}):
        rows = [i for i in infos if i.dataset == dataset and "bleu_f1" in i.metrics]
        titles = [f"{METRICS[id].title}{_unit_note(METRICS[id])}" for id in REPLIES]
        lines = ["| " + " | ".join(["Checkpoint", *titles]) + " |"]
        lines.append("| --- |" + " ---: |" * len(REPLIES))
        for info in rows:
            cells = " | ".join(_with_deviation(info.metrics.get(id)) for id in REPLIES)
            lines.append(f"| [{info.title}](../trained/{info.name}) | {cells} |")
        random = [
            None if id == "mode_silhouette" else rows[0].metrics.get(id, {}).get("reference")
            for id in REPLIES
        ]
        cells = " | ".join("" if value is None else f"{value:.3g}" for value in random)
        lines.append(f"| *Random training replies* | {cells} |")
        note = (
            "Ten replies to each held-out context; after ± the standard deviation over three "
            "sampling seeds. Cards say how each number is computed. Likeliest and drawn words: "
            "all models alike, one seed. No published number stands here: those are of other "
            "word vectors and versions of nltk, and of test pairs of which some stand in train. "
            "Nor were all reproduced: who ran the released DialogWAE on DailyDialog found BLEU "
            "recall, precision and F1 of 0.298, 0.163 and 0.211 (issue 4 of its repository), "
            "below what the paper reports."
        )
        tables.append("\n".join(lines) + f"\n\n{note}")
    return tables


def _single(infos: list[CheckpointInfo]) -> list[str]:
    """One reply to each context beside what was published, then what the actions mean."""
    rows = [info for info in infos if SINGLE[0] in info.metrics]
    if not rows:
        return []
    titles = [*(f"{METRICS[id].title}, %" for id in SINGLE), "Tokens", "Action found, %"]
    lines = ["| Checkpoint | " + " | ".join(titles) + " |", "| --- |" + " ---: |" * len(titles)]
    for info in rows:
        settings = info.metrics[SINGLE[0]]["settings"]
        values = [info.metrics[id]["value"] for id in SINGLE]
        values += [settings["length"], settings["action_found"]]
        cells = " | ".join("" if value is None else number(value) for value in values)
        lines.append(f"| [{info.title}](../trained/{info.name}) | {cells} |")
    cells = " | ".join(number(rows[0].metrics[id]["reference"]) for id in SINGLE)
    lines.append(f"| *Random training replies* | {cells} | | |")
    for title, published in PUBLISHED.items():
        lines.append(f"| *{title}* | {' | '.join(map(number, published))} | | |")
    bleu, words = (rows[0].metrics[id]["settings"] for id in SINGLE[:2])
    note = (
        "One reply to each held-out context: the likeliest words of the likeliest action. BLEU-4 "
        f"of the corpus by nltk {bleu['nltk']}, smoothing method 1; word vectors: "
        f"{words['word_vectors']}. AE-ED has the actions of DI-VAE, AE-ED of DGMVAE those of "
        "DGMVAE. The published rows are of larger nets, of GloVe vectors, of another cut into "
        "tokens and of all test pairs, those that stand in train too: they say how far apart the "
        "two were there, not how good ours are. HRED, which has no actions, is ahead: the policy "
        "seldom finds the very action of the reply (last column), a likely reply of another "
        "action is a wrong one, and BLEU punishes replies shorter than those of the corpus "
        f"({number(bleu['reference_length'], 2)} tokens). Why DGMVAE's BLEU is behind DI-VAE's "
        "here and ahead of it there is not known."
    )
    told = [_actions(info) for info in rows if "action_obeyed" in info.metrics]
    return ["\n".join(lines) + f"\n\n{note}", *told]


def _actions(info: CheckpointInfo) -> str:
    """Actions with utterances that have them; contexts with predicted actions and replies."""
    typical = info.metrics["action_obeyed"]["settings"]["typical"]
    lines = [f"*Actions of {info.title}.* Training replies that stand for the commonest ones."]
    lines += ["", "| Action | Utterances |", "| --- | --- |"]
    for name, utterances in list(typical.items())[:SHOWN]:
        lines.append(f"| {name} | {cell(' · '.join(utterances))} |")
    lines += ["", "Held-out contexts, the likeliest actions, and what is said of each:", ""]
    lines += ["| Context | Reply in the corpus | Action | Probability | Reply |"]
    lines.append("| --- | --- | --- | ---: | --- |")
    for case in info.metrics["single_bleu"]["settings"]["cases"]:
        before = cell(" / ".join(text for _, text in case["talk"]))
        for place, move in enumerate(case["moves"]):
            given = [before, cell(case["reply"])] if place == 0 else ["", ""]
            said = [move["action"], f"{move['probability']:.2f}", cell(move["reply"])]
            lines.append(f"| {' | '.join(given + said)} |")
    return "\n".join(lines)


def _with_deviation(entry: dict | None) -> str:
    if entry is None:
        return ""
    deviation = entry["settings"].get("deviation_over_seeds")
    return f"{entry['value']:.3g}" + (f" ± {deviation:.1g}" if deviation else "")


def grid(table: dict) -> str:
    """A measured table as Markdown; published rows are in italics."""
    columns = list(dict.fromkeys(key for row in table["rows"] for key in row))
    columns = [key for key in columns if key not in ("label", "reference")]
    lines = [f"| Method | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for row in table["rows"]:
        label = f"*{row['label']}*" if row.get("reference") else row["label"]
        cells = ["" if row.get(key) is None else number(row[key]) for key in columns]
        lines.append("| " + " | ".join([cell(label), *cells]) + " |")
    return "\n".join(lines)


def _group(info: CheckpointInfo) -> str:
    return "modes" if "components" in info.capabilities else info.modality


def _unit_note(metric: Metric) -> str:
    return f", {metric.unit}" if metric.unit else ""


def number(value: float, digits: int = 4) -> str:
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
