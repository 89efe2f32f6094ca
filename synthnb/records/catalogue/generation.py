"""Metrics of the generation room."""

from __future__ import annotations

from synthnb.records.catalogue.metric import Metric

GENERATION: tuple[Metric, ...] = ()
