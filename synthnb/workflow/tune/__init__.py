"""`synthnb tune`: a sweep over approved configurations on records that nobody else sees."""

from __future__ import annotations

from synthnb.workflow.tune.sweep import Sweep, tune

__all__ = ["Sweep", "tune"]
