"""Every question says why it is asked and what a good answer looks like, from the model alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

import pytest
from pydantic import BaseModel, TypeAdapter

from synthnb.forms.fields import Constant, Field, Many, Moment, Part, Span, Text, part
from synthnb.forms.spans import spoken, written
from synthnb.records import Charter, Feedback, IncidentDraft, People, Plan, Record, schema

FORMS = (Charter, Plan, People, IncidentDraft, Feedback)


def questions(kind: Part, path: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every question of a form with its path, those within lists and parts too."""
    for each in kind.fields:
        inner = each.kind.item if isinstance(each.kind, Many) else each.kind
        if isinstance(inner, Part):
            if isinstance(each.kind, Many):
                yield f"{path}{each.name}[]", each
            yield from questions(inner, f"{path}{each.name}.")
        elif not isinstance(inner, Constant):
            yield f"{path}{each.name}", each


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model.__name__)
def test_every_question_says_why_it_is_asked(model: type[Record]) -> None:
    asked = dict(questions(part(model)))
    assert [path for path, each in asked.items() if not each.why] == []
    lists = {path for path in asked if path.endswith("[]")}
    assert [p for p, each in asked.items() if p not in lists and not each.help] == []


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model.__name__)
def test_every_question_without_a_usual_answer_shows_a_good_one(model: type[Record]) -> None:
    for path, each in questions(part(model)):
        usual = each.default not in (None, "", [], {})
        assert path.endswith("[]") or usual or each.example is not None, path


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model.__name__)
def test_examples_of_text_lists_and_numbers_are_answers_that_hold(model: type[Record]) -> None:
    told = {"sha256", "public", "age"}  # keys and digests: the example says how to get one
    for record in {model, *inner_models(part(model))}:
        for name, info in record.model_fields.items():
            if info.examples and name not in told:
                wanted = Annotated[(info.annotation, *info.metadata, None)]
                TypeAdapter(wanted).validate_json(json.dumps(info.examples[0]))


def inner_models(kind: Part) -> Iterator[type[BaseModel]]:
    for each in kind.fields:
        inner = each.kind.item if isinstance(each.kind, Many) else each.kind
        if isinstance(inner, Part):
            yield inner.model
            yield from inner_models(inner)


def test_times_durations_and_lines_have_boxes_of_their_own() -> None:
    draft = dict(questions(part(IncidentDraft)))
    assert draft["known"].kind == Moment()
    assert dict(questions(part(Feedback)))["entries.text"].kind == Text(lines=True)
    assert draft["title"].kind == Text(lines=False)
    assert draft["description"].kind == Text(lines=True)
    assert dict(questions(part(Charter)))["review.cadence"].kind == Span()


def test_the_reason_stands_in_the_published_schema() -> None:
    body = schema("charter")
    assert body["properties"]["purpose"]["why"].startswith("Name the problem")
    assert body["$defs"]["Column"]["properties"]["name"]["choose"] == "column"


@pytest.mark.parametrize(
    ("said", "iso", "words"),
    [
        ("6 months", "P6M", "6 months"),
        ("every year", "P1Y", "1 year"),
        ("2 Weeks", "P2W", "2 weeks"),
        ("P90D", "P90D", "90 days"),
        ("P1Y6M", "P1Y6M", ""),
        ("soon", "soon", ""),
    ],
)
def test_durations_are_understood_as_people_say_them(said: str, iso: str, words: str) -> None:
    assert written(said) == iso
    assert spoken(iso) == words
