"""What was measured: estimates with their uncertainty, and the facts beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from synthnb.errors import VerificationError
from synthnb.records.base import (
    SCHEMA_VERSION,
    Digest,
    Number,
    Record,
    Value,
    canonical,
    digest,
    sha256,
)
from synthnb.records.mitigation import Mitigation
from synthnb.records.privacy_loss import PrivacyLoss
from synthnb.records.threat import Threat

Room = Literal["charter", "generation", "privacy", "fairness", "utility", "lineage"]


class Estimate(Record):
    """One measured number with its uncertainty, or the reason why it was not measured.

    `kind` is ``interval`` for a number that would differ in another sample: it always has `low`
    and `high`. ``exact`` is for quantities without sampling error (counts, p-values, detectable
    sizes). ``not-measured`` has no value and says why in `note`.
    """

    metric: str = Field(min_length=1, description="Id in the metric catalogue")
    scope: dict[str, str] = Field(
        default_factory=dict, description="What it is about, e.g. group: 'Race = Black'"
    )
    kind: Literal["interval", "exact", "not-measured"]
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    level: float = Field(0.95, gt=0, lt=1, description="Confidence of the interval")
    n: int | None = Field(None, ge=0, description="Records behind the number")
    method: str = Field(min_length=1, description="How it was measured, with its source")
    seed: int | None = None
    baseline: Number | None = Field(None, description="What chance or the real data would give")
    note: str = Field("", description="Caveat, or why it was not measured")

    @property
    def id(self) -> str:
        """Return a name that is unique within a run: the metric and its scope."""
        scope = ",".join(f"{key}={value}" for key, value in sorted(self.scope.items()))
        return f"{self.metric}[{scope}]" if scope else self.metric

    def about(self, scope: Mapping[str, str]) -> Estimate:
        """Return the same estimate, about something more particular."""
        return self.model_copy(update={"scope": {**self.scope, **scope}})

    @property
    def measured(self) -> bool:
        """Return whether there is a value."""
        return self.kind != "not-measured"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        bounds = (self.low, self.high)
        if self.kind == "not-measured":
            if (self.value, *bounds) != (None, None, None) or not self.note:
                raise ValueError("a number that was not measured has no value and says why")
            return self
        if self.value is None:
            raise ValueError("a measured number needs a value")
        if self.kind == "exact":
            if bounds != (None, None):
                raise ValueError("an exact number has no interval")
            return self
        if self.low is None or self.high is None:
            raise ValueError("a number with sampling error needs an interval")
        if not self.low <= self.value <= self.high:
            raise ValueError("the interval does not contain its value")
        return self


def interval(
    metric: str,
    value: float,
    low: float,
    high: float,
    *,
    n: int,
    method: str,
    seed: int | None = None,
    baseline: float | None = None,
    level: float = 0.95,
    note: str = "",
    **scope: str,
) -> Estimate:
    """Return an estimate with an interval.

    A NaN anywhere gives an estimate that was not measured: it may never pass for a number.
    """
    if any(math.isnan(number) for number in (value, low, high)):
        return missing(metric, note or "the estimator returned no number", method=method, **scope)
    return Estimate(
        metric=metric,
        kind="interval",
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=n,
        method=method,
        seed=seed,
        baseline=baseline,
        level=level,
        note=note,
        scope=scope,
    )


def exact(
    metric: str,
    value: float,
    *,
    method: str,
    n: int | None = None,
    seed: int | None = None,
    baseline: float | None = None,
    note: str = "",
    **scope: str,
) -> Estimate:
    """Return an estimate without sampling error; a NaN gives one that was not measured."""
    if math.isnan(value):
        return missing(metric, note or "the estimator returned no number", method=method, **scope)
    return Estimate(
        metric=metric,
        kind="exact",
        value=value,
        n=n,
        method=method,
        seed=seed,
        baseline=baseline,
        note=note,
        scope=scope,
    )


def missing(metric: str, why: str, *, method: str, **scope: str) -> Estimate:
    """Return an estimate that was not measured, with the reason."""
    return Estimate(metric=metric, kind="not-measured", method=method, note=why, scope=scope)


class TableFact(Record):
    """A table as it entered an assessment: sizes and digests, never contents."""

    name: str
    rows: int = Field(ge=0)
    columns: int = Field(ge=0)
    content: Digest = Field(description="Digest of names, types and values, whatever the format")
    file: Digest | None = Field(None, description="sha256 of the file, where there is one")


class Generation(Record):
    """How the synthetic table was made."""

    generator: str
    library: str = Field(description="Package and version")
    licence: str = ""
    parameters: dict[str, Value] = Field(default_factory=dict)
    seed: int
    rows: int
    transformations: tuple[str, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    real_rows: int = Field(0, ge=0, description="Rows that are real records, by blending")
    privacy_loss: PrivacyLoss | None = None
    synthetic: TableFact


class Step(Record):
    """One step of the lineage: what went in, what was done, what came out."""

    name: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    detail: str = ""


class Lineage(Record):
    """Where everything came from."""

    tables: tuple[TableFact, ...]
    steps: tuple[Step, ...]
    schema_digest: Digest = Field(description="Digest of the column names, types and roles")
    seeds: dict[str, int] = Field(default_factory=dict)
    packages: dict[str, str] = Field(default_factory=dict)
    python: str
    platform: str
    templates: dict[str, Digest] = Field(default_factory=dict)
    commit: str | None = None
    uncommitted: bool | None = None


class Evidence(Record):
    """What one executed notebook established."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    room: Room
    inputs: dict[str, Digest] = Field(
        default_factory=dict, description="Content digests of what was assessed, by name"
    )
    seed: int = Field(ge=0)
    parameters: dict[str, Value] = Field(default_factory=dict)
    estimates: tuple[Estimate, ...] = ()
    threats: tuple[Threat, ...] = Field((), description="The attacks that ran")
    facts: dict[str, Value] = Field(default_factory=dict)
    generation: Generation | None = None
    lineage: Lineage | None = None
    notes: tuple[str, ...] = Field((), description="What a reader must know to read this rightly")

    @property
    def digest(self) -> str:
        """Return the sha256 of the canonical JSON."""
        return digest(self)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [estimate.id for estimate in self.estimates]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"estimates: recorded twice: {', '.join(twice)}")
        return self


MIME = "application/vnd.synthnb.evidence.v1+json"
"""MIME type of the output that carries a notebook's evidence."""


def payload(evidence: Evidence) -> dict[str, str]:
    """Return what an output of type `MIME` holds: one canonical JSON text and its sha256.

    A text, because JupyterLab's save rewrites JSON numbers; a number that was parsed and written
    again must never be hashed.
    """
    text = canonical(evidence)
    return {"canonical": text, "sha256": sha256(text)}


def from_payload(data: object, source: str) -> Evidence:
    """Return the evidence of an output, or refuse it.

    Parameters
    ----------
    data : object
        What the output of type `MIME` holds.
    source : str
        What to call the notebook in messages.

    Raises
    ------
    VerificationError
        If the text does not match its digest, or is not the canonical form of what it says.
    """
    text = data.get("canonical") if isinstance(data, dict) else None
    if not isinstance(text, str) or not isinstance(data, dict):
        raise VerificationError(f"{source} holds evidence of an unknown form.")
    if sha256(text) != data.get("sha256"):
        raise VerificationError(f"{source}: the evidence does not match its own digest.")
    try:
        evidence = Evidence.model_validate_json(text)
    except ValidationError as exc:
        count = exc.error_count()
        raise VerificationError(f"{source}: the evidence does not hold ({count} faults).") from None
    if canonical(evidence) != text:
        raise VerificationError(f"{source}: the evidence is not in its canonical form.")
    return evidence
