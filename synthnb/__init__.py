"""synthnb: governance of synthetic tabular data from inside Jupyter.

A small library plus templated notebooks: charter, generation, privacy impact assessment, fairness
audit, utility and lineage, judged against a written policy and released as signed datasheets.

    from synthnb import Session, privacy

Nothing heavy loads until it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthnb import (
        fairness,
        figures,
        forms,
        generate,
        learning,
        lineage,
        privacy,
        records,
        utility,
    )
    from synthnb.errors import SynthnbError
    from synthnb.session import Session

__version__ = "0.1.0"
__all__ = [
    "Session",
    "SynthnbError",
    "__version__",
    "fairness",
    "figures",
    "forms",
    "generate",
    "learning",
    "lineage",
    "privacy",
    "records",
    "utility",
]
_CLASSES = {"Session": "synthnb.session", "SynthnbError": "synthnb.errors"}


def __getattr__(name: str) -> Any:
    if name in _CLASSES:
        return getattr(importlib.import_module(_CLASSES[name]), name)
    if name in __all__:
        return importlib.import_module(f"synthnb.{name}")
    raise AttributeError(f"module 'synthnb' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
