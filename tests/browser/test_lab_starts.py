"""Whatever is wrong with our extension, JupyterLab starts and works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from lab_pages import Lab
from playwright.sync_api import Request, Route, expect

from synthnb.lab import LABEXTENSIONS

SCRIPTS = LABEXTENSIONS / "synthnb" / "static"
ENTRY = "remoteEntry.js"
MODULES = sorted(path.name for path in SCRIPTS.glob("*.js") if path.name != ENTRY)
BREAKS = {
    "a package is gone": (ENTRY, "scope[name]", "scope['no-' + name]"),
    "a class is gone": ("standing.js", "new widgets.Widget()", "new widgets.NoWidget()"),
    "a token is gone": (ENTRY, "launching.ILauncher", "launching.NoLauncher"),
    "a plugin throws": (ENTRY, "const lab =", "throw new Error('on purpose'); const lab ="),
    "the cards are no JSON": ("governance.js", "JSON.parse(", "JSON.parse('{' + "),
    "the script throws": (ENTRY, "'use strict';", "throw new Error('on purpose');"),
    f"{ENTRY} is no script": (ENTRY, "// @ts-check\n", "(((\n"),
    **{f"{name} is no script": (name, "// @ts-check\n", "(((\n") for name in MODULES},
}
QUICK = {"a package is gone", "a plugin throws", "governance.js is no script"}
STATUS = "**/synthnb/status*"


def address(name: str) -> str:
    """Return where a script is asked for, in whichever version."""
    return f"**/synthnb/static/{name}*"


@contextmanager
def asked_for(lab: Lab, *addresses: str) -> Iterator[None]:
    """Wait at the end until each of these was asked for."""
    with ExitStack() as stack:
        for each in addresses:
            stack.enter_context(lab.page.expect_request(each))
        yield


@pytest.mark.parametrize(
    "what",
    [pytest.param(each, marks=() if each in QUICK else pytest.mark.slow) for each in BREAKS],
)
def test_a_broken_extension_does_not_stop_jupyterlab(lab: Lab, what: str) -> None:
    name, old, new = BREAKS[what]
    text = (SCRIPTS / name).read_text()
    assert old in text

    def spoil(route: Route) -> None:
        route.fulfill(body=text.replace(old, new), content_type="text/javascript")

    lab.page.route(address(name), spoil)
    with asked_for(lab, address(name)):
        lab.open(lab.server.root)
    expect(lab.page.locator(".jp-LauncherCard", has_text="Python 3").first).to_be_visible()


def test_modules_that_never_come_do_not_stop_jupyterlab(lab: Lab) -> None:
    for name in MODULES:
        lab.page.route(address(name), lambda route: None)
    with asked_for(lab, *map(address, ("again.js", "governance.js", "reach.js"))):
        lab.open(lab.server.root)
    expect(lab.page.locator(".jp-LauncherCard", has_text="Python 3").first).to_be_visible()


@pytest.mark.parametrize("name", ["again.js", "reach.js"])
def test_cards_do_not_need_what_only_helps(lab: Lab, name: str) -> None:
    lab.page.route(address(name), lambda route: route.fulfill(status=404))
    with asked_for(lab, address(name)):
        lab.open(lab.server.root)
    expect(lab.card("New dossier")).to_be_visible()


def test_all_scripts_are_of_one_version(lab: Lab) -> None:
    """Browsers keep them for a year, so that an address without a version may mean an old one."""
    asked = {}

    def note(request: Request) -> None:
        if "/synthnb/static/" in request.url:
            name, _, version = request.url.rpartition("/")[2].partition("?")
            asked[name] = version

    lab.page.on("request", note)
    with asked_for(lab, *map(address, (ENTRY, *MODULES))):
        lab.open(lab.server.root)
    load = json.loads((SCRIPTS.parent / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert asked == dict.fromkeys((ENTRY, *MODULES), load.partition("?")[2])


def test_a_server_that_never_answers_does_not_stop_jupyterlab(lab: Lab, folder: Path) -> None:
    lab.page.route(STATUS, lambda route: None)
    with asked_for(lab, STATUS):
        lab.open(folder / "charter.yaml")
    expect(lab.page.locator(".cm-content", has_text="schema_version")).to_be_visible()
    expect(lab.state).to_be_hidden()


def test_a_server_that_breaks_is_shown_in_a_dialog(lab: Lab, folder: Path) -> None:
    lab.page.route("**/synthnb/dossiers*", lambda route: route.fulfill(status=500, body="oops"))
    lab.open(folder)
    lab.card("1 Charter").click()
    expect(lab.dialog).to_contain_text("The server answered 500.")


def test_a_state_that_cannot_be_had_is_no_state(lab: Lab, folder: Path) -> None:
    lab.page.route(STATUS, lambda route: route.fulfill(status=500, body="oops"))
    lab.open(folder)
    lab.card("Next step").click()
    expect(lab.dialog).to_contain_text("The server answered 500.")
    expect(lab.state).to_be_hidden()
