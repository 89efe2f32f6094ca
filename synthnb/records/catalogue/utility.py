"""Metrics of the utility room."""

from __future__ import annotations

from synthnb.records.catalogue.metric import Metric

UTILITY: tuple[Metric, ...] = ()
