"""Metrics of the generation room."""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric

GENERATION: tuple[Metric, ...] = (
    Metric(
        id="generation.rows",
        title="Rows in the synthetic table",
        unit="rows",
        minimum=0,
        better="neither",
        meaning="How many synthetic records there are; the baseline is what the plan asked for.",
        remedy="Set `rows` in the plan; more rows than real ones add no information.",
        source="Count",
    ),
    Metric(
        id="generation.valid_share",
        title="Rows with valid values",
        unit="share",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "The share of synthetic records whose every value lies within the public bounds and "
            "categories that the charter states."
        ),
        remedy=(
            "Correct the bounds and categories in the charter if they are wrong; otherwise choose "
            "another generator, or clip the table that was brought."
        ),
        source="Public bounds and categories of the charter",
    ),
    Metric(
        id="generation.real_share",
        title="Real records among the rows",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        chance=0,
        meaning="Share of the rows that are real training records, put there by the plan.",
        remedy="Remove `blend` from plan.yaml, or release the table as what it is: real data.",
        source="Count",
    ),
    Metric(
        id="generation.duplicate_share",
        title="Repeated synthetic rows",
        unit="share",
        minimum=0,
        maximum=1,
        better="neither",
        meaning=(
            "The share of synthetic records that equal another synthetic record in every column; "
            "a share far from that of the real records points to a collapsed or coarse generator."
        ),
        remedy=(
            "If it is far above the real share, train for longer or choose another generator; few "
            "columns with few categories repeat naturally."
        ),
        source="Count; mode collapse: Goodfellow, NIPS 2016 Tutorial, section 5.1.1",
    ),
)
