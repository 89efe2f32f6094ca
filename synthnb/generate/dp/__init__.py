"""Differentially private generators on OpenDP's measurements."""

from __future__ import annotations

from synthnb.generate.dp.generator import MST, TREE
from synthnb.generate.protocol import Generator

DP_GENERATORS: tuple[Generator, ...] = (MST, TREE)

__all__ = ["DP_GENERATORS"]
