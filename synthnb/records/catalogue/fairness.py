"""Metrics of the fairness room."""

from __future__ import annotations

from synthnb.records.catalogue.metric import Metric

FAIRNESS: tuple[Metric, ...] = ()
