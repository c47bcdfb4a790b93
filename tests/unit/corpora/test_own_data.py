"""A user's own data: every format, what is wrong with them, and the corpus that they become."""

import gzip
import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from backend import corpora
from backend.corpora import own
from backend.corpora.own import limits, pictures
from backend.files import write_json

LINES = [f"The {kind} number {n} is here." for n in range(15) for kind in ("cat", "dog")]
TEXT = "\n".join(LINES).encode()


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENT_YOURS_DIR", str(tmp_path / "yours"))


def png(value: int, size: tuple[int, int] = (28, 28), kind: str = "PNG") -> bytes:
    picture = Image.new("RGB", size)
    picture.putpixel((value % size[0], value // size[0]), (255, 255, 255))
    picture.putpixel((3, 3), (value, 255 - value, 0))
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def idx(pictures: np.ndarray) -> bytes:
    sizes = struct.pack(f">{pictures.ndim}I", *pictures.shape)
    return bytes([0, 0, 8, pictures.ndim]) + sizes + pictures.tobytes()


def packed(**columns: object) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


GREY = np.arange(30 * 28 * 28, dtype=np.uint32).reshape(30, 28, 28) // 7 % 251
GREY = GREY.astype(np.uint8)

CSV = 'id,"what is said",topic\n' + "".join(
    f'{n},"So, number ""{n}""\nis here.",{"odd" if n % 2 else "even"}\n' for n in range(30)
)
JSONL = "\n".join(json.dumps({"key": n, "text": line}) for n, line in enumerate(LINES))


def test_lines_are_read_once_each_and_no_item_is_in_two_splits() -> None:
    data = TEXT + b"\n\n  THE cat  number 3 is here.\r\n"
    seen = own.preview("lines.txt", data)
    assert (seen.kind, seen.n, seen.duplicates, seen.lengths) == ("text", 30, 1, {7: 30})
    assert seen.splits == {"train": 24, "validation": 3, "test": 3}
    assert len(seen.examples) == 20
    assert seen.examples[0] == "the cat number 0 is here ."
    words, share = seen.vocabulary[-1]
    assert (words, share) == (22, 1.0)  # seven and fifteen numbers

    key = own.keep("My lines", "lines.txt", data)
    assert own.keep("My lines", "lines.txt", data) == key  # nothing is kept twice
    splits = corpora.load(key)
    assert {name: len(split.items) for name, split in splits.items()} == seen.splits
    assert sorted(one for split in splits.values() for one in split.sentences) == sorted(LINES)
    # Another order of the file is the same split.
    again = own.keep("Turned", "lines.txt", "\n".join(reversed(LINES)).encode())
    assert sorted(corpora.load(again)["test"].items) == sorted(splits["test"].items)


def test_a_kept_corpus_is_one_like_others_until_it_is_forgotten() -> None:
    key = own.keep("Mein Tagebuch, 2. Teil", "diary.txt", TEXT)
    assert key.startswith("own-mein-tagebuch-2-teil-")
    assert key in corpora.names()
    record = corpora.corpus(key)
    assert (record.kind, record.unit, record.name) == (
        "text",
        "sentence",
        "Mein Tagebuch, 2. Teil",
    )
    assert corpora.available(key)
    assert set(record.ends) <= set(corpora.load(key)["validation"].items)
    assert own.report(key).n == 30
    (kept,) = own.kept()
    assert (kept.key, kept.n, kept.bytes > len(TEXT)) == (key, 30, True)
    own.forget(key)
    assert own.kept() == []
    assert not corpora.available(key)  # as models of it ask, which stay
    with pytest.raises(KeyError, match="there are: none"):
        corpora.corpus(key)
    with pytest.raises(ValueError, match="no data of yours called"):
        own.forget("../trained")


def test_tables_have_columns_and_labels() -> None:
    seen = own.preview("said.csv", CSV.encode())
    assert seen.columns == ("id", "what is said", "topic")
    assert (seen.column, seen.n) == ("what is said", 30)  # that with the most text
    assert seen.examples[0] == 'so , number " <unk> " is here .'
    key = own.keep("Said", "said.csv", CSV.encode(), label_column="topic")
    assert corpora.corpus(key).classes == ("even", "odd")
    for split in corpora.load(key).values():
        odd = ["odd" if int(text.split('"')[1]) % 2 else "even" for text in split.sentences]
        assert split.tags == {"label": odd}
    tabs = own.preview("said.tsv", CSV.replace(",", "\t").encode())
    assert tabs.columns == seen.columns
    assert own.preview("said.csv", CSV.replace(",", ";").encode()).column == "what is said"
    keyed = own.preview("said.jsonl", JSONL.encode())
    assert (keyed.columns, keyed.column, keyed.n) == (("key", "text"), "text", 30)


def test_parquet_has_columns_and_labels_and_is_read_in_those_alone() -> None:
    n = len(LINES)
    words = {
        "said": [*LINES[:-1], None],
        "topic": pa.array(["odd", "even"] * (n // 2)).dictionary_encode(),
    }
    data = packed(id=list(range(n)), picture=[b"\xff"] * n, tags=[["x" * 99]] * n, **words)
    seen = own.preview("said.parquet", data)
    assert seen.columns == ("id", "said", "topic")  # of words and numbers
    assert (seen.column, seen.n, seen.examples[0]) == ("said", n - 1, "the cat number 0 is here .")
    key = own.keep("Said", "said.parquet", data, label_column="topic")
    assert corpora.corpus(key).classes == ("even", "odd")
    for split in corpora.load(key).values():
        topics = ["even" if "dog" in text else "odd" for text in split.sentences]
        assert split.tags == {"label": topics}
    assert own.preview("whatever", data).n == n - 1  # known by how it begins


def test_a_word_that_parquet_repeats_a_million_times_takes_the_memory_of_one() -> None:
    long = pa.array(["x" * 1_000_000, "y", *LINES])
    many = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000 + list(range(32))), long)
    seen = own.preview("bomb.parquet", packed(text=many))
    assert seen.n == len(LINES) + 1
    assert seen.notes == ["100,001 lines of more than 2,000 characters were left out."]


def test_other_encodings_are_read_and_told() -> None:
    lines = "\n".join(f"Größe Nummer {n} ist schön." for n in range(25))
    latin = own.preview("a.txt", lines.encode("cp1252"))
    assert "größe nummer" in latin.examples[0]
    (told,) = latin.notes
    assert "not in UTF-8; it was read as Windows-1252" in told and "look wrong" in told
    for utf16 in (lines.encode("utf-16"), b"\xfe\xff" + lines.encode("utf-16-be")):
        seen = own.preview("a.txt", utf16)
        assert (seen.n, seen.notes) == (25, ["The file is in UTF-16."])
    assert own.preview("a.txt", lines.encode("utf-8-sig")).examples[0].startswith("größe")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_on_any_machine(end: str) -> None:
    assert own.preview("a.txt", end.join(LINES).encode()).n == len(LINES)
    rows = end.join(f"{n},{line}" for n, line in enumerate(["said", *LINES])).encode()
    assert own.preview("a.csv", rows).n == len(LINES)


def test_columns_of_one_name_are_told_apart_and_a_label_that_is_missing_is_none() -> None:
    rows = ["text,mood,text", *(f"{n},{'glad' * (n % 2)},{line}" for n, line in enumerate(LINES))]
    seen = own.preview("a.csv", "\n".join(rows).encode(), label_column="mood")
    assert seen.columns == ("text", "mood", "text 2")
    assert (seen.column, seen.classes) == ("text 2", ("glad", "none"))


@pytest.mark.parametrize(
    ("head", "between"),
    [
        ("sep=;\r\nn;said", ";"),
        ('"sep=;"\nn;said', ";"),
        ("\ufeffSEP=|\nn|said", "|"),
        ("sep=,\nn,said", ","),
        ("n\tsaid", "\t"),
        ('"n, or so; the number"; said ', ";"),
        ('\n \n"a\nb";said', ";"),
    ],
)
def test_what_stands_between_columns_is_told_or_found(head: str, between: str) -> None:
    rows = [f'{n}{between}"{line}\n{between}"' for n, line in enumerate(LINES)]
    seen = own.preview("a.csv", "\r\n".join([head, *rows]).encode())
    assert len(seen.columns) == 2 and seen.columns[1] == seen.column == "said"
    assert seen.n == len(LINES) and not seen.notes
    assert seen.examples[0].replace(" ", "").endswith(f"ishere.{between.strip()}")


def test_a_table_of_one_column_is_cut_nowhere_and_cells_beyond_all_columns_are_told() -> None:
    lines = [f"Well, {line}" for line in LINES]
    seen = own.preview("a.csv", "\n".join(["said", *lines]).encode())
    assert (seen.columns, seen.examples[0][:10]) == (("said",), "well , the")
    ragged = ["n,said", *(f"{n},{line}" for n, line in enumerate(lines)), "9", "", ",,,", "8,"]
    seen = own.preview("a.csv", "\n".join(ragged).encode())
    assert seen.notes == [
        "Rows with more cells than there are columns: 30; what is beyond was left out. Put "
        "quotation marks around text that holds the sign between columns."
    ]


def test_a_folder_of_pictures_is_read_like_its_zip(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / "ab"[n % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[n % 2] / f"{n}.PNG").write_bytes(png(n))
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "é.png").write_bytes(b"no picture")
    seen = own.preview("drawn.zip", own.packed(tmp_path))
    assert (seen.n, seen.classes) == (30, ("a", "b"))
    assert seen.notes[0] == "Damaged pictures left out: 1, é.png among them."
    assert own.packed(tmp_path) == own.packed(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no PNG or JPEG"):
        own.preview("empty.zip", own.packed(tmp_path / "empty"))


def test_the_column_that_says_most_is_taken_not_that_which_repeats_itself() -> None:
    rows = [f"{line},{'the same long remark ' * 9}" for line in ["said", *LINES]]
    assert own.preview("a.csv", "\n".join(rows).encode()).column == "said"


def test_objects_within_objects_are_left_out_and_half_a_character_is_none() -> None:
    rows = [{"meta": {"long": ["x"] * 99}, "text": line, "n": None} for line in LINES]
    seen = own.preview("a.json", "\n".join(map(json.dumps, rows)).encode())
    assert (seen.columns, seen.column, seen.n) == (("text", "n"), "text", len(LINES))
    halves = "\n".join(json.dumps({"text": f"{line} \ud800"}) for line in LINES)
    assert own.preview("a.jsonl", halves.encode()).examples[0].endswith("?")
    own.keep("Halves", "a.jsonl", halves.encode())


def test_too_many_lines_are_drawn_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "items", 100)
    data = "\n".join(f"Line {n}" for n in range(1000)).encode()
    seen = own.preview("long.txt", data)
    assert 60 < seen.n < 140
    assert seen.notes == [f"Of 999 lines {seen.n} were drawn, by a hash of what they say."]


@pytest.mark.parametrize(
    ("name", "data", "how", "said"),
    [
        ("a.txt", b"", {}, "is empty"),
        ("a.txt", b"\n \n", {}, "has 0 different sentences"),
        ("a.txt", b"One sentence alone.", {}, "has 1 different sentence; a model needs at"),
        ("a.txt", b"The same.\n" * 50, {}, "has 1 different sentence;"),
        ("a.txt", bytes(range(256)) * 40, {}, "bytes that no text has"),
        ("a.txt", bytes(range(1, 32)) * 40, {}, "is no text"),
        ("a.txt", zipped({"a": b"b"}), {}, "is no text but a ZIP"),
        ("a.txt", b"word " * 1000, {}, "1 of its 1 lines have more than 2,000 characters, which"),
        ("a.parquet", b"PAR1xxxx", {}, "is no Parquet file, or a damaged one"),
        ("a.parquet", b"plain text", {}, "is no Parquet file, or a damaged one"),
        ("a.parquet", packed(text=LINES)[:-9], {}, "is no Parquet file, or a damaged one"),
        ("a.parquet", packed(n=[1, 2]), {}, "no column of words"),
        ("a.parquet", packed(text=LINES), {"column": "words"}, "no column 'words'; it has: text"),
        ("a.parquet", packed(text=LINES[:1]), {}, "has 1 different sentence; a model"),
        ("a.csv", CSV.encode(), {"column": "words"}, "no column 'words'; it has: id, what"),
        ("a.csv", CSV.encode(), {"label_column": "mood"}, "no column 'mood'"),
        ("a.csv", b"text\n", {}, "has no rows"),
        ("a.csv", b'text\n"' + b"x" * 200_000, {}, "Is a quotation mark missing"),
        ("a.jsonl", b'{"a": "b"}\n{"a": ', {}, "line 2 is no JSON"),
        ("a.jsonl", b"[1]\n", {}, "line 1 is no JSON object"),
        ("a.json", json.dumps([{"text": "x"}]).encode(), {}, "line 1 is no JSON object. Write"),
        ("a.jsonl", b'{"a": {"text": "x"}}\n', {}, "no column of words"),
        ("a.csv", b"text,mood", {}, "has no rows"),
        ("a.csv", b"sep=;\ntext;mood\n", {}, "has no rows"),
        ("a.csv", b"sep=;\na;b\n1;2\n", {"column": "text"}, "no column 'text'; it has: a, b."),
        ("a.csv", b'sep=;\na\n"' + b"x" * 200_000, {}, "a.csv, line 3: field larger than"),
        ("a.csv", b"\n".join([b"x," * 5000] * 2), {}, "has 5,001 columns; at most 1,000 are"),
        ("a.txt", TEXT + b"\0", {}, "bytes that no text has"),
        ("a.txt", TEXT.decode().encode("utf-16-le"), {}, "bytes that no text has"),
        ("a.zip", zipped({"a.gif": b"GIF89a"}), {}, "holds no PNG or JPEG"),
        ("a.zip", zipped({"a\\..\\..\\b.png": png(1)}), {}, "points out of it"),
        ("a.zip", zipped({"/etc/a.png": png(1)}), {}, "points out of it"),
        ("a.zip", b"PK\x03\x04 not really", {}, "is no ZIP, or a damaged one"),
        ("a.zip", zipped({"a.txt": b"x"}), {}, "holds no PNG or JPEG"),
        ("a.zip", zipped({"../a.png": png(1)}), {}, "points out of it"),
        ("a.zip", zipped({"a.png": b"no picture"}), {}, "a.png is damaged"),
        ("a.zip", zipped({"a.png": png(1)}), {}, "has 1 different picture; a model needs"),
        ("a.idx", idx(GREY)[:-5], {}, "cut off or damaged"),
        ("a.idx", b"\0\0\x08\x01\0\0\0\x05", {}, "no IDX file of pictures"),
        ("a-idx3-ubyte.gz", gzip.compress(idx(GREY))[:-99], {}, "is damaged"),
        ("a.npz", npz(x=np.array([object()])), {}, "no array of numbers"),
        ("a.npz", npz(x=GREY[0]), {}, "no array of pictures"),
        ("a.npz", npz(x=GREY), {"column": "y"}, "no array 'y'; it has: x"),
        ("a.npz", npz(x=GREY * np.nan), {}, "numbers without gaps"),
        ("a.npz", npz(x=GREY.astype(int) - 9), {}, "between 0 and 1, or 0 and 255"),
        ("a.npz", npz(x=GREY, y=np.arange(9)), {"label_column": "y"}, "one label for each"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_one_sentence(
    name: str, data: bytes, how: dict, said: str
) -> None:
    with pytest.raises(ValueError, match=name.split(".")[0]) as raised:
        own.preview(name, data, **how)
    assert said in str(raised.value)


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "unpacked", 1 << 20)
    for name, data in [
        ("bomb.zip", zipped({"a.png": b"\0" * (2 << 20)})),
        ("bomb.parquet", packed(text=["x" * 9_999 + str(n) for n in range(200)])),
        ("bomb.npz", npz(x=np.zeros((1000, 64, 64), np.uint8))),
        ("bomb-idx3-ubyte.gz", gzip.compress(b"\0" * (2 << 20))),
    ]:
        with pytest.raises(ValueError, match="unpacks to more than"):
            own.preview(name, data)
    monkeypatch.setitem(limits.LIMITS, "rows", 20)
    with pytest.raises(ValueError, match="has 30 rows; at most 20 are read"):
        own.preview("a.parquet", packed(text=LINES))
    monkeypatch.setitem(limits.LIMITS, "bytes", 10)
    with pytest.raises(ValueError, match="at most 10 are read"):
        own.preview("a.txt", TEXT)


def test_an_array_that_lies_about_its_size_takes_no_memory() -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000, 1000)}"
    lying = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header) + 1) + header + b"\n"
    with pytest.raises(ValueError, match="is cut off"):
        own.preview("a.npz", zipped({"x.npy": lying}))


def test_pictures_come_in_three_formats() -> None:
    for name, data in [
        ("a.idx", idx(GREY)),
        ("a-idx3-ubyte.gz", gzip.compress(idx(GREY))),
        ("a.idx.gz", gzip.compress(idx(GREY))),
        ("a.npz", npz(small=GREY[:2], images=GREY)),
        ("a.npz", npz(images=GREY / 255)),
        ("a.npz", npz(images=GREY[:, None])),
    ]:
        seen = own.preview(name, data)
        assert (seen.kind, seen.n, seen.duplicates) == ("image", 30, 0)
        np.testing.assert_array_equal(seen.examples[0], GREY[0])
    wide = own.preview("a.npz", npz(images=GREY[:, :14]), size=32, channels=3)
    assert wide.examples[0].shape == (3, 32, 32)
    assert wide.notes == ["Pictures of 14 x 28 pixels were made 32 x 32."]


def test_folders_of_a_zip_are_classes() -> None:
    files = {f"all/{'ab'[n % 2]}/{n}.png": png(n) for n in range(30)}
    files |= {
        "all/a/twin.png": png(0),
        "all/b/broken.jpg": png(5)[:60],
        "all/b/wide.jpg": png(7, (60, 40), "JPEG"),
        "__MACOSX/all/a/._1.png": b"",
        "all/readme.txt": b"?",
    }
    data = zipped(files)
    seen = own.preview("all.zip", data)
    assert (seen.n, seen.duplicates, seen.classes) == (31, 1, ("a", "b"))
    assert seen.notes == [
        "Damaged pictures left out: 1, all/b/broken.jpg among them.",
        "Pictures of 2 sizes were cut to their middle square and made 28 x 28.",
    ]
    key = own.keep("Dots", "all.zip", data, channels=3)
    splits = corpora.load(key)
    train = splits["train"]
    assert train.pictures.shape == (len(train.pictures), 28, 28, 3)
    assert train.tags["label"] == ["ab"[label] for label in train.classes]
    assert sum(len(split.items) for split in splits.values()) == own.report(key).n == 31


def saved(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def test_a_picture_is_read_as_a_person_sees_it() -> None:
    """Of 16 bits, of a palette, seen through, turned by its camera, or made for print."""
    ramp = np.arange(28, dtype=np.uint8)[:, None] * 9 * np.ones((1, 28), np.uint8)  # falls
    grey = Image.fromarray(ramp)
    clear = Image.fromarray(np.zeros((28, 28), np.uint8))
    clear.putalpha(Image.fromarray(255 - ramp))  # black ink, the less the lower
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side: show it turned by 90 degrees
    files = {
        "bits.png": saved(Image.fromarray(ramp.astype(np.uint16) * 257)),
        "palette.png": saved(grey.quantize(64)),
        "clear.png": saved(clear),
        "turned.jpg": saved(grey.rotate(90), "JPEG", exif=turned, quality=100),
        "print.jpg": saved(grey.convert("CMYK"), "JPEG", quality=100),
    }
    for name, data in files.items():
        (picture,) = pictures.read("a.zip", zipped({name: data}), "", "", 28, 1).items
        assert np.abs(picture.astype(int) - ramp).max() <= 12, name


def test_junk_beside_pictures_is_no_class_and_neither_is_an_empty_folder() -> None:
    files = {f"top/{'ab'[n % 2]}/deep/{n}.png": png(n) for n in range(30)}
    flat = {name.replace("/deep", ""): data for name, data in files.items()}
    junk = {"__MACOSX/top/c/._1.png": b"x", "top/.DS_Store": b"x", "top/a/Thumbs.db": b"x"}
    empty = {"top/c/": b"", "top/d/": b""}
    assert own.preview("a.zip", zipped(flat | junk | empty)).classes == ("a", "b")
    assert own.preview("a.zip", zipped(files | junk)).classes == ()  # all are in "deep"
    alone = {name: data for name, data in flat.items() if "/a/" in name}
    few = {f"top/a/{n}.png": png(n) for n in range(30, 50)}
    assert own.preview("a.zip", zipped(alone | few)).classes == ()


def test_a_disk_that_fills_leaves_nothing_half_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: object) -> None:
        if path.name == own.ABOUT:
            raise OSError(28, "Could not write: No space left on device.")
        write_json(path, content)

    monkeypatch.setattr(own, "write_json", full)
    with pytest.raises(OSError, match="No space left"):
        own.keep("My lines", "lines.txt", TEXT)
    assert own.kept() == []
    assert not list(own.data_of_yours().iterdir())
