"""Whatever is wrong with our extension, JupyterLab starts and works."""

from __future__ import annotations

import json
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
SLOW = [f"{name} is no script" for name in MODULES if name != "governance.js"]


@pytest.mark.parametrize(
    "what",
    [pytest.param(each, marks=pytest.mark.slow if each in SLOW else ()) for each in BREAKS],
)
def test_a_broken_extension_does_not_stop_jupyterlab(lab: Lab, what: str) -> None:
    name, old, new = BREAKS[what]
    text = (SCRIPTS / name).read_text()
    assert old in text
    served = []

    def spoil(route: Route) -> None:
        served.append(route.request.url)
        route.fulfill(body=text.replace(old, new), content_type="text/javascript")

    lab.page.route(f"**/synthnb/static/{name}*", spoil)
    lab.open(lab.server.root)
    assert served
    expect(lab.page.locator(".jp-LauncherCard", has_text="Python 3").first).to_be_visible()


def test_modules_that_never_come_do_not_stop_jupyterlab(lab: Lab) -> None:
    asked = set()

    def wait(route: Route) -> None:
        asked.add(route.request.url.rpartition("/")[2].partition("?")[0])

    for name in MODULES:
        lab.page.route(f"**/synthnb/static/{name}*", wait)
    lab.open(lab.server.root)
    expect(lab.page.locator(".jp-LauncherCard", has_text="Python 3").first).to_be_visible()
    assert asked == {"again.js", "governance.js", "reach.js"}


@pytest.mark.parametrize("name", ["again.js", "reach.js"])
def test_cards_do_not_need_what_only_helps(lab: Lab, name: str) -> None:
    lab.page.route(f"**/synthnb/static/{name}*", lambda route: route.fulfill(status=404))
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
    lab.open(lab.server.root)
    expect(lab.card("New dossier")).to_be_visible()
    load = json.loads((SCRIPTS.parent / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert asked == dict.fromkeys((ENTRY, *MODULES), load.partition("?")[2])


def test_a_server_that_never_answers_does_not_stop_jupyterlab(lab: Lab, folder: Path) -> None:
    asked = []
    lab.page.route("**/synthnb/status*", lambda route: asked.append(route.request.url))
    lab.open(folder / "charter.yaml")
    expect(lab.page.locator(".cm-content", has_text="schema_version")).to_be_visible()
    assert asked
    expect(lab.state).to_be_hidden()


def test_a_server_that_breaks_is_shown_in_a_dialog(lab: Lab, folder: Path) -> None:
    lab.page.route("**/synthnb/dossiers*", lambda route: route.fulfill(status=500, body="oops"))
    lab.open(folder)
    lab.card("1 Charter").click()
    expect(lab.dialog).to_contain_text("The server answered 500.")
