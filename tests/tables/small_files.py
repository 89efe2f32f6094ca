"""Small data files and the columns that describe them."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from papers import CHARTER, SOURCE, charter

from synthnb.errors import TableError
from synthnb.records import Charter, Column
from synthnb.tables import read_table

CANARY = "CANARY-7731"
TYPES = ("number", "integer", "category", "boolean", "date")
COLUMNS = tuple(Column(name=name[0], type=name) for name in TYPES)


def column(type: str, name: str = "a", **fields: Any) -> Column:
    """Return a column, called `a` unless told otherwise."""
    return Column.model_validate({"name": name, "type": type, **fields})


def packed(data: bytes, suffix: str) -> bytes:
    """Return data compressed as a file name says."""
    if suffix.endswith(".gz"):
        return gzip.compress(data)
    if not suffix.endswith(".zst"):
        return data
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


def write(path: Path, what: bytes | str | pd.DataFrame) -> Path:
    """Write a file: text and bytes as they are, a frame in the format of the file's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(what, pd.DataFrame):
        buffer = io.BytesIO()
        if ".csv" in path.name:
            what.to_csv(buffer, index=False)
        else:
            what.to_parquet(buffer, index=False)
        what = buffer.getvalue()
    data = what.encode() if isinstance(what, str) else what
    path.write_bytes(packed(data, path.name))
    return path


def cells(path: Path, values: list[str], type: str) -> list[Any]:
    """Return a column of a CSV file that holds these cells."""
    text = "a,b\n" + "".join(f"{value},x\n" for value in values)
    columns = (column(type), column("category", "b"))
    return list(read_table(write(path / "cells.csv", text), columns)["a"])


def stored(path: Path, values: Any, type: str) -> list[Any]:
    """Return a column of a Parquet file that holds these values."""
    file = write(path / "cells.parquet", pd.DataFrame({"a": values}))
    return list(read_table(file, (column(type),))["a"])


def refused(*arguments: Any, **options: Any) -> TableError:
    """Return the error with which reading fails; it holds no value of the data."""
    with pytest.raises(TableError) as caught:
        read_table(*arguments, **options)
    assert "CANARY" not in str(caught.value)
    assert "7731" not in str(caught.value)
    return caught.value


def people(rows: int = 60, first: int = 0) -> pd.DataFrame:
    """Return people as the small charter of `papers` describes them."""
    numbers = range(first, first + rows)
    return pd.DataFrame(
        {
            "age": [20 + number % 50 for number in numbers],
            "town": [("A", "B", "C")[number % 3] for number in numbers],
            "ill": [("true", "false")[number % 2] for number in numbers],
        }
    )


def dossier(path: Path, changes: dict[str, Any] | None = None, **files: Any) -> Charter:
    """Write a file for each kind of source, and return the charter that names them."""
    sources = []
    for kind, content in files.items():
        write(path / f"{kind}.csv", content)
        sources.append({**SOURCE, "kind": kind, "path": f"{kind}.csv"})
    return charter(**{**CHARTER, "sources": sources, **(changes or {})})
