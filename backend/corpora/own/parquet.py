"""Rows of a Parquet file, a few at a time and only in the columns that are asked for."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from backend.corpora.own.limits import LIMITS

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"
AT_ONCE = 4096  # rows


class Packed:
    """Columns of words and numbers; nested ones, pictures for example, are left out.

    Raises ``ValueError``, with what is wrong and what to do, for what is no such file.
    """

    def __init__(self, file_name: str, data: bytes) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.file_name, self.data = file_name, data
        try:
            with parquet.ParquetFile(pa.BufferReader(data)) as file:
                self.columns = tuple(f.name for f in file.schema_arrow if _is_plain(f.type))
                self.words = [f.name for f in file.schema_arrow if _is_words(f.type)]
                self.n: int = file.metadata.num_rows
                size = sum(
                    file.metadata.row_group(group).total_byte_size
                    for group in range(file.num_row_groups)
                )
        except (pa.ArrowException, OSError, ValueError):
            raise self._damaged() from None
        if self.n > LIMITS["rows"]:
            raise ValueError(
                f"{file_name} has {self.n:,} rows; at most {LIMITS['rows']:,} are read. Choose a "
                "part of it."
            )
        if size > LIMITS["unpacked"]:
            raise ValueError(f"{file_name} unpacks to more than {LIMITS['unpacked'] >> 30} GiB.")
        if not self.words:
            raise ValueError(
                f"{file_name} has no column of words. Choose a file that has one, with one "
                "sentence a row."
            )

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """All rows, of these columns alone if some are named."""
        import pyarrow as pa
        from pyarrow import parquet

        wanted = [name for name in self.columns if columns is None or name in columns]
        words = [name for name in self.words if name in wanted]
        try:
            # A word that is there a million times is one object: it takes the memory of one.
            with parquet.ParquetFile(pa.BufferReader(self.data), read_dictionary=words) as file:
                for batch in file.iter_batches(AT_ONCE, columns=wanted, use_threads=False):
                    values = [_values(column) for column in batch.columns]
                    for row in zip(*values, strict=True):
                        yield dict(zip(batch.schema.names, row, strict=True))
        except (pa.ArrowException, OSError, ValueError):
            raise self._damaged() from None

    def _damaged(self) -> ValueError:
        return ValueError(f"{self.file_name} is no Parquet file, or a damaged one. Save it again.")


def _values(column: "pa.Array") -> list[Any]:
    import pyarrow as pa

    if not isinstance(column, pa.DictionaryArray):
        return column.to_pylist()
    known = column.dictionary.to_pylist()
    return [None if place is None else known[place] for place in column.indices.to_pylist()]


def _is_words(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(inner) or pa.types.is_large_string(inner)


def _is_plain(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return number or _is_words(kind)
