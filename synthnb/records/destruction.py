"""The certificate of destruction: what was destroyed, how, and what is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Prose, Record


class Destroyed(Record):
    """One file that is no more."""

    name: str = Field(description="What it was, without a folder")
    sha256: Digest
    method: Prose = Field(description="How it was destroyed")


class Destruction(Record):
    """What became of the table of a release when it was retired."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    dossier: str
    version: str
    reason: Prose
    table: Digest = Field(description="sha256 of the table that the release was about")
    destroyed: tuple[Destroyed, ...]
    unreadable: tuple[str, ...] = Field(
        (), description="Encrypted copies that were tried afterwards and could not be opened"
    )
    kept: tuple[Prose, ...] = Field(description="What remains, and why")
    approved_by: tuple[str, ...]
    by: Prose
    time: datetime
