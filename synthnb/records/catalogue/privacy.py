"""Metrics of the privacy room."""

from __future__ import annotations

from synthnb.records.catalogue.metric import Metric

PRIVACY: tuple[Metric, ...] = ()
