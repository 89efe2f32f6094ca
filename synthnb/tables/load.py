"""From a charter to the tables that its assessments look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.errors import Problem, TableError
from synthnb.records import Charter, Column
from synthnb.tables.data import Tables
from synthnb.tables.read import check_real, conform, file_digest, read_raw, read_table
from synthnb.tables.split import split

if TYPE_CHECKING:
    import pandas as pd


def load(charter: Charter, folder: Path, synthetic: Path | None = None) -> Tables:
    """Read, check and divide the real records, and read the synthetic table if it is there.

    Parameters
    ----------
    charter : Charter
        What the tables hold.
    folder : Path
        The dossier; the charter's paths start there.
    synthetic : Path, optional
        The synthetic table.

    Raises
    ------
    TableError
        With every difference between a file and the charter.
    """
    real = _read(charter, folder, "real")
    check_real(real, charter.columns)
    _check_target(real, charter)
    control_source = charter.source("control")
    if control_source is None:
        parts = split(real, charter.split)
        train, control, tuning = parts.train, parts.control, parts.tuning
        frames = [real.iloc[rows].reset_index(drop=True) for rows in (train, control, tuning)]
    else:
        held = _read(charter, folder, "control")
        check_real(held, charter.columns, "control")
        frames = [real, held, real.iloc[:0]]
    names = [column.name for column in charter.assessed]
    unit = charter.split.unit
    return Tables(
        charter=charter,
        train=frames[0][names],
        control=frames[1][names],
        tuning=frames[2][names] if len(frames[2]) else None,
        synthetic=None if synthetic is None else read_synthetic(synthetic, charter),
        reference=_side(charter, folder, "reference"),
        external=_side(charter, folder, "external"),
        train_units=frames[0][unit].astype(str).to_numpy() if unit else None,
        control_units=frames[1][unit].astype(str).to_numpy() if unit else None,
    )


def read_synthetic(path: Path, charter: Charter) -> pd.DataFrame:
    """Read a synthetic table: the assessed columns; the charter's others are dropped.

    Raises
    ------
    TableError
        If it is missing, empty, or its columns or types differ from the charter's.
    """
    assessed = charter.assessed
    rest = frozenset(c.name for c in charter.columns) - frozenset(c.name for c in assessed)
    return read_table(path, assessed, name="synthetic", optional=rest)


def _read(charter: Charter, folder: Path, kind: str) -> pd.DataFrame:
    source = charter.source(kind)
    assert source is not None  # noqa: S101 -- asked for only where the charter has one
    path = folder / source.path
    frame = read_table(path, charter.columns, name=kind)
    if source.sha256 is not None and file_digest(path) != source.sha256:
        raise TableError(
            f"The {kind} table `{path.name}` is not the file that the charter pins.",
            advice="restore the file, or update `sha256` of its source in charter.yaml",
        )
    return frame


def _check_target(frame: pd.DataFrame, charter: Charter) -> None:
    task = charter.task
    if task is None or task.kind != "classification":
        return
    values = frame[task.target].dropna()
    # Numeric targets are spelt as categories are: 1, not 1.0.
    spelt = values.map(lambda v: f"{v:g}" if isinstance(v, float) else v)
    if task.positive not in set(spelt):
        raise TableError(
            f"The target `{task.target}` never takes the favourable value {task.positive!r}.",
            advice="correct `task.positive` in charter.yaml; booleans are `true` and `false`",
        )


def _side(charter: Charter, folder: Path, kind: str) -> pd.DataFrame | None:
    """Read a reference or external table: any of the charter's columns, and counts or shares."""
    source = charter.source(kind)
    if source is None:
        return None
    raw = read_raw(folder / source.path, kind)
    known = {column.name: column for column in charter.columns}
    counts = {"count": "number", "share": "number"}
    columns = [
        known.get(str(name)) or Column(name=str(name), type="number")
        for name in raw.columns
        if str(name) in known or str(name) in counts
    ]
    strange = [
        str(name) for name in raw.columns if str(name) not in known and str(name) not in counts
    ]
    if strange or not any(column.name in known for column in columns):
        raise TableError(
            f"The {kind} table does not fit the charter.",
            [Problem(name, "is not a column of the charter") for name in strange],
            advice="it may hold columns of the charter, and `count` or `share`",
        )
    return conform(raw, columns, name=kind)
