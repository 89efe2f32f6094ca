"""A notebook that is opened another day, before anything runs: what was saved can be read."""

from __future__ import annotations

from pathlib import Path

import nbformat
from lab_pages import Lab
from playwright.sync_api import Route, expect

GONE = "model not found"
NOTE = "As it was saved. Run this notebook to work with it again."
BARE = "import ipywidgets\n\nipywidgets.IntSlider()"
OTHER = """\
class Other(ipywidgets.IntSlider):
    def _repr_mimebundle_(self, **kwargs):
        page = "<b>saved</b><script>document.body.append('it ran')</script>"
        return {**super()._repr_mimebundle_(**kwargs), "text/html": page}

Other()"""
FORM = "from synthnb import Session\n\nSession().form('charter')"


def no_kernel(route: Route) -> None:
    """Let nothing start a kernel."""
    if route.request.method == "POST":
        route.fulfill(status=500, body='{"message": "on purpose"}')
    else:
        route.continue_()


def test_what_was_saved_is_read_before_anything_runs_and_is_alive_after(
    lab: Lab, folder: Path
) -> None:
    path = folder / "notebooks" / "mine.ipynb"
    path.parent.mkdir()
    sources = [BARE, OTHER, *["pass"] * 30, FORM]  # the form is out of sight at first
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path.write_text(nbformat.writes(notebook))
    lab.open(path)
    lab.run_all()
    expect(lab.notebook.locator(".synthnb-form")).to_be_visible()
    lab.save()
    lab.close()

    lab.page.route("**/api/sessions*", no_kernel)
    lab.open(path)
    lab.dialog.get_by_role("button", name="OK").click()
    outputs = lab.notebook.locator(".jp-OutputArea-output")
    expect(outputs.nth(1)).to_contain_text(NOTE)
    expect(outputs.nth(0)).not_to_contain_text(NOTE)
    lab.page.unroute("**/api/sessions*")

    lab.open(path)
    expect(outputs.first).to_contain_text(GONE)
    other = outputs.nth(1)
    expect(other.locator("b")).to_have_text("saved")
    expect(other).to_contain_text(NOTE)
    lab.shot("top")
    lab.notebook.locator(".jp-Cell").last.scroll_into_view_if_needed()
    form = lab.notebook.locator(".jp-OutputArea-output", has_text="Charter")
    form.scroll_into_view_if_needed()
    expect(form).to_contain_text(NOTE)
    expect(form.locator("table").first).to_contain_text("Synthetic Boston mortgage")
    expect(form).not_to_contain_text(GONE)
    lab.shot("form")
    assert "it ran" not in lab.page.inner_text("body")

    lab.run_all()
    expect(lab.notebook.locator(".synthnb-form").get_by_label("Title *")).to_be_visible()
    expect(lab.notebook.get_by_text(NOTE)).to_have_count(0)
