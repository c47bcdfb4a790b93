"""Makes the corpora of what their home pages give, for download_data.py; standard library only.

A builder takes the downloaded files and returns the lines of each file of the corpus. Where a
download is not laid out as expected it raises KeyError, ValueError or zipfile.BadZipFile.
"""

import io
import itertools
import json
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

Files = dict[str, list[str]]  # file name -> lines

ACTS = {"1": "inform", "2": "question", "3": "directive", "4": "commissive"}
EMOTIONS = {
    "0": "no_emotion",
    "1": "anger",
    "2": "disgust",
    "3": "fear",
    "4": "happiness",
    "5": "sadness",
    "6": "surprise",
}
TOPICS = {
    "1": "ordinary_life",
    "2": "school_life",
    "3": "culture_education",
    "4": "attitude_emotion",
    "5": "relationship",
    "6": "tourism",
    "7": "health",
    "8": "work",
    "9": "politics",
    "10": "finance",
}


SNLI_LABELS = {"1": "neutral", "2": "contradiction", "3": "entailment"}
SICK_COLUMNS = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment"
KEYWORD_SETS = 300
# Words that say little of what a sentence is about; they are no keywords.
FUNCTION_WORDS = """
about after again all also and any are because been before being both but can could did does
don down each even ever every few for from get got had has have her here hers him his how
its just let made make many may more most much must never not now off one only other our out
over she should some such than that the their them then there these they this those through
tom too two until very want was way were what when where which while who whom whose why will
with without would you your yours
"""


def build_english(downloads: list[Path]) -> Files:
    """The unique English sentences of all zips, shuffled, in a fixed order."""
    ordered = sorted(set().union(*(_english(path) for path in downloads)))
    random.Random(0).shuffle(ordered)
    return {"english.txt.gz": ordered}


def _english(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(path.name.removesuffix("-eng.zip") + ".txt").decode("utf-8")
    # A line is: English TAB translation TAB attribution.
    return {line.partition("\t")[0].strip() for line in text.splitlines()} - {""}


def build_smd(downloads: list[Path]) -> Files:
    """One JSON record per dialogue of each of the files train.txt, dev.txt, test.txt."""
    return {
        f"{path.stem}.normalised.jsonl.gz": [
            json.dumps(record, ensure_ascii=False) for record in _smd_dialogues(path)
        ]
        for path in downloads
    }


def _smd_dialogues(path: Path) -> Iterator[dict]:
    """A dialogue ends with an empty line; it begins with #domain#, and a line of it is

    0 a row of the car's knowledge, its cells separated by tabs
    n what the driver says TAB what the assistant answers TAB entities in the answer
    """
    kept = 0
    for block in path.read_text("utf-8").strip().split("\n\n"):
        head, *lines = block.split("\n")
        if head not in ("#schedule#", "#weather#", "#navigate#"):
            raise ValueError(f"{path.name} has a dialogue that begins with {head[:40]!r}")
        turns, kb = [], []
        for line in lines:
            number, _, rest = line.partition(" ")
            if number == "0":
                kb.append(rest.split("\t"))
                continue
            driver, assistant, _ = rest.split("\t")
            turns.append({"speaker": "driver", "text": driver})
            turns.append({"speaker": "assistant", "text": assistant})
        if turns:  # four dialogues of the train file have none
            yield {
                "id": f"{path.stem}-{kept}",
                "domain": head.strip("#"),
                "turns": turns,
                "kb": kb,
            }
            kept += 1


def build_dailydialog(downloads: list[Path]) -> Files:
    """One JSON record per dialogue of each of the three splits, which are zips inside the zip."""
    found = {}
    with zipfile.ZipFile(downloads[0]) as outer:
        topics = _topics(outer)
        for split in ("train", "validation", "test"):
            inner = io.BytesIO(outer.read(f"ijcnlp_dailydialog/{split}.zip"))
            with zipfile.ZipFile(inner) as archive:
                columns = [
                    _lines(archive, f"{split}/dialogues_{kind}{split}.txt")
                    for kind in ("", "act_", "emotion_")
                ]
            found[f"{split}.jsonl.gz"] = [
                json.dumps(
                    {
                        "id": f"{split}-{row}",
                        "topic": topics.get(_letters(text)),
                        "turns": _turns(_utterances(text), acts.split(), emotions.split()),
                    },
                    ensure_ascii=False,
                )
                for row, (text, acts, emotions) in enumerate(zip(*columns, strict=True))
            ]
    return found


def _turns(texts: list[str], acts: list[str], emotions: list[str]) -> list[dict]:
    if not len(texts) == len(acts) == len(emotions):
        # Which label belongs to which turn cannot be known.
        return [{"text": text, "act": None, "emotion": None} for text in texts]
    return [
        {"text": text, "act": ACTS[act], "emotion": EMOTIONS[emotion]}
        for text, act, emotion in zip(texts, acts, emotions, strict=True)
    ]


def _topics(archive: zipfile.ZipFile) -> dict[str, str | None]:
    """The topic of each dialogue by its letters.

    Topics are published for the corpus before it was split, in another order. None where the same
    dialogue stands there with different topics.
    """
    texts, codes = (
        _lines(archive, f"ijcnlp_dailydialog/dialogues_{kind}.txt") for kind in ("text", "topic")
    )
    found: dict[str, str | None] = {}
    for text, code in zip(texts, codes, strict=True):
        key, topic = _letters(text), TOPICS[code.strip()]
        found[key] = topic if found.get(key, topic) == topic else None
    return found


def _lines(archive: zipfile.ZipFile, name: str) -> list[str]:
    return _split(archive.read(name).strip())


def _utterances(line: str) -> list[str]:
    *ended, rest = (" ".join(part.split()) for part in line.split("__eou__"))
    return [*ended, rest] if rest else ended


def _letters(line: str) -> str:
    """The dialogue without white space, which differs between the two publications."""
    return "".join(line.split())


def build_ptb(downloads: list[Path]) -> Files:
    """The three files of the zip, wherever in it they lie."""
    with zipfile.ZipFile(downloads[0]) as archive:
        members = {PurePosixPath(name).name: name for name in archive.namelist()}
        return {
            f"{name}.gz": _split(archive.read(members[name]))
            for name in ("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt")
        }


def build_lines(downloads: list[Path]) -> Files:
    """Tokenised sentences in lower case, one a line; white space is made single spaces."""
    found = {}
    for path in downloads:
        lines = [" ".join(line.split()) for line in _split(path.read_bytes())]
        if strange := [line for line in lines if line != line.lower()]:
            raise ValueError(f"{path.name} has a line in capitals, {strange[0][:40]!r}")
        found[f"{path.name}.gz"] = lines
    return found


def build_sst2(downloads: list[Path]) -> Files:
    """Label TAB sentence."""
    found = {}
    for path in downloads:
        found[f"{path.name}.gz"] = []
        for label, text in _rows(path, "label\tsentence"):
            if label not in ("0", "1"):
                raise ValueError(f"{path.name} has a label {label[:40]!r}")
            found[f"{path.name}.gz"].append(f"{label}\t{text.strip()}")
    return found


def build_snli(downloads: list[Path]) -> Files:
    """One JSON record per pair, and the unique sentences of all of them."""
    found: Files = {}
    sentences: set[str] = set()
    for path in downloads:
        lines = found[f"{path.stem}.jsonl.gz"] = []
        for _, code, premise, hypothesis in _rows(path):
            pair = {"premise": premise.strip(), "hypothesis": hypothesis.strip()}
            sentences.update(pair.values())
            lines.append(json.dumps(pair | {"label": SNLI_LABELS[code]}, ensure_ascii=False))
    return found | {"sentences.txt.gz": sorted(sentences)}


def build_sick(downloads: list[Path]) -> Files:
    """One JSON record per pair."""
    found = {}
    for path in downloads:
        split = path.stem.split("_")[1]
        found[f"{split}.jsonl.gz"] = [
            json.dumps(
                {
                    "pair_id": number,
                    "sentence1": first,
                    "sentence2": second,
                    "relatedness": float(score),
                    "label": label.strip().lower(),
                },
                ensure_ascii=False,
            )
            for number, first, second, score, label in _rows(path, SICK_COLUMNS)
        ]
    return found


def build_flickr8k(downloads: list[Path]) -> Files:
    """Image TAB number of the caption TAB split of the image TAB caption."""
    captions, *lists = downloads
    split_of = {
        image: path.stem.removeprefix("Flickr_8k.").removesuffix("Images")
        for path in lists
        for image in _split(path.read_bytes())
    }
    rows = []
    for name, caption in _rows(captions):
        image, _, number = name.rpartition("#")
        if not image.startswith("e"):  # the source adds pictures of birds
            rows.append("\t".join([image, number, split_of.get(image, "none"), caption.strip()]))
    return {"captions.tsv.gz": rows}


def build_commongen(downloads: list[Path]) -> Files:
    """One JSON record per set of concepts, with all its sentences."""
    found = {}
    for concepts, sentences in zip(downloads[::2], downloads[1::2], strict=True):
        pairs = zip(_split(concepts.read_bytes()), _split(sentences.read_bytes()), strict=True)
        found[f"{concepts.name.split('.')[1]}.jsonl.gz"] = [
            json.dumps(
                {
                    "concepts": [word.rpartition("_")[0] for word in names.split("#")],
                    "concepts_pos": names,
                    "sentences": [text for _, text in group],
                },
                ensure_ascii=False,
            )
            for names, group in itertools.groupby(pairs, key=lambda pair: pair[0])
        ]
    return found


def build_quora(downloads: list[Path]) -> Files:
    """Question TAB paraphrase; white space is made single spaces."""
    return {
        f"{questions.stem}.tsv.gz": [
            "\t".join(" ".join(text.split()) for text in pair)
            for pair in zip(
                _split(questions.read_bytes()), _split(paraphrases.read_bytes()), strict=True
            )
        ]
        for questions, paraphrases in zip(downloads[::2], downloads[1::2], strict=True)
    }


def build_cgmh(downloads: list[Path]) -> Files:
    """The inputs that come with CGMH, and keyword sets drawn from sentences of Tatoeba."""
    *inputs, sentences = downloads
    keywords, paraphrase, correction = (
        [line.strip() for line in _split(path.read_bytes())] for path in inputs
    )
    drawn = itertools.islice(_drawn(sorted(_english(sentences))), KEYWORD_SETS)
    return {
        "keywords_published.jsonl": [_keywords(line.split(), None, "CGMH") for line in keywords],
        "paraphrase_input.txt": paraphrase,
        "correction_input.txt": correction,
        "keywords_tatoeba.jsonl": list(drawn),
    }


def _drawn(sentences: list[str]) -> Iterator[str]:
    """One to four content words of each sentence that has so many, in a fixed random order."""
    skipped = frozenset(FUNCTION_WORDS.split())
    draw = random.Random(0)
    draw.shuffle(sentences)
    for sentence in sentences:
        words = dict.fromkeys(re.findall(r"[a-z]{3,}", sentence.lower()))
        content = [word for word in words if word not in skipped]
        if len(content) >= (size := draw.randint(1, 4)):
            kept = sorted(draw.sample(range(len(content)), size))
            yield _keywords([content[i] for i in kept], sentence, "Tatoeba sentence")


def _keywords(keywords: list[str], reference: str | None, source: str) -> str:
    record = {"keywords": keywords, "reference": reference, "source": source}
    return json.dumps(record, ensure_ascii=False)


def _rows(path: Path, header: str | None = None) -> list[list[str]]:
    """The rows of a table whose cells tabs separate; ``header`` is the first line it must have."""
    first, *rest = lines = _split(path.read_bytes())
    if header is not None and first != header:
        raise ValueError(f"{path.name} begins with {first[:40]!r}")
    return [line.split("\t") for line in (lines if header is None else rest)]


def _split(content: bytes) -> list[str]:
    # Not splitlines, which also breaks at rare characters that stand inside sentences.
    return content.decode("utf-8").replace("\r\n", "\n").removesuffix("\n").split("\n")
