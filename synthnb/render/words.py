"""Numbers, limits and states as a reader shall see them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from synthnb.figures.forest import WORDS
from synthnb.records import Charter, Estimate, Finding, metric
from synthnb.render.escape import Md, join, md

SIGNS = {"pass": "✓", "fail": "✗", "inconclusive": "◆", "not-measured": "○"}
_TABLES = {
    "real": "in the real data",
    "synthetic": "in the synthetic data",
    "train": "in the training records",
    "control": "in the control records",
}
ROOMS = {
    "generation": "Generation",
    "privacy": "Privacy",
    "fairness": "Fairness",
    "utility": "Utility",
    "lineage": "Lineage",
    "charter": "Charter",
}


def day(moment: date | datetime) -> str:
    """Return a day as it is written in a sentence.

    >>> day(date(2026, 11, 4))
    '4 November 2026'
    """
    return f"{moment.day} {moment:%B %Y}"


def count(number: int, what: str, many: str = "") -> str:
    """Return a number with its noun: one finding, two findings.

    >>> count(1, "finding"), count(1234, "row")
    ('1 finding', '1\u202f234 rows')
    """
    amount = f"{number:,}".replace(",", "\u202f")
    return f"{amount} {what if number == 1 else many or what + 's'}"


def listing(items: list[str]) -> str:
    """Return items as a person lists them.

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def value(estimate: Estimate) -> Md:
    """Return the value, with its interval on a line of its own."""
    entry = metric(estimate.metric)
    if estimate.value is None:
        return Md("not measured")
    shown = md("**{}**", entry.show(estimate.value))
    if estimate.low is None or estimate.high is None:
        said = "by its nature exact" if entry.unit == "p-value" else "counted, no interval"
        return md("{} [{}]{.below}", shown, said)
    span = (
        f"{100 * estimate.level:.3g} %: {entry.show(estimate.low)} to {entry.show(estimate.high)}"
    )
    return md("{} [{}]{.below}", shown, span)


def one_line(estimate: Estimate) -> str:
    """Return the value with its interval in brackets."""
    if estimate.value is None:
        return "not measured"
    entry = metric(estimate.metric)
    return entry.show_with_interval(estimate.value, estimate.low, estimate.high)


def better(metric_id: str, baseline: float | None = None) -> str:
    """Return which direction is good, and the baseline: what chance or real data would give."""
    entry = metric(metric_id)
    usual = baseline if baseline is not None else entry.chance
    if entry.better == "neither":
        return "neither direction is good as such"
    if entry.better == "target":
        return "best near its target" if usual is None else f"best near {entry.show(usual)}"
    words = f"{entry.better} is better"
    return words if usual is None else f"{words}; baseline {entry.show(usual)}"


def limit(finding: Finding) -> str:
    """Return the limit in force, e.g. ``at most 1.0 %``."""
    charter = finding.bound and finding.limit_from == "charter"
    return f"{finding.bound}, set by the charter" if charter else finding.bound


def against(findings: Sequence[Finding]) -> Md:
    """Return for each finding about one number its state, its limit and what follows."""
    if not findings:
        return Md("no limit")
    lines = []
    for place, finding in enumerate(findings):
        mark = f"[{SIGNS[finding.state]} {WORDS[finding.state]}]{{.state-{finding.state}}}"
        line = Md(f"[{mark}]{{.line}}" if place else mark)
        said = [limit(finding), _EFFECTS[finding.effect], "rejects it" * finding.rejects]
        below = "; ".join(part for part in said if part)
        lines.append(md("{} [{}]{.below}", line, below) if below else line)
    return join(" ", lines)


_EFFECTS = {"block": "stands against a release", "warn": "a warning", "none": ""}


def sentence(text: str) -> str:
    """Return a text that begins and ends like a sentence.

    >>> sentence("lower is better"), sentence("")
    ('Lower is better.', '')
    """
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


_KINDS = {
    "model": {"linear": "linear model", "boosting": "gradient boosting"},
    "measure": {
        "tpr": "true positive rate",
        "fpr": "false positive rate",
        "selection_rate": "selection rate",
        "accuracy": "accuracy",
    },
}


def about(estimate: Estimate, charter: Charter) -> str:
    """Return what an estimate is about, with columns by their titles."""
    titles = {column.name: column.title for column in charter.columns}
    parts = []
    for key, said in estimate.scope.items():
        if key == "secret":
            parts.append(titles.get(said, said))
        elif key == "table":
            parts.append(_TABLES.get(said, said))
        elif key == "trained_on":
            parts.append(f"trained on {said} data")
        elif key in _KINDS:
            parts.append(_KINDS[key].get(said, said))
        else:
            parts.append(titles.get(said, said))
    return ", ".join(parts)


def setting(item: object) -> str:
    """Return a parameter's value as it would be written in YAML on one line."""
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)


def duration(text: str) -> str:
    """Return an ISO 8601 duration in words, where it is a plain one.

    >>> duration("P6M"), duration("P1Y"), duration("P1Y2M")
    ('6 months', '1 year', '1 year and 2 months')
    """
    units = {"Y": "year", "M": "month", "W": "week", "D": "day"}
    parts, digits = [], ""
    for sign in text.partition("T")[0].removeprefix("P"):
        if sign.isdigit():
            digits += sign
        else:
            parts.append(count(int(digits), units[sign]))
            digits = ""
    return listing(parts) if parts and "T" not in text else text
