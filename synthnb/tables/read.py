"""Reading tables as the charter describes them, and naming every difference at once.

No message quotes a value of the data: columns, types and counts of columns only.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthnb.errors import Problem, TableError
from synthnb.records import Column, sha256
from synthnb.records.charter import HIDDEN
from synthnb.tables.cells import typed

MINIMUM_ROWS = 20
"""Fewer rows than this in any part leave nothing to measure."""

_INDEX = re.compile(r"__index_level_\d+__")
_URI = re.compile(r"(?:^|/)[A-Za-z][A-Za-z0-9+.-]+:/")  # a Path has one slash less
_SUFFIXES = (".csv", ".csv.gz", ".csv.zst", ".parquet", ".parquet.gz", ".parquet.zst")


def read_table(
    path: Path,
    columns: Sequence[Column],
    *,
    name: str = "real",
    optional: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Read a CSV or Parquet file (plain, gzip or zstd) into the house's types.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of Column
        What it should hold; the result has these columns in this order.
    name : str
        What the table is called in messages: ``real``, ``control``, ``synthetic``.
    optional : frozenset of str
        Columns that may be absent or present and are dropped.

    Raises
    ------
    TableError
        With every difference between file and charter.
    """
    raw = read_raw(path, name)
    return conform(raw, columns, name=name, optional=optional)


def read_raw(path: Path, name: str) -> pd.DataFrame:
    """Read a file as it is: CSV cells as text, Parquet cells as stored."""
    if _URI.search(path.as_posix()):
        raise TableError(
            f"The {name} table is named by a URI, which is recorded but never fetched.",
            advice="put a local copy beside the charter and name its path",
        )
    suffix = next(
        (s for s in sorted(_SUFFIXES, key=len, reverse=True) if path.name.endswith(s)), ""
    )
    if not suffix:
        raise TableError(
            f"The {name} table `{path.name}` is of no known format.",
            advice=f"use one of {', '.join(_SUFFIXES)}",
        )
    if not path.is_file():
        raise TableError(
            f"The {name} table `{path.name}` does not exist.",
            advice="check `path` in charter.yaml or plan.yaml; it is relative to the dossier",
        )
    try:
        data = _decompress(path.read_bytes(), suffix)
        frame = _csv(data, path.name) if suffix.startswith(".csv") else _parquet(data)
    except TableError:
        raise
    except Exception as exc:
        # The reader's own message may quote a cell.
        raise TableError(
            f"The {name} table `{path.name}` cannot be read as {suffix[1:]} "
            f"({type(exc).__name__}).",
            advice="check that the file is whole, in UTF-8, and that all rows have as many cells",
        ) from None
    frame = frame.set_axis([str(column).strip() for column in frame.columns], axis=1)
    _check_header(list(frame.columns), path.name)
    if frame.empty:
        raise TableError(
            f"The {name} table `{path.name}` is empty.",
            advice=f"it needs a header and at least {MINIMUM_ROWS} rows",
        )
    return frame


def _decompress(data: bytes, suffix: str) -> bytes:
    import pyarrow as pa

    codec = {".gz": "gzip", "zst": "zstd"}.get(suffix[-3:])
    if codec is None:
        return data
    with pa.input_stream(pa.BufferReader(data), compression=codec) as stream:
        return bytes(stream.read())


def _csv(data: bytes, file: str) -> pd.DataFrame:
    text = data.decode("utf-8-sig")
    if "\x00" in text:
        raise TableError(
            f"`{file}` holds NUL characters, so it is not CSV in UTF-8.",
            advice="export it again as UTF-8",
        )
    if not text.strip():
        return pd.DataFrame()
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    header, *cells = rows
    if any(len(row) != len(header) for row in cells):
        raise TableError(
            f"`{file}` has rows with more or fewer cells than its first line.",
            advice="write as many cells in every row, and quote cells that hold commas",
        )
    return pd.DataFrame(cells, columns=pd.Index(header, dtype=object), dtype=object)


def _parquet(data: bytes) -> pd.DataFrame:
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(io.BytesIO(data)).to_pandas(ignore_metadata=True)
    # What pandas left of an index without a name is no column.
    return frame.loc[:, [not _INDEX.fullmatch(str(column)) for column in frame.columns]]


def _check_header(header: list[str], file: str) -> None:
    """Refuse names that stand there twice or not at all, by position: they may be data."""
    problems = [
        Problem(f"column {number}", f"has the same name as column {header.index(name) + 1}")
        for number, name in enumerate(header, start=1)
        if header.index(name) + 1 < number and name
    ]
    problems += [
        Problem(f"column {number}", "has no name")
        for number, name in enumerate(header, start=1)
        if not name
    ]
    if problems:
        raise TableError(
            f"The columns of `{file}` cannot be told apart.",
            problems,
            advice="give every column a name of its own in the first line",
        )


def conform(
    raw: pd.DataFrame,
    columns: Sequence[Column],
    *,
    name: str,
    optional: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return a frame in the house's types, or raise with every difference from the charter."""
    wanted = [column.name for column in columns]
    present = list(raw.columns)
    problems = _name_problems(wanted, present, optional)
    done: dict[str, Any] = {}
    for column in columns:
        if column.name in present:
            values, problem = typed(raw[column.name], column)
            done[column.name] = values
            if problem:
                problems.append(Problem(column.name, problem))
    if problems:
        raise TableError(
            f"The {name} table does not fit the charter.",
            problems,
            advice="mend the file, or the columns in charter.yaml",
        )
    return pd.DataFrame(done, columns=wanted).reset_index(drop=True)


def _name_problems(
    wanted: list[str], present: list[str], optional: frozenset[str]
) -> list[Problem]:
    if not set(wanted) & set(present):
        # Without a header, its names would be the first record.
        return [Problem("header", "names no column of the charter; is there a line of names?")]
    absent = [column for column in wanted if column not in present]
    extra = [column for column in present if column not in wanted and column not in optional]
    problems = []
    for column in absent:
        near = difflib.get_close_matches(column, extra, n=1)
        hint = f"; is it the file's `{near[0]}`?" if near else ""
        problems.append(Problem(column, f"is in the charter but not in the file{hint}"))
    problems += [
        Problem(column, "is in the file but not in the charter; list it, if only as `excluded`")
        for column in extra
    ]
    return problems


def check_real(frame: pd.DataFrame, columns: Sequence[Column], name: str = "real") -> None:
    """Refuse a real table from which nothing could be learnt or measured.

    Raises
    ------
    TableError
        Too few rows; a column that is constant, empty, nearly all different, or outside what the
        charter declares public.
    """
    if len(frame) < MINIMUM_ROWS:
        rows = "row" if len(frame) == 1 else "rows"
        raise TableError(
            f"The {name} table has {len(frame)} {rows}; at least {MINIMUM_ROWS} are needed.",
            advice="nothing can be measured with certainty on so few; bring more records",
        )
    problems = [
        Problem(column.name, problem)
        for column in columns
        if not HIDDEN & set(column.roles)
        for problem in _content_problems(frame[column.name], column)
    ]
    if problems:
        raise TableError(
            f"The {name} table cannot be used as the charter describes it.",
            problems,
            advice="mend the file, or the columns in charter.yaml",
        )


def _content_problems(values: pd.Series, column: Column) -> list[str]:
    known = values.dropna()
    if known.empty:
        return ["is empty in every row; give it the role `excluded`"]
    if known.nunique() == 1 and len(known) == len(values):
        return ["has the same value in every row; give it the role `excluded`"]
    found = []
    if column.type == "category" and known.nunique() > max(50, len(known) // 2):
        found.append(
            "has a different category in most rows; it is an identifier or free text: give it the "
            "role `identifier` or `excluded`"
        )
    if column.categories and not known.isin(column.categories).all():
        found.append("holds categories that the charter does not list")
    if column.minimum is not None and (known < column.minimum).any():
        found.append(f"goes below the public minimum {column.minimum:g} of the charter")
    if column.maximum is not None and (known > column.maximum).any():
        found.append(f"goes above the public maximum {column.maximum:g} of the charter")
    return found


def content_digest(frame: pd.DataFrame, columns: Sequence[Column]) -> str:
    """Return the sha256 over names, types and values of a table, whatever file it came from.

    Each column contributes its name and type, then its cells in row order: numbers as
    little-endian float64 (one NaN), dates as int64 nanoseconds, texts as length-prefixed UTF-8
    with length -1 for a missing cell.
    """
    total = hashlib.sha256(struct.pack("<qq", len(frame), len(columns)))
    for column in columns:
        for text in (column.name, column.type):
            total.update(_text(text))
        total.update(_cells(frame[column.name], column))
    return total.hexdigest()


def _text(text: str | None) -> bytes:
    if text is None:
        return struct.pack("<q", -1)
    data = text.encode()
    return struct.pack("<q", len(data)) + data


def _cells(values: pd.Series, column: Column) -> bytes:
    if column.type in {"number", "integer"}:
        numbers: np.ndarray = values.to_numpy("float64") + 0.0  # -0.0 becomes 0.0
        numbers[np.isnan(numbers)] = float("nan")
        return numbers.astype("<f8").tobytes()
    if column.type == "date":
        return values.to_numpy("datetime64[ns]").astype("<i8").tobytes()
    return b"".join(_text(value) for value in values)


def file_digest(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    return sha256(path.read_bytes())
