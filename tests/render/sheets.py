"""Datasheets to render: the demonstration's charter and policy with evidence made up by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from synthnb import assets
from synthnb.judge import judge
from synthnb.records import (
    Approval,
    Charter,
    Datasheet,
    Decision,
    Estimate,
    Evidence,
    Generation,
    Lineage,
    Plan,
    Policy,
    Step,
    TableFact,
    Template,
    Threat,
    exact,
    interval,
    missing,
    read,
    sha256,
)
from synthnb.records.policy import Threats

HOSTILE = (
    "<script>alert(1)</script>",
    "{{< include secret.txt >}}",
    "=cmd()",
    '#eval("1")',
    "$(id)",
    "@fig-x",
    "[a](javascript:1)",
    "![](x)",
    ":::",
    "::: {.callout-note}",
    "`back` ```ticks```",
    "|pipe| and \\| more",
    "two\nlines\n\n# and a heading",
    "$$x^2$$ \\(y\\)",
    "raw `x`{=typst} ```{=html}",
    "*bold* _soft_ ~~gone~~ ^up^",
    "\" ' & ; \\ \\n \\u{41}",
    "---\ntitle: other\n---",
    "{{% raw %}} {{ 7 * 7 }} {% if x %}",
    "<img src=x onerror=alert(1)>",
    "https://example.org/?q=1 www.example.org a@b.example",
    "<https://example.org>",
    '#import "x" // comment /* more */ ]; #panic()',
    "-- --- ... 1. 2) (@) + - *",
    "日本語 \u202eevil\u202c \u0000 🦊",
    "{.rejected} {#id} {=html}",
    " ",
)


def charter(**changes: object) -> Charter:
    """Return the demonstration's charter, with fields replaced."""
    text = (assets.templates() / "demo" / "charter.yaml").read_text(encoding="utf-8")
    return read(Charter, text, "charter.yaml").model_copy(update=changes)


def hostile_charter() -> Charter:
    """Return a charter whose every text is an attack."""
    sound = charter()
    columns = [
        column.model_copy(update={"label": text, "unit": text})
        for column, text in zip(sound.columns, HOSTILE * 2, strict=False)
    ]
    first = sound.columns[0].model_copy(update={"label": "", "name": HOSTILE[1]})
    source = sound.sources[0].model_copy(update={"row": HOSTILE[12], "path": "a/`b`|c.csv"})
    return sound.model_copy(
        update={
            "title": f"Loans {HOSTILE[0]} {HOSTILE[1]} {HOSTILE[22]}",
            "purpose": "\n\n".join(HOSTILE),
            "benefits": HOSTILE,
            "limitations": HOSTILE,
            "prohibited_uses": HOSTILE,
            "columns": (first, *columns[1:]),
            "sources": (source,),
            "ethics": HOSTILE[3],
        }
    )


def plan() -> Plan:
    """Return the demonstration's plan, with somebody who wrote it."""
    text = (assets.templates() / "demo" / "plan.yaml").read_text(encoding="utf-8")
    return read(Plan, text, "plan.yaml").model_copy(update={"author": "Emmy Noether"})


def policy() -> Policy:
    """Return the policy that ships with synthnb."""
    text = (assets.templates() / "policies" / "default.yaml").read_text(encoding="utf-8")
    return read(Policy, text, "default.yaml")


def decided(action: str, by: str, role: str, day: int, **more: Any) -> Decision:
    """Return an approval of a day in October 2026."""
    told = {
        "action": action,
        "answer": "approve",
        "dossier": "loanapp",
        "about": f"{action}.yaml" if action in {"charter", "plan"} else "run 20261029-1",
        "by": by,
        "role": role,
        "time": datetime(2026, 10, day, 14, 5, tzinfo=UTC),
    }
    return Decision.model_validate({**told, **more})


def acceptance(finding: str, by: str, role: str, until: date, why: str, **more: Any) -> Decision:
    """Return an acceptance of a risk."""
    more = {"finding": finding, "until": until, "comment": why, "about": "run 20261029-1", **more}
    return decided("acceptance", by, role, 30, **more)


ADA, LISE, RITA = "Ada Lovelace", "Lise Meitner", "Rita Levi"
AGREED = (
    decided("charter", ADA, "privacy officer", 5, comment="The purpose is narrow enough."),
    decided("charter", LISE, "legal counsel", 6),
    decided("plan", ADA, "privacy officer", 12),
    decided("plan", RITA, "data science lead", 13, comment="A copula is enough here."),
)
"""What was decided before anything was generated."""
CLEARED = (
    decided("release", ADA, "privacy officer", 30),
    decided("release", LISE, "fairness reviewer", 31),
)
"""What was decided on the run."""


def fact(name: str, rows: int) -> TableFact:
    """Return a table of that many rows."""
    return TableFact(name=name, rows=rows, columns=17, content=sha256(name), file=sha256(name * 2))


GROUPS = ("Race = Black", "Race = Hispanic", "Race = White", "Sex = F", "Sex = M")
CROSSED = tuple(f"{race}, {sex}" for race in GROUPS[:3] for sex in GROUPS[3:])


def threat(name: str, metrics: tuple[str, ...], **changes: object) -> Threat:
    """Return an attacker of the threat library, made up."""
    told = {
        "id": name,
        "version": "2",
        "title": name.replace("-", " ").replace(".", " ").capitalize(),
        "criterion": "singling out",
        "knows": f"what the attacker called {name} knows.",
        "wants": "to recognise a person.",
        "can": "search the synthetic table.",
        "cost": "one neighbour search",
        "status": "explanation",
        "metrics": metrics,
    }
    return Threat.model_validate({**told, **changes})


THREATS = (
    threat(
        "exact-copies",
        (
            "privacy.exact_copies.count_share",
            "privacy.exact_copies.excess",
            "privacy.exact_copies.p",
        ),
        status="headline",
    ),
    threat("membership", ("privacy.membership.p", "privacy.membership.auc"), status="headline"),
    threat("distance", ("privacy.distance.share",), status="description"),
    threat("attribute-inference", ("privacy.attribute.excess", "privacy.attribute.p")),
    threat("linkability", ("privacy.linkability.excess", "privacy.linkability.p")),
    threat("singling-out", ("privacy.singling_out.excess", "privacy.singling_out.p")),
    threat(
        "reidentification", ("privacy.reidentification.excess", "privacy.reidentification.risk")
    ),
    threat("groups", ("privacy.group.excess",), status="description"),
    threat("anonymity", ("privacy.k_anonymity",), status="description"),
    threat("acme.mirror", ("privacy.attack.excess", "privacy.attack.p"), package="acme 1.0"),
    threat("acme.echo", ("privacy.attack.excess", "privacy.attack.p"), package="acme 1.0"),
)
"""Two attacks are of a package that is not installed where the datasheet is rendered."""


def _privacy(*, leaks: bool) -> Iterator[Estimate]:
    here = {"n": 985, "method": "a permutation test on control records (Wilson 1927)", "seed": 0}
    shift = 0.08 if leaks else 0.0
    yield exact("privacy.leak.p", 0.0004 if leaks else 0.41, method="three tests, Bonferroni")
    yield interval("privacy.leak.excess", 0.004 + shift, -0.006 + shift, 0.019 + shift, **here)
    yield from _self_test()
    yield exact(
        "privacy.exact_copies.count_share", 0.0 + shift, n=985, method="rows that are equal"
    )
    yield interval("privacy.exact_copies.excess", shift, shift - 0.002, shift + 0.004, **here)
    yield exact("privacy.exact_copies.p", 0.0004 if leaks else 1.0, method="hypergeometric")
    yield interval("privacy.distance.share", 0.503, 0.471, 0.535, baseline=0.5, **here)
    yield exact("privacy.membership.p", 0.41, method="10,000 permutations of the labels")
    yield interval("privacy.membership.auc", 0.506, 0.48, 0.532, baseline=0.5, **here)
    for secret in ("atotinc", "chist", "approve"):
        yield interval("privacy.attribute.excess", 0.001, -0.004, 0.0065, secret=secret, **here)
    yield exact("privacy.attribute.p", 0.771, method="hypergeometric", secret="atotinc")
    yield missing("privacy.singling_out.excess", "fewer than 100 queries", method="descriptions")
    yield interval("privacy.reidentification.excess", 0.002, -0.003, 0.007, secret="chist", **here)
    yield missing(
        "privacy.reidentification.risk",
        "fewer than 30 control records share a class of quasi-identifiers; give more control data",
        method="El Emam et al. (2020)",
        secret="chist",
    )
    for group in GROUPS:
        yield interval("privacy.group.excess", 0.01, -0.03, 0.05, group=group, **here)
    yield exact("privacy.k_anonymity", 1, method="counting", table="synthetic")
    yield interval("privacy.exchangeability.auc", 0.511, 0.487, 0.535, baseline=0.5, **here)
    for place, attack in enumerate(("acme.mirror", "acme.echo")):
        at = 0.011 + 0.022 * place
        yield interval("privacy.attack.excess", at, -0.01, 0.05, attack=attack, **here)
        yield exact("privacy.attack.p", at, method="of another package", attack=attack)
    yield exact(
        "privacy.holm.p",
        1.0,
        method="Holm (1979)",
        note="Alone: 0.771.",
        attack="Attribute inference",
        secret="atotinc",
    )


def _self_test() -> Iterator[Estimate]:
    for columns, leak in enumerate(("verbatim", "one column swapped")):
        yield exact(
            "privacy.selftest.detectable", 0.009 * (columns + 1), n=1000, method="-", leak=leak
        )
        for planted, found in ((4, 0.2), (9, 0.97 - 0.5 * columns), (18, 1.0)):
            span = (found - 0.02, min(1.0, found + 0.02))
            yield interval(
                "privacy.selftest.power",
                found,
                *span,
                n=100,
                method="Clopper-Pearson",
                leak=leak,
                planted=f"{planted:05d}",
            )
    yield exact("privacy.tolerance.supported", 0.019, n=985, method="largest upper bound")


def _fairness() -> Iterator[Estimate]:
    for place, group in enumerate((*GROUPS, *CROSSED)):
        share = 0.93 + 0.03 * (place % 4)
        here = {"n": 90 + 40 * place, "method": "Wilson (1927), simultaneous", "group": group}
        wide = 0.14 if place > 4 else 0.06
        yield interval(
            "fairness.representation.ratio", share, share - wide, share + wide, baseline=1.0, **here
        )
        real = 0.68 + 0.02 * (place % 11)
        yield interval("fairness.label.rate", real, real - 0.05, real + 0.04, table="real", **here)
        yield exact("fairness.label.rate", 0.87, table="synthetic", **here)
        if group in {"Race = White", "Sex = M"}:
            continue
        low, high = 0.21 - wide, 0.21 + wide
        for table in ("real", "synthetic"):
            ratio = 0.74 if table == "real" else 0.97
            yield interval(
                "fairness.label.disparate_impact", ratio, 0.66, 0.99, table=table, **here
            )
        yield interval("fairness.label.amplification", 0.21, low, high, **here)
        yield interval("fairness.label.amplification_size", 0.21, low, high, **here)
        yield interval("fairness.model.added_gap", 0.03, -0.05, 0.11, seed=0, **here)


def _utility() -> Iterator[Estimate]:
    here = {"n": 985, "method": "SDMetrics 0.32 with jackknife intervals", "seed": 0}
    yield exact("utility.diagnostic", 1.0, method="SDMetrics 0.32")
    yield interval("utility.quality.overall", 0.885, 0.871, 0.899, baseline=0.97, **here)
    yield interval("utility.quality.shapes", 0.923, 0.912, 0.934, baseline=0.975, **here)
    yield interval("utility.quality.pairs", 0.847, 0.829, 0.864, baseline=0.95, **here)
    for column in ("Loan amount", "Purchase price", "Housing expense"):
        yield interval(
            "utility.column.shape", 0.81, 0.78, 0.84, baseline=0.97, column=column, **here
        )
    yield interval("utility.task.real", 0.739, 0.69, 0.785, baseline=0.5, **here)
    yield interval("utility.task.synthetic", 0.581, 0.53, 0.63, baseline=0.5, **here)
    yield interval("utility.task.loss", 0.158, 0.098, 0.221, **here)


def evidence(*, leaks: bool = False, groups: tuple[str, ...] = ()) -> tuple[Evidence, ...]:
    """Return the evidence of every room."""
    inputs = {name: sha256(name) for name in ("train", "control", "synthetic")}
    audit = tuple(_fairness()) + tuple(
        interval(
            "fairness.label.amplification_size", 0.1, 0.02, 0.2, n=40, method="by hand", group=group
        )
        for group in groups
    )
    made = Generation(
        generator="gaussian-copula",
        library="sdv 2.0.0",
        licence="BUSL-1.1",
        parameters={"default_distribution": "beta", "enforce_min_max_values": False},
        seed=0,
        rows=985,
        transformations=("Dependants was rounded to whole numbers and clipped to 0 or more.",),
        synthetic=fact("synthetic", 985),
    )
    traced = Lineage(
        tables=tuple(
            fact(name, rows)
            for name, rows in (("real", 1969), ("train", 985), ("control", 984), ("synthetic", 985))
        ),
        steps=(
            Step(name="split", inputs=("real",), outputs=("train", "control"), detail="by row"),
            Step(name="generate", inputs=("train",), outputs=("synthetic",), detail="seed 0"),
            Step(name="privacy", inputs=("train", "control", "synthetic"), detail="seed 0"),
        ),
        schema_digest=sha256("schema"),
        seeds={"split": 0, "plan": 0, "assessment": 0},
        packages={"synthnb": "0.1.0", "numpy": "2.4.6", "sdv": "2.0.0", "pandas": "2.3.3"},
        python="3.11.9",
        platform="Linux x86_64",
        commit="0123456789abcdef0123456789abcdef01234567",
        uncommitted=True,
    )
    rows = exact("generation.rows", 985, method="counting")
    valid = exact("generation.valid_share", 1.0, n=985, method="counting")
    note = "Half of about two thousand records is too few to exclude leaks of a few records."
    return (
        Evidence(
            room="generation", inputs=inputs, seed=0, estimates=(rows, valid), generation=made
        ),
        Evidence(
            room="privacy",
            inputs=inputs,
            seed=0,
            estimates=tuple(_privacy(leaks=leaks)),
            threats=THREATS,
            notes=(note,),
        ),
        Evidence(room="fairness", inputs=inputs, seed=0, estimates=audit),
        Evidence(room="utility", inputs=inputs, seed=0, estimates=tuple(_utility())),
        Evidence(room="lineage", inputs=inputs, seed=0, lineage=traced),
    )


def sheet(
    *, leaks: bool = False, hostile: bool = False, rules: Policy | None = None, **changes: object
) -> Datasheet:
    """Return a whole datasheet; its verdict follows from its evidence.

    Parameters
    ----------
    leaks : bool
        Whether the synthetic table gives people away.
    hostile : bool
        Whether charter and scopes are full of attacks.
    rules : Policy, optional
        Instead of the policy that ships with synthnb.
    changes
        Fields to replace.
    """
    paper = hostile_charter() if hostile else charter()
    rules = rules or policy()
    found = evidence(leaks=leaks, groups=HOSTILE[:-1] if hostile else ())
    verdict = judge(rules, paper, plan(), found)
    body = Datasheet(
        synthnb="0.1.0",
        name="loanapp",
        version="1.2.0",
        status="released" if verdict.outcome == "passed" else "rejected",
        issued=datetime(2026, 11, 4, 9, 30, tzinfo=UTC),
        review_due=date(2027, 5, 4),
        subject=sha256("subject"),
        previous="1.1.0",
        changes=("The generation plan changed.", "The verdict went from passed to blocked."),
        charter=paper,
        plan=plan(),
        policy=rules,
        evidence=found,
        verdict=verdict,
        mode="binding",
        decisions=AGREED + (CLEARED if verdict.outcome == "passed" else ()),
        signatories=(ADA, LISE),
        templates=(
            Template(name="03_privacy.ipynb", digest=sha256("template"), stock=True),
            Template(name="04_fairness.ipynb", digest=sha256("other"), stock=False),
        ),
    )
    return body.model_copy(update=changes)


def passing(**changes: object) -> Datasheet:
    """Return a datasheet that its policy lets through: every rule only warns."""
    return sheet(rules=lenient(()), **changes)


def lenient(stern: Iterable[str], quorum: int = 2) -> Policy:
    """Return a policy in which only some rules block, and people may accept a risk."""
    whole = policy()
    mild = {"severity": "warn", "inconclusive": "warn", "not_measured": "warn", "cases": ()}
    strict = {"cases": (), "inconclusive": "block", "not_measured": "block"}
    rules = tuple(
        rule.model_copy(update=strict if rule.id in set(stern) else mild) for rule in whole.rules
    )
    others = tuple(each for each in whole.approvals if each.action != "acceptance")
    asked = Approval(action="acceptance", roles=("privacy officer", "data owner"), quorum=quorum)
    update = {"rejections": (), "threats": Threats(), "approvals": (*others, asked)}
    return whole.model_copy(update={"rules": rules, **update})


LEAK = "privacy.leak"
RISK = "privacy.reidentification-risk[secret=chist]"
"""An inconclusive finding, and one that was not measured."""
TAKEN = (
    acceptance(LEAK, ADA, "privacy officer", date(2027, 1, 31), "Half the records are too few."),
    acceptance(LEAK, "Max Born", "data owner", date(2026, 12, 24), "Only colleagues get it."),
    acceptance(RISK, ADA, "privacy officer", date(2027, 2, 28), "Classes are too small to tell."),
    acceptance(RISK, "Max Born", "data owner", date(2027, 2, 28), "The same."),
)


def accepting(*rules: str, quorum: int = 2, **changes: Any) -> Datasheet:
    """Return a release that is blocked by some rules, whose risks people accepted."""
    stern = rules or ("privacy.leak", "privacy.reidentification-risk")
    usual = {"status": "released", "decisions": (*AGREED, *TAKEN, *CLEARED)}
    return sheet(rules=lenient(stern, quorum), **{**usual, **changes})
