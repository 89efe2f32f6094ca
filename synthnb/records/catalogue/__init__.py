"""The metric catalogue: what every number means, and what to do when it is bad.

Notebooks, datasheets, ``synthnb metrics`` and the docs all read it, so that one number is
explained the same way everywhere.
"""

from __future__ import annotations

import difflib

from synthnb.errors import UsageError
from synthnb.records.catalogue.entry import Metric
from synthnb.records.catalogue.fairness import FAIRNESS
from synthnb.records.catalogue.fairness_models import FAIRNESS_MODELS
from synthnb.records.catalogue.generation import GENERATION
from synthnb.records.catalogue.privacy import HEADLINE
from synthnb.records.catalogue.privacy_explained import EXPLANATIONS
from synthnb.records.catalogue.utility import UTILITY

CATALOGUE: dict[str, Metric] = {
    metric.id: metric
    for metric in (*GENERATION, *HEADLINE, *EXPLANATIONS, *FAIRNESS, *FAIRNESS_MODELS, *UTILITY)
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


def find(metric_id: str | None) -> tuple[Metric, ...]:
    """Return the entry of a metric, those below a prefix such as ``privacy``, or all.

    Raises
    ------
    UsageError
        If nothing is called so.
    """
    if metric_id is None:
        return tuple(CATALOGUE.values())
    found = tuple(
        entry
        for key, entry in CATALOGUE.items()
        if key == metric_id or key.startswith(f"{metric_id}.")
    )
    if not found:
        near = difflib.get_close_matches(metric_id, CATALOGUE, n=3)
        raise UsageError(
            f"There is no metric called {metric_id!r}.",
            advice=f"did you mean {', '.join(near)}?" if near else "`synthnb metrics` lists them",
        )
    return found


__all__ = ["CATALOGUE", "Metric", "find", "metric"]
