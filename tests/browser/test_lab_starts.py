"""Whatever is wrong with our extension, JupyterLab starts and works."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_pages import Lab
from playwright.sync_api import Route, expect

from synthnb.lab import LABEXTENSIONS

SCRIPT = LABEXTENSIONS / "synthnb" / "static" / "remoteEntry.js"
BREAKS = {
    "a package is gone": ("`@jupyterlab/${name}`", "`@jupyterlab/no-${name}`"),
    "a class is gone": ("const { Widget } =", "const { NoWidget: Widget } ="),
    "a token is gone": ("launching.ILauncher", "launching.NoLauncher"),
    "the plugin throws": ("const settings =", "throw new Error('on purpose'); const settings ="),
    "the cards are no JSON": ("JSON.parse(", "JSON.parse('{' + "),
    "the script is no script": ("'use strict';", "'use strict'; ((("),
    "the script throws": ("'use strict';", "throw new Error('on purpose');"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_extension_does_not_stop_jupyterlab(lab: Lab, what: str) -> None:
    old, new = BREAKS[what]
    text = SCRIPT.read_text()
    assert old in text
    served = []

    def spoil(route: Route) -> None:
        served.append(route.request.url)
        route.fulfill(body=text.replace(old, new), content_type="text/javascript")

    lab.page.route("**/synthnb/static/remoteEntry*.js*", spoil)
    lab.open(lab.server.root)
    assert served
    expect(lab.page.locator(".jp-LauncherCard", has_text="Python 3").first).to_be_visible()


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
