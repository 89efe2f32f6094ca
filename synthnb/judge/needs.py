"""What a charter has to say so that a policy's rules can be measured.

    for problem in left_out(policy, charter):
        print(problem)  # columns[0].minimum: no column states …
    remedy(finding, charter)  # what to do about a finding, one that was not measured too

A charter may leave much out and still hold. What it leaves out is not measured, and a rule may
block on that. Which metrics need what is written here once; which of them block is the policy's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from synthnb.errors import Problem
from synthnb.records import Charter, Column, Finding, Policy, Rule, metric

_LINKED = 4  # columns that two files of a linkage attack need, two in each
_CLASSES = (
    *("privacy.k_anonymity", "privacy.l_diversity", "privacy.t_closeness"),
    *("privacy.unique_share", "privacy.population_unique"),
)
_CONTENTS = ("privacy.reidentification.", "privacy.l_diversity", "privacy.t_closeness")
_LINKS = ("privacy.external.excess", "privacy.external.p")
_OUTCOME = ("fairness.label.", "fairness.conditional.", "fairness.model.")


@dataclass(frozen=True)
class _Need:
    """Something that a charter may leave out, and the metrics that are then not measured.

    Parameters
    ----------
    metrics : tuple of str
        How their ids begin.
    parts : tuple of str
        The fields of a charter that it is about.
    place : callable
        Returns the field that lacks it; nothing where the charter says it.
    lacking, do : str
        What is not there, and what to put in.
    but : tuple of str
        Ids that begin alike and do not need it.
    """

    metrics: tuple[str, ...]
    parts: tuple[str, ...]
    place: Callable[[Charter], str]
    lacking: str
    do: str
    but: tuple[str, ...] = ()

    def concerns(self, name: str) -> bool:
        """Return whether a metric needs this."""
        return name.startswith(self.metrics) and not name.startswith(self.but)


def _unbounded(charter: Charter) -> str:
    assessed = charter.assessed
    if any(c.categories or c.minimum is not None or c.maximum is not None for c in assessed):
        return ""
    for types, name in (({"number", "integer"}, "minimum"), ({"category"}, "categories")):
        for number, column in enumerate(charter.columns):
            if column in assessed and column.type in types:
                return f"columns[{number}].{name}"
    return "columns"


def _no_control(charter: Charter) -> str:
    held = charter.split.control > 0 or charter.source("control") is not None
    return "" if held else "split.control"


def _with(charter: Charter, *roles: str) -> list[Column]:
    return [column for column in charter.assessed if set(roles) & set(column.roles)]


def _secrets(charter: Charter) -> list[Column]:
    return _with(charter, "sensitive", "target")


def _only_known_secrets(charter: Charter) -> str:
    secrets = _secrets(charter)
    known = all("quasi-identifier" in column.roles for column in secrets)
    return "columns" if secrets and known else ""


def _no_role(*roles: str) -> Callable[[Charter], str]:
    return lambda charter: "" if _with(charter, *roles) else "columns"


def _no_source(kind: str) -> Callable[[Charter], str]:
    return lambda charter: "" if charter.source(kind) else "sources"


def _no_class(charter: Charter) -> str:
    return "task.kind" if charter.task is not None and charter.task.kind == "regression" else ""


def _unexplained(charter: Charter) -> str:
    return "task.explanatory" if charter.task is not None and not charter.task.explanatory else ""


_NEEDS = (
    _Need(
        ("generation.valid_share",),
        ("columns",),
        _unbounded,
        "no column states bounds or categories",
        "declare the minimum and maximum (or the categories) of a column under Columns in the "
        "charter: what is publicly known, never what you see in the data",
    ),
    _Need(
        ("privacy.", "utility.task.", "utility.group.loss", "fairness.model."),
        ("split", "sources"),
        _no_control,
        "no control records are held out",
        "give the control a share under Split in the charter, such as 0.5, or name a source of "
        "kind `control` that no generator saw",
        but=(*_CLASSES, "privacy.attack."),  # an attack that was added says itself what it needs
    ),
    _Need(
        ("privacy.attribute.", "privacy.group.attribute", *_LINKS, *_CONTENTS),
        ("columns",),
        _no_role("sensitive", "target"),
        "no column is a secret",
        "give a column that nobody may learn the role `sensitive` under Columns in the charter",
    ),
    _Need(
        _CONTENTS,
        ("columns",),
        _only_known_secrets,
        "every secret is a quasi-identifier too",
        "give a column that is no quasi-identifier the role `sensitive` under Columns in the "
        "charter",
    ),
    _Need(
        ("privacy.reidentification.", *_CLASSES),
        ("columns",),
        _no_role("quasi-identifier"),
        "no column is a quasi-identifier",
        "give what an outsider could know of a person the role `quasi-identifier` under Columns in "
        "the charter",
    ),
    _Need(
        ("privacy.linkability.",),
        ("columns",),
        lambda charter: "" if len(charter.assessed) >= _LINKED else "columns",
        f"fewer than {_LINKED} columns are assessed",
        f"assess at least {_LINKED} columns, two for each of two files",
    ),
    _Need(
        ("privacy.population_unique",),
        ("population",),
        lambda charter: "" if charter.population else "population",
        "the size of the population is not stated",
        "say under Population in the charter how many people the records were drawn from",
    ),
    _Need(
        ("privacy.external.",),
        ("sources",),
        _no_source("external"),
        "no table is named that an attacker may hold",
        "add a source of kind `external` under Sources in the charter",
    ),
    _Need(
        ("privacy.series.",),
        ("sources",),
        _no_source("earlier"),
        "no earlier release is named",
        "add a source of kind `earlier` under Sources in the charter for each release about the "
        "same people",
    ),
    _Need(
        ("utility.task.", "utility.group.loss", *_OUTCOME),
        ("task",),
        lambda charter: "" if charter.task is not None else "task",
        "no task is stated",
        "state the task in the charter: which column is predicted (it has the role `target`) and, "
        "for classes, which value of it is the favourable outcome",
    ),
    _Need(
        _OUTCOME,
        ("task",),
        _no_class,
        "the task is a regression, which has no favourable outcome",
        "state a task of kind `classification` in the charter, with its favourable outcome",
    ),
    _Need(
        ("fairness.conditional.",),
        ("task",),
        _unexplained,
        "no column is named that may explain the outcome",
        "name those that legitimately may under Task in the charter (`explanatory`)",
    ),
    _Need(
        ("fairness.", "utility.group."),
        ("columns",),
        _no_role("protected"),
        "no column is protected",
        "give a column whose groups are to be compared the role `protected` under Columns in the "
        "charter",
    ),
    _Need(
        ("fairness.representation.reference_ratio", "fairness.representation.real_reference_ratio"),
        ("sources",),
        _no_source("reference"),
        "no reference population is named",
        "add a source of kind `reference` under Sources in the charter",
    ),
    _Need(
        ("utility.rule.",),
        ("constraints",),
        lambda charter: "" if charter.constraints else "constraints",
        "no rule between columns is stated",
        "state one under Constraints in the charter",
    ),
)


PARTS = tuple(sorted({part for need in _NEEDS for part in need.parts}))
"""The fields of a charter that may lack what a rule needs."""


def left_out(
    policy: Policy, charter: Charter, *, stated: Collection[str] | None = None
) -> tuple[Problem, ...]:
    """Return what a charter leaves out though a rule blocks where it is not measured.

    Such a charter holds and can be run; its verdict will be that it is blocked.

    Parameters
    ----------
    policy : Policy
        Rules whose `not_measured` is not `block` give no problem.
    charter : Charter
        It need not be complete.
    stated : collection of str, optional
        The fields of an incomplete charter that can be looked at; all of them by default.

    Returns
    -------
    tuple of Problem
        One for each thing that is missing, at the field where it belongs, with every rule that it
        concerns and what to put in.
    """
    found: dict[tuple[str, _Need], list[Rule]] = {}
    for rule in policy.rules:
        if rule.not_measured != "block":
            continue
        by_clause = [list(_lacking(charter, clause.metric, stated)) for clause in rule.clauses]
        if not all(by_clause) and (rule.any_of or rule.severity != "block"):
            continue  # another clause can still answer, or fail and only warn
        for each in dict.fromkeys(need for needs in by_clause for need in needs):
            found.setdefault(each, []).append(rule)
    return tuple(
        Problem(where, f"{need.lacking}, so {_named(rules)}; {need.do}")
        for (where, need), rules in found.items()
    )


def remedy(finding: Finding, charter: Charter) -> str:
    """Return what to do about a finding: complete the charter, or what the catalogue says."""
    if finding.metric is None:
        return finding.reason
    return completion(finding, charter) or metric(finding.metric).remedy


def completion(finding: Finding, charter: Charter) -> str:
    """Return what to put into the charter where that is why nothing was measured; else nothing."""
    if finding.metric is None or finding.state != "not-measured":
        return ""
    said = [need.do for _, need in _lacking(charter, finding.metric)]
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in said)


def _lacking(
    charter: Charter, name: str, stated: Collection[str] | None = None
) -> Iterator[tuple[str, _Need]]:
    """Yield what a metric needs and the charter leaves out, with the field where it belongs."""
    for need in _NEEDS:
        if not need.concerns(name) or (stated is not None and not set(need.parts) <= set(stated)):
            continue
        if where := need.place(charter):
            yield where, need


def _named(rules: list[Rule]) -> str:
    """Say which rules will block, and why."""
    if len(rules) == 1:
        which = f"rule `{rules[0].id}` ({rules[0].title})"
    else:
        which = f"rules {', '.join(f'`{rule.id}`' for rule in rules)}"
    return f"the policy will block by its {which}, which cannot be measured"
