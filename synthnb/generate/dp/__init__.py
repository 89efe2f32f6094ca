"""Differentially private generators on OpenDP's measurements."""

from __future__ import annotations

from synthnb.generate.protocol import Generator

DP_GENERATORS: tuple[Generator, ...] = ()

__all__ = ["DP_GENERATORS"]
