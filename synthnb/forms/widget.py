"""The form: a record's fields, what is left to do, and a file that is saved after each answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as widgets

from synthnb.errors import Problem, SynthnbError
from synthnb.forms.document import Document
from synthnb.forms.fields import part
from synthnb.forms.groups import PartNode
from synthnb.forms.guide import Context, Guide
from synthnb.forms.page import DONE, OPEN, e, page, summary, tally
from synthnb.records import Record

_VIEW = "application/vnd.jupyter.widget-view+json"
_STYLE = """<style>
.synthnb-form, .synthnb-form .widget-html { color: var(--jp-ui-font-color1); }
.synthnb-form .widget-html-content, .synthnb-form .widget-label { line-height: 1.4; }
.synthnb-form .widget-vbox, .synthnb-form .widget-html { overflow: visible; }
.synthnb-answer {
  flex-direction: column !important; align-items: stretch; height: auto !important;
}
.synthnb-answer > .widget-label {
  width: 100% !important; height: auto; text-align: left; white-space: normal; font-weight: 600;
}
.synthnb-answer > select, .synthnb-answer > input {
  max-width: 60rem; min-height: 2rem; flex: none;
}
.synthnb-quiet > .widget-label, .synthnb-unseen {
  position: absolute; width: 1px !important; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.synthnb-form textarea { field-sizing: content; min-height: 2.4em; max-width: 60rem; }
.synthnb-code textarea { font-family: var(--jp-code-font-family, monospace); }
.synthnb-ticks { flex-flow: row wrap; }
.synthnb-fold {
  text-align: left; font-weight: 600; white-space: normal; padding: 4px 0;
  border-top: 1px solid var(--jp-border-color1) !important; color: var(--jp-ui-font-color1);
}
.synthnb-form .widget-html:has(> .widget-html-content:empty) { display: none; }
.synthnb-picks { flex-flow: row wrap; column-gap: 2rem; }
.synthnb-picks .synthnb-answer { min-width: 12rem; }
.synthnb-card .synthnb-fold { border-top: 0 !important; font-weight: normal; }
.synthnb-card { border-top: 1px solid var(--jp-border-color2); padding: 4px 0 8px; }
.synthnb-form button:focus-visible, .synthnb-form input:focus-visible,
.synthnb-form select:focus-visible, .synthnb-form textarea:focus-visible {
  outline: 2px solid var(--jp-brand-color1); outline-offset: 1px;
}
.synthnb-form progress { width: 100%; max-width: 30rem; accent-color: var(--jp-brand-color1); }
</style>"""


class Form(widgets.VBox):  # type: ignore[misc]
    """A guided form over one record's YAML file; see `synthnb.forms.form`."""

    def __init__(
        self,
        model: type[Record],
        path: Path,
        *,
        title: str,
        static: bool,
        guide: Guide | None = None,
    ) -> None:
        self._guide = guide or Guide()
        self._now: dict[str, Any] | None = None
        self._context = Context(self._changed, self._guide, self._said_now)
        self._document = Document(model, path)
        self._part = part(model)
        self._title, self._static = title, static
        self._root: PartNode | None = None
        self._said = ""
        self._problems: tuple[Problem, ...] = ()
        self._head = widgets.HTML(f"{_STYLE}<h3>{e(title)}</h3>")
        self._status = widgets.HTML()
        self._again = widgets.Button(
            description="Read the file again", layout={"width": "auto", "align_self": "flex-start"}
        )
        self._again.on_click(lambda _: self.reload())
        self._loading = False
        super().__init__()
        self.add_class("synthnb-form")
        self.reload()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return everything that is open or wrong, as every command would say it."""
        return self._problems

    @property
    def data(self) -> dict[str, Any]:
        """Return what the form says now, as plain data; it need not hold as a record."""
        if self._root is None:
            return dict(self._document.data or {})
        found = self._root.get()
        return found if isinstance(found, dict) else {}

    def _said_now(self) -> dict[str, Any]:
        """Return the data; gathered once for all who ask while problems are being shown."""
        return self.data if self._now is None else self._now

    def reload(self) -> None:
        """Read the file again; what was answered here and not saved is gone."""
        self._loading = True
        self._document.load()
        self._said = ""
        self._root = None
        if self._document.data is not None and not self._static:
            self._root = PartNode(self._part, self._document.data, self._context, folds=True)
        inner = (self._root.box,) if self._root else ()
        self.children = () if self._static else (self._head, self._status, self._again, *inner)
        self._loading = False
        self._judge()

    def _changed(self) -> None:
        if self._loading:
            return
        name = e(self._document.path.name)
        try:
            saved = self._document.save(self.data)
        except SynthnbError as exc:
            advice = f" What to do: {exc.advice}." if exc.advice else ""
            self._said = f'<p role="alert" style="{OPEN}"><b>✗ {e(exc.message + advice)}</b></p>'
        else:
            self._said = f'<p style="{DONE}">✓ Saved in {name}.</p>' if saved else self._said
        self._judge()

    def _judge(self) -> None:
        """Find out what is left, and show it everywhere."""
        faults = tuple(self._root.faults("")) if self._root else ()
        others = self._guide.problems(self._document.data or {})
        self._problems = tuple(dict.fromkeys((*faults, *self._document.problems(), *others)))
        if self._root:
            self._now = self.data
            self._root.show("", self._problems)
            self._now = None
        counted = tally(self._part, self._document.data or {}, self._problems)
        bar = '<progress aria-label="Questions answered" value="{}" max="{}"></progress>'
        shown = bar.format(*counted) if self._root else ""
        what = summary(self._problems, self._document.path.name, counted if self._root else None)
        self._status.value = f'<div role="status">{self._said}{shown}{what}</div>'

    @property
    def _public(self) -> Any:
        """What a reader may see: a record that holds hides folders and hosts where it can."""
        record = self._document.record()
        if record is None or not hasattr(record, "published"):
            return self._document.data
        return record.published().model_dump(mode="json", exclude_unset=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and a page for where nothing runs."""
        found = super()._repr_mimebundle_(**kwargs)
        bundle = dict(found[0] if isinstance(found, tuple) else found or {})
        if self._static:
            bundle.pop(_VIEW, None)
        name = self._document.path.name
        bundle["text/html"] = page(self._title, name, self._part, self._public, self._problems)
        lines = [str(problem) for problem in self._problems] or ["complete"]
        bundle["text/plain"] = "\n".join([f"{self._title} ({name})", *lines])
        return bundle
