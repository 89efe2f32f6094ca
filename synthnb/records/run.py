"""A run: one execution of the notebooks of a dossier, and what it left behind."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Record
from synthnb.records.datasheet import Template


class Run(Record):
    """What a run directory holds; written last, so that a directory without it is not a run."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: str
    dossier: str
    status: Literal["complete", "failed"]
    finished: datetime
    synthnb: str
    charter: Digest = Field(description="Digest of the charter that the run read")
    plan: Digest = Field(description="Digest of the plan that the run read")
    notebooks: dict[str, Digest] = Field(description="sha256 of each executed notebook")
    templates: tuple[Template, ...] = ()
    synthetic: Digest | None = Field(None, description="sha256 of the synthetic table's file")
    error: str = Field("", description="Which notebook broke, for a failed run")
