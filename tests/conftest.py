"""Shared fixtures; helpers for every test lie beside this file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from workspaces import cli

# The gate looks at the same examples every time; `make test-slow` looks for new ones.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("SYNTHNB_EXPLORE") else "gate")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a workspace in which the quick demo ran; made once for all. Do not change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "demo"
    with FileLock(shared / "demo.lock"):
        if not folder.exists():
            done = cli("demo", folder, "--quick", cwd=shared)
            (shared / "demo.log").write_text(f"{done.code}\n{done.text}")
    log = (shared / "demo.log").read_text()
    assert log.startswith("0\n"), log
    return folder


@pytest.fixture(scope="session")
def release(demo: Path) -> Path:
    """Return the demo's release; do not change it."""
    return demo / "reports" / "loanapp" / "1.0.0"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, not skip, what needs a server of PostgreSQL where none is named."""
    wanting = [item for item in items if item.get_closest_marker("postgres")]
    if wanting and not os.environ.get("SYNTHNB_TEST_POSTGRES"):
        items[:] = [item for item in items if item not in wanting]
        config.hook.pytest_deselected(items=wanting)
