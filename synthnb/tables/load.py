"""From a charter to the tables that its assessments look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.errors import Problem, TableError
from synthnb.records import Charter, Column, Source
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
    found = _read_all(charter, folder, synthetic)
    real, held = found["real"], found.get("control")
    if held is None:
        parts = split(real, charter.split)
        rows = (parts.train, parts.control, parts.tuning)
        frames = [real.iloc[numbers].reset_index(drop=True) for numbers in rows]
    else:
        _check_apart(real, held, charter.split.unit)
        frames = [real, held, real.iloc[:0]]
    names = [column.name for column in charter.assessed]
    unit = charter.split.unit
    return Tables(
        charter=charter,
        train=frames[0][names],
        control=frames[1][names],
        tuning=frames[2][names] if len(frames[2]) else None,
        synthetic=found.get("synthetic"),
        reference=found.get("reference"),
        external=found.get("external"),
        earlier=tuple(found[f"earlier {n}"] for n in range(1, len(charter.earlier) + 1)),
        train_units=frames[0][unit].astype(str).to_numpy() if unit else None,
        control_units=frames[1][unit].astype(str).to_numpy() if unit else None,
        tuning_units=frames[2][unit].astype(str).to_numpy() if unit and len(frames[2]) else None,
    )


def read_synthetic(path: Path, charter: Charter, name: str = "synthetic") -> pd.DataFrame:
    """Read a synthetic table: the assessed columns; the charter's others are dropped.

    Raises
    ------
    TableError
        If it is missing, empty, or its columns or types differ from the charter's.
    """
    assessed = charter.assessed
    rest = frozenset(c.name for c in charter.columns) - frozenset(c.name for c in assessed)
    return read_table(path, assessed, name=name, optional=rest)


def _earlier(charter: Charter, folder: Path, source: Source, name: str) -> pd.DataFrame:
    path = folder / source.path
    frame = read_synthetic(path, charter, name)
    _check_pin(path, source, name)
    return frame


def _read_all(charter: Charter, folder: Path, synthetic: Path | None) -> dict[str, pd.DataFrame]:
    """Read every table that there is, and raise once for all of them."""
    found: dict[str, pd.DataFrame] = {}
    errors: dict[str, TableError] = {}
    earlier = {f"earlier {n}": source for n, source in enumerate(charter.earlier, 1)}
    for kind in ("real", "control", "synthetic", "reference", "external", *earlier):
        try:
            if kind in earlier:
                found[kind] = _earlier(charter, folder, earlier[kind], kind)
            elif kind == "synthetic":
                if synthetic is not None:
                    found[kind] = read_synthetic(synthetic, charter)
            elif charter.source(kind) is not None:
                read = _real if kind in {"real", "control"} else _side
                found[kind] = read(charter, folder, kind)
        except TableError as exc:
            errors[kind] = exc
    if len(errors) == 1:
        raise next(iter(errors.values()))
    if errors:
        problems: list[Problem] = []
        for kind, error in errors.items():
            inner = error.problems or (Problem("", error.message),)
            problems += [
                Problem(f"{kind}: {each.where}" if each.where else kind, each.message)
                for each in inner
            ]
        advice = dict.fromkeys(error.advice for error in errors.values() if error.advice)
        names = ", ".join(errors)
        raise TableError(f"Several tables cannot be used: {names}.", problems, "; ".join(advice))
    return found


def _real(charter: Charter, folder: Path, kind: str) -> pd.DataFrame:
    """Read real records, from which something can be learnt or measured."""
    frame = _read(charter, folder, kind)
    check_real(frame, charter.columns, kind)
    _check_target(frame, charter, kind)
    return frame


def _check_apart(real: pd.DataFrame, held: pd.DataFrame, unit: str | None) -> None:
    """Refuse a control that the generator would see: leakage could not be told from it."""
    if held.equals(real):
        raise TableError(
            "The control table holds the very records of the real table.",
            advice="hold out other records, or drop the source and let `split` do it",
        )
    if unit is not None and held[unit].isin(set(real[unit].dropna())).any():
        raise TableError(
            f"Some privacy units (`{unit}`) stand in both the real and the control table.",
            advice="all records of one unit belong in one table; move them",
        )


def _read(charter: Charter, folder: Path, kind: str) -> pd.DataFrame:
    source = charter.source(kind)
    assert source is not None  # noqa: S101 -- asked for only where the charter has one
    path = folder / source.path
    frame = read_table(path, charter.columns, name=kind)
    _check_pin(path, source, kind)
    return frame


def _check_pin(path: Path, source: Source, kind: str) -> None:
    if source.sha256 is not None and file_digest(path) != source.sha256:
        raise TableError(
            f"The {kind} table `{path.name}` is not the file that the charter pins.",
            advice="restore the file, or update `sha256` of its source in charter.yaml",
        )


def _check_target(frame: pd.DataFrame, charter: Charter, kind: str) -> None:
    task = charter.task
    if task is None or task.kind != "classification":
        return
    values = frame[task.target].dropna()
    # Numeric targets are spelt as categories are: 1, not 1.0.
    spelt = values.map(lambda v: f"{v:g}" if isinstance(v, float) else v)
    if task.positive not in set(spelt):
        raise TableError(
            f"The target `{task.target}` of the {kind} table never takes the favourable value "
            f"{task.positive!r}.",
            advice="correct `task.positive` in charter.yaml; booleans are `true` and `false`",
        )


def _side(charter: Charter, folder: Path, kind: str) -> pd.DataFrame:
    """Read a reference or external table: any of the charter's columns, and counts or shares."""
    source = charter.source(kind)
    assert source is not None  # noqa: S101 -- asked for only where the charter has one
    path = folder / source.path
    raw = read_raw(path, kind)
    _check_pin(path, source, kind)
    known = {column.name: column for column in charter.columns}
    counts = {"count", "share"}
    columns = [
        known.get(name) or Column(name=name, type="number")
        for name in raw.columns
        if name in known or name in counts
    ]
    if not any(column.name in known for column in columns):
        raise TableError(
            f"The {kind} table has no column of the charter.",
            advice="give it a line of names: columns of the charter, and `count` or `share`",
        )
    strange = [name for name in raw.columns if name not in known and name not in counts]
    if strange:
        raise TableError(
            f"The {kind} table does not fit the charter.",
            [Problem(name, "is not a column of the charter") for name in strange],
            advice="it may hold columns of the charter, and `count` or `share`",
        )
    return conform(raw, columns, name=kind)
