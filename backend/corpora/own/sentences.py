"""Sentences from a user's file: plain text, CSV, TSV, Parquet, or a JSON object a line."""

import csv
import io
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from backend.corpora.hashed import bucket_of
from backend.corpora.leaks import same_text
from backend.corpora.own import parquet
from backend.corpora.own.found import Found
from backend.corpora.own.limits import LIMITS

# How files begin that people take for text.
MAGIC = {
    b"PK\x03\x04": "a ZIP; unpack it, or put pictures into it",
    b"\x1f\x8b": "packed by gzip; unpack it",
    b"%PDF": "a PDF; save its text as a text file",
    b"\x89PNG": "a picture; put pictures into a ZIP",
    b"\xff\xd8\xff": "a picture; put pictures into a ZIP",
    b"SQLite format 3": "a database; save a table of it as CSV",
}
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
LOOKED_AT = 200  # rows of a table behind the choice of a column
COMMON = 200  # times that a word must be there to be known, at most
HEADER = 1 << 16  # characters that the names of the columns are looked for in
ALONE = "\x1f"  # between the columns of a table that has but one: a sign that no text has
COUNTED = 50_000  # sentences behind histogram and vocabulary

Row = tuple[str, str]  # sentence and label
# Rows of a table, where names are given in at least those columns.
Table = Callable[[Sequence[str] | None], Iterator[dict[str, Any]]]


def read(file_name: str, data: bytes, column: str, label_column: str) -> Found:
    """The sentences of a file, each once.

    Raises ``ValueError``, with what is wrong and what to do, as all functions here do.
    """
    notes: list[str] = []
    table, lines = _table(file_name, data, notes)
    columns: tuple[str, ...] = ()
    rows: Iterator[Row]
    if isinstance(table, str):
        column = label_column = ""
        rows = ((line, "") for line in io.StringIO(table, newline=None))
    else:
        columns, column = _columns(file_name, table, column, label_column)
        rows = _cells(table, column, label_column)
    found, labels = _once(file_name, rows, lines, notes)
    found.columns, found.column, found.label_column = columns, column, label_column
    if label_column:
        found.labels, found.classes = classes_of(labels, label_column)
    return found


def _table(file_name: str, data: bytes, notes: list[str]) -> tuple[Table | str, int]:
    """Rows by column, or a text that has none; and about how many lines there are."""
    ending = Path(file_name).suffix.lower()
    if ending == ".parquet" or data.startswith(parquet.MAGIC):
        packed = parquet.Packed(file_name, data)
        return packed.rows, packed.n
    text = decoded(file_name, data, notes)
    lines = text.count("\n")
    if ending in (".csv", ".tsv", ".tab"):
        told, text = _told_delimiter(text)
        delimiter = told or ("\t" if ending != ".csv" else _delimiter(text))
        return partial(_delimited, file_name, text, delimiter, bool(told), notes), lines
    if ending in (".jsonl", ".ndjson", ".json"):
        return partial(_objects, file_name, text), lines
    return text, lines


def decoded(file_name: str, data: bytes, notes: list[str]) -> str:
    """Text in whatever encoding it is in; ``notes`` tell where that is not UTF-8."""
    for magic, what in MAGIC.items():
        if data.startswith(magic):
            raise ValueError(f"{file_name} is no text but {what}.")
    encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), "utf-8")
    if encoding != "utf-16" and b"\0" in data[: 1 << 16]:
        raise ValueError(
            f"{file_name} is no text: it has bytes that no text has. Choose a text file."
        )
    try:
        text = data.decode(encoding)
        if encoding == "utf-16":
            notes.append("The file is in UTF-16.")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        notes.append(
            "The file is not in UTF-8; it was read as Windows-1252, Western European. Save it in "
            "UTF-8 if the examples below look wrong."
        )
    odd = sum(
        not character.isprintable() and character not in "\n\r\t" for character in text[:4096]
    )
    if odd > 0.05 * min(len(text), 4096):
        raise ValueError(f"{file_name} is no text. Choose a text file.")
    return text


def classes_of(labels: list[str], name: str) -> tuple[list[int], tuple[str, ...]]:
    """Labels as numbers, and what they are called."""
    classes = tuple(sorted(set(labels)))
    if len(classes) > LIMITS["classes"]:
        raise ValueError(
            f"{name} has {len(classes):,} different values; labels have at most "
            f"{LIMITS['classes']}. Choose another column, or none."
        )
    numbers = {label: number for number, label in enumerate(classes)}
    return [numbers[label] for label in labels], classes


def words_of(
    sentences: list[str], sizes: tuple[int, ...], n: int
) -> tuple[dict[int, int], list[tuple[int, float]], list[int], list[str]]:
    """Sentences by their number of words; the share of words known by vocabulary; examples.

    Third, how many words are there at least once, twice, and so on to ``COMMON`` times. An
    example is its tokens as a model reads them, with <unk> for those that stand once in all.
    """
    from backend.processors.text import tokenize  # brings torch

    step = max(1, len(sentences) // COUNTED)
    tokens = [tokenize(sentence) for sentence in sentences[::step]]
    counts = Counter(token for row in tokens for token in row)
    lengths = Counter(map(len, tokens))
    ordered = [count for _, count in counts.most_common()]
    total, vocabulary = max(1, sum(ordered)), []
    for size in (*(size for size in sizes if size < len(ordered)), len(ordered)):
        vocabulary.append((size, sum(ordered[:size]) / total))
    rising = ordered[::-1]
    often = [len(rising) - bisect_left(rising, least) for least in range(1, COMMON + 1)]
    shown = tokens[:: max(1, len(tokens) // n)][:n]
    examples = [" ".join(t if counts[t] > 1 else "<unk>" for t in row) for row in shown]
    return dict(sorted(lengths.items())), vocabulary, often, examples


def _once(
    file_name: str, rows: Iterator[Row], lines: int, notes: list[str]
) -> tuple[Found, list[str]]:
    """Without what is empty, too long or there already, drawn if too many; and the labels."""
    most = LIMITS["items"]
    share = most / lines if lines > most else 1.0
    items: dict[str, Row] = {}
    n = long = 0
    for sentence, label in rows:
        if len(sentence) > LIMITS["length"]:  # first: to split it takes time, too
            long += 1
            continue
        line = " ".join(sentence.split())
        if not line:
            continue
        key = same_text(line)
        if share < 1 and bucket_of(key) >= share:
            continue
        n += 1
        items.setdefault(key, (line, label))
    if long and len(items) < LIMITS["fewest"]:
        raise ValueError(
            f"{file_name}: {long:,} of its {long + n:,} lines have more than "
            f"{LIMITS['length']:,} characters, which is too long for a sentence. Break the text "
            "so that each sentence is a line."
        )
    if long:
        notes.append(f"{long:,} lines of more than {LIMITS['length']:,} characters were left out.")
    if share < 1:
        notes.append(f"Of {lines:,} lines {n:,} were drawn, by a hash of what they say.")
    kept = list(items.values())
    sentences = [sentence for sentence, _ in kept]
    found = Found("text", sentences, duplicates=n - len(kept), notes=notes)
    return found, [label for _, label in kept]


def _told_delimiter(text: str) -> tuple[str, str]:
    """What the first line says of it, as Excel writes and reads, and the rest; else "" and all.

    >>> _told_delimiter("sep=;\\ntext;mood")
    (';', 'text;mood')
    """
    found = re.match(r"\"?sep=([^\r\n\"])\"?(\r\n|\r|\n)", text, re.IGNORECASE)
    return (found[1], text[found.end() :]) if found else ("", text)


def _delimiter(text: str) -> str:
    """What stands most often between the names of the columns; ``ALONE`` where it is one name."""
    names = re.sub(r'"[^"]*"', "", text[:HEADER]).lstrip()
    first = re.split(r"[\r\n]", names, maxsplit=1)[0]
    return max(ALONE, *",;\t|", key=first.count)


def _delimited(
    file_name: str,
    text: str,
    delimiter: str,
    told: bool,
    notes: list[str],
    wanted: Sequence[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Rows by column; ``told`` whether a line on the delimiter stood before them.

    When all were read for what is ``wanted``, ``notes`` tell of cells that are in no column.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    beyond = 0
    try:
        names = _apart(next((row for row in reader if any(map(str.strip, row))), []))
        for row in reader:
            beyond += any(map(str.strip, row[len(names) :]))
            yield dict(zip(names, row, strict=False))
    except csv.Error as error:
        line = reader.line_num + told
        raise ValueError(
            f"{file_name}, line {line}: {error}. Is a quotation mark missing?"
        ) from None
    if beyond and wanted is not None:
        notes.append(
            f"Rows with more cells than there are columns: {beyond:,}; what is beyond was left "
            "out. Put quotation marks around text that holds the sign between columns."
        )


def _apart(names: list[str]) -> list[str]:
    """Names of columns, of which each is there once.

    >>> _apart(["text", "id", "text", "text 2", ""])
    ['text', 'id', 'text 2', 'text 2 2', 'column 5']
    """
    out: dict[str, None] = {}
    again: Counter[str] = Counter()
    for place, given in enumerate(names, 1):
        name = plain = given.strip() or f"column {place}"
        while name in out:
            again[plain] += 1
            name = f"{plain} {again[plain] + 1}"
        out[name] = None
    return list(out)


def _objects(
    file_name: str, text: str, _: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"{file_name}, line {number} is no JSON.") from None
        if not isinstance(row, dict):
            raise ValueError(
                f"{file_name}, line {number} is no JSON object. Write one a line, like "
                '{"text": "…"}.'
            )
        yield {key: value for key, value in row.items() if not isinstance(value, dict | list)}


def _columns(file_name: str, table: Table, column: str, label: str) -> tuple[tuple[str, ...], str]:
    """All columns, and that of the sentences: as asked for, or that which says most."""
    first = list(islice(table(None), LOOKED_AT))
    if not first:
        raise ValueError(f"{file_name} has no rows. Choose another file.")
    columns = tuple(dict.fromkeys(name for row in first for name in row))
    if len(columns) > LIMITS["columns"]:
        raise ValueError(
            f"{file_name} has {len(columns):,} columns; at most {LIMITS['columns']:,} are read. "
            "Choose a table with fewer."
        )
    for asked in filter(None, (column, label)):
        if asked not in columns:
            there = ", ".join(columns[:20])
            raise ValueError(f"{file_name} has no column {asked[:80]!r}; it has: {there}.")
    if not columns:
        raise ValueError(
            f"{file_name} has no column of words. Write the sentence at the top of each object, "
            'like {"text": "…"}.'
        )
    texts = {name: sum(map(len, {_cell(row.get(name)) for row in first})) for name in columns}
    return columns, column or max(texts, key=texts.__getitem__)


def _cells(table: Table, column: str, label: str) -> Iterator[Row]:
    for row in table([column, label] if label else [column]):
        yield _cell(row.get(column)), (_cell(row.get(label)) or "none") if label else ""


def _cell(value: Any) -> str:
    """As a text; half a character, which JSON can escape, becomes a question mark."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")
