"""What is guaranteed, what it cost, and what mitigations changed."""

from __future__ import annotations

from synthnb.records import Change, Datasheet, Generation, Mitigation, PrivacyLoss, metric
from synthnb.render.escape import Md, join, md
from synthnb.render.tables import answers, bullets, paragraphs, table
from synthnb.render.words import ROOMS, count, sentence

_OUTSIDE = ("privacy", "fairness", "utility")
_LIMITS = (
    "Below some thousands of records the noise leaves less of the relations between columns than "
    "treating every column alone would.",
    "Categories that do not rise above three standard deviations of the noise share one group: "
    "small groups are blurred.",
    "The guarantee is about the training part. How records were divided into parts beforehand is "
    "not covered.",
)


def _made(sheet: Datasheet) -> Generation | None:
    room = sheet.room("generation")
    return room.generation if room else None


def _loss(sheet: Datasheet) -> PrivacyLoss | None:
    made = _made(sheet)
    return made.privacy_loss if made else None


def one_line(sheet: Datasheet) -> Md:
    """Return the guarantee in a sentence for the first page."""
    if blended := real_rows(sheet):
        return md(
            "**None for {}, which are published as they are.**", count(blended, "real record")
        )
    loss = _loss(sheet)
    if loss is None:
        return md("{}", sheet.plan.guarantee.statement)
    said = "Differential privacy with ε = {} and δ = {} for each record or unit; no test proves it."
    return md(said, f"{loss.epsilon:g}", f"{loss.delta:g}")


def real_rows(sheet: Datasheet) -> int:
    """Return how many rows of the table are real records."""
    made = _made(sheet)
    return made.real_rows if made else 0


def warning(sheet: Datasheet) -> Md:
    """Return a loud callout where real records were blended in; nothing otherwise."""
    made = _made(sheet)
    if made is None or made.real_rows == 0:
        return Md("")
    said = md(
        "{} of {} are real training records, published word for word. Whatever is said about the "
        "generator holds for the other rows only.",
        made.real_rows,
        count(made.rows, "row"),
    )
    return md("::: {.callout-warning}\n## This table contains real records\n\n{}\n:::\n", said)


def guaranteed(sheet: Datasheet) -> Md:
    """Return what is guaranteed, by whom it is attested, what it cost and what lies outside."""
    parts: list[Md] = [warning(sheet), paragraphs(sheet.plan.guarantee.statement)]
    loss = _loss(sheet)
    if loss is not None:
        parts += [_spent(loss), _budget(sheet), _outside(sheet), _audit(sheet), _honest()]
    elif sheet.plan.guarantee.kind == "none":
        parts.append(
            Md(
                "There is no mathematical guarantee. What protects the people in the real data is "
                "what the privacy assessment could measure, and no more.\n"
            )
        )
    else:
        claim = sheet.plan.guarantee
        parts.append(
            md(
                "Claimed is differential privacy with ε = {} and δ = {}. The claim rests on the "
                "plan alone: the table was made elsewhere, nothing was charged to a budget here, "
                "and the privacy assessment tests for leaks but cannot prove a claim.\n",
                claim.epsilon,
                claim.delta,
            )
        )
    return join("\n\n", [part for part in parts if part])


def _spent(loss: PrivacyLoss) -> Md:
    edges = _edges(loss)
    facts = answers(
        [
            ("Mechanism", loss.mechanism),
            ("Whose presence", sentence(loss.unit)),
            ("Neighbouring tables", sentence(loss.adjacency)),
            ("ε and δ", f"{loss.epsilon:g} and {loss.delta:g}"),
            ("ρ in all", f"{loss.rho:.6g}"),
            ("Accountant", sentence(loss.accountant)),
            ("Relations measured", edges),
            ("Charged to", loss.dataset),
            ("Taken as public", " ".join(sentence(each) for each in loss.public)),
            ("Who says so", loss.attested_by),
            ("Digest of the public inputs", md("[{}]{.digest}", loss.public_digest)),
            ("Digest of the measurements", md("[{}]{.digest}", loss.measurements)),
        ]
    )
    rows = [
        [step.step, f"{step.rho:.6g}", "—" if step.scale is None else f"{step.scale:.4g}"]
        for step in loss.steps
    ]
    return join("\n", [facts, table(("Step", "ρ", "Scale of the noise"), rows, (50, 25, 25))])


def _edges(loss: PrivacyLoss) -> str:
    """Return the relations that were measured; those that share their last column together."""
    pairs: dict[str, list[str]] = {}
    for edge in loss.edges:
        pairs.setdefault(" × ".join(edge[1:]), []).append(edge[0])
    said = [
        f"{first[0]} × {rest}" if len(first) == 1 else f"({', '.join(first)}) × {rest}"
        for rest, first in pairs.items()
    ]
    return "; ".join(said) or "none"


def _budget(sheet: Datasheet) -> Md:
    room = sheet.room("generation")
    known = room.facts.get("budget") if room else None
    if not isinstance(known, dict):
        return Md("What is left of the data set's budget is not recorded in this document.\n")
    return md(
        "After this release the data set {} has spent ε = {} of {} (at δ = {}), in {}.\n",
        str(known.get("dataset")),
        _number(known.get("spent_epsilon")),
        _number(known.get("cap_epsilon")),
        _number(known.get("delta")),
        f"{known.get('charges')} charges",
    )


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else "?"


def _outside(sheet: Datasheet) -> Md:
    """Return which published numbers were computed on real data without noise."""
    lines = []
    for room in _OUTSIDE:
        evidence = sheet.room(room)
        names = {metric(each.metric).title for each in evidence.estimates} if evidence else set()
        if names:
            lines.append(md("**{}:** {}.", ROOMS[room], "; ".join(sorted(names))))
    said = (
        "**Outside the guarantee.** These numbers of this document were computed on real records "
        "without noise, as were the counts of records and the digests of real tables. They are "
        "aggregates over many people, but they are not differentially private:\n"
    )
    return join("\n", [Md(said), bullets(lines)])


def _audit(sheet: Datasheet) -> Md:
    room = sheet.room("privacy")
    for each in room.estimates if room else ():
        if each.metric == "privacy.epsilon.lower" and each.measured:
            low = each.value if each.low is None else each.low
            return md(
                "An audit with one run on {} shows that ε is at least {}. That is a lower bound "
                "from a single table and not a proof of the guarantee.\n",
                count(each.n or 0, "record"),
                metric(each.metric).show(low or 0.0),
            )
    return Md("No audit of the guarantee could be measured on this table.\n")


def _honest() -> Md:
    return join("\n", [Md("**Honest limits.**\n"), bullets(list(_LIMITS))])


def mitigations(sheet: Datasheet) -> Md:
    """Return each mitigation with its reason, and its numbers without and with it."""
    made = _made(sheet)
    if made is None or not made.mitigations:
        return Md("None: the table is a plain sample of its generator.\n")
    lead = (
        "Each number stands beside that of a plain sample of the same generator with the same "
        "seed. Counted in the synthetic tables, so without sampling error.\n"
    )
    return join("\n", [Md(lead), *(_mitigation(each) for each in made.mitigations)])


def _mitigation(each: Mitigation) -> Md:
    told = md("::: {.metric}\n**{}** Why: {}\n:::\n", each.title, sentence(each.rationale))
    if not each.changes:
        return told
    rows = [[c.what, *(_cell(c, n) for n in (c.before, c.after, c.target))] for c in each.changes]
    heads = ("What", "Without", "With", "Meant")
    return join("\n", [told, table(heads, rows, (52, 16, 16, 16), right=(1, 2, 3))])


def _cell(change: Change, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:g}" if change.what.startswith("rows ") else f"{100 * value:.1f} %"


def tried(sheet: Datasheet) -> Md:
    """Return how many configurations a sweep tried before this plan; nothing without one."""
    room = sheet.room("generation")
    known = room.facts.get("tuning") if room else None
    if not isinstance(known, dict):
        return Md("")
    return md(
        "A sweep tried {} configurations ({} failed) on {} records of the tuning part and measured "
        "them on {} others of it. The control records of this assessment were not touched.\n",
        *(str(known.get(name)) for name in ("trials", "failed", "fit_rows", "test_rows")),
    )
