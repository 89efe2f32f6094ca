"""Who decided what, as a datasheet tells it: nothing that is not recorded, nothing left out."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pikepdf
import pytest
import sheets
from reading import Page, Rendered, packed, squash
from sheets import ADA, AGREED, CLEARED, HOSTILE, LEAK, LISE, TAKEN, acceptance, decided

from synthnb.errors import RenderError
from synthnb.records import Datasheet, Decision
from synthnb.render import decisions, embedded, front, lint, resolve
from synthnb.render.escape import plain

DRAFT = "DRAFT: made in a workspace where nothing waits for approval"


def said(sheet: Datasheet) -> str:
    """Return the text of a datasheet in one line, without escapes."""
    return _said(sheet.model_dump_json())


@cache
def _said(record: str) -> str:
    qmd = resolve(Datasheet.model_validate_json(record)).qmd
    return html.unescape(squash(qmd)).replace("\u00a0", " ")


def cover(sheet: Datasheet) -> str:
    """Return the text of the first page."""
    whole = said(sheet)
    return whole[: whole.index("{#sec-verdict}")]


def section(sheet: Datasheet, name: str, following: str) -> str:
    """Return the text between two headings."""
    whole = said(sheet)
    return whole[whole.index(f"{{#{name}}}") : whole.index(f"{{#{following}}}")]


def binding(*found: Decision, **changes: Any) -> Datasheet:
    """Return a release with these decisions."""
    return sheets.passing(decisions=found, **changes)


@pytest.fixture(scope="module")
def draft() -> Rendered:
    return Rendered(sheets.passing(mode="draft", decisions=(), signatories=()))


@pytest.fixture(scope="module")
def accepted() -> Rendered:
    return Rendered(sheets.accepting())


# --- a draft -----------------------------------------------------------------------------------


def test_a_draft_says_so_on_each_page_of_the_pdf(draft: Rendered, accepted: Rendered) -> None:
    assert len(draft.pages) > 10
    assert all(packed(DRAFT) in packed(page) for page in draft.pages)
    assert not any("DRAFT" in page for page in accepted.pages)


def test_a_draft_says_so_before_anything_else_and_at_the_end_of_the_page(draft: Rendered) -> None:
    text = draft.page.text
    assert text.index(DRAFT) < text.index("Datasheet of a synthetic table")
    assert text.endswith("PASSED (DRAFT)")


def test_the_bar_of_a_draft_stays_while_the_page_is_read_and_printed(draft: Rendered) -> None:
    (bar,) = (a for _, a in draft.page.tags if "banner" in a.get("class", ""))
    assert bar == {"class": "banner draft", "role": "note"}
    screen, _, printed = draft.html.partition("@media print")
    assert re.search(r"\.banner \{\s*position: sticky; top: 0", screen)
    assert re.search(r"\.banner \{\s*position: fixed", printed)


def test_a_draft_says_in_its_text_that_nobody_had_to_approve_anything() -> None:
    sheet = sheets.passing(mode="draft", decisions=(), signatories=())
    assert "nobody had to approve its charter, its plan or its release" in cover(sheet)
    assert "Who would have to agree" in cover(sheet)
    assert "Who must agree" not in said(sheet)
    assert "No decision is recorded in this document." in said(sheet)
    assert "does not record who signs it" in said(sheet)


def test_a_draft_shows_what_was_approved_all_the_same() -> None:
    sheet = sheets.passing(mode="draft")
    assert "Ada Lovelace (privacy officer), 5 October 2026" in cover(sheet)
    assert "fewer than asked" not in said(sheet.model_copy(update={"decisions": AGREED[:1]}))


def test_a_datasheet_of_the_time_before_decisions_is_a_draft() -> None:
    old = sheets.passing().model_dump(exclude={"mode", "decisions", "signatories"})
    assert DRAFT in said(Datasheet.model_validate(old))


def test_a_rejected_draft_says_both_on_each_page() -> None:
    both = Rendered(sheets.sheet(leaks=True, mode="draft"))
    for page in both.pages:
        assert "REJECTED:" in page
        assert packed(DRAFT) in packed(page)
    assert both.page.text.index("REJECTED") < both.page.text.index(DRAFT)
    assert both.page.text.index(DRAFT) < both.page.text.index("Datasheet of a")


def test_neither_bar_stands_on_a_release_with_decisions() -> None:
    assert "{.banner" not in resolve(sheets.passing()).qmd
    assert "DRAFT" not in said(sheets.passing())
    assert "draft" not in said(sheets.passing())


# --- an accepted risk --------------------------------------------------------------------------


def test_an_accepted_risk_stands_on_the_first_page_with_names_and_dates(accepted: Rendered) -> None:
    first = packed(accepted.pages[0])
    for each in TAKEN:
        for text in (each.by, each.role, each.comment, f"{each.until:%d %B %Y}".lstrip("0")):
            assert packed(text) in first
    for text in (
        "RELEASEDWITHACCEPTEDRISK",
        "Notshown:Nobody'srecordisinthere.",
        "Notshown:Absoluteriskofidentitydisclosure.",
        "◆inconclusive",
        "○notmeasured",
        "thedataisnotshowntomeettheserules",
    ):
        assert text in first


def test_an_accepted_risk_never_looks_like_a_pass(accepted: Rendered) -> None:
    assert "PASSED" not in "".join(accepted.pages)
    assert "PASSED" not in accepted.page.text
    assert "Every rule of the policy that can block is met" not in accepted.page.text
    (box,) = (a["class"] for _, a in accepted.page.tags if a.get("class", "").startswith("verdict"))
    assert box == "verdict accepted"
    assert all("ACCEPTEDRISK" in packed(page) for page in accepted.pages)


def test_the_data_may_be_used_until_the_first_acceptance_ends() -> None:
    assert decisions.ends(sheets.accepting()) == date(2026, 12, 24)
    assert "24 December 2026, when the first accepted risk ends, or earlier" in cover(
        sheets.accepting()
    )
    later = [each.model_copy(update={"until": date(2028, 1, 1)}) for each in TAKEN]
    assert "4 May 2027, or earlier" in cover(sheets.accepting(decisions=tuple(later)))


def test_one_finding_and_one_person_are_told_in_the_singular() -> None:
    one = cover(sheets.accepting("privacy.leak", quorum=1, decisions=TAKEN[:1]))
    assert "The one finding that stands against it was accepted as a risk by 1 person" in one
    assert "not shown to meet this rule." in one
    assert "1 stands against a release" in one
    two = cover(sheets.accepting())
    assert "Every finding that stands against it was accepted as a risk by 2 people" in two
    assert "until 24 December 2026" in two


def test_what_stands_against_the_release_is_still_listed_and_marked_as_accepted() -> None:
    part = section(sheets.accepting(), "sec-blocking", "sec-warnings")
    assert "Nobody's record is in there" in part
    assert "Each of these was accepted as a risk" in part
    assert "accepted" not in section(sheets.sheet(leaks=True), "sec-blocking", "sec-warnings")


def test_a_long_reason_is_cut_on_the_first_page_and_stands_whole_in_its_section() -> None:
    long = " ".join(f"word{number}" for number in range(100))
    sheet = sheets.accepting(
        "privacy.leak", quorum=1, decisions=(TAKEN[0].model_copy(update={"comment": long}),)
    )
    assert "word10 " in cover(sheet)
    assert "word99" not in cover(sheet)
    assert "(in full in @sec-accepted)" in cover(sheet)
    assert long in section(sheet, "sec-accepted", "sec-signatories")


ONLY = ("privacy.leak",)
ENDED = TAKEN[1].model_copy(update={"until": date(2026, 11, 3)})
LAST_DAY = TAKEN[1].model_copy(update={"until": date(2026, 11, 4)})
REFUSED = TAKEN[1].model_copy(update={"answer": "reject"})
AGAIN = TAKEN[0].model_copy(update={"time": datetime(2026, 10, 31, tzinfo=UTC)})


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (TAKEN[:2], "accepted"),
        ((TAKEN[0], LAST_DAY), "accepted"),
        (TAKEN[:1], "blocked"),
        ((TAKEN[0], AGAIN), "blocked"),
        ((TAKEN[0], ENDED), "blocked"),
        ((*TAKEN[:2], REFUSED.model_copy(update={"by": "Otto Hahn"})), "blocked"),
        (TAKEN[2:], "blocked"),
        ((), "blocked"),
    ],
    ids=["two", "last day", "one", "one twice", "ended", "refused", "another finding", "nobody"],
)
def test_a_finding_is_accepted_by_enough_different_people_and_in_time_or_not_at_all(
    found: tuple[Decision, ...], kind: str
) -> None:
    sheet = sheets.accepting(*ONLY, decisions=found)
    assert [f.id for f in sheet.verdict.blocking] == [LEAK]
    head = front.headline(sheet)
    assert head.kind == kind
    assert (head.word == "BLOCKED") == (kind == "blocked")


def test_one_finding_that_nobody_accepted_blocks_the_others_too() -> None:
    assert front.headline(sheets.accepting(decisions=TAKEN[:2])).word == "BLOCKED"


def test_a_fail_is_not_accepted_whatever_is_recorded() -> None:
    sheet = sheets.accepting(*ONLY, leaks=True, decisions=TAKEN[:2])
    assert [f.state for f in sheet.verdict.blocking] == ["fail"]
    assert front.headline(sheet).word == "BLOCKED"
    part = section(sheet, "sec-accepted", "sec-signatories")
    assert "not covered: it stands against a release" in part


def test_a_rejected_datasheet_stays_rejected_when_risks_were_accepted() -> None:
    sheet = sheets.accepting(status="rejected")
    assert front.headline(sheet).word == "REJECTED"
    assert "Not shown:" not in cover(sheet)
    assert "when the first accepted risk ends" not in cover(sheet)
    assert "Only colleagues get it." in section(sheet, "sec-accepted", "sec-signatories")


def test_an_acceptance_that_lifts_nothing_says_so() -> None:
    other = TAKEN[0].model_copy(update={"finding": "privacy.unheard-of"})
    part = section(binding(TAKEN[0], other), "sec-accepted", "sec-signatories")
    assert "does not stand against the release" in part
    assert "no finding of this verdict" in part
    assert front.headline(binding(TAKEN[0])).word == "PASSED"


# --- approvals ---------------------------------------------------------------------------------


def approvals(sheet: Datasheet) -> list[str]:
    text = html.unescape(decisions.approvals(sheet).text)
    return [line.rsplit("|", 2)[1].strip() for line in text.splitlines()[2:] if line]


def test_required_and_recorded_stand_beside_each_other() -> None:
    charter, plan, release, heard = approvals(sheets.passing())
    assert charter == (
        "Ada Lovelace (privacy officer), 5 October 2026 "
        "[Lise Meitner (legal counsel), 6 October 2026]{.line}"
    )
    assert "Rita Levi (data science lead), 13 October 2026" in plan
    assert "to be signed by Ada Lovelace and Lise Meitner" in release
    assert "privacy officer: Ada Lovelace" in heard
    assert "data owner: no decision in this role" in heard


def test_what_is_not_recorded_is_none() -> None:
    assert approvals(binding(signatories=())) == ["none"] * 4
    whole = said(binding(signatories=()))
    for each in (ADA, LISE, "**Charter** approved", "A signature counts", "signed statement over"):
        assert each not in whole
    assert "No decision is recorded in this document." in whole
    accepted_ = section(binding(), "sec-accepted", "sec-signatories")
    assert "None is recorded in this document." in accepted_


def test_too_few_approvals_of_a_release_are_counted_aloud() -> None:
    charter, plan, release, _ = approvals(binding(*AGREED[:3], *CLEARED[:1], signatories=()))
    assert "fewer" not in charter
    assert "**1 of 2: fewer than asked**" in plan
    assert "**1 of 2: fewer than asked**" in release
    release = approvals(binding(*CLEARED[:1], signatories=(LISE,)))[2]
    assert "fewer" not in release


def test_one_person_who_approves_twice_is_one_person() -> None:
    again = AGREED[0].model_copy(update={"time": datetime(2026, 10, 7, tzinfo=UTC)})
    assert "**1 of 2: fewer than asked**" in approvals(binding(AGREED[0], again))[0]


def test_a_refusal_needs_no_approval_and_nobody_signs_as_one_who_approves() -> None:
    sheet = sheets.sheet(leaks=True)
    assert "None is needed to record a refusal." in cover(sheet)
    part = section(sheet, "sec-approvals", "sec-decisions")
    assert "No approval is needed to record a refusal." in part
    assert approvals(sheet)[2:] == ["none", "none"]
    assert "fewer than asked" not in said(sheet)
    assert "sign this release" in section(sheet, "sec-signatories", "sec-changes")


def test_each_decision_stands_with_what_who_role_when_and_comment() -> None:
    part = section(sheets.passing(), "sec-decisions", "sec-accepted")
    row = (
        "| **Charter** approved [charter.yaml]{.below} | Ada Lovelace [privacy officer]{.below} "
        "| 5 October 2026 [14:05 UTC]{.below} | The purpose is narrow enough. |"
    )
    assert row in part
    assert part.count("**Charter** approved") == 2
    assert part.count("**Plan** approved") == 2
    assert part.count("**Release** approved") == 2


def test_decisions_stand_in_the_order_of_their_times_in_utc() -> None:
    east = timezone(timedelta(hours=9))
    early = AGREED[3].model_copy(update={"time": datetime(2026, 10, 5, 1, 0, tzinfo=east)})
    part = section(binding(*AGREED[:3], early), "sec-decisions", "sec-accepted")
    assert "4 October 2026 [16:00 UTC]{.below}" in part
    assert part.index("Rita Levi") < part.index("Ada Lovelace")


def test_a_rejection_is_told_with_the_criterion_that_it_cites() -> None:
    no = decided(
        "plan",
        ADA,
        "privacy officer",
        14,
        answer="reject",
        comment="Too many epochs.",
        criterion="generators.approved",
    )
    sheet = sheets.sheet(leaks=True, decisions=(*AGREED, no))
    part = section(sheet, "sec-decisions", "sec-accepted")
    assert "**Plan** [✗ rejected]{.state-fail}" in part
    assert "cites generators.approved" in part
    assert "Too many epochs." in part
    assert "**rejected** by Ada Lovelace (privacy officer), 14 October 2026" in cover(sheet)


def test_who_wrote_the_charter_or_the_plan_is_named_as_one_who_does_not_count() -> None:
    whole = said(sheets.passing())
    assert "written by Sam Scientist (invented), the plan by Emmy Noether." in whole
    paper = sheets.charter(author="Grace Hopper")
    plan = sheets.plan().model_copy(update={"author": ""})
    whole = said(sheets.passing(charter=paper, plan=plan))
    assert "written by Grace Hopper, and the plan does not say who wrote it." in whole


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), "This document does not record who signs it."),
        ((ADA,), "Ada Lovelace signs this release. The signature is made over"),
        ((ADA, LISE), "Ada Lovelace and Lise Meitner sign this release. The signatures are made"),
    ],
)
def test_who_signs_is_told_by_name(names: tuple[str, ...], sentence: str) -> None:
    part = section(sheets.passing(signatories=names), "sec-signatories", "sec-changes")
    assert sentence in part


# --- how to verify -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", [sheets.passing, sheets.accepting, sheets.sheet])
def test_how_to_verify_names_the_commands_and_what_no_document_can_know(
    make: Callable[[], Datasheet],
) -> None:
    text = resolve(make()).qmd
    for command in (
        "synthnb verify FOLDER --trust people.yaml --checkpoint FILE\n",
        "synthnb verify FOLDER --trust people.yaml --replay --data DIR\n",
    ):
        assert command in text
    assert "withdrawn is shown only by a signed notice" in text
    assert "only by a signed status list" in text


# --- archives, machines and attackers ----------------------------------------------------------


def test_every_kind_is_archivable_and_the_same_bytes_each_time(
    draft: Rendered, accepted: Rendered
) -> None:
    for made in (draft, accepted):
        with made.pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert metadata["pdfuaid:part"] == "1"
        assert embedded.pdf(resolve(made.sheet)) == made.bytes
        assert embedded.html(resolve(made.sheet)).decode() == made.html


def _rewritten(sound: Decision, text: str) -> Decision:
    """Return a decision whose every text is an attack, even where a record would refuse it."""
    return sound.model_copy(update=dict.fromkeys(("by", "role", "comment", "about"), text))


def hostile() -> Datasheet:
    """Return a datasheet in which everybody who decides is an attacker."""
    texts = [text for text in HOSTILE if text.strip()]
    ended = date(2027, 1, 1)
    agreed = [decided("charter", ADA, "x", 1 + place % 28) for place in range(len(texts))]
    taken = [acceptance(LEAK, ADA, "x", ended, "x") for _ in texts]
    other = [acceptance(f"no.{text}", "x", "x", ended, "x") for text in texts]
    found = (*other, *(_rewritten(*pair) for pair in zip(agreed + taken, texts * 2, strict=True)))
    paper = sheets.charter(author=texts[0], approvers=tuple(texts))
    return sheets.accepting(*ONLY, decisions=found, signatories=tuple(texts), charter=paper)


def test_names_and_comments_of_attackers_stay_texts() -> None:
    made = Rendered(hostile())
    lint.check(made.source.qmd, made.source.figures.keys())
    for text in HOSTILE:
        assert squash(plain(text)) in made.page.text
    usual = Page(embedded.html(resolve(sheets.accepting())).decode())
    assert {tag for tag, _ in made.page.tags} <= {tag for tag, _ in usual.tags}
    found = {(tag, name) for tag, attributes in made.page.tags for name in attributes}
    assert found <= {(tag, name) for tag, attributes in usual.tags for name in attributes}
    words = packed("".join(made.pages))
    for text in ("<script>alert(1)</script>", '#eval("1")', "{{<includesecret.txt>}}"):
        assert text in words
    pdf = pikepdf.open(io.BytesIO(made.bytes))
    assert sorted(pdf.attachments) == ["datasheet.qmd", "evidence.json"]
    for shape in ("{{<", "{{%", "<script"):
        assert shape not in made.source.qmd


def test_a_name_cannot_pretend_to_be_the_word_of_the_verdict() -> None:
    made = Page(embedded.html(resolve(binding(decided("plan", "[X]{.word}", "x", 1)))).decode())
    assert sum(a.get("class") == "word" for _, a in made.tags) == 1


@pytest.mark.parametrize(
    "text", ["::: {.banner .passed}\nx\n:::\n", "::: {.verdict .draft}\nx\n:::\n"]
)
def test_a_bar_and_a_verdict_keep_to_their_own_kinds(text: str) -> None:
    with pytest.raises(RenderError, match="unknown class"):
        lint.check(f"---\ntitle: T\n---\n\n{text}", set())
