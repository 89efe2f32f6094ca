"""What single records promise: exact numbers, whole estimates, and what a datasheet may show."""

from __future__ import annotations

import base64
import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import SOURCE, charter, evidence, plan, policy, properties
from pydantic import ValidationError

from synthnb.errors import UsageError, VerificationError
from synthnb.records import (
    Estimate,
    Finding,
    Key,
    Member,
    People,
    Verdict,
    canonical,
    digest,
    exact,
    interval,
    missing,
    schema,
    sha256,
)
from synthnb.records.base import file_name
from synthnb.records.duration import add
from synthnb.records.evidence import from_payload, payload
from synthnb.records.marginal import Marginal
from synthnb.records.policy import Range


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        charter().title = "Other"


def test_a_charter_may_name_as_many_earlier_releases_as_there_were_in_their_order() -> None:
    named = [
        {**SOURCE, "kind": kind, "path": path}
        for kind, path in (("earlier", "c"), ("real", "r"), ("earlier", "a"), ("earlier", "b"))
    ]
    described = charter(sources=named)
    assert [source.path for source in described.earlier] == ["c", "a", "b"]
    assert described.real.path == "r"
    assert charter().earlier == ()


# --- numbers --------------------------------------------------------------------------------------


def test_the_digest_of_a_text_is_the_published_one() -> None:
    # FIPS 180-2, appendix B.1
    assert sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc") == sha256("abc")


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": [1, None], "a": {"é": True}}) == '{"a":{"é":true},"b":[1,null]}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1}) == sha256('{"a":2,"b":1}')
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"a": math.nan})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0.1 + 0.2, 0.3),
        (1 / 3, 0.3333333333),
        (-0.0, 0.0),
        (123456789.123, 123456789.1),
        (math.inf, math.inf),
    ],
)
def test_a_number_keeps_ten_digits_and_no_negative_zero(given: float, kept: float) -> None:
    value = exact("m", given, method="count").value
    assert value == kept
    assert math.copysign(1, value or 0.0) == math.copysign(1, kept)


@properties
@given(number=st.floats(allow_nan=False))
def test_a_number_that_was_rounded_is_rounded_no_further(number: float) -> None:
    once = exact("m", number, method="count")
    assert once.value is not None
    assert exact("m", once.value, method="count") == once
    assert math.isclose(once.value, number, rel_tol=1e-9, abs_tol=1e-300)


def test_infinities_are_spelt_out_in_json() -> None:
    text = canonical(interval("m", 1, -math.inf, math.inf, n=1, method="count"))
    assert '"high":"inf"' in text
    assert '"low":"-inf"' in text
    assert Estimate.model_validate_json(text).high == math.inf


# --- estimates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [(math.nan, 0, 1), (0, math.nan, 1), (0, 0, math.nan)])
def test_nan_anywhere_means_not_measured(bad: tuple[float, float, float]) -> None:
    estimate = interval("m", *bad, n=5, method="count", group="a")
    assert estimate == missing("m", "the estimator returned no number", method="count", group="a")
    assert not estimate.measured


def test_an_exact_nan_means_not_measured_and_keeps_its_reason() -> None:
    assert exact("m", math.nan, method="count").note == "the estimator returned no number"
    assert exact("m", math.nan, method="count", note="too few").note == "too few"


def test_an_interval_reaches_to_its_value() -> None:
    estimate = interval("m", 0.5, 0.6, 0.7, n=5, method="count")
    assert (estimate.low, estimate.value, estimate.high) == (0.5, 0.5, 0.7)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "interval", "value": 1}, "needs an interval"),
        ({"kind": "interval", "value": 1, "low": 0}, "needs an interval"),
        ({"kind": "interval", "value": 3, "low": 0, "high": 2}, "does not contain"),
        ({"kind": "interval"}, "needs a value"),
        ({"kind": "exact"}, "needs a value"),
        ({"kind": "exact", "value": 1, "low": 0, "high": 2}, "no interval"),
        ({"kind": "not-measured"}, "says why"),
        ({"kind": "not-measured", "note": "why", "value": 1}, "has no value"),
        ({"kind": "exact", "value": math.nan}, "not measured"),
        ({"kind": "exact", "value": 1, "level": 1.0}, "less than 1"),
        ({"kind": "exact", "value": 1, "n": -1}, "greater than or equal"),
    ],
)
def test_an_estimate_is_whole_or_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Estimate.model_validate({"metric": "m", "method": "count", **fields})


def test_an_estimate_is_named_by_metric_and_scope() -> None:
    assert exact("m", 1, method="count").id == "m"
    assert exact("m", 1, method="count", group="a", column="b").id == "m[column=b,group=a]"


# --- evidence in a notebook -----------------------------------------------------------------------


def carried() -> dict[str, str]:
    return payload(evidence(exact("m", 1, method="count")))


def test_evidence_is_carried_as_one_text_with_its_digest() -> None:
    record = evidence(exact("m", 1, method="count"))
    assert carried() == {"canonical": canonical(record), "sha256": record.digest}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "unknown form"),
        ("text", "unknown form"),
        ({"sha256": "0" * 64}, "unknown form"),
        ({"canonical": 1, "sha256": "0" * 64}, "unknown form"),
        ({**carried(), "sha256": "0" * 64}, "its own digest"),
        ({"canonical": carried()["canonical"]}, "its own digest"),
        ({"canonical": "{}", "sha256": sha256("{}")}, "does not hold"),
        ({"canonical": "not json", "sha256": sha256("not json")}, "does not hold"),
    ],
)
def test_evidence_that_does_not_hold_is_refused(data: object, message: str) -> None:
    with pytest.raises(VerificationError, match=message) as caught:
        from_payload(data, "03_privacy.ipynb")
    assert "03_privacy.ipynb" in str(caught.value)


def test_evidence_in_another_spelling_is_refused_although_its_digest_is_right() -> None:
    text = carried()["canonical"].replace('"seed":0', '"seed": 0')
    with pytest.raises(VerificationError, match="canonical form"):
        from_payload({"canonical": text, "sha256": sha256(text)}, "03_privacy.ipynb")


def test_a_fact_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValidationError, match="finite number"):
        evidence(facts={"share": [{"a": math.nan}]})


# --- charter, plan and policy ---------------------------------------------------------------------


def test_a_charter_knows_its_columns_by_role() -> None:
    small = charter(
        columns=[
            {"name": "id", "type": "text", "roles": ["identifier"]},
            {"name": "w", "type": "number", "roles": ["weight"]},
            {"name": "age", "type": "number", "roles": ["quasi-identifier"], "label": "Age"},
            {"name": "town", "type": "category", "roles": ["quasi-identifier"]},
            {"name": "note", "type": "text", "roles": ["excluded"]},
            {"name": "ill", "type": "boolean", "roles": ["target"]},
        ]
    )
    assert [column.name for column in small.assessed] == ["age", "town", "ill"]
    assert [column.name for column in small.with_role("quasi-identifier")] == ["age", "town"]
    assert [column.title for column in small.assessed] == ["Age", "town", "ill"]
    assert small.column("w").type == "number"
    assert small.real.kind == "real"
    assert small.source("control") is None


def test_a_charter_lists_all_its_thresholds() -> None:
    one = {"rule": "r", "limit": 1, "reason": "it matters"}
    small = charter(fidelity=[one], privacy=[{**one, "limit": 2}], fairness=[{**one, "limit": 3}])
    assert [threshold.limit for threshold in small.thresholds] == [1, 2, 3]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data/people.csv", "people.csv"),
        ("/home/ada/secret/people.csv", "people.csv"),
        ("C:\\Users\\ada\\people.csv", "people.csv"),
        ("https://user:word@host/people.csv?token=x#y", "people.csv"),
        ("s3://bank/private/", "private"),
        ("?", "unnamed"),
    ],
)
def test_a_datasheet_shows_file_names_but_neither_folders_nor_hosts(path: str, name: str) -> None:
    assert file_name(path) == name
    if path != "?":
        shown = charter(sources=[{**SOURCE, "path": path}]).published()
        assert shown.real.path == name


def test_a_plan_is_published_without_the_folder_of_its_table() -> None:
    external = {"path": "/home/ada/made.csv", "tool": "t 1", "description": "made elsewhere"}
    brought = plan(generator="bring-your-own", external=external)
    assert brought.published().external is not None
    assert brought.published().external.path == "made.csv"
    assert plan().published() == plan()


@pytest.mark.parametrize(
    ("limits", "value", "allowed"),
    [
        ({}, 5, True),
        ({}, "text", False),
        ({}, True, False),
        ({"minimum": 1}, 1, True),
        ({"minimum": 1}, 0.99, False),
        ({"maximum": 2}, 2, True),
        ({"maximum": 2}, 2.01, False),
        ({"minimum": 1, "maximum": 2}, 1.5, True),
        ({"one_of": ["a", "b"]}, "a", True),
        ({"one_of": ["a", "b"]}, "c", False),
        ({"one_of": [1]}, 1.0, True),
        ({"one_of": [1]}, True, False),
        ({"one_of": [True]}, 1, False),
        ({"one_of": [[1, 2]]}, [1, 2], True),
        ({"minimum": 1}, None, False),
    ],
)
def test_a_range_allows_what_it_names(limits: dict[str, Any], value: Any, allowed: bool) -> None:
    assert Range.model_validate(limits).allows(value) is allowed


def test_a_rule_about_one_metric_is_one_clause() -> None:
    (one,) = policy().rules
    assert [(clause.metric, clause.limit) for clause in one.clauses] == [("test.risk", 0.5)]
    assert policy().rule("risk") == one
    assert policy().rule("other") is None


# --- people ---------------------------------------------------------------------------------------

PUBLIC = base64.b64encode(bytes(range(32))).decode()
DAYS = {name: date(2026, 1, day) for day, name in enumerate(("a", "b", "c", "d", "e"), start=1)}


@pytest.mark.parametrize(
    ("key", "trusted"),
    [
        (Key(public=PUBLIC), "abcde"),
        (Key(public=PUBLIC, valid_from=DAYS["b"]), "bcde"),
        (Key(public=PUBLIC, valid_until=DAYS["d"]), "abcd"),
        (Key(public=PUBLIC, revoked=DAYS["d"]), "abc"),
        (Key(public=PUBLIC, valid_from=DAYS["b"], valid_until=DAYS["d"], revoked=DAYS["c"]), "b"),
    ],
)
def test_a_key_is_trusted_from_its_first_to_its_last_day_unless_revoked(
    key: Key, trusted: str
) -> None:
    assert "".join(name for name, day in DAYS.items() if key.trusted_on(day)) == trusted


def test_a_key_leads_to_its_holder() -> None:
    ada = Member(name="Ada", roles=("owner",), keys=(Key(public=PUBLIC),))
    assert People(members=(ada,)).holder(PUBLIC) == ada
    assert People(members=(ada,)).holder("other") is None


# --- durations, schemas, verdicts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2026-11-30", "P3M", "2027-02-28"),
        ("2026-12-31", "P1D", "2027-01-01"),
        ("2026-01-01", "P2W", "2026-01-15"),
        ("2026-01-01", "P1Y2M10D", "2027-03-11"),
        ("2026-01-01", "PT48H", "2026-01-01"),
        ("2026-01-01", "P1DT5M", "2026-01-02"),
    ],
)
def test_a_duration_is_added_on_the_calendar(start: str, duration: str, end: str) -> None:
    assert add(date.fromisoformat(start), duration) == date.fromisoformat(end)


def test_what_is_no_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="'six months'"):
        add(date(2026, 1, 1), "six months")


@pytest.mark.parametrize("text", ["P", "PT", "P1", "1Y", "p1y", "P1H", "PT1Y", "P-1Y", "P1.5Y"])
def test_a_charter_takes_iso_durations_only(text: str) -> None:
    review = {"cadence": text, "triggers": ["always"]}
    with pytest.raises(Exception, match="expected an ISO 8601 duration"):
        charter(review=review)


def test_an_unknown_record_suggests_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="did you mean `charter`"):
        schema("chartre")
    with pytest.raises(UsageError, match="one of: charter, plan, policy, people"):
        schema("zzz")


def test_a_verdict_tells_what_blocks_from_what_warns() -> None:
    def finding(effect: str, **scope: str) -> Finding:
        return Finding(
            rule=effect,
            title="x",
            state="fail",
            effect=effect,
            because="x",
            estimate=exact("m", 1, method="count", **scope),
        )

    findings = (finding("block", group="a"), finding("warn"), finding("none"))
    verdict = Verdict(
        outcome="blocked",
        policy="p 1.0.0",
        policy_digest="0" * 64,
        charter_digest="0" * 64,
        plan_digest="0" * 64,
        findings=findings,
    )
    assert [each.id for each in verdict.blocking] == ["block[group=a]"]
    assert [each.id for each in verdict.warnings] == ["warn"]


def test_the_shares_of_a_column_are_as_many_as_its_bins() -> None:
    whole = {
        "column": "Age",
        "ordered": True,
        "bins": ("young", "old"),
        "real": (None, 0.5),
        "synthetic": (0.5, 0.5),
        "minimum_cell": 10,
    }
    assert Marginal.model_validate(whole).real == (None, 0.5)
    with pytest.raises(ValidationError, match="differ in length"):
        Marginal.model_validate({**whole, "real": (0.5,)})
