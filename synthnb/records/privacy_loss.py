"""What a differentially private generator spent: the guarantee, and every step of it."""

from __future__ import annotations

from pydantic import Field

from synthnb.records.base import Digest, Number, Prose, Record


class Spent(Record):
    """What one step of a mechanism cost."""

    step: str = Field(description="What was measured or chosen")
    rho: Number = Field(ge=0, description="Zero-concentrated differential privacy")
    scale: Number | None = Field(None, description="Standard deviation or scale of the noise")


class PrivacyLoss(Record):
    """The guarantee of a table that was made under differential privacy."""

    mechanism: Prose
    unit: Prose = Field(description="Whose presence is protected")
    adjacency: Prose = Field(description="Which tables count as neighbours")
    epsilon: Number
    delta: Number
    rho: Number = Field(description="Sum of all steps")
    steps: tuple[Spent, ...]
    accountant: Prose = Field(description="How losses add up and convert, with versions")
    edges: tuple[tuple[str, ...], ...] = Field((), description="Relations that were measured")
    public: tuple[str, ...] = Field(description="What was taken as public, in sentences")
    public_digest: Digest = Field(description="Digest of the public domain")
    attested_by: Prose = Field(description="Who says that it is public")
    dataset: Prose = Field(description="The data set that the loss is charged to")
    measurements: Digest = Field(description="Digest of the noisy measurements")


class Charge(Record):
    """A loss that is charged before any noise is drawn."""

    dataset: Prose = Field(description="Name of the data set across dossiers")
    rho: str = Field(pattern=r"^\d+(/\d+)?$", description="An exact fraction")
    epsilon: Number
    delta: Number
    mechanism: Prose
    what: Prose = Field(description="Who spends it, e.g. the dossier and whether in a sweep")
