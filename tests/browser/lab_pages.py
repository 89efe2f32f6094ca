"""JupyterLab as a person uses it: open a folder, click a card, run a notebook, look below.

Every step waits for what a person would see, never for a time.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from jupyter_servers import Server
from playwright.sync_api import Locator, Page, expect

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"),
]
SECOND = 1000
_RAN = """() => {
  const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const cells = [...panel.querySelectorAll('.jp-CodeCell')];
  if (panel.querySelector(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']")) {
    return true;
  }
  return cells.length > 0 && cells.every(
    cell => /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent)
      || !cell.querySelector('.jp-InputArea-editor').textContent.trim());
}"""


class Lab:
    """A page with JupyterLab in it.

    Parameters
    ----------
    page : Page
    server : Server
    shots : Path
        Folder for screenshots.
    name : str
        What their names begin with.
    """

    def __init__(self, page: Page, server: Server, shots: Path, name: str) -> None:
        self.page, self.server = page, server
        self._shots, self._name, self._count = shots, name, 0
        page.set_default_timeout(20 * SECOND)
        expect.set_options(timeout=20 * SECOND)

    def path(self, path: Path) -> str:
        """Return a path as JupyterLab writes it."""
        return path.relative_to(self.server.root).as_posix()

    def open(self, path: Path) -> None:
        """Open a folder with the launcher, or a file, in an empty JupyterLab."""
        where = f"/tree/{quote(self.path(path))}" if path != self.server.root else ""
        self.page.goto(f"{self.server.url}/lab{where}?token={self.server.token}&reset")
        self.ready()

    def ready(self) -> None:
        """Wait until JupyterLab has started."""
        expect(self.page.locator("#jp-main-statusbar")).to_be_visible()
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)
        expect(self.page.locator("#jp-main-dock-panel .lm-TabBar-tab")).not_to_have_count(0)

    def card(self, title: str) -> Locator:
        """Return a card of the section Governance."""
        section = self.page.locator(".jp-Launcher-section", has_text="Governance")
        return section.locator(".jp-LauncherCard", has_text=title)

    def new_launcher(self) -> None:
        """Open another launcher, for the folder that the file browser shows."""
        self.page.keyboard.press("Control+Shift+L")
        expect(self.card("New dossier")).to_be_visible()

    def command(self, title: str) -> None:
        """Choose a command of the palette, with the keyboard alone."""
        self.page.keyboard.press("Control+Shift+C")
        expect(self.page.locator("#modal-command-palette input")).to_be_focused()
        self.page.keyboard.type(title)
        found = self.page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=title)
        expect(found).to_be_visible()
        self.page.keyboard.press("Enter")

    @property
    def dialog(self) -> Locator:
        """Return the dialog that stands in front."""
        return self.page.locator(".jp-Dialog-content")

    @property
    def state(self) -> Locator:
        """Return the item of the status bar that says how the dossier stands."""
        return self.page.locator("#jp-main-statusbar .synthnb-state")

    @property
    def notebook(self) -> Locator:
        """Return the notebook in front."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def shows(self, path: Path) -> None:
        """Wait until a notebook is open, and be sure that it is this one."""
        expect(self.notebook.locator(".jp-Cell").first).to_be_visible()
        where = quote(f"/lab/tree/{self.path(path)}")
        expect(self.page).to_have_url(f"{self.server.url}{where}")

    def kernel_is_idle(self) -> None:
        """Wait for the kernel; the toolbar says `idle` before there is one, the status bar not."""
        item = self.page.locator(".jp-StatusBar-TextItem", has_text="| Idle")
        expect(item).to_be_visible(timeout=60 * SECOND)

    def run_all(self, seconds: float = 60) -> None:
        """Run every cell of the notebook in front, until each has run; none may break."""
        self.kernel_is_idle()
        if self.notebook.locator(".jp-InputPrompt", has_text=re.compile(r"\d")).count():
            self.menu("Edit", "Clear Outputs of All Cells")  # numbers of an earlier run mislead
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(_RAN, timeout=seconds * SECOND)
        assert self.errors.all_inner_texts() == []

    @property
    def errors(self) -> Locator:
        """Return what broke in the notebook in front."""
        return self.notebook.locator("[data-mime-type='application/vnd.jupyter.error']")

    def menu(self, *path: str) -> None:
        """Choose something from the menus."""
        for name in path:
            self.page.get_by_role("menuitem", name=name, exact=True).click()

    def save(self) -> None:
        """Save the document in front, and wait until it is saved."""
        self.notebook.locator('[data-command="docmanager:save"] >> visible=true').click()
        expect(self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.jp-mod-dirty")).to_have_count(
            0
        )

    def shot(self, what: str) -> Path:
        """Keep a picture of what is to be seen, and return where."""
        self._count += 1
        path = self._shots / f"{self._name}-{self._count}-{what}.png"
        self.page.screenshot(path=path)
        return path


def serious(page: Page, within: str = "body") -> list[str]:
    """Return what axe-core finds in a part of a page that is serious or critical, and where."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]}"
        for each in found.response["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
