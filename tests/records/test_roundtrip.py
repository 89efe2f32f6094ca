"""Every record comes back unchanged from YAML and JSON, and its schema accepts what is written."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from papers import properties
from ruamel.yaml import YAML
from some_records import EVERY, texts

from synthnb.records import Plan, canonical, digest, read, schema, write
from synthnb.records.evidence import from_payload, payload
from synthnb.records.schemas import MODELS


@functools.cache
def validator(name: str) -> Draft202012Validator:
    body = schema(name)
    Draft202012Validator.check_schema(body)
    return Draft202012Validator(body)


@pytest.mark.parametrize("name", EVERY)
@properties
@given(data=st.data())
def test_a_record_comes_back_from_yaml_and_from_json_and_fits_its_schema(
    name: str, data: st.DataObject
) -> None:
    record = data.draw(EVERY[name])
    text = write(record)
    for source in (text, canonical(record), json.dumps(record.model_dump(mode="json"))):
        again = read(MODELS[name], source, name)
        assert again == record
        assert digest(again) == digest(record)
    written = YAML(typ="safe", pure=True).load(text)
    validator(name).validate(json.loads(json.dumps(written, default=str)))
    validator(name).validate(json.loads(canonical(record)))


@properties
@given(record=EVERY["evidence"])
def test_evidence_survives_the_notebook_that_carries_it(record: Any) -> None:
    carried = json.loads(json.dumps(payload(record)))
    assert from_payload(carried, "03_privacy.ipynb") == record


@properties
@given(record=EVERY["charter"])
def test_writing_twice_gives_the_same_text(record: Any) -> None:
    assert write(read(type(record), write(record), "c")) == write(record)


@properties
@given(text=texts)
def test_a_text_in_a_parameter_keeps_every_character(text: str) -> None:
    body = {
        "generator": "g",
        "parameters": {"text": text},
        "guarantee": {"statement": "none"},
        "rationale": "because",
    }
    plan = read(Plan, json.dumps(body), "plan.yaml")
    assert plan.parameters["text"] == text
    assert read(Plan, write(plan), "plan.yaml").parameters["text"] == text


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_describes_itself_and_refuses_unknown_fields(name: str) -> None:
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema(name)["additionalProperties"] is False
    assert list(validator(name).iter_errors({"no such field": 1}))
