"""What a workspace knows that helps to fill a form: its policy, people, releases and tables.

    guide = HouseGuide(policy=policy, people=people, releases=("loanapp/1.0.0",), folder=folder)
    forms.form(Charter, folder / "charter.yaml", guide=guide)

Of a real table it shows names, detected types and shares of missing cells, and no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from synthnb import clock
from synthnb.errors import Problem, RecordError, SynthnbError, TableError
from synthnb.forms.document import Document
from synthnb.forms.guide import Data, Guide, Offer, Suggestion
from synthnb.forms.spans import spoken
from synthnb.judge import PARTS, left_out, limits_in_force
from synthnb.records import Charter, People, Plan, Policy, Rule, Task, Threshold, metric
from synthnb.records.charter_parts import Review
from synthnb.records.duration import add

_LIMITS = ("fidelity", "privacy", "fairness")
_COLUMN = re.compile(r"columns\[(\d+)\]\.(type|roles)")


class HouseGuide(Guide):
    """Guides by what stands in a workspace.

    Parameters
    ----------
    policy : Policy, optional
        The floor; without one no limit is checked.
    people : People, optional
        Who may act.
    releases : sequence of str
        ``DOSSIER`` and ``DOSSIER/VERSION`` of what was released.
    folder : Path, optional
        The dossier, where paths of sources start; None where there is none.
    """

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        people: People | None = None,
        releases: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        self._policy, self._people = policy, people
        self._releases, self._folder = tuple(releases), folder
        self._seen: dict[tuple[Path, int], tuple[Any, ...]] = {}

    def offers(self, what: str, data: Data) -> Sequence[Offer]:
        """Return the names that there are of a kind."""
        if what == "column":
            return [
                Offer(each.name, each.about, {"type": each.type, "roles": []})
                for each in self._columns(data)
            ]
        if what == "rule":
            return [Offer(rule.id, _bound(rule)) for rule in self._rules().values()]
        return [Offer(name) for name in dict.fromkeys(self._names(what, data))]

    def _names(self, what: str, data: Data) -> Iterator[str]:
        if what == "person":
            yield from (member.name for member in self._people.members) if self._people else ()
        elif what == "role":
            for approval in self._policy.approvals if self._policy else ():
                yield from approval.roles
            for member in self._people.members if self._people else ():
                yield from member.roles
        elif what == "release":
            yield from self._releases
        elif what == "constraint":
            for each in _list(self._charter(data).get("constraints")):
                if isinstance(each.get("name"), str):
                    yield each["name"]
        elif what == "generator":
            from synthnb.generate import generators

            try:
                yield from generators()
            except SynthnbError:  # a plug-in that cannot be loaded is reported where it is used
                return

    def said(self, what: str, data: Data) -> str:
        """Return what is known of the table's columns, or why nothing is."""
        if what != "column":
            return ""
        if found := self._columns(data):
            return (
                f"The table has {len(found)} columns. Types and shares of missing cells are "
                "detected, roles are suggested from counting: check them. No value is shown."
            )
        path = self._table(data)
        if path is None:
            return "Name the file of the real records under Sources, and its columns appear here."
        try:
            self._survey(path)
        except TableError as exc:
            return exc.message
        return ""

    def suggestion(self, path: str, data: Data) -> Suggestion | None:
        """Return an answer that can be computed."""
        if match := _COLUMN.fullmatch(path):
            entries = _list(data.get("columns"))
            name = entries[int(match[1])].get("name") if int(match[1]) < len(entries) else None
            seen = next((each for each in self._columns(data) if each.name == name), None)
            if seen is None:
                return None
            if match[2] == "type":
                return Suggestion(seen.type, "that is how its cells can be read")
            return Suggestion(list(seen.roles), seen.because) if seen.roles else None
        if path == "written":
            return Suggestion(clock.now().date().isoformat(), "that is today")
        if path == "known":
            said = clock.now().isoformat().replace("+00:00", "Z")
            return Suggestion(said, "that is now; say the hour at which anybody here knew of it")
        return self._from_policy(path, data) if self._policy else None

    def _from_policy(self, path: str, data: Data) -> Suggestion | None:
        assert self._policy is not None  # noqa: S101 -- for the type checker
        if path == "review.cadence":
            longest = self._policy.cadence
            due = add(clock.now().date(), longest)
            return Suggestion(
                longest,
                f"the policy asks for a review every {spoken(longest) or longest} at least; "
                f"agreed today, it is due on {due}",
            )
        release = self._policy.approval("release")
        if path == "approvers" and release is not None:
            return Suggestion(list(release.roles), "the policy asks these roles for a release")
        if path == "review.owner" and release is not None:
            return Suggestion(release.roles[0], "this role approves releases first")
        return None

    def problems(self, data: Data) -> Iterator[Problem]:
        """Return what the policy and the generators say against charter or plan, and why."""
        yield from self._impossible(data)
        if self._policy is None:
            return
        if any(name in data for name in (*_LIMITS, "task", "review")):
            try:
                limits_in_force(self._policy, _limits_of(data))
            except RecordError as exc:
                for problem in exc.problems:
                    if "``" not in problem.message:  # a limit that names no rule yet
                        yield self._explained(problem, data)
        if "columns" in data:  # a charter
            charter, stated = _parts_of(data)
            yield from left_out(self._policy, charter, stated=stated)

    def _impossible(self, data: Data) -> Sequence[Problem]:
        """Return why a plan cannot be carried out; without a charter, whether it names a generator.

        What is not complete is said elsewhere.
        """
        named = data.get("generator")
        if not isinstance(named, str) or not named or named.startswith("<"):
            return ()
        from synthnb.generate import check, generators
        from synthnb.generate.registry import unknown

        try:
            if named not in generators():
                return (Problem("generator", unknown(named)),)
            plan = Plan.model_validate(dict(data))
            check(plan, Charter.model_validate(dict(self._charter(data))))
        except ValidationError:
            return ()
        except SynthnbError as exc:
            return exc.problems
        return ()

    def _explained(self, problem: Problem, data: Data) -> Problem:
        """Return a problem at the field that has to change, with the policy's reason."""
        if problem.where == "review.cadence" and self._policy is not None:
            longest = self._policy.cadence
            due = f"so that the next review is due by {add(clock.now().date(), longest)}"
            words = spoken(longest)
            return Problem(
                problem.where, f"{problem.message}{f' ({words})' if words else ''}, {due}"
            )
        part, _, number = problem.where.rstrip("]").partition("[")
        if not number:
            rules = [rule for rule in self._rules().values() if f"`{rule.id}`" in problem.message]
        else:
            named = data[part][int(number)]["rule"]
            rules = [rule for rule in self._rules().values() if rule.id == named]
        if not rules:
            where = f"{problem.where}.rule" if number else problem.where
            return Problem(where, problem.message)
        where = f"{problem.where}.limit" if number else problem.where
        return Problem(where, f"{problem.message}; the policy's reason: {rules[0].reason}")

    def _rules(self) -> dict[str, Rule]:
        """Return the rules that one number can tighten."""
        rules = self._policy.rules if self._policy else ()
        return {rule.id: rule for rule in rules if rule.limit is not None}

    def _columns(self, data: Data) -> tuple[Any, ...]:
        path = self._table(data)
        try:
            return self._survey(path) if path else ()
        except TableError:
            return ()

    def _survey(self, path: Path) -> tuple[Any, ...]:
        from synthnb.tables import survey

        try:
            key = (path, path.stat().st_mtime_ns)
        except OSError:
            return survey(path)  # says what is wrong
        if key not in self._seen:
            self._seen[key] = survey(path)
        return self._seen[key]

    def _table(self, data: Data) -> Path | None:
        """Return the file of the real records, as the charter names it."""
        for source in _list(self._charter(data).get("sources")):
            path = source.get("path")
            named = isinstance(path, str) and path.strip() and not path.startswith("<")
            if source.get("kind") == "real" and named and self._folder:
                return self._folder / str(path)
        return None

    def _charter(self, data: Data) -> Data:
        """Return what the charter says: the form's own data, or the file beside a plan."""
        if "sources" in data or self._folder is None:
            return data
        return Document(Charter, self._folder / "charter.yaml").data or {}


def _limits_of(data: Data) -> Charter:
    """Return a charter of nothing but those limits that hold as records."""
    found: dict[str, Any] = {"task": None}
    for name in _LIMITS:
        said = data.get(name)
        found[name] = tuple(map(_threshold, said)) if isinstance(said, list) else ()
    if isinstance(data.get("task"), Mapping):
        found["task"] = _task(data["task"])
    found["review"] = _review(data.get("review"))
    return Charter.model_construct(**found)


def _parts_of(data: Data) -> tuple[Charter, frozenset[str]]:
    """Return a charter of those fields that hold as records, and which they are.

    What a field lacks is said elsewhere; one that may be left out holds.
    """
    found: dict[str, Any] = {}
    for name in PARTS:
        if data.get(name) is None:
            continue
        try:
            found[name] = _reader(name).validate_python(data[name])
        except ValidationError:
            continue
    absent = [name for name in PARTS if data.get(name) is None and _optional(name)]
    return Charter.model_construct(**found), frozenset([*found, *absent])


def _optional(name: str) -> bool:
    return not Charter.model_fields[name].is_required()


@cache
def _reader(name: str) -> TypeAdapter[Any]:
    """Return what reads one field of a charter."""
    field = Charter.model_fields[name]
    kind: Any = Annotated[field.annotation, field]
    return TypeAdapter(kind)


def _threshold(said: Any) -> Threshold:
    """Return a limit; one that is incomplete names no rule, which is said elsewhere."""
    try:
        return Threshold.model_validate({**said, "reason": "to be judged"})
    except (TypeError, ValidationError):
        return Threshold.model_construct(rule="", limit=0.0, reason="")


def _review(said: Any) -> Review:
    """Return a review of this cadence; at once where it is no duration, which is said elsewhere."""
    try:
        return Review.model_validate({"cadence": said["cadence"], "triggers": ("to be judged",)})
    except (TypeError, KeyError, ValidationError):
        return Review.model_construct(cadence="P0D", triggers=())


def _task(said: Mapping[str, Any]) -> Task | None:
    try:
        return Task.model_validate(
            {"target": "any", "acceptable_loss": said.get("acceptable_loss")}
        )
    except ValidationError:
        return None


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _bound(rule: Rule) -> str:
    """Return what a rule asks, in words."""
    if rule.metric is None or rule.direction is None or rule.limit is None:
        return ""
    return f"{metric(rule.metric).show_bound(rule.direction, rule.limit)}; {rule.title}"
