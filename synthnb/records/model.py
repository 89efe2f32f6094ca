"""A model that was trained on a release."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Number, Prose, Record


class Model(Record):
    """A downstream model, registered so that what becomes of its data reaches it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    name: Prose
    version: Prose
    digest: Digest = Field(description="sha256 of the model's file")
    code: Prose = Field(description="Where its training code is, e.g. a repository and commit")
    metrics: dict[str, Number] = Field(default_factory=dict, description="Name: value")
    owner: Prose = Field(description="Who answers for the model and is told")
    dossier: str
    release: str = Field(description="Version of the release that it was trained on")
    table: Digest = Field(description="Content digest of the synthetic table")
    registered: datetime
