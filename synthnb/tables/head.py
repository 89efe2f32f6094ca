"""The first rows of a table's file, as a file of the same kind, for whoever may read only some."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from synthnb.errors import TableError


def first_rows(data: bytes, suffix: str, rows: int) -> bytes:
    """Return a file with the header and the first rows of another.

    Parameters
    ----------
    data : bytes
        CSV in UTF-8 or Parquet, not compressed.
    suffix : str
        ``.csv`` or ``.parquet``.
    rows : int
        How many; all where there are fewer.

    Raises
    ------
    TableError
        When the file is of another kind or cannot be read.
    """
    if suffix not in {".csv", ".parquet"}:
        raise TableError(
            f"Rows cannot be taken from a file of kind {suffix!r}.",
            advice="take the whole table, or have it granted as .csv or .parquet",
        )
    try:
        return _csv(data, rows) if suffix == ".csv" else _parquet(data, rows)
    except Exception as exc:
        # The reader's own message may quote a cell.
        raise TableError(
            f"The table cannot be read as {suffix[1:]} ({type(exc).__name__})."
        ) from None


def _csv(data: bytes, rows: int) -> bytes:
    """Take whole records, which may span lines, and leave their text as it is."""
    lines = data.decode("utf-8").splitlines(keepends=True)
    taken = 0

    def feed() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += 1
            yield line

    reader = csv.reader(feed())
    for _ in zip(range(rows + 1), reader, strict=False):
        pass
    return "".join(lines[:taken]).encode()


def _parquet(data: bytes, rows: int) -> bytes:
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pq.read_table(io.BytesIO(data)).slice(0, rows), out, compression="zstd")
    return out.getvalue()
