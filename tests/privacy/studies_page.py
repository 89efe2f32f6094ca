"""Write docs/privacy-studies.md from tests/privacy/studies.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "studies.json"
PAGE = HERE.parents[1] / "docs" / "privacy-studies.md"

TEXT = """\
# What the privacy room can and cannot see

Simulations behind [the method](privacy.md), run by `make studies` (an hour on two cores).
`loanapp` is the lending data in thirds of 657 records and 17 columns: train, control, and a third
that stands as an honest synthetic table or into which records of train are planted. `arrests` has
thirds of 1,742 records and 8 columns; 45 % of its records stand there more than once. Slow tests
repeat a part of each study.

## False alarms

Share of tables on which a test is significant at 5 % although nothing was leaked. "Of another
sample" is a generator fitted on people who are neither in train nor in control: 20 fits, the
labels exchanged 50 times for each. A generator fitted on train itself is not free of train; it
stands here to show that the tests do not take that for a leak. *All three* is the headline
(Bonferroni).

{false_alarms}

Of the attacks that explain, on another real sample of `loanapp`:

{explaining_alarms}

## Power

Share of tables in which the headline finds planted records of train, by their share of the
synthetic rows; `loanapp`. In rows with columns swapped, these columns are drawn for each row and
come from a random real record; noise multiplies each number by something between 0.97 and 1.03.

{power}

A few verbatim records are found at once. Near-copies of a few people in a table of 657 are not,
and the self-test says so in each assessment. In `arrests`, where records coincide by nature, only
large leaks show.

## Coverage

Share of 1,000 simulations in which a 95 % interval holds the truth. 500 people in train, 5 % of
them leaked, and 500 in control; scores from distributions that give the truth in closed form.

{coverage}

The interval of the largest excess over all thresholds holds for every threshold at once and is
therefore wide.

## What the verdict comes to

Share of tables that end in each answer of the shipped rule on leaks (tolerance 1 %), by the
number of people in train and in control. Other sizes than 657 are drawn from a Gaussian copula of
the whole lending data, which is then the population.

{characteristics}

Columns of train that were shuffled each by itself hold nobody's row but still the exact values of
train. The tests see that in part of the tables; no table of that kind was failed for it.
"""


def table(rows: list[list[str]]) -> str:
    """Return a Markdown table; the first row is its head."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"| {' | '.join('---' for _ in rows[0])} |", *lines[1:]])


def _share(value: Any) -> str:
    return (
        f"{float(value):.3f}".rstrip("0").rstrip(".")
        if float(value) not in {0, 1}
        else f"{value:.0f}"
    )


def _nested(found: dict[str, dict[str, Any]], first: str) -> str:
    heads = [key for key in next(iter(found.values())) if key != "runs"]
    if all(head.endswith("%") for head in heads):
        heads.sort(key=lambda head: float(head.split()[0]))
    rows = [[first, "runs", *heads]]
    rows += [
        [name, str(row["runs"]), *(_share(row[head]) for head in heads)]
        for name, row in found.items()
    ]
    return table(rows)


def _order(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: found[name] for name in sorted(found, key=names.index)}


def page(results: dict[str, Any]) -> str:
    """Return the page."""
    import studies

    heads = list(studies.TESTS)
    alarms = {
        name: {"runs": row["runs"], **{head: row[head] for head in heads}}
        for name, row in results["false_alarms"].items()
    }
    explained = [["p-value", "runs", "share at or below 0.05"]]
    explained += [
        [
            f"`{name}`" if name.startswith("privacy") else name,
            str(row["runs"]),
            _share(row["share"]),
        ]
        for name, row in results["explaining_alarms"].items()
    ]
    covered = [["interval of", "coverage"]]
    covered += [[name, _share(value)] for name, value in results["coverage"].items()]
    sizes = [f"{n:,} · {name}" for n in (250, 657, 2_000, 10_000) for name in studies.VARIANTS]
    answers = {
        name: {"runs": row["runs"], **{case: row[case] for case in studies.CASES}}
        for name, row in _order(results["characteristics"], sizes).items()
    }
    return TEXT.format(
        false_alarms=_nested(alarms, "table"),
        explaining_alarms=table(explained),
        power=_nested(_order(results["power"], list(studies.LEAKS)), "planted"),
        coverage=table(covered),
        characteristics=_nested(answers, "people · table"),
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
