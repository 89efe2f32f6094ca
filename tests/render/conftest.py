"""Tests that need the real Quarto are left out, not skipped, where it is not installed."""

from __future__ import annotations

import pytest

from synthnb.errors import SynthnbError
from synthnb.render import quarto


def _there() -> bool:
    try:
        quarto.check(quarto.find())
    except SynthnbError:
        return False
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanting = [item for item in items if item.get_closest_marker("quarto")]
    if wanting and not _there():
        items[:] = [item for item in items if item not in wanting]
        config.hook.pytest_deselected(items=wanting)
