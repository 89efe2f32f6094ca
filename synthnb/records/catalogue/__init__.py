"""The metric catalogue: what every number means, and what to do when it is bad.

Notebooks, datasheets, ``synthnb metrics`` and the docs all read it, so that one number is
explained the same way everywhere.
"""

from __future__ import annotations

from synthnb.records.catalogue.fairness import FAIRNESS
from synthnb.records.catalogue.generation import GENERATION
from synthnb.records.catalogue.metric import Metric
from synthnb.records.catalogue.privacy import PRIVACY
from synthnb.records.catalogue.utility import UTILITY

CATALOGUE: dict[str, Metric] = {
    metric.id: metric for metric in (*GENERATION, *PRIVACY, *FAIRNESS, *UTILITY)
}


def metric(metric_id: str) -> Metric:
    """Return the entry of a metric; one that the catalogue does not know describes itself."""
    known = CATALOGUE.get(metric_id)
    if known is not None:
        return known
    return Metric(
        id=metric_id,
        title=metric_id.rpartition(".")[2].replace("_", " ").capitalize(),
        unit="number",
        better="neither",
        meaning="This metric comes from a plug-in that describes it elsewhere.",
        remedy="See the plug-in's documentation.",
        source="plug-in",
    )


__all__ = ["CATALOGUE", "Metric", "metric"]
