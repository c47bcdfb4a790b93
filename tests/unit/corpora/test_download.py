"""scripts/download_data.py against a local server that cuts, corrupts, redirects and refuses."""

import gzip
import hashlib
import http.server
import io
import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import corpora
from backend.corpora.download import collections, downloads, fetch, parts
from backend.corpora.download.source import Download, Source
from backend.corpora.download.tatoeba import build as build_english
from scripts import download_data
from scripts.download_data import main

CORPORA = downloads()
CONTENT = bytes(range(256)) * 2000  # large enough to be cut in the middle


class Site(http.server.ThreadingHTTPServer):
    """Serves ``files``; ``faults`` are taken one per request, then all goes well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/file": CONTENT}
        self.faults: list[str] = []
        self.requests: list[tuple[str, str | None]] = []  # (path, Range)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.requests.append((self.path, wanted))
        fault = self.server.faults.pop(0) if self.server.faults else None
        content = self.server.files.get(self.path)
        if fault == "redirect":
            self.answer(302, b"", Location=f"{self.server.url}/file")
        elif fault == "busy":
            self.answer(503, b"")
        elif fault == "silent":
            self.close_connection = True
        elif content is None:
            self.answer(404, b"")
        elif wanted and fault != "no ranges":
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            self.answer(206 if start < len(content) else 416, content[start:], fault)
        else:
            self.answer(200, content, fault)

    def answer(self, status: int, body: bytes, fault: str | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if fault == "corrupt":
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setattr(fetch, "PAUSE", 0)
    monkeypatch.setenv("NO_PROXY", "*")
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def table(site: Site, path: str = "/file", content: bytes = CONTENT) -> dict[str, Download]:
    source = Source(site.url + path, hashlib.sha256(content).hexdigest())
    return {"digits": Download("MIT", "http://home.example", 1, {"digits.gz": source})}


def get(site: Site, folder: Path, corpora: dict[str, Download] | None = None) -> int:
    return main(["digits", "--data-dir", str(folder)], corpora or table(site))


def only_the_file_is_in(folder: Path) -> bool:
    file = folder / "digits" / "digits.gz"
    return list(file.parent.iterdir()) == [file] and file.read_bytes() == CONTENT


def test_a_file_is_placed_and_not_fetched_twice(site, tmp_path, capsys):
    assert get(site, tmp_path) == 0
    assert only_the_file_is_in(tmp_path)
    assert "digits.gz: 0.5 of 0.5 MB" in capsys.readouterr().out
    assert get(site, tmp_path) == 0
    assert site.requests == [("/file", None)]
    assert "is there already" in capsys.readouterr().out


@pytest.mark.parametrize(
    "faults",
    [["cut"], ["cut"] * 8, ["silent"], ["busy", "busy"], ["redirect"], ["cut", "redirect"]],
    ids=" ".join,
)
def test_it_gets_there_all_the_same(site, tmp_path, faults):
    site.faults = list(faults)
    assert get(site, tmp_path) == 0
    assert only_the_file_is_in(tmp_path)


def test_a_cut_download_is_resumed_through_a_redirect(site, tmp_path):
    site.faults = ["cut", "redirect"]
    get(site, tmp_path)
    half = f"bytes={len(CONTENT) // 2}-"
    assert site.requests == [("/file", None), ("/file", half), ("/file", half)]


def test_a_server_without_ranges_sends_all_again(site, tmp_path):
    site.faults = ["cut", "no ranges"]
    assert get(site, tmp_path) == 0
    assert only_the_file_is_in(tmp_path)


def test_what_arrived_is_kept_for_the_next_run(site, tmp_path, capsys):
    site.faults = ["cut"] + ["silent"] * fetch.TRIES
    assert get(site, tmp_path) == 1
    assert "what has arrived is kept" in capsys.readouterr().err
    assert (tmp_path / "digits" / "digits.gz.part").read_bytes() == CONTENT[: len(CONTENT) // 2]
    site.requests.clear()
    assert get(site, tmp_path) == 0
    assert site.requests == [("/file", f"bytes={len(CONTENT) // 2}-")]
    assert only_the_file_is_in(tmp_path)


@pytest.mark.parametrize(
    "kept", [CONTENT, b"of an older file", CONTENT + b"more"], ids=["whole", "older", "longer"]
)
def test_a_kept_part_is_checked(site, tmp_path, kept):
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "digits.gz.part").write_bytes(kept)
    assert get(site, tmp_path) == 0
    assert only_the_file_is_in(tmp_path)


def test_a_damaged_file_in_place_is_replaced(site, tmp_path):
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "digits.gz").write_bytes(CONTENT[:100])
    assert get(site, tmp_path) == 0
    assert only_the_file_is_in(tmp_path)


def refused(site: Site, folder: Path, capsys, corpora: dict[str, Download] | None = None) -> str:
    """Runs into an error; returns the one line that says so."""
    assert get(site, folder, corpora) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("download_data.py: ") and errors.count("\n") == 1
    return errors


def test_a_corrupt_file_is_thrown_away(site, tmp_path, capsys):
    site.faults = ["corrupt"]
    assert "gave a damaged or different file" in refused(site, tmp_path, capsys)
    assert list((tmp_path / "digits").iterdir()) == []


def test_a_lost_address_names_the_home_page(site, tmp_path, capsys):
    message = refused(site, tmp_path, capsys, table(site, "/gone"))
    assert "/gone: the server answers 404 (Not Found)" in message
    assert "http://home.example" in message
    assert len(site.requests) == 1


def test_no_network(site, tmp_path, capsys):
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_port
    source = Source(f"http://127.0.0.1:{port}/file", "0" * 64)
    corpora = {"digits": Download("MIT", "http://home.example", 1, {"digits.gz": source})}
    message = refused(site, tmp_path, capsys, corpora)
    assert "no connection" in message and "Check the network" in message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a Linux device")
def test_a_full_disk(site, tmp_path, capsys):
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "digits.gz.part").symlink_to("/dev/full")
    message = refused(site, tmp_path, capsys)
    assert re.search(r"the disk with .* is full \(\d+ MB free\)", message)


def test_a_folder_that_cannot_be_written(site, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    message = refused(site, tmp_path / "file", capsys)
    assert "Not a directory" in message and "--data-dir" in message


def test_a_mirror_is_asked_where_the_home_page_fails(site, tmp_path, capsys):
    corpora = table(site, "/gone")
    [source] = corpora["digits"].sources.values()
    corpora["digits"].sources["digits.gz"] = source._replace(mirror=f"{site.url}/file")
    assert get(site, tmp_path, corpora) == 0
    assert only_the_file_is_in(tmp_path)
    assert f"Trying {site.url}/file" in capsys.readouterr().out
    site.files["/gone"] = b"<html>This domain is for sale</html>"
    (tmp_path / "digits" / "digits.gz").unlink()
    assert get(site, tmp_path, corpora) == 0
    assert only_the_file_is_in(tmp_path)


def test_the_mirror_has_the_last_word(site, tmp_path, capsys):
    corpora = table(site, "/gone")
    [source] = corpora["digits"].sources.values()
    corpora["digits"].sources["digits.gz"] = source._replace(mirror=f"{site.url}/lost")
    assert "/lost: the server answers 404" in refused(site, tmp_path, capsys, corpora)


# --- sentences ----------------------------------------------------------------------------------


def make_zip(name: str, *english: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("_about.txt", "about")
        archive.writestr(name, "".join(f"{line}\tx\tCC-BY 2.0\n" for line in english))
    return stream.getvalue()


@pytest.fixture
def sentences(site) -> dict[str, Download]:
    site.files["/fra-eng.zip"] = make_zip("fra.txt", "Go.", "I like tea.", "Go.")
    site.files["/deu-eng.zip"] = make_zip("deu.txt", "I like tea.", "“Oh”, he said.", "Run!")
    sources = {name: Source(f"{site.url}/{name}") for name in ("fra-eng.zip", "deu-eng.zip")}
    built = ("english.txt.gz", "eng-fra.tsv.gz", "eng-deu.tsv.gz")
    corpus = Download("CC BY", "http://home.example", 1, sources, built, build_english)
    return {"digits": corpus}


def test_english_sentences_are_unique_and_in_a_fixed_order(site, sentences, tmp_path):
    assert get(site, tmp_path / "a", sentences) == get(site, tmp_path / "b", sentences) == 0
    path = tmp_path / "a" / "digits" / "english.txt.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert sorted(lines) == ["Go.", "I like tea.", "Run!", "“Oh”, he said."]
    assert path.read_bytes() == (tmp_path / "b" / "digits" / "english.txt.gz").read_bytes()
    pairs = gzip.decompress((path.parent / "eng-fra.tsv.gz").read_bytes()).decode()
    assert pairs == "Go.\tx\nI like tea.\tx\nGo.\tx\n"
    site.requests.clear()
    assert get(site, tmp_path / "a", sentences) == 0
    assert site.requests == []


def test_a_zip_is_checked_by_its_own_checksums(site, sentences, tmp_path, capsys):
    site.files["/fra-eng.zip"] = site.files["/fra-eng.zip"].replace(b"tea", b"sea")
    message = refused(site, tmp_path, capsys, sentences)
    assert "/fra-eng.zip gave a damaged or different file" in message


def test_a_zip_of_another_layout(site, sentences, tmp_path, capsys):
    site.files["/fra-eng.zip"] = make_zip("french.txt", "Go.")
    message = refused(site, tmp_path, capsys, sentences)
    assert "not laid out as expected" in message and "fra.txt" in message


# --- dialogues ----------------------------------------------------------------------------------

SMD = {
    "train.txt": """#navigate#
0 2_miles\tno_traffic\tgas_station\t200_alester_ave\tvalero
0 4_miles\tno_traffic\thome\t5671_barringer_street\thome
1 where is a gas_station ?\tvalero is 2_miles away\t['valero', '2_miles']
2 thanks !\tanytime\t[]

#schedule#

#schedule#
0 <empty>\t<empty>\t5pm\twednesday\t<empty>\tdinner

#weather#
1 will it rain ?\tin which city ?\t['rain']

""",
    "dev.txt": "#schedule#\n1 remind me of dinner\twhen ?\t['dinner']\n2 3 pm\tdone\t[]\n\n",
    "test.txt": "#weather#\n1 is it hot ?\tno\t['hot']\n",
}


def served(site: Site, name: str, files: dict[str, bytes]) -> dict[str, Download]:
    """The corpus of the table, its files at the local site."""
    site.files.update({f"/{file}": content for file, content in files.items()})
    sources = {file: Source(f"{site.url}/{file}") for file in CORPORA[name].sources}
    return {"digits": CORPORA[name]._replace(sources=sources)}


def got(site: Site, name: str, files: dict[str, bytes], folder: Path, monkeypatch) -> dict:
    """Downloads and builds a corpus, and reads it with the backend's loader."""
    assert get(site, folder, served(site, name, files)) == 0
    (folder / "digits").rename(folder / name)
    assert {path.name for path in (folder / name).iterdir()} == {*CORPORA[name].built}
    monkeypatch.setenv("LATENT_DATA_DIR", str(folder))
    assert corpora.available(name)
    return corpora.load(name)


def records(path: Path) -> list[dict]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_smd_is_what_the_loader_reads(site, tmp_path, monkeypatch):
    files = {name: text.encode() for name, text in SMD.items()}
    splits = got(site, "smd", files, tmp_path, monkeypatch)
    assert splits["train"].items == [
        "where is a gas_station ?",
        "valero is 2_miles away",
        "thanks !",
        "anytime",
        "will it rain ?",
        "in which city ?",
    ]
    assert splits["train"].tags == {
        "domain": ["navigate"] * 4 + ["weather"] * 2,
        "speaker": ["driver", "assistant"] * 3,
    }
    assert splits["validation"].items == ["remind me of dinner", "when ?", "3 pm", "done"]
    assert splits["test"].items == ["is it hot ?", "no"]
    kept = records(tmp_path / "smd" / "train.normalised.jsonl.gz")
    assert [record["id"] for record in kept] == ["train-0", "train-1"]  # those with turns
    assert kept[0]["kb"][1] == ["4_miles", "no_traffic", "home", "5671_barringer_street", "home"]


@pytest.mark.needs_corpus("smd")
def test_smd_comes_out_of_its_source_as_it_is(tmp_path, data_folder):
    """The corpus at hand, written as its source has it, is built into the same lines."""
    name = "dev.normalised.jsonl.gz"
    lines = gzip.decompress((data_folder / "smd" / name).read_bytes()).decode().splitlines()
    source = tmp_path / "dev.txt"
    with open(source, "w", encoding="utf-8") as file:
        for record in map(json.loads, lines):
            print(f"#{record['domain']}#", file=file)
            for row in record["kb"]:
                print("0 " + "\t".join(row), file=file)
            texts = [turn["text"] for turn in record["turns"]]
            for n, pair in enumerate(zip(texts[::2], texts[1::2], strict=True), start=1):
                print(f"{n} {pair[0]}\t{pair[1]}\t[]", file=file)
            print(file=file)
    assert CORPORA["smd"].build([source]) == {name: lines}


@pytest.mark.parametrize(
    "text",
    ["<html>\n<p>moved</p>", "#weather#\n1 is it hot ?\n", "#weather#\n1 hot ?\tno\t[]\tx\n"],
    ids=["a page", "no answer", "a column more"],
)
def test_smd_of_another_layout_is_thrown_away(site, tmp_path, capsys, text):
    files = {name: content.encode() for name, content in SMD.items()} | {"dev.txt": text.encode()}
    corpora = served(site, "smd", files)
    assert "not laid out as expected" in refused(site, tmp_path, capsys, corpora)
    assert list((tmp_path / "digits").iterdir()) == []
    site.files["/dev.txt"] = SMD["dev.txt"].encode()
    assert get(site, tmp_path, corpora) == 0


DAILY = {
    "train": (
        ["Hi . __eou__ How  are you ? __eou__", "Go ! __eou__ I will .__eou__"],
        ["1 2 ", "3 4"],
        ["0 4 ", "1 0"],
    ),
    # A line separator stands inside a sentence; it ends no line of the file.
    "validation": (["Oh\u2028dear . __eou__ What ? __eou__ “ No ” . __eou__"], ["1 2 1"], ["2 6"]),
    "test": (["Same . __eou__", "New . __eou__"], ["1", "2"], ["3", "5"]),
}
UNSPLIT = {
    "dialogues_text.txt": [
        "Same . __eou__",
        "Go ! __eou__ I will . __eou__",
        "Same . __eou__",
        "Hi .__eou__How are you ? __eou__",
        "Hi . __eou__ How are you ? __eou__",
    ],
    "dialogues_topic.txt": ["1", "10", "2", "5", "5"],
}


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def daily(**changes: list[str]) -> dict[str, bytes]:
    """The download, with some of its files changed."""
    files = {name: "\n".join(lines).encode() for name, lines in UNSPLIT.items()}
    for split, columns in DAILY.items():
        names = [f"{split}/dialogues_{kind}{split}.txt" for kind in ("", "act_", "emotion_")]
        inner = {
            name: "".join(f"{line}\n" for line in changes.get(Path(name).stem, lines)).encode()
            for name, lines in zip(names, columns, strict=True)
        }
        files[f"{split}.zip"] = zipped(inner)
    files = {f"ijcnlp_dailydialog/{name}": content for name, content in files.items()}
    return {"ijcnlp_dailydialog.zip": zipped(files)}


def test_dailydialog_is_what_the_loader_reads(site, tmp_path, monkeypatch):
    splits = got(site, "dailydialog", daily(), tmp_path, monkeypatch)
    assert splits["train"].items == ["Hi .", "How are you ?", "Go !", "I will ."]
    assert splits["train"].tags == {
        "act": ["inform", "question", "directive", "commissive"],
        "emotion": ["no_emotion", "happiness", "anger", "no_emotion"],
        "topic": ["relationship"] * 2 + ["finance"] * 2,
    }
    # Three turns and two emotions: which belongs to which is not known.
    assert splits["validation"].items == ["Oh dear .", "What ?", '" No " .']
    assert splits["validation"].tags["act"] == ["not labelled"] * 3
    assert splits["validation"].tags["emotion"] == ["not labelled"] * 3
    # "Same ." has two topics in the corpus that was not split, "New ." is not there.
    assert splits["test"].tags["topic"] == ["not labelled"] * 2
    assert splits["test"].tags["emotion"] == ["fear", "sadness"]
    kept = records(tmp_path / "dailydialog" / "test.jsonl.gz")
    assert [record["id"] for record in kept] == ["test-0", "test-1"]
    assert kept[0]["topic"] is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dialogues_act_test": ["1", "9"]}, "'9'"),
        ({"dialogues_act_test": ["1"]}, "shorter"),
        ({"dialogues_emotion_train": ["0 4", "1 0", "2"]}, "longer"),
    ],
    ids=["an unknown act", "a line less", "a line more"],
)
def test_dailydialog_of_another_layout(site, tmp_path, capsys, changes, said):
    message = refused(site, tmp_path, capsys, served(site, "dailydialog", daily(**changes)))
    assert "not laid out as expected" in message and said in message


def test_dailydialog_without_a_split(site, tmp_path, capsys):
    files = {"ijcnlp_dailydialog.zip": zipped({"ijcnlp_dailydialog/readme.txt": b"moved"})}
    message = refused(site, tmp_path, capsys, served(site, "dailydialog", files))
    assert "ijcnlp_dailydialog/dialogues_text.txt" in message


# --- the command line and the table -------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--list"], ["--list", "mnist"]])
def test_the_list(arguments, capsys):
    assert main(arguments) == 0
    listed = capsys.readouterr().out
    for name, corpus in CORPORA.items():
        assert f"{name}\n" in listed
        assert corpus.licence in listed and corpus.home in listed
    assert "grows with time: no fixed checksum" in listed


def test_it_needs_the_standard_library_only(tmp_path):
    script = Path(download_data.__file__)
    done = subprocess.run(  # -S: without installed packages
        [sys.executable, "-I", "-S", script, "--list"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in CORPORA)


def test_a_collection_is_all_its_corpora(site, tmp_path, monkeypatch):
    groups = {"pictures": ("digits", "letters")}
    monkeypatch.setattr(download_data, "collections", lambda: groups)
    corpora = table(site)
    corpora["letters"] = corpora["digits"]
    assert main(["pictures", "digits", "--data-dir", str(tmp_path)], corpora) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"digits", "letters"}
    assert len(site.requests) == 2


def test_every_corpus_of_the_backend_can_be_got():
    for name in corpora.names():
        assert set(parts(name)) <= CORPORA.keys()


def test_an_unknown_name(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["imagenet"])
    assert capsys.readouterr().err == (
        "download_data.py: there is no corpus 'imagenet'; "
        f"choose from {', '.join([*CORPORA, *collections()])}\n"
    )


def test_the_folder_of_the_environment(site, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_DATA_DIR", str(tmp_path))
    assert main(["digits"], table(site)) == 0
    assert only_the_file_is_in(tmp_path)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.needs_corpus(name)) for name in CORPORA],
)
def test_the_table_fits_the_corpora(name, data_folder):
    corpus = CORPORA[name]
    if corpus.built:
        assert all((data_folder / name / file).is_file() for file in corpus.built)
    else:
        for file, source in corpus.sources.items():
            assert fetch.is_sound(data_folder / name / file, source)
