"""Differentially private generators on the Adult data: how near, how fast, beside named peers.

Distances are total variation over bins of equal real mass (numbers) or levels, averaged over
columns and over pairs of columns; AUC is that of gradient boosting on the hold-out file.
"""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from synthnb.generate import Context, generators
from synthnb.records import Charter, Plan
from synthnb.tables.features import Encoding, boosting, one_thread
from tests.benchmarks.adult import NAMES, PATH, adult, charter

_BOUNDS = {
    **{"age": (17, 90), "fnlwgt": (0, 1_500_000), "education-num": (1, 16)},
    **{"capital-gain": (0, 99_999), "capital-loss": (0, 4_500), "hours-per-week": (1, 99)},
}
_LOGARITHMIC = ["capital-gain", "capital-loss"]


def public_charter() -> Charter:
    """Return the Adult charter with the bounds and categories of its public codebook."""
    body = json.loads(charter().model_dump_json())
    for column in body["columns"]:
        name = column["name"]
        if name in _BOUNDS:
            column["minimum"], column["maximum"] = _BOUNDS[name]
        else:
            column["categories"] = sorted(adult()[name].unique())
    body["public"] = {
        "attested_by": "The authors of synthnb",
        "statement": "Codebook of the Adult data at the UCI repository.",
        "logarithmic": _LOGARITHMIC,
    }
    body["sources"][0]["dataset"] = "adult"
    return Charter.model_validate(body)


def plan(generator: str, epsilon: float = 1.0) -> Plan:
    """Return a plan for a differentially private generator."""
    claim = {"kind": "differential-privacy", "statement": "As it says.", "epsilon": epsilon}
    return Plan.model_validate(
        {
            "generator": generator,
            "parameters": {"epsilon": epsilon, "delta": 1e-5},
            "guarantee": {**claim, "delta": 1e-5},
            "rationale": "A benchmark.",
        }
    )


def private(generator: str, seed: int = 0) -> pd.DataFrame:
    """Return a table as large as the real one, at epsilon 1."""
    described = public_charter()
    context = Context(described, charge=lambda _: None)
    made = generators()[generator].fit(adult(), described.assessed, plan(generator), context)
    return made.sample(len(adult()), seed=seed, where={})


def hold_out() -> pd.DataFrame:
    """Return the 16,281 records of the test file."""
    path = PATH.with_name("adult.test")
    frame = pd.read_csv(path, header=None, names=list(NAMES), skipinitialspace=True, skiprows=1)
    frame["income"] = frame["income"].str.rstrip(".")
    return frame


def coded(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return bins: levels of categories, or at most 16 of about equal real mass."""
    found = {}
    for name in NAMES:
        real = adult()[name]
        if real.dtype == object:
            levels = {level: number for number, level in enumerate(sorted(real.unique()))}
            found[name] = np.asarray([levels.get(each, len(levels)) for each in frame[name]])
        else:
            edges = np.unique(np.quantile(real, np.linspace(0, 1, 17)[1:-1]))
            found[name] = np.searchsorted(edges, frame[name].fillna(-1).to_numpy(), side="right")
    return found


def distances(made: pd.DataFrame) -> tuple[float, float]:
    """Return the mean total variation distance of columns, and of pairs."""
    real, other = coded(adult()), coded(made)

    def apart(*names: str) -> float:
        shares = []
        for cells in (real, other):
            code = sum(cells[name] * 64**place for place, name in enumerate(names))
            counts = np.bincount(code, minlength=64 ** len(names))
            shares.append(counts / counts.sum())
        return float(np.abs(shares[0] - shares[1]).sum() / 2)

    one = statistics.mean(apart(name) for name in NAMES)
    return one, statistics.mean(apart(*pair) for pair in itertools.combinations(NAMES, 2))


def auc(made: pd.DataFrame) -> float:
    """Return how well a model of this table tells incomes of the hold-out apart."""
    from sklearn.metrics import roc_auc_score

    test, used = hold_out(), [c for c in charter().columns if c.name != "income"]
    made = made[made["income"].notna()]
    encode = Encoding.of(used, (adult(), made, test))
    with one_thread():
        model = boosting("classification", seed=0).fit(
            encode(made), (made["income"] == ">50K").astype(int)
        )
        said = model.predict_proba(encode(test))[:, 1]
    return float(roc_auc_score(test["income"] == ">50K", said))


def _independent(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.permutation(adult()[name].to_numpy()) for name in NAMES})


def _copula() -> pd.DataFrame:
    described = public_charter()
    asked = Plan.model_validate(
        {
            "generator": "gaussian-copula",
            "guarantee": {"statement": "There is none."},
            "rationale": "A benchmark.",
        }
    )
    made = generators()["gaussian-copula"].fit(
        adult(), described.assessed, asked, Context(described)
    )
    return made.sample(len(adult()), seed=0, where={})


def main() -> None:
    """Print a table."""
    rows: list[tuple[str, Callable[[], pd.DataFrame]]] = [
        ("real records", adult),
        ("columns shuffled (no noise)", _independent),
        ("dp-mst, epsilon 1", lambda: private("dp-mst")),
        ("dp-tree, epsilon 1", lambda: private("dp-tree")),
        ("gaussian-copula (no guarantee)", _copula),
    ]
    print(f"\nAdult, {len(adult()):,} records: fit and draw as many, delta 1e-5")
    print(f"{'':34}{'columns':>9}{'pairs':>9}{'AUC':>9}{'seconds':>10}")
    for name, make in rows:
        start = time.perf_counter()
        made = make()
        seconds = time.perf_counter() - start
        one, two = distances(made)
        print(f"{name:34}{one:9.3f}{two:9.3f}{auc(made):9.3f}{seconds:10.2f}")
