"""Generation: from a plan to a synthetic table.

generate.check(plan, charter)                              # every problem of the plan at once
frame, generation = generate.synthesise(tables, plan, folder=folder)
estimates = generate.assess(tables.with_synthetic(frame), plan)
"""

from __future__ import annotations

from synthnb.generate.assessment import assess
from synthnb.generate.checks import check
from synthnb.generate.description import describe
from synthnb.generate.marginals import marginals
from synthnb.generate.protocol import (
    Archive,
    Context,
    Fitted,
    Generator,
    Parameter,
    Unconditional,
)
from synthnb.generate.registry import generators
from synthnb.generate.synthesis import synthesise

__all__ = [
    "Archive",
    "Context",
    "Fitted",
    "Generator",
    "Parameter",
    "Unconditional",
    "assess",
    "check",
    "describe",
    "generators",
    "marginals",
    "synthesise",
]
