"""From files as their sources publish them to what the loaders read, without a network."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import corpora
from backend.corpora.download import downloads, parts
from backend.corpora.download.fetch import write_lines

CORPORA = downloads()
PTB = {
    "data/ptb.train.txt": " a <unk> year \n but N \n",
    "data/ptb.valid.txt": " no it was n't \n",
    "data/ptb.test.txt": " yes \n",
    "__MACOSX/data/._ptb.test.txt": "?",
}
TATOEBA = ["Can you open the red window?\tx\ty", "She baked an apple pie.\tx\ty", "Go.\tx\ty"]


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


SWDA = {
    "train/2005.txt": "A|How are you?|qw\r\nB|Fine,|sd\r\nB|and you <laughter>?|qw^d\r\n",
    "val/2347.txt": 'B|Um, all  right.|fo_o_fw_"_by_bc\nA|Uh-huh.|b\n',
    "test/4325.txt": "A|Right. *listen|aa\nB|Bye.|fc\n",
    "dev/2005.txt": "A|How are you?|qw\n",
    "train/2005_text.txt": "How are you?\n",
}
PUBLISHED: dict[str, dict[str, str | bytes]] = {
    "ptb": {"ptb.zip": zipped(PTB)},
    "yelp-sentences": {
        "sentiment.dev.0": "it  was bad .\n",
        "sentiment.dev.1": "i love it .\n",
        "sentiment.test.0": "so rude .\n",
        "sentiment.test.1": "great pie !\nso rude .\n",
    },
    "sst2": {
        "train.tsv": "label\tsentence\r\n0\ta gob of drivel\r\n1\tso charming \r\n",
        "dev.tsv": "label\tsentence\r\n1\tgood fun\r\n",
        "test.tsv": "label\tsentence\r\n0\tno movement\r\n",
    },
    "snli-subset": {
        "train.csv": '3\t3\tA dog runs.\tAn animal moves.\n1\t1\t"A ""big"" dog."\tIt is mine.\n',
        "test.csv": "2\t2\tA boy sleeps.\tA boy runs.\n",
    },
    "sick": {
        f"SICK_{part}.txt": "pair_ID\tsentence_A\tsentence_B\trelatedness_score"
        f"\tentailment_judgment\n{number}\tA man sings\tNobody sings {part}\t3\tCONTRADICTION\n"
        for number, part in enumerate(("train", "trial", "test_annotated"))
    },
    "flickr8k-captions": {
        "Flickr8k.token.txt": "1.jpg#0\tA child climbs .\n1.jpg#1\tA girl climbs .\n"
        "2.jpg.1#0\tpeople waiting\ne3.png#0\tA bird with a beak .\n",
        "Flickr_8k.trainImages.txt": "1.jpg\n",
        "Flickr_8k.devImages.txt": "e3.png\n",
        "Flickr_8k.testImages.txt": "4.jpg\n",
    },
    "commongen": {
        "commongen.train.cs_str.txt": "pizza_N#tope_V\npizza_N#tope_V\nsea_N",
        "commongen.train.tgt.txt": "The pizza is topped.\nA topped pizza\nA blue sea",
        "commongen.dev.cs_str.txt": "cat_N",
        "commongen.dev.tgt.txt": "A cat sleeps.",
    },
    "quora-paraphrase": {
        "train.txt": "How do I  learn?\n",
        "train_2.txt": "How can I learn?\n",
        "test.txt": "Why?\n",
        "test_2.txt": "What for?\n",
    },
    "cgmh": {
        "key_gen.txt": "eat\nweather like\n",
        "paraphrase.txt": "what color is you favorite\r\nwhat is a nice dog food",
        "correction.txt": "we have to try to get a new things . \r\n",
        "fra-eng.zip": zipped({"fra.txt": "\n".join(TATOEBA)}),
    },
    "swda": {
        "Switchboard-Corpus.zip": zipped({f"S-master/swda_data/{k}": v for k, v in SWDA.items()})
    },
    "tatoeba": {
        "fra-eng.zip": zipped({"fra.txt": "\n".join(TATOEBA)}),
        "deu-eng.zip": zipped({"deu.txt": "I like tea.\tx\ty"}),
    },
}


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))

    def built(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        downloads = []
        for file in CORPORA[name].sources:  # in the order of the table
            content = PUBLISHED[name][file]
            downloads.append(folder / file)
            downloads[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        made = CORPORA[name].build(downloads)
        assert set(made) == set(CORPORA[name].built)
        for path in downloads:
            path.unlink()
        for file, lines in made.items():
            write_lines(folder / file, lines)
        return folder

    return built


def read(path: Path) -> list[str]:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode().splitlines()


def test_ptb(build):
    build("ptb")
    splits = corpora.load("ptb")
    assert splits["train"].items == ["a <unk> year", "but N"]
    assert splits["validation"].items == ["no it was n't"]
    assert splits["test"].items == ["yes"]


def test_swda(build):
    build("swda")
    splits = corpora.load("swda")
    assert splits["train"].items == ["How are you?", "Fine,", "and you ?"]
    assert splits["train"].tags == {
        "act": ["wh-question", "statement", "declarative wh-question"],
        "speaker": ["A", "B", "B"],
    }
    assert splits["validation"].items == ["Um, all right.", "Uh-huh."]
    assert splits["test"].items == ["Right.", "Bye."]


@pytest.mark.parametrize(
    ("line", "said"), [("A|How are you?", "not enough values"), ("C|Hello.|fp", "a line of 'C'")]
)
def test_swda_of_another_layout(build, monkeypatch, line, said):
    wrong = zipped({"S-master/swda_data/train/1.txt": line})
    monkeypatch.setitem(PUBLISHED, "swda", {"Switchboard-Corpus.zip": wrong})
    with pytest.raises(ValueError, match=said):
        build("swda")


def test_swda_without_a_split(build, monkeypatch):
    part = zipped({"S-master/swda_data/train/1.txt": "A|How are you?|qw"})
    monkeypatch.setitem(PUBLISHED, "swda", {"Switchboard-Corpus.zip": part})
    with pytest.raises(ValueError, match=r"no calls for val\.jsonl\.gz"):
        build("swda")


def test_yelp(build):
    folder = build("yelp-sentences")
    assert read(folder / "sentiment.dev.0.gz") == ["it was bad ."]
    splits = corpora.load("yelp")
    labels = {
        text: int(label)
        for split in splits.values()
        for text, label in zip(split.items, split.labels, strict=True)
    }
    # "so rude ." has both labels.
    assert labels == {"it was bad .": 0, "i love it .": 1, "great pie !": 1}


def test_sst2(build):
    build("sst2")
    splits = corpora.load("sst2")
    assert splits["train"].items == ["a gob of drivel", "so charming"]
    assert splits["train"].labels.tolist() == [0, 1]
    assert splits["validation"].items == ["good fun"]
    assert splits["test"].labels.tolist() == [0]


def test_entailment(build):
    snli, sick = (build(name) for name in parts("entailment"))
    assert read(snli / "sentences.txt.gz")[0] == '"A ""big"" dog."'
    assert json.loads(read(sick / "trial.jsonl.gz")[0])["relatedness"] == 3.0
    splits = corpora.load("entailment")
    assert splits["test"].items == ["A boy sleeps. | A boy runs."]
    assert splits["test"].labels.tolist() == [2]
    assert splits["validation"].items == ["A man sings | Nobody sings trial"]
    assert "A dog runs. | An animal moves." in splits["train"].items + splits["validation"].items


def test_everyday(build):
    folders = {name: build(name) for name in parts("everyday")}
    captions = read(folders["flickr8k-captions"] / "captions.tsv.gz")
    assert captions[0] == "1.jpg\t0\ttrain\tA child climbs ."
    assert captions[2] == "2.jpg.1\t0\tnone\tpeople waiting"
    concepts = [json.loads(line) for line in read(folders["commongen"] / "train.jsonl.gz")]
    assert concepts[0]["concepts"] == ["pizza", "tope"] and len(concepts) == 2
    splits = corpora.load("everyday")
    found = {
        text: corpus
        for split in splits.values()
        for text, corpus in zip(split.items, split.tags["corpus"], strict=True)
    }
    assert found["A topped pizza"] == "CommonGen" and found["people waiting"] == "Flickr8k"
    assert found["It is mine."] == "SNLI" and found["I like tea."] == "Tatoeba"
    assert found["Nobody sings test_annotated"] == "SICK"
    assert "A bird with a beak ." not in found
    drawn = [json.loads(line) for line in read(folders["cgmh"] / "keywords_tatoeba.jsonl")]
    assert drawn and {row["reference"] for row in drawn} <= set(splits["test"].items)
    for row in drawn:
        places = [row["reference"].lower().index(word) for word in row["keywords"]]
        assert places == sorted(places) and 1 <= len(places) <= 4


def test_quora_and_cgmh(build):
    quora, cgmh = build("quora-paraphrase"), build("cgmh")
    assert read(quora / "train.tsv.gz") == ["How do I learn?\tHow can I learn?"]
    assert json.loads(read(cgmh / "keywords_published.jsonl")[1])["keywords"] == [
        "weather",
        "like",
    ]
    assert read(cgmh / "paraphrase_input.txt")[1] == "what is a nice dog food"
    assert read(cgmh / "correction_input.txt") == ["we have to try to get a new things ."]


@pytest.mark.parametrize(
    ("name", "file", "content", "said"),
    [
        ("sst2", "dev.tsv", "<html>\n", "begins with"),
        ("sst2", "dev.tsv", "label\tsentence\n2\tfun\n", "label '2'"),
        ("sick", "SICK_trial.txt", "1\tA\tB\t3\tNEUTRAL\n", "begins with"),
        ("snli-subset", "test.csv", "3\tA dog\tAn animal\n", "unpack"),
        ("yelp-sentences", "sentiment.dev.0", "<!DOCTYPE html>\n", "capitals"),
        ("commongen", "commongen.dev.tgt.txt", "A cat.\nA dog.", "longer"),
        ("quora-paraphrase", "test_2.txt", "What for?\nWhy so?\n", "longer"),
    ],
)
def test_another_layout_is_refused(build, monkeypatch, name, file, content, said):
    monkeypatch.setitem(PUBLISHED, name, PUBLISHED[name] | {file: content})
    with pytest.raises(ValueError, match=said):
        build(name)


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in read(path)]


def published_sick(folder: Path) -> str:
    records = map(json.loads, read(folder / "trial.jsonl.gz"))
    lines = [
        f"{r['pair_id']}\t{r['sentence1']}\t{r['sentence2']}\t{r['relatedness']:g}"
        f"\t{r['label'].upper()}\n"
        for r in records
    ]
    header = PUBLISHED["sick"]["SICK_trial.txt"].splitlines()[0]
    return f"{header}\n{''.join(lines)}"


def published_snli(folder: Path) -> str:
    codes = {"neutral": 1, "contradiction": 2, "entailment": 3}
    records = map(json.loads, read(folder / "test.jsonl.gz"))
    return "".join(
        f"{codes[r['label']]}\t{codes[r['label']]}\t{r['premise']}\t{r['hypothesis']}\n"
        for r in records
    )


def published_sst2(folder: Path) -> str:
    lines = (f"{label}\t{text}\r\n" for label, text in rows(folder / "dev.tsv.gz"))
    return "label\tsentence\r\n" + "".join(lines)


@pytest.mark.parametrize(
    ("name", "source", "file", "publish"),
    [
        pytest.param(name, source, file, publish, marks=pytest.mark.needs_corpus(name))
        for name, source, file, publish in (
            ("sick", "SICK_trial.txt", "trial.jsonl.gz", published_sick),
            ("snli-subset", "test.csv", "test.jsonl.gz", published_snli),
            ("sst2", "dev.tsv", "dev.tsv.gz", published_sst2),
        )
    ],
)
def test_a_corpus_comes_out_of_its_source_as_it_is(
    tmp_path, data_folder, name, source, file, publish
):
    """The corpus at hand, written as its source has it, is built into the same bytes."""
    path = tmp_path / source
    path.write_bytes(publish(data_folder / name).encode())
    made = CORPORA[name].build([path])[file]
    write_lines(tmp_path / file, made)
    assert gzip.decompress((tmp_path / file).read_bytes()) == gzip.decompress(
        (data_folder / name / file).read_bytes()
    )


@pytest.mark.needs_corpus("flickr8k-captions", "commongen", "quora-paraphrase", "snli-subset")
def test_other_corpora_come_out_of_their_sources_as_they_are(tmp_path, data_folder):
    def written(file: str, lines: list[str]) -> Path:
        (tmp_path / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return tmp_path / file

    folder = data_folder / "flickr8k-captions"
    captions = rows(folder / "captions.tsv.gz")
    downloads = [written("tokens", [f"{i}#{n}\t{text}" for i, n, _, text in captions])]
    for split in ("train", "dev", "test"):
        images = dict.fromkeys(i for i, _, part, _ in captions if part == split)
        downloads.append(written(f"Flickr_8k.{split}Images.txt", list(images)))
    made = CORPORA["flickr8k-captions"].build(downloads)
    assert made["captions.tsv.gz"] == read(folder / "captions.tsv.gz")

    path = data_folder / "commongen" / "train.jsonl.gz"
    pairs = [
        (r["concepts_pos"], text) for r in map(json.loads, read(path)) for text in r["sentences"]
    ]
    downloads = [
        written("commongen.train.cs_str.txt", [concepts for concepts, _ in pairs]),
        written("commongen.train.tgt.txt", [text for _, text in pairs]),
    ]
    assert CORPORA["commongen"].build(downloads)["train.jsonl.gz"] == read(path)

    path = data_folder / "quora-paraphrase" / "test.tsv.gz"
    columns = list(zip(*rows(path), strict=True))
    downloads = [written(f"test{n}.txt", list(column)) for n, column in enumerate(columns)]
    assert CORPORA["quora-paraphrase"].build(downloads)["test0.tsv.gz"] == read(path)

    folder = data_folder / "snli-subset"
    records = [json.loads(r) for n in ("train", "test") for r in read(folder / f"{n}.jsonl.gz")]
    lines = [f"1\t1\t{r['premise']}\t{r['hypothesis']}" for r in records]
    made = CORPORA["snli-subset"].build([written("all.csv", lines)])
    assert made["sentences.txt.gz"] == read(folder / "sentences.txt.gz")
