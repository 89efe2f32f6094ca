"""Simulations behind docs/privacy-studies.md: `make studies` runs them all and writes its tables.

Each study returns rows of plain text and numbers; slow tests repeat a part of each and hold the
page against what they see.
"""

from __future__ import annotations

import functools
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from loans import loan_charter, loan_frame, loan_tables
from scipy.stats import norm
from small_tables import charter, leaked, shuffled

from synthnb import privacy
from synthnb.judge import judge
from synthnb.privacy.bounds import CONFIDENCE, Z, excess, mean_bounds
from synthnb.privacy.headline import Headline
from synthnb.privacy.labels import Labels
from synthnb.privacy.scan import Scan
from synthnb.privacy.tails import bounds
from synthnb.records import Charter, Evidence, Plan, Policy, read
from synthnb.tables import Tables

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "studies.json"
ALPHA = 0.05
TESTS = ("exact copies", "local ratio", "agreement", "all three")
LEAKS = ("verbatim", "one column swapped", "two columns swapped", "noise of 3 %")
SHARES = (0.005, 0.01, 0.02, 0.05, 0.1)


# --- tables ---------------------------------------------------------------------------------------


@functools.cache
def arrest_frame() -> pd.DataFrame:
    """Return the arrests: 5,226 records, 45 % of which stand there more than once."""
    from sklego.datasets import load_arrests

    frame = load_arrests(as_frame=True)
    return frame.apply(
        lambda s: s.astype("float64") if s.name in {"year", "age", "checks"} else s.astype(str)
    )


def arrests(seed: int) -> Tables:
    """Return the arrests in thirds: train, control, and a disjoint real sample."""
    frame = arrest_frame()
    columns = [
        {"name": name, "type": "integer" if frame[name].dtype.kind == "f" else "category"}
        for name in frame
    ]
    return thirds(frame, charter(*columns), len(frame) // 3, seed)


def thirds(frame: pd.DataFrame, described: Charter, n: int, seed: int) -> Tables:
    """Return three disjoint samples of n records."""
    order = np.random.default_rng(seed).permutation(len(frame))
    parts = [frame.iloc[order[i * n : (i + 1) * n]].reset_index(drop=True) for i in range(3)]
    return Tables(described, *parts)


def loans(seed: int) -> Tables:
    """Return the lending data in thirds of 657."""
    return loan_tables(seed, 3)


def modelled(
    train: pd.DataFrame, rows: int, seed: int, kind: str = "copula", **settings: int
) -> pd.DataFrame:
    """Return rows of a generator fitted on some records."""
    import torch
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer, TVAESynthesizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        np.random.seed(seed)
        metadata = Metadata.detect_from_dataframes({"t": train}, infer_keys=None)
        maker = GaussianCopulaSynthesizer if kind == "copula" else TVAESynthesizer
        model = maker(metadata, **settings)
        model.fit({"t": train})
        if not settings:
            model._set_random_state(seed)  # else the sample is the one that SDV gives first
        made = model.sample(rows)["t"]
    for name in train:
        numeric = train[name].dtype.kind == "f"
        made[name] = made[name].astype("float64" if numeric else object)
    return made[list(train)]


def marginals(tables: Tables, seed: int) -> Tables:
    """Return columns drawn each by itself from the disjoint sample."""
    rng = np.random.default_rng(seed)
    made = {name: rng.permutation(series.to_numpy()) for name, series in tables.made.items()}
    return tables.with_synthetic(pd.DataFrame(made))


def planted(tables: Tables, leak: str, share: float, seed: int) -> Tables:
    """Return tables in which a share of the synthetic rows are records of train, changed."""
    rng = np.random.default_rng([seed, 7])
    rows = round(share * len(tables.train))
    some = tables.train.iloc[rng.permutation(len(tables.train))[:rows]].reset_index(drop=True)
    if leak == "noise of 3 %":
        some = some.apply(lambda s: s * rng.uniform(0.97, 1.03, rows) if s.dtype.kind == "f" else s)
    elif leak != "verbatim":
        real = pd.concat([tables.train, tables.control], ignore_index=True)
        for at in range(rows):
            count = 1 if leak == "one column swapped" else 2
            for column in rng.permutation(some.shape[1])[:count]:
                some.iat[at, column] = real.iat[int(rng.integers(len(real))), column]
    return tables.with_synthetic(pd.concat([some, tables.made.iloc[rows:]], ignore_index=True))


# --- 1. false alarms ------------------------------------------------------------------------------


def significant(headline: Headline) -> list[bool]:
    """Return which of the headline tests are significant, each alone and all together."""
    alone = (headline.copied_p, headline.ratio.p, headline.agreement.p)
    return [*(p <= ALPHA for p in alone), headline.p <= ALPHA]


def relabelled(tables: Tables, times: int, seed: int) -> Iterator[Headline]:
    """Yield the headline under exchanged labels: a table that does not depend on them allows it."""
    view = privacy.view(tables, seed=seed)
    first, rng = view.headline, np.random.default_rng(seed)
    for number in range(times):
        labels = Labels(view.labels.exchange(rng))
        draws = np.random.default_rng([seed, number])
        yield Headline(
            first.copied,
            Scan(first.ratio.order, first.ratio.falling, labels, draws),
            Scan(first.agreement.order, first.agreement.falling, labels, draws),
            labels.hits_p(first.copied, draws),
            labels,
        )


def false_alarms(runs: int) -> dict[str, dict[str, object]]:
    """Return how often each test is significant on tables that do not depend on train."""

    def fresh(make: Callable[[int], Tables]) -> Iterator[Headline]:
        return (privacy.view(make(seed), seed=seed).headline for seed in range(runs))

    def fitted(kind: str) -> Iterator[Headline]:
        fits = max(2, runs // 50)
        for seed in range(fits):
            tables = loans(seed)
            made = modelled(tables.made, 657, seed, kind)
            yield from relabelled(tables.with_synthetic(made), runs // fits, seed)

    def refitted() -> Iterator[Headline]:
        for seed in range(max(10, runs // 10)):
            tables = loans(seed)
            made = tables.with_synthetic(modelled(tables.train, 657, seed))
            yield privacy.view(made, seed=seed).headline

    studied = {
        "loanapp, another real sample": fresh(loans),
        "loanapp, independent marginals": fresh(lambda seed: marginals(loans(seed), seed)),
        "loanapp, Gaussian copula of another sample": fitted("copula"),
        "loanapp, TVAE of another sample": fitted("tvae"),
        "loanapp, Gaussian copula of train": refitted(),
        "arrests, another real sample": fresh(arrests),
        "arrests, independent marginals": fresh(lambda seed: marginals(arrests(seed), seed)),
    }
    found = {}
    for name, headlines in studied.items():
        hits = np.array([significant(headline) for headline in headlines])
        found[name] = {"runs": len(hits), **dict(zip(TESTS, hits.mean(axis=0), strict=True))}
        print(name, found[name], flush=True)
    return found


def explaining_alarms(runs: int) -> dict[str, dict[str, object]]:
    """Return how often the explaining attacks are significant on another real sample."""
    hits: dict[str, list[bool]] = {}
    for seed in range(runs):
        view = privacy.view(loans(seed), seed=seed)
        found = [
            *privacy.attribute_inference(view),
            *privacy.linkability(view),
            *privacy.singling_out(view),
            *privacy.reidentification(view),
        ]
        corrected = privacy.explanations(found)
        for estimate in found:
            if estimate.metric.endswith(".p") and estimate.value is not None:
                hits.setdefault(estimate.id, []).append(estimate.value <= ALPHA)
        any_of = any(e.value is not None and e.value <= ALPHA for e in corrected)
        hits.setdefault("any of them, after Holm", []).append(any_of)
    return {name: {"runs": len(each), "share": float(np.mean(each))} for name, each in hits.items()}


# --- 2. power -------------------------------------------------------------------------------------


def power(runs: int, make: Callable[[int], Tables] = loans) -> dict[str, dict[str, object]]:
    """Return how often the headline finds planted leaks."""
    found: dict[str, dict[str, object]] = {}
    for leak in LEAKS:
        row: dict[str, object] = {"runs": runs}
        for share in SHARES:
            hits = [
                privacy.view(planted(make(seed), leak, share, seed), seed=seed).headline.p <= ALPHA
                for seed in range(runs)
            ]
            row[f"{100 * share:g} %"] = float(np.mean(hits))
        found[leak] = row
        print(leak, row, flush=True)
    return found


# --- 3. coverage ----------------------------------------------------------------------------------


def coverage(runs: int, n: int = 500) -> dict[str, float]:
    """Return how often each interval holds the truth, where that is known.

    Scores of train are drawn once for each run and then fixed: 5 % of the people are leaked. Those
    of control are fresh from a standard normal distribution, so that rates among all outsiders are
    known.
    """
    rng = np.random.default_rng(0)
    hits: dict[str, list[bool]] = {}

    def note(name: str, low: float, truth: float, high: float) -> None:
        hits.setdefault(name, []).append(low <= truth <= high)

    for _ in range(runs):
        train = np.concatenate([rng.normal(size=n - n // 20), rng.normal(3, 1, n // 20)])
        control = rng.normal(size=n)
        score, member = np.concatenate([train, control]), np.arange(2 * n) < n
        for name, cut in (("1 %", 2.3263), ("10 %", 1.2816)):
            truth = float(np.mean(train > cut)) - float(norm.sf(cut))
            gap = excess(score > cut, member, n, CONFIDENCE)
            note(f"excess at a false positive rate of {name}", gap.low, truth, gap.high)
        labels = Labels(member)
        scan = Scan.of(score, labels, np.random.default_rng(1))
        none = np.zeros(2 * n, dtype=bool)
        headline = Headline(none, scan, scan, 1.0, labels)
        size = headline.size(n, None)
        assert size is not None
        cuts = [float(-scan.falling[m - 1]) for m in scan.cuts]
        best = max(float(np.mean(train >= cut)) - float(norm.sf(cut)) for cut in cuts)
        note(
            "leaked records, largest excess over all thresholds",
            size.excess.low,
            best,
            size.excess.high,
        )
        _, low, high = bounds(train, control, n)
        note("members found at 1 % false alarms", low, float(np.mean(train > 2.3263)), high)
        placement = (control[None, :] < train[:, None]).mean(axis=0)
        area = mean_bounds(placement, n, CONFIDENCE)
        note("area under the ROC curve", area.low, float(norm.cdf(train).mean()), area.high)
        sizes = rng.integers(1, 6, 2 * n)
        success = np.where(rng.random(2 * n) < 0.4, 1 / sizes, 0.0)
        gap = excess(success, member, n, CONFIDENCE)
        truth = float(success[:n].mean()) - 0.4 * float(np.mean([1 / s for s in range(1, 6)]))
        note("re-identification, excess of a mean", gap.low, truth, gap.high)
        votes = rng.poisson(1.0, 2 * n).astype(float)
        mean, spread = labels.moments(votes)
        share = float(votes[member].sum())
        note(
            "distance share, under exchange of labels", share - Z * spread, mean, share + Z * spread
        )
        some = excess(score > 1.2816, member, n, CONFIDENCE, float(n))
        whole = 0.95 * norm.sf(1.2816) + 0.05 * norm.sf(1.2816 - 3) - norm.sf(1.2816)
        note("excess where train is a sample too", some.low, float(whole), some.high)
    return {name: float(np.mean(each)) for name, each in hits.items()}


def exchangeable(runs: int) -> float:
    """Return how often the interval of the classifier's area holds one half after a fair split."""
    inside = []
    for seed in range(runs):
        (found,) = privacy.exchangeability(privacy.view(loans(seed), seed=seed))
        assert found.low is not None
        assert found.high is not None
        inside.append(found.low <= 0.5 <= found.high)
    return float(np.mean(inside))


# --- 4. what the verdict comes to -----------------------------------------------------------------

CASES = (
    "Leak found",
    "Leak found, size uncertain",
    "Leak below tolerance",
    "No leak found",
    "Nobody can tell",
)


def shipped() -> Policy:
    """Return the policy that ships."""
    path = ROOT / "templates" / "policies" / "default.yaml"
    return read(Policy, path.read_text(encoding="utf-8"), "policy.yaml")


def answer(view: privacy.View) -> str:
    """Return the answer of the shipped rule on leaks."""
    guarantee = {"kind": "none", "statement": "No guarantee is claimed."}
    plan = Plan.model_validate(
        {"generator": "gaussian-copula", "guarantee": guarantee, "rationale": "A study."}
    )
    estimates = (*privacy.exchangeability(view), *privacy.leak(view), *privacy.self_test(view))
    evidence = Evidence(room="privacy", seed=0, estimates=estimates)
    verdict = judge(shipped(), loan_charter(), plan, [evidence])
    found = next(finding for finding in verdict.findings if finding.rule == "privacy.leak")
    return found.case or found.state


@functools.cache
def population() -> pd.DataFrame:
    """Return 60,000 people of a Gaussian copula of the whole lending data."""
    return modelled(loan_frame(), 60_000, 0)


def drawn(n: int, seed: int) -> Tables:
    """Return three samples of n people of the population."""
    return thirds(population(), loan_charter(), n, seed)


VARIANTS: dict[str, Callable[[Tables, int], Tables]] = {
    "another sample": lambda tables, _: tables,
    "independent marginals": marginals,
    "columns of train shuffled": shuffled,
    "0.5 % verbatim": lambda tables, seed: planted(tables, "verbatim", 0.005, seed),
    "1 % verbatim": lambda tables, seed: planted(tables, "verbatim", 0.01, seed),
    "2 % verbatim": lambda tables, seed: planted(tables, "verbatim", 0.02, seed),
    "5 % verbatim": lambda tables, seed: planted(tables, "verbatim", 0.05, seed),
    "5 % with two columns swapped": lambda t, s: planted(t, "two columns swapped", 0.05, s),
    "all of train": lambda tables, _: leaked(tables, len(tables.train)),
}


def characteristics(runs: dict[int, int]) -> dict[str, dict[str, object]]:
    """Return which share of tables ends in which answer, by size."""
    found = {}
    for n, times in runs.items():
        make = loans if n == 657 else functools.partial(drawn, n)
        for name, change in VARIANTS.items():
            answers = [
                answer(privacy.view(change(make(seed), seed), seed=seed)) for seed in range(times)
            ]
            row: dict[str, object] = {"runs": times}
            row |= {case: answers.count(case) / times for case in CASES}
            found[f"{n:,} · {name}"] = row
            print(n, name, row, flush=True)
    return found


def main(parts: list[str]) -> None:
    """Run the studies named, or all, and keep the results beside this file."""
    studies: dict[str, Callable[[], object]] = {
        "coverage": lambda: {**coverage(1000), "exchangeability (300 runs)": exchangeable(300)},
        "false_alarms": lambda: false_alarms(1000),
        "explaining_alarms": lambda: explaining_alarms(300),
        "power": lambda: power(200),
        "characteristics": lambda: characteristics({250: 40, 657: 40, 2_000: 10, 10_000: 3}),
    }
    for name in parts or list(studies):
        start = time.monotonic()
        found = studies[name]()
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
        results[name] = found
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
