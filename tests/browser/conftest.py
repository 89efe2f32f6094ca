"""One JupyterLab and one Chromium for every browser test; a page and a workspace for each."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_servers import Server, serve
from lab_pages import FLAGS, Lab
from workspaces import cli, make_workspace

HERE = Path(__file__).parent
LONG = ("test_mended_by_hand", "test_reach", "test_dossier_state", "test_demo_workspace")
"""Minutes each: a worker that began one at the end would be waited for."""
BUILT = {"status": "stable", "message": ""}
"""What JupyterLab would answer, for which it starts node three times with every page."""
_NUMBERS = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and begin with the files that take longest."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a JupyterLab that serves an empty folder."""
    with serve(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program, "there is no Chromium; `make test-browser` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of screenshots."""
    named = os.environ.get("SYNTHNB_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def lab(
    server: Server, chromium: Any, shots: Path, request: pytest.FixtureRequest
) -> Iterator[Lab]:
    """Return a fresh page; no kernel outlives it, and what a test left open is photographed."""
    name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    context.route("**/lab/api/build*", lambda route: route.fulfill(json=BUILT))
    lab = Lab(context.new_page(), server, shots, name)
    yield lab
    lab.shot("end")
    context.close()
    server.stop_kernels()


@pytest.fixture
def folder(server: Server) -> Path:
    """Return the dossier `loanapp` of a workspace of the test's own, nothing run yet."""
    return make_workspace(server.root / f"workspace-{next(_NUMBERS)}")


@pytest.fixture(scope="session")
def demo_folder(server: Server) -> Path:
    """Return the workspace that `make lab` opens. Do not change it; copy it."""
    done = cli("demo", server.root / "demo", cwd=server.root)
    assert done.code == 0, done.text
    return server.root / "demo"
