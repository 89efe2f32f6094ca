"""The privacy room: exact neighbours against peers, the whole room by part, and its growth.

Medians of three runs (one of SDMetrics and of the whole room), all in one process and on the same
tables.
"""

from __future__ import annotations

import resource
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from synthnb import privacy
from synthnb.tables import Tables
from synthnb.tables.agreement import Rarity, best_agreement
from synthnb.tables.gower import Encoder, nearest
from tests.benchmarks.adult import NAMES, adult, charter, divided, jittered

ROUNDS = 3
WHOLE = 16_280


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of some work."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def neighbours(made: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """Return our exact distances, encoding included."""
    encoder = Encoder(charter().assessed, [real])
    return nearest(encoder.encode(made), encoder.encode(real))[0][:, 0]


def with_scipy(made: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """Return the same by `scipy.spatial.distance.cdist` over one-hot codes, in blocks."""
    from scipy.spatial.distance import cdist

    def encoded(frame: pd.DataFrame) -> np.ndarray:
        parts = []
        for name in NAMES:
            if real[name].dtype.kind == "f":
                span = float(real[name].max() - real[name].min()) or 1.0
                parts.append(frame[[name]].to_numpy() / span)
            else:
                levels = pd.unique(pd.concat([real[name], made[name]]))
                parts.append((frame[name].to_numpy()[:, None] == levels[None, :]) / 2.0)
        return np.hstack(parts)

    mine, theirs = encoded(made), encoded(real)
    blocks = [
        cdist(mine[at : at + 500], theirs, "cityblock").min(axis=1)
        for at in range(0, len(mine), 500)
    ]
    return np.concatenate(blocks) / len(NAMES)


def with_sdmetrics(made: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """Return the same by SDMetrics' distance to the closest record."""
    from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr

    columns = {
        name: {"sdtype": "numerical" if real[name].dtype.kind == "f" else "categorical"}
        for name in NAMES
    }
    found: np.ndarray = calculate_dcr(made, real, {"columns": columns}).to_numpy()
    return found


def against_peers() -> None:
    """Time one exact search of n rows among n."""
    print("Exact nearest neighbours, n among n of Adult (seconds; in brackets: times ours)")
    print(
        f"{'n':>8s} {'synthnb':>10s} {'scipy cdist':>18s} {'SDMetrics':>18s} "
        f"{'off scipy':>12s} {'SDMetrics':>12s}"
    )
    frame = adult()
    for n in (2_000, 4_000):
        made, real = (
            frame.iloc[:n].reset_index(drop=True),
            frame.iloc[n : 2 * n].reset_index(drop=True),
        )
        ours = seconds(lambda made=made, real=real: neighbours(made, real))
        scipy = seconds(lambda made=made, real=real: with_scipy(made, real))
        start = time.perf_counter()
        theirs = with_sdmetrics(made, real)
        sdmetrics = time.perf_counter() - start
        mine = neighbours(made, real)
        apart = [float(np.abs(other - mine).max()) for other in (with_scipy(made, real), theirs)]
        print(
            f"{n:8,d} {ours:10.3f} {scipy:10.3f} ({scipy / ours:4.0f}x) "
            f"{sdmetrics:10.1f} ({sdmetrics / ours:4.0f}x) {apart[0]:12.1e} {apart[1]:12.1e}"
        )


def whole_room() -> None:
    """Time every part of the room on 16,280 + 16,280 + 16,280 records."""
    view = privacy.view(_fitted(), seed=0)
    print(f"\nThe whole room, {WHOLE:,} + {WHOLE:,} + {WHOLE:,} records of Adult x 15 (seconds)")
    parts: dict[str, Callable[[], object]] = {
        "distances to synthetic rows": lambda: view.to_synthetic,
        "distances to real records": lambda: view.to_real,
        "agreement with synthetic rows": lambda: view.agreeing_synthetic,
        "agreement with real records": lambda: view.agreeing_real,
        "headline tests and size": lambda: privacy.leak(view),
        "self-test": lambda: privacy.self_test(view),
        "exchangeability": lambda: privacy.exchangeability(view),
    }
    parts |= {
        f"attack {attack.id}": lambda attack=attack: attack.run(view)
        for attack in privacy.attacks()
    }
    total = 0.0
    for name, work in parts.items():
        took = seconds(work, rounds=1)
        total += took
        print(f"  {name:36s} {took:8.2f}")
    print(f"  {'all of it':36s} {total:8.2f}")
    for estimate in (*privacy.leak(view), *privacy.self_test(view)[:5]):
        print(f"  {estimate.id}: {estimate.value} {estimate.note}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  peak memory of this process (SDMetrics and SDV included): {peak:.2f} GiB")


def _fitted() -> Tables:
    """Return Adult in halves beside a Gaussian copula of train."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    train = divided(WHOLE).train
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        metadata = Metadata.detect_from_dataframes({"adult": train}, infer_keys=None)
        model = GaussianCopulaSynthesizer(metadata)
        model.fit({"adult": train})
        made = model.sample(WHOLE)["adult"]
    for name in NAMES:
        made[name] = made[name].astype("float64" if train[name].dtype.kind == "f" else object)
    return divided(WHOLE, made[list(NAMES)])


def growth() -> None:
    """Time both searches from 5,000 to 50,000 rows."""
    print("\nGrowth: n among n (seconds; in brackets: nanoseconds a pair)")
    print(f"{'n':>8s} {'distance':>18s} {'agreement':>18s}")
    for n in (5_000, 10_000, 20_000, 50_000):
        made, real = jittered(n, 1), jittered(n, 2)
        distance = seconds(lambda made=made, real=real: neighbours(made, real), 1)
        coarse = real.assign(fnlwgt=real["fnlwgt"] // 30_000)
        rarity = Rarity(charter().assessed, [coarse])
        mine = rarity.encode(made.assign(fnlwgt=made["fnlwgt"] // 30_000))
        theirs = rarity.encode(coarse)
        agreement = seconds(lambda mine=mine, theirs=theirs: best_agreement(mine, theirs), 1)
        pairs = n * n / 1e9
        print(
            f"{n:8,d} {distance:10.2f} ({distance / pairs:4.1f}) "
            f"{agreement:10.2f} ({agreement / pairs:4.1f})"
        )


def main() -> None:
    """Measure and print."""
    against_peers()
    whole_room()
    growth()
