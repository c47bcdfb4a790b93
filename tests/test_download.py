"""scripts/download_data.py against a local server that cuts, corrupts, redirects and refuses."""

import gzip
import hashlib
import http.server
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import download_data
from scripts.download_data import CORPORA, Corpus, Source, build_english, main

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
    monkeypatch.setattr(download_data, "PAUSE", 0)
    monkeypatch.setenv("NO_PROXY", "*")
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def table(site: Site, path: str = "/file", content: bytes = CONTENT) -> dict[str, Corpus]:
    source = Source(site.url + path, hashlib.sha256(content).hexdigest())
    return {"digits": Corpus("MIT", "http://home.example", 1, {"digits.gz": source})}


def get(site: Site, folder: Path, corpora: dict[str, Corpus] | None = None) -> int:
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
    site.faults = ["cut"] + ["silent"] * download_data.TRIES
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


def refused(site: Site, folder: Path, capsys, corpora: dict[str, Corpus] | None = None) -> str:
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
    corpora = {"digits": Corpus("MIT", "http://home.example", 1, {"digits.gz": source})}
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


# --- sentences ----------------------------------------------------------------------------------


def make_zip(name: str, *english: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("_about.txt", "about")
        archive.writestr(name, "".join(f"{line}\tx\tCC-BY 2.0\n" for line in english))
    return stream.getvalue()


@pytest.fixture
def sentences(site) -> dict[str, Corpus]:
    site.files["/fra-eng.zip"] = make_zip("fra.txt", "Go.", "I like tea.", "Go.")
    site.files["/deu-eng.zip"] = make_zip("deu.txt", "I like tea.", "“Oh”, he said.", "Run!")
    sources = {name: Source(f"{site.url}/{name}") for name in ("fra-eng.zip", "deu-eng.zip")}
    corpus = Corpus("CC BY", "http://home.example", 1, sources, "english.txt.gz", build_english)
    return {"digits": corpus}


def test_english_sentences_are_unique_and_in_a_fixed_order(site, sentences, tmp_path):
    assert get(site, tmp_path / "a", sentences) == get(site, tmp_path / "b", sentences) == 0
    [path] = (tmp_path / "a" / "digits").iterdir()
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert sorted(lines) == ["Go.", "I like tea.", "Run!", "“Oh”, he said."]
    assert path.read_bytes() == (tmp_path / "b" / "digits" / "english.txt.gz").read_bytes()
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


# --- the command line and the table -------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--list"], ["--list", "mnist"]])
def test_the_list(arguments, capsys):
    assert main(arguments) == 0
    listed = capsys.readouterr().out
    for name, corpus in CORPORA.items():
        assert f"{name}\n" in listed
        assert corpus.licence in listed and corpus.home in listed
    assert "grows with time: no fixed checksum" in listed


def test_an_unknown_name(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["imagenet"])
    assert capsys.readouterr().err == (
        "download_data.py: there is no corpus 'imagenet'; "
        "choose from tatoeba, mnist, fashion-mnist\n"
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
        assert (data_folder / name / corpus.built).is_file()
    else:
        for file, source in corpus.sources.items():
            assert download_data.is_sound(data_folder / name / file, source)
