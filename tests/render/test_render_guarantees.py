"""Guarantee, mitigations and blended records, as a datasheet tells them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import sheets

from synthnb.records import Change, Datasheet, Mitigation, PrivacyLoss, Spent, sha256
from synthnb.render import render
from synthnb.render.resolve import resolve

LOSS = PrivacyLoss(
    mechanism="A tree of noisy tables",
    unit="everything about one record",
    adjacency="tables that differ by one record",
    epsilon=1,
    delta=1e-6,
    rho=0.018,
    steps=(Spent(step="one column", rho=0.008, scale=12.5), Spent(step="pairs", rho=0.01, scale=9)),
    accountant="an exact sum",
    edges=(("Race", "Approved"), ("Sex", "Approved"), ("Age", "Race")),
    public=("The codebook.", "Bounds of 9 columns."),
    public_digest=sha256("domain"),
    attested_by="Pat <Privacy>",
    dataset="loans",
    measurements=sha256("noise"),
)
BEFORE = Mitigation(
    kind="stratify",
    title="Rows were divided by race.",
    rationale="Groups | are compared {{< include secret.txt >}}",
    changes=(Change(what="share of Race = Black", before=0.05, after=0.1, target=0.1),),
)


def changed(facts: dict[str, Any] | None = None, **generation: Any) -> Datasheet:
    plain = sheets.sheet()
    rooms = []
    for each in plain.evidence:
        made = each.generation
        if each.room == "generation" and made is not None:
            update = {"generation": made.model_copy(update=generation), "facts": facts or {}}
            rooms.append(each.model_copy(update=update))
        else:
            rooms.append(each)
    return plain.model_copy(update={"evidence": tuple(rooms)})


def text(sheet: Datasheet) -> str:
    plain = re.sub(r"\\(.)", r"\1", " ".join(resolve(sheet).qmd.split()))
    return html.unescape(plain).replace("\u00a0", " ")


def test_the_guarantee_is_told_with_unit_cost_public_inputs_and_what_lies_outside() -> None:
    budget = {"dataset": "loans", "spent_epsilon": 1.4, "cap_epsilon": 4, "delta": 1e-6}
    said = text(changed({"budget": {**budget, "charges": 2}}, privacy_loss=LOSS))
    for words in (
        "ε = 1 and δ = 1e-06 for each record or unit; no test proves it",
        "Everything about one record",
        "Tables that differ by one record",
        "0.018",
        "12.5",
        "An exact sum",
        "(Race, Sex) × Approved; Age × Race",
        "The codebook. Bounds of 9 columns.",
        sha256("domain"),
        "spent ε = 1.4 of 4 (at δ = 1e-06), in 2 charges",
        "Outside the guarantee.",
        "were computed on real records",
        "Honest limits.",
    ):
        assert words in said, words
    assert "Pat" in said
    assert "<Privacy>" not in resolve(changed(privacy_loss=LOSS)).qmd


def test_numbers_outside_the_guarantee_are_those_of_the_evidence() -> None:
    from synthnb.records import metric

    sheet = changed(privacy_loss=LOSS)
    said = text(sheet)
    for room in ("privacy", "fairness", "utility"):
        for each in sheet.room(room).estimates:  # type: ignore[union-attr]
            assert metric(each.metric).title in said


def test_without_noise_nothing_is_promised_and_without_options_nothing_was_done() -> None:
    said = text(sheets.sheet())
    assert "There is no mathematical guarantee" in said
    assert "None: the table is a plain sample of its generator." in said
    assert "This table contains real records" not in said


def test_a_claim_about_a_table_from_elsewhere_rests_on_the_plan_alone() -> None:
    claim = {"kind": "differential-privacy", "statement": "So they say.", "epsilon": 2.0}
    plan = sheets.plan().model_validate(
        {**sheets.plan().model_dump(mode="json"), "guarantee": {**claim, "delta": 1e-6}}
    )
    said = text(sheets.sheet().model_copy(update={"plan": plan}))
    assert "The claim rests on the plan alone" in said


def test_mitigations_stand_with_their_reason_and_numbers_without_and_with_them() -> None:
    said = text(changed(mitigations=(BEFORE,)))
    assert "Rows were divided by race." in said
    assert "Groups | are compared" in said
    assert "5.0 %" in said
    assert said.count("10.0 %") >= 2
    assert "{{< include" not in resolve(changed(mitigations=(BEFORE,))).qmd


def test_real_records_in_the_table_are_told_loudly_before_anything_else() -> None:
    blend = BEFORE.model_copy(update={"kind": "blend"})
    said = text(changed(real_rows=60, mitigations=(blend,)))
    assert said.index("This table contains real records") < said.index("Approvals that the policy")
    assert "None for 60 real records, which are published as they are." in said
    assert said.count("60 of ") >= 2


def test_a_sweep_before_the_plan_is_counted() -> None:
    sweep = {"trials": 20, "failed": 3, "fit_rows": 295, "test_rows": 296}
    said = text(changed({"tuning": sweep}))
    assert "tried 20 configurations (3 failed) on 295 records" in said


@pytest.mark.parametrize("generation", [{"privacy_loss": LOSS}, {"real_rows": 9}])
def test_both_renderings_hold_the_new_sections(generation: dict[str, Any], tmp_path: Any) -> None:
    render(changed(mitigations=(BEFORE,), **generation), tmp_path)
    page = (tmp_path / "datasheet.html").read_text(encoding="utf-8")
    assert "Rows were divided by race." in page
    assert "<p>:::" not in page
    assert "::: {" not in page
