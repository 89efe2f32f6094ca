"""The rendered datasheet: complete, inert, archivable, and the same bytes every time."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from reading import Rendered, packed, squash
from sheets import HOSTILE, charter, evidence, passing, policy, sheet

from synthnb.errors import UsageError
from synthnb.records import canonical, metric
from synthnb.render import embedded, engines, lint, render, resolve
from synthnb.render.escape import plain

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def rejected() -> Rendered:
    return Rendered(sheet(leaks=True))


@pytest.fixture(scope="module")
def passed() -> Rendered:
    return Rendered(passing())


@pytest.fixture(scope="module")
def hostile() -> Rendered:
    return Rendered(sheet(hostile=True))


# --- files -----------------------------------------------------------------------------------


def test_rendering_writes_two_files_and_nothing_else(
    tmp_path: Path, rejected: Rendered, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    out.mkdir()
    scratch.mkdir()
    # a scratch folder of its own: other workers render beside this one
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("TMPDIR", str(scratch))
    used = []
    made = tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *a, **k: used.append(made(*a, **k)) or used[-1])
    embedded.render(rejected.source, out)
    assert sorted(file.name for file in out.iterdir()) == ["datasheet.html", "datasheet.pdf"]
    assert (out / "datasheet.html").read_text(encoding="utf-8") == rejected.html
    assert (out / "datasheet.pdf").read_bytes() == rejected.bytes
    assert used
    assert all(Path(folder).parent == scratch for folder in used)
    assert list(scratch.iterdir()) == []


def test_another_process_with_another_hash_seed_gives_the_same_bytes(rejected: Rendered) -> None:
    script = (
        "import hashlib, sheets; from synthnb.render import embedded, resolve; "
        "s = resolve(sheets.sheet(leaks=True)); "
        "print(hashlib.sha256(embedded.html(s) + embedded.pdf(s) + s.qmd.encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(HERE), "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
        text=True,
    )
    whole = rejected.html.encode() + rejected.bytes + rejected.source.qmd.encode()
    assert done.stdout.strip() == hashlib.sha256(whole).hexdigest()


def test_an_unknown_engine_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="latex") as caught:
        render(sheet(), tmp_path, engine="latex")
    assert all(name in str(caught.value) for name in engines())
    assert list(tmp_path.iterdir()) == []


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["rejected", "passed", "hostile"])
def test_the_page_loads_nothing_and_runs_nothing(
    which: str, request: pytest.FixtureRequest
) -> None:
    page = request.getfixturevalue(which).page
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form", "video"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "src" not in attributes or attributes["src"].startswith("data:image/svg+xml;base64,")
        assert "href" not in attributes or attributes["href"].startswith("#")
    policy_ = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy_.startswith("default-src 'none'")
    assert "url(" not in request.getfixturevalue(which).html


def test_every_link_of_the_page_leads_somewhere(rejected: Rendered) -> None:
    anchors = {a["id"] for _, a in rejected.page.tags if "id" in a}
    targets = {a["href"].removeprefix("#") for _, a in rejected.page.tags if "href" in a}
    assert len(targets) > 15
    assert targets <= anchors


def test_every_picture_of_the_page_says_what_it_shows(rejected: Rendered) -> None:
    images = [attributes for tag, attributes in rejected.page.tags if tag == "img"]
    assert len(images) == len(rejected.source.figures) >= 8
    assert all(len(image["alt"]) > 40 for image in images)


def test_the_page_is_marked_rejected_at_its_top(rejected: Rendered, passed: Rendered) -> None:
    assert rejected.page.text.index("REJECTED") < rejected.page.text.index("Datasheet of a")
    assert "REJECTED" not in passed.page.text
    assert "PASSED" in passed.page.text


# --- the PDF -----------------------------------------------------------------------------------


def test_the_pdf_claims_archive_and_accessibility_standards(rejected: Rendered) -> None:
    with rejected.pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == rejected.sheet.charter.title
    assert rejected.pdf.Root.MarkInfo.Marked
    assert str(rejected.pdf.Root.Lang).lower() == "en-gb"


def test_the_pdf_carries_its_evidence_and_its_text(rejected: Rendered) -> None:
    attached = {
        name: file.get_file().read_bytes() for name, file in rejected.pdf.attachments.items()
    }
    assert sorted(attached) == ["datasheet.qmd", "evidence.json"]
    whole = [each.model_dump(mode="json") for each in rejected.sheet.evidence]
    assert attached["evidence.json"].decode() == canonical(whole) + "\n"
    assert attached["datasheet.qmd"].decode() == rejected.source.qmd


def test_a_rejected_datasheet_says_so_on_each_page(rejected: Rendered, passed: Rendered) -> None:
    assert len(rejected.pages) > 10
    assert all("REJECTED" in page for page in rejected.pages)
    assert not any("REJECTED" in page for page in passed.pages)


def test_each_page_names_the_release_and_its_number(rejected: Rendered) -> None:
    for number, page in enumerate(rejected.pages, start=1):
        said = packed(page)
        assert "version1.2.0" in said
        assert f"Page{number}of{len(rejected.pages)}" in said


def test_full_digests_can_be_copied_from_the_pdf(rejected: Rendered) -> None:
    said = packed("".join(rejected.pages))
    assert rejected.sheet.subject in said
    assert rejected.sheet.verdict.policy_digest in said


# --- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["rejected", "passed", "hostile"])
def test_the_first_page_gives_three_to_eight_reasons(
    which: str, request: pytest.FixtureRequest
) -> None:
    qmd = request.getfixturevalue(which).source.qmd
    box = qmd[qmd.index("::: {.verdict") :]
    reasons = [line for line in box[: box.index("Judged under")].splitlines() if line[:2] == "- "]
    assert 3 <= len(reasons) <= 8


def test_the_first_page_of_the_pdf_holds_verdict_uses_and_approvals(rejected: Rendered) -> None:
    first = packed(rejected.pages[0])
    for said in (
        "Thisdatamaynotbeused",
        "Neverfor",
        "Reviewdue4May2027",
        "privacyofficer",
        "Noneisneededtorecordarefusal",
        "AdaLovelace(privacyofficer),5October2026",
        "issued4November2026",
    ):
        assert said in first


def test_every_number_stands_there_with_interval_state_and_meaning(rejected: Rendered) -> None:
    text = rejected.page.text
    for each in rejected.sheet.verdict.findings:
        if each.metric is None:
            continue
        entry = metric(each.metric)
        assert squash(plain(entry.title)) in text
        assert squash(plain(entry.meaning)) in text
        if each.limit is not None:
            assert plain(entry.show(each.limit)) in text
        if each.estimate and each.estimate.value is not None:
            assert plain(entry.show(each.estimate.value)) in text
    for word in ("✓ pass", "✗ fail", "◆ inconclusive", "○ not measured"):
        assert word in text
    assert "fewer than 30 control records" in text.lower()


def test_every_text_of_charter_and_plan_is_there(passed: Rendered) -> None:
    paper, text = passed.sheet.charter, passed.page.text
    said = [
        *(paper.purpose, paper.ethics, paper.owner.name, paper.owner.contact),
        *(*paper.benefits, *paper.trade_offs, *paper.limitations, *paper.review.triggers),
        *(part for use in paper.use_cases for part in (use.title, use.task, use.decision)),
        *(each.who for each in paper.audiences),
        *(column.title for column in paper.columns),
        *(passed.sheet.plan.rationale, passed.sheet.plan.guarantee.statement),
        *(rule.reason for rule in passed.sheet.policy.rules),
        *passed.sheet.changes,
    ]
    assert [each for each in said if squash(plain(each)) not in text] == []


def test_columns_and_secrets_are_called_by_their_titles(rejected: Rendered) -> None:
    assert "Excess of secrets learnt" in rejected.page.text
    assert "Total monthly income" in rejected.page.text
    alts = " ".join(attributes.get("alt", "") for _, attributes in rejected.page.tags)
    assert "Total monthly income" in alts
    assert "atotinc" not in alts


def test_nothing_that_would_differ_in_another_run_is_shown(rejected: Rendered) -> None:
    for form in (rejected.html, rejected.source.qmd):
        assert tempfile.gettempdir() not in form
        assert str(Path.home()) not in form
        assert "09:30" not in form


@pytest.fixture(scope="module")
def sparse() -> str:
    """Return the text of a first version with little evidence about few records."""
    source = charter().sources[0].model_copy(update={"path": "/srv/secret/loans.csv?key=1"})
    few = tuple(
        each.model_copy(
            update={"estimates": tuple(e.model_copy(update={"n": 7}) for e in each.estimates)}
        )
        for each in evidence()
        if each.room in {"generation", "utility"}
    )
    paper = charter(sources=(source,))
    return resolve(sheet(charter=paper, evidence=few, previous=None, changes=())).qmd


def test_a_folder_in_the_charter_is_not_shown(sparse: str) -> None:
    assert "loans.csv" in sparse
    assert "srv" not in sparse
    assert "key&#61;1" not in sparse


def test_small_counts_of_people_are_not_shown(sparse: str) -> None:
    assert "under 10" in sparse
    numbers = sparse[sparse.index("{#sec-numbers}") :]  # further above, findings are counted
    assert not re.search(r"\| 7 \|", numbers)


def test_an_evidence_without_a_room_says_so(sparse: str) -> None:
    assert "No executed notebook of this room is part of the evidence" in sparse
    assert "No executed lineage notebook is part of the evidence." in sparse


def test_a_first_version_without_changes_says_so(sparse: str) -> None:
    assert "This is the first version." in sparse


def test_approvals_are_named_as_the_policy_has_them(passed: Rendered) -> None:
    for approval in policy().approvals:
        if approval.action in {"charter", "plan", "release"}:
            assert ", ".join(approval.roles) in passed.page.text


# --- hostile texts -------------------------------------------------------------------------------


def test_hostile_texts_are_shown_as_they_are(hostile: Rendered) -> None:
    for text in HOSTILE:
        assert squash(plain(text)) in hostile.page.text


def test_hostile_texts_add_no_element_and_no_attribute(
    hostile: Rendered, rejected: Rendered
) -> None:
    usual = {(tag, name) for tag, attributes in rejected.page.tags for name in attributes}
    found = {(tag, name) for tag, attributes in hostile.page.tags for name in attributes}
    assert found <= usual
    assert {tag for tag, _ in hostile.page.tags} <= {tag for tag, _ in rejected.page.tags}


def test_hostile_texts_stay_texts_in_the_pdf(hostile: Rendered) -> None:
    said = packed("".join(hostile.pages))
    for text in ("<script>alert(1)</script>", "{{<includesecret.txt>}}", '#eval("1")', "$$x^2$$"):
        assert text in said
    assert sorted(hostile.pdf.attachments) == ["datasheet.qmd", "evidence.json"]
    links = [a for page in hostile.pdf.pages for a in page.obj.get("/Annots", [])]
    assert all("/URI" not in (link.get("/A") or {}) for link in links)


def test_hostile_texts_stay_within_the_dialect(hostile: Rendered) -> None:
    lint.check(hostile.source.qmd, hostile.source.figures.keys())


def test_no_shortcode_is_left_in_the_text(hostile: Rendered) -> None:
    assert "{{<" not in hostile.source.qmd
    assert "{{%" not in hostile.source.qmd
    assert "<script" not in hostile.source.qmd
