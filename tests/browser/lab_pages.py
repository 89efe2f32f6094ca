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
_NUMBER = re.compile(r"\d")
_PROMPTS = """
  const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const prompts = [...panel.querySelectorAll('.jp-CodeCell')]
    .filter(cell => cell.querySelector('.jp-InputArea-editor').textContent.trim())
    .map(cell => cell.querySelector('.jp-InputPrompt').textContent);
"""
_RAN = f"""() => {{
  {_PROMPTS}
  return prompts.some(each => /\\d/.test(each)) && !prompts.some(each => each.includes('*'));
}}"""
_LEFT = f"() => {{ {_PROMPTS} return prompts.filter(each => !/\\d/.test(each)).length; }}"
_NAMED = """
  const named = each =>
    (each.labels && each.labels.length ? each.labels[0].textContent
      : each.textContent.trim() || each.getAttribute('aria-label') || each.title)
    .replace(/^[▸▾\\s\\u200b]+/, '').trim();
"""
_HERE = f"""() => {{
  {_NAMED}
  return document.activeElement === document.body ? '' : named(document.activeElement);
}}"""
_AHEAD = f"""([names, back]) => {{
  {_NAMED}
  const here = document.activeElement;
  const side = back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
  return [...document.querySelectorAll('input, textarea, select, button')].some(
    each => !each.disabled && each.checkVisibility()
      && names.some(name => named(each).startsWith(name))
      && (here === document.body || here.compareDocumentPosition(each) & side));
}}"""
_MANY = 60  # fields between one answer and the next


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
        """Choose a command of the palette, with the keyboard alone.

        A notebook calls for the keyboard until its kernel is there, which closes the palette.
        """
        if self.notebook.count():
            self.kernel_is_idle()
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

    def step(self, name: str) -> Locator:
        """Return the button of a step in the dialog, by how it is called to those who listen."""
        return self.dialog.get_by_role("button", name=name)

    @property
    def terminal(self) -> Locator:
        """Return what is to be read in the terminal in front."""
        return self.page.locator(".jp-Terminal:visible .xterm-accessibility-tree")

    def type_it(self, line: str, seconds: float = 20) -> str:
        """Have the first command typed that begins so; return it, and see that nothing ran."""
        tabs = self.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="Terminal ")
        before = tabs.count()
        self.state.click()
        step = self.step(f"Type it in a terminal: {line}").first
        expect(step).to_be_visible(timeout=seconds * SECOND)
        typed = (step.get_attribute("aria-label") or "").partition(": ")[2]
        self.shot(line.split()[1])
        step.click()
        expect(self.dialog).to_have_count(0)
        expect(tabs).to_have_count(before + 1)
        expect(self.terminal).to_contain_text(line.removeprefix("synthnb "))
        return typed

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
        """Wait for the kernel of the notebook in front.

        The toolbar says `idle` before there is one, and the status bar may still speak of the
        notebook that was in front before.
        """
        tab = self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current")
        item = f".jp-StatusBar-TextItem[title$=' {tab.inner_text().strip()}']"
        expect(self.page.locator(item, has_text="| Idle")).to_be_visible(timeout=60 * SECOND)

    def run_all(self, seconds: float = 60) -> None:
        """Run every cell of the notebook in front, until none waits any more; none may break."""
        self.kernel_is_idle()
        if self.notebook.locator(".jp-InputPrompt", has_text=_NUMBER).count():
            self.menu("Edit", "Clear Outputs of All Cells")  # numbers of an earlier run mislead
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(_RAN, timeout=seconds * SECOND)
        ran = self.notebook.locator(
            ".jp-CodeCell", has=self.page.locator(".jp-InputPrompt", has_text=_NUMBER)
        )
        ran.last.scroll_into_view_if_needed()
        if self.page.evaluate(_LEFT):  # what is out of sight is not drawn, so wait for what broke
            expect(self.errors).not_to_have_count(0)
        assert self.errors.all_inner_texts() == []

    @property
    def errors(self) -> Locator:
        """Return what broke in the notebook in front; JupyterLab shows it as if it were stderr."""
        return self.notebook.locator("[data-mime-type='application/vnd.jupyter.stderr']")

    @property
    def focused(self) -> str:
        """Return what the field or button is called that the keyboard is at."""
        return str(self.page.evaluate(_HERE))

    def tab(self, *names: str, back: bool = False) -> None:
        """Press Tab until the keyboard is at a field or button whose name begins like one of these.

        A field that is still being drawn is waited for, as a person would.
        """
        self.page.wait_for_function(_AHEAD, arg=[names, back])
        passed: list[str] = []
        while not passed or not passed[-1].startswith(names):
            assert len(passed) < _MANY, f"no way to {names}; passed {passed}"
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            passed.append(self.focused)

    def unfold(self, *names: str) -> None:
        """Go to a heading by the keyboard, and open it."""
        self.tab(*names)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(":focus")).to_contain_text("▾")

    def verdict(self, room: str) -> None:
        """Be sure that the notebook in front ends with its findings."""
        found = self.notebook.locator(".jp-OutputArea-output", has_text=f"{room}: findings so far.")
        found.scroll_into_view_if_needed()
        expect(found).to_be_visible(timeout=60 * SECOND)

    def close(self) -> None:
        """Close the page and end every kernel; what was not saved is gone."""
        context = self.page.context
        self.page.close()
        self.server.stop_kernels()
        self.page = context.new_page()
        self.page.set_default_timeout(20 * SECOND)

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

    # JupyterLab's body is 0 pixels high and hides what overflows; axe would think nothing visible.
    page.add_style_tag(content="body { min-height: 100vh }")
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]}"
        for each in found.response["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
