"""An attacker of the threat library, as evidence and datasheet tell of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synthnb.records.base import Record

Criterion = Literal["singling out", "linkability", "inference"]
"""The three risks of the Article 29 Working Party, Opinion 05/2014 on anonymisation."""

VERSION = r"^\d+(?:\.\d+)*$"


class Threat(Record):
    """Who attacks, knowing and wanting what, and which version of the attack ran."""

    id: str = Field(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$")
    version: str = Field(pattern=VERSION, description="Raised whenever its numbers change")
    title: str = Field(min_length=1)
    criterion: Criterion
    knows: str = Field(min_length=1)
    wants: str = Field(min_length=1)
    can: str = Field(min_length=1)
    cost: str = Field(min_length=1, description="What it takes to run, in words")
    status: Literal["headline", "explanation", "description"] = Field(
        description=(
            "headline: decides whether anyone's record is in there; explanation: says what a leak "
            "gives away; description: a property of the tables that people expect to read"
        )
    )
    metrics: tuple[str, ...] = Field(min_length=1, description="What it may emit")
    package: str = Field("synthnb", description="Distribution that offers it")


def newer(version: str, than: str) -> bool:
    """Return whether a version comes after another one.

    >>> newer("1.10", than="1.9")
    True
    """
    return _parts(version) > _parts(than)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
