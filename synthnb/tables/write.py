"""Writing a table so that the same rows give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.files import write_atomically
from synthnb.records import Column

if TYPE_CHECKING:
    import pandas as pd


def write_table(frame: pd.DataFrame, path: Path, columns: Sequence[Column]) -> None:
    """Write a table as Parquet with plain types, atomically.

    Whole numbers become int64 (nullable), booleans bool, so that a reader who knows nothing of
    synthnb gets what the charter declares.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [_array(frame[column.name], column) for column in columns]
    table = pa.table(arrays, names=[column.name for column in columns])
    write_atomically(path, lambda stream: pq.write_table(table, stream, compression="zstd"))


def _array(values: pd.Series, column: Column) -> object:
    import pyarrow as pa

    if column.type == "integer":
        whole = [None if math.isnan(value) else int(value) for value in values]
        return pa.array(whole, pa.int64())
    if column.type == "number":
        return pa.array(values.to_numpy("float64"), pa.float64(), from_pandas=True)
    if column.type == "boolean":
        return pa.array([None if v is None else v == "true" for v in values], pa.bool_())
    if column.type == "date":
        return pa.array(values.to_numpy("datetime64[ns]"), pa.timestamp("ns"))
    return pa.array(list(values), pa.string())
