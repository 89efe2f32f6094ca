"""Questions come from the model, and from nothing else."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field as Given
from pydantic import JsonValue

from synthnb.forms.fields import (
    Choice,
    Constant,
    Day,
    Field,
    Flag,
    Many,
    Number,
    Part,
    Several,
    Structure,
    Text,
    part,
)
from synthnb.records import Charter, People, Plan, Policy
from synthnb.records.base import Prose, Record


class Inner(Record):
    """What lies within."""

    word: str


class Outer(Record):
    """One of everything.

    And more.
    """

    version: Literal["1"] = "1"
    prose: Prose = Given(description="Why")
    word: str = "usual"
    count: int = Given(3, ge=1, le=9, description="How many")
    share: float | None = Given(None, gt=0, lt=1)
    day: date | None = None
    flag: bool = False
    access: Literal["open", "closed"]
    roles: tuple[Literal["a", "b"], ...] = ()
    texts: tuple[Prose, ...] = Given(min_length=1)
    inner: Inner
    maybe: Inner | None = None
    inners: tuple[Inner, ...] = ()
    settings: dict[str, JsonValue] = Given(default_factory=dict)
    anything: JsonValue = None


OUTER = part(Outer)


def field(name: str) -> Field:
    return next(each for each in OUTER.fields if each.name == name)


def test_every_type_is_asked_for_in_its_own_way() -> None:
    inner = Part(Inner, "What lies within.", (Field("word", "Word", "", Text(), True),))
    assert {each.name: each.kind for each in OUTER.fields} == {
        "version": Constant("1"),
        "prose": Text(lines=True),
        "word": Text(),
        "count": Number(whole=True),
        "share": Number(whole=False),
        "day": Day(),
        "flag": Flag(),
        "access": Choice(("open", "closed")),
        "roles": Several(("a", "b")),
        "texts": Many(Text(lines=True)),
        "inner": inner,
        "maybe": inner,
        "inners": Many(inner),
        "settings": Structure(),
        "anything": Structure(),
    }


def test_help_says_the_description_and_the_bounds() -> None:
    assert field("prose").help == "Why"
    assert field("count").help == "How many (at least 1, at most 9)"
    assert field("share").help == "(above 0, below 1)"
    assert OUTER.about == "One of everything."


def test_what_must_be_answered_is_known_and_so_is_what_holds_otherwise() -> None:
    required = [each.name for each in OUTER.fields if each.required]
    assert required == ["prose", "access", "texts", "inner"]
    assert (field("word").default, field("count").default) == ("usual", 3)
    assert (field("roles").default, field("settings").default) == ([], {})


def test_every_record_that_people_write_becomes_a_form() -> None:
    for model in (Charter, Plan, Policy, People):
        names = [each.name for each in part(model).fields]
        assert names == list(model.model_fields)
