"""The tables of the descriptive sections: data, people, lineage and digests."""

from __future__ import annotations

import re
from collections.abc import Mapping

from synthnb.records import Charter, Column, Datasheet, Lineage
from synthnb.render.escape import Md, md
from synthnb.render.tables import answers, table
from synthnb.render.words import count, setting

KINDS = {
    "real": "Real records to learn from",
    "control": "Real records held out as control",
    "reference": "Reference population",
    "external": "What an attacker may hold",
    "earlier": "Synthetic table that was released before",
}
ACCESS = {
    "open": "open: anybody may have it",
    "registered": "registered: after giving a name",
    "restricted": "restricted: on request, if it is granted",
    "internal": "internal: only inside the organisation",
}


def columns(charter: Charter) -> Md:
    """Return every column with its type, its part in the assessments and what is public."""
    rows = [
        [
            _named(column),
            column.type + (f", {column.unit}" if column.unit else ""),
            ", ".join(column.roles) or "—",
            _public(column),
        ]
        for column in charter.columns
    ]
    heads = ("Column", "Type and unit", "Role", "Publicly known values")
    return table(heads, rows, (32, 22, 22, 24))


def _named(column: Column) -> Md:
    if column.title == column.name:
        return md("**{}**", column.title)
    return md("**{}** [{}]{.below}", column.title, column.name)


def _public(column: Column) -> str:
    if column.categories:
        return ", ".join(column.categories)
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return f"{high:g} or less" if high is not None else "—"


def use_cases(charter: Charter) -> Md:
    """Return the uses that the data is made for."""
    rows = [
        [md("**{}**", use.title), use.task, use.model_type, use.decision]
        for use in charter.use_cases
    ]
    heads = ("Use", "Task", "Models", "Which decision it affects")
    return table(heads, rows, (20, 26, 22, 32))


def sources(charter: Charter) -> list[tuple[str, Md]]:
    """Return for each real table what it is and where it comes from."""
    return [
        (
            KINDS[source.kind],
            answers(
                (
                    ("File", source.path),
                    ("One row is", source.row),
                    ("Collected", source.collection),
                    ("Legal basis", source.legal_basis),
                    ("Kept", source.retention),
                )
            ),
        )
        for source in charter.sources
    ]


def people(charter: Charter) -> Md:
    """Return who answers for what."""
    rows = [[a.role.capitalize(), a.name, a.responsible_for or "—"] for a in charter.roles]
    return table(("Role", "Name", "Answers for"), rows, (26, 30, 44))


def tables(lineage: Lineage) -> Md:
    """Return the tables that were assessed, with sizes and short digests."""
    rows = [
        [fact.name.capitalize(), count(fact.rows, "row"), str(fact.columns), short(fact.content)]
        for fact in lineage.tables
    ]
    heads = ("Table", "Size", "Columns", "Content digest")
    return table(heads, rows, (28, 24, 16, 32), right=(1, 2))


def steps(lineage: Lineage) -> Md:
    """Return what was done to what."""
    rows = [
        [
            step.name.capitalize(),
            ", ".join(step.inputs) or "—",
            ", ".join(step.outputs) or "estimates",
            step.detail or "—",
        ]
        for step in lineage.steps
    ]
    return table(("Step", "From", "To", "Detail"), rows, (18, 20, 20, 42))


def packages(lineage: Lineage) -> str:
    """Return the versions that can change a number, in a sentence."""
    known = ", ".join(f"{name} {version}" for name, version in sorted(lineage.packages.items()))
    return f"Python {lineage.python} on {lineage.platform}, with {known}."


def settings(named: Mapping[str, object]) -> str:
    """Return parameters as name = value pairs."""
    pairs = [f"{name} = {setting(item)}" for name, item in sorted(named.items())]
    return ", ".join(pairs) or "none: the generator's defaults hold"


def digests(sheet: Datasheet) -> Md:
    """Return every digest in full, with what it is taken over."""
    verdict, lineage = sheet.verdict, (room := sheet.room("lineage")) and room.lineage
    rows: list[tuple[str, str]] = [
        ("Records, evidence and templates together", sheet.subject),
        ("Charter", verdict.charter_digest),
        ("Plan", verdict.plan_digest),
        ("Policy", verdict.policy_digest),
    ]
    rows += [(f"Evidence of {each.room}", each.digest) for each in sheet.evidence]
    if lineage:
        rows.append(("Column names, types and roles", lineage.schema_digest))
        for fact in lineage.tables:
            rows.append((f"Table {fact.name}: content", fact.content))
            if fact.file:
                rows.append((f"Table {fact.name}: file", fact.file))
    rows += [
        (f"Template {each.name}{'' if each.stock else ' (not the stock one)'}", each.digest)
        for each in sheet.templates
    ]
    cells = [[what, long(text)] for what, text in rows]
    return table(("Digest (sha256) of", "Value"), cells, (36, 64))


def long(digest: str) -> Md:
    """Return a digest in full, which may break anywhere."""
    return md("[{}]{.digest}", digest)


def short(digest: str) -> Md:
    """Return the first signs of a digest."""
    return md("[{}…]{.digest}", digest[:12])


def audiences(charter: Charter) -> Md:
    """Return who may have the data, and how they get it."""
    rows = [[md("**{}**", each.who), ACCESS[each.access]] for each in charter.audiences]
    return table(("Who", "How"), rows, (60, 40))


def making(sheet: Datasheet) -> Md:
    """Return how the table was made, as questions and answers."""
    plan, made = sheet.plan, (room := sheet.room("generation")) and room.generation
    said: list[tuple[str, object]] = [("Generator", plan.generator)]
    if made:
        licence = f", licence {made.licence}" if made.licence else ""
        said.append(("Library", f"{made.library}{licence}"))
    said.append(("Parameters", settings(made.parameters if made else plan.parameters)))
    said.append(("Seed", str(plan.seed)))
    if plan.conditions:
        given = [f"{count(c.rows, 'row')} with {settings(c.where)}" for c in plan.conditions]
        said.append(("Conditions", "; ".join(given)))
    if plan.external:
        said.append(("Made with", plan.external.tool))
        said.append(("How it was made", plan.external.description))
    if made:
        said.append(("Synthetic rows", count(made.synthetic.rows, "row")))
        said.append(("Content digest", short(made.synthetic.content)))
    return answers(said)


def rules(sheet: Datasheet) -> Md:
    """Return every rule of the policy with its reason and source."""
    rows = [
        [md("**{}** [{}]{.below}", rule.title, rule.id), rule.reason, rule.reference]
        for rule in sheet.policy.rules
    ]
    rows += [
        [md("**Rejection criterion** [{}]{.below}", each.id), each.reason, "—"]
        for each in sheet.policy.rejections
    ]
    return table(("Rule", "Why", "Source"), rows, (28, 46, 26))


def install(sheet: Datasheet) -> Md:
    """Return the command that installs the version which wrote the datasheet."""
    known = re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+!]*", sheet.synthnb)
    return Md(f"pip install synthnb=={known[0]}" if known else "pip install synthnb")
