"""The form: a record's fields, what is left to do, and a file that is saved after each answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from synthnb.errors import Problem, SynthnbError
from synthnb.forms.document import Document
from synthnb.forms.fields import part
from synthnb.forms.groups import PartNode
from synthnb.forms.guide import Context, Guide
from synthnb.forms.keyboard import go
from synthnb.forms.page import DONE, MUTED, OPEN, headline, in_a_form, page, tally
from synthnb.forms.places import in_words, order, steps
from synthnb.forms.watch import Watch
from synthnb.markup import e, prose
from synthnb.records import Record

_VIEW = "application/vnd.jupyter.widget-view+json"
_STYLE = """<style>
.synthnb-form, .synthnb-form .widget-html { color: var(--jp-ui-font-color1); }
.synthnb-form .widget-html-content, .synthnb-form .widget-label { line-height: 1.4; }
.synthnb-form .widget-vbox, .synthnb-form .widget-html { overflow: visible; }
.synthnb-form h3, .synthnb-form p { margin: 0 0 .4em; }
.synthnb-answer { margin-top: 12px;
  flex-direction: column !important; align-items: stretch; height: auto !important;
}
.synthnb-answer > .widget-label {
  width: 100% !important; height: auto; text-align: left; white-space: normal; font-weight: 600;
}
.synthnb-answer > select, .synthnb-answer > input {
  max-width: 60rem; min-height: 2rem; flex: none;
}
.synthnb-answer > select { appearance: auto !important; background-image: none !important; }
.synthnb-quiet > .widget-label, .synthnb-unseen {
  position: absolute; width: 1px !important; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.synthnb-form textarea {
  field-sizing: content; width: 100%; max-width: 60rem; min-height: 2.4em; font-family: inherit;
}
.synthnb-code textarea { font-family: var(--jp-code-font-family, monospace); }
.synthnb-ticks { flex-flow: row wrap; }
.synthnb-fold {
  text-align: left; font-weight: 600; white-space: normal; padding: 4px 0;
  border-top: 1px solid var(--jp-border-color1) !important; color: var(--jp-ui-font-color1);
}
.synthnb-about { margin: -4px 0 4px 14px; }
.synthnb-open + .synthnb-about { display: none; }
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

_ALARM = f'<p role="alert" style="{OPEN}"><b>✗ {{}}</b></p>'
_NEWS = "{} was changed by somebody else. Press `Read the file again` to see it."
_ABOUT = (
    "<p>{about}</p><p style='color:{muted}'>What has a star must be answered. Each answer is saved "
    "in {name} as soon as you leave its field.</p>"
)
_LISTED = 5  # of what is open; the button leads through all of it


def _button(words: str, pressed: Callable[[], None]) -> Any:
    made = widgets.Button(description=words, layout={"width": "auto"})
    made.on_click(lambda _: pressed())
    return made


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
        self._said, self._news = "", False
        self._problems: tuple[Problem, ...] = ()
        about = _ABOUT.format(about=e(self._part.about), name=e(path.name), muted=MUTED)
        self._head = widgets.HTML(f"{_STYLE}<h3>{e(title)}</h3>{about}")
        self._bar, self._alarm, self._status, self._left = (widgets.HTML() for _ in range(4))
        self._status.add_class("synthnb-live")
        self._next = _button("Next open question", self.go_on)
        self._again = _button("Read the file again", self.reload)
        self._at: tuple[int, ...] | None = None
        self._loading = False
        super().__init__()
        self.add_class("synthnb-form")
        self.reload()
        self._watch = Watch(self._look, lambda: bool(self._view_count))
        if not static:
            self._view_count = 0  # from now on the page says whether it shows this
            self.observe(lambda _: self._watch.start(), "_view_count")

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
        self._said, self._news, self._at = "", False, None
        self._alarm.value = ""
        self._root = None
        if self._document.data is not None and not self._static:
            bare = replace(self._part, about="")  # it stands in the head
            self._root = PartNode(bare, self._document.data, self._context, folds=True)
        inner = (self._root.box,) if self._root else ()
        buttons = widgets.HBox([self._next, self._again] if inner else [self._again])
        head = (self._head, self._bar, self._alarm, self._status, buttons, self._left)
        self.children = () if self._static else (*head, *inner)
        self._loading = False
        self._judge()

    def go_on(self) -> None:
        """Move the keyboard to the next open question, opening what it is folded into."""
        if self._root is None or not self._problems:
            return
        places = sorted({problem.where for problem in self._problems}, key=self._order)
        further = [place for place in places if self._at is None or self._order(place) > self._at]
        place = (further or places)[0]
        self._at = self._order(place)
        go(self._root.spot(steps(place)))

    def _order(self, place: str) -> tuple[int, ...]:
        return order(self._part, place)

    def _look(self) -> None:
        """Say that somebody else changed the file, before the next answer is refused for it."""
        try:
            changed = self._document.changed_elsewhere
        except SynthnbError:  # said when the next answer cannot be saved
            return
        if changed and not self._alarm.value:
            self._alarm.value = _ALARM.format(prose(_NEWS.format(self._document.path.name)))
            self._news = True
        elif self._news and not changed:
            self._alarm.value, self._news = "", False

    def _changed(self) -> None:
        if self._loading:
            return
        name = e(self._document.path.name)
        try:
            saved = self._document.save(self.data)
        except SynthnbError as exc:
            advice = f" What to do: {exc.advice}." if exc.advice else ""
            self._alarm.value = _ALARM.format(prose(exc.message + advice))
            self._said, self._news = "", False
        else:
            self._alarm.value = ""
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
        self._next.disabled = not self._problems
        self._left.value = self._list()
        counted = tally(self._part, self._document.data or {}, self._problems)
        bar = '<progress aria-label="Questions answered" value="{}" max="{}"></progress>'
        self._bar.value = bar.format(*counted) if self._root else ""
        left, name = len(self._problems), self._document.path.name
        what = headline(left, name, counted if self._root else None)
        # What has just happened, and how much is left: that alone is read out at every answer.
        self._status.value = f'<div role="status">{self._said}{what}</div>'

    def _list(self) -> str:
        """Return the first open questions, in the order in which they stand below."""
        problems = map(in_a_form, self._problems)
        listed = sorted(problems, key=lambda problem: self._order(problem.where))
        words = [in_words(self._part, problem.where) for problem in listed[:_LISTED]]
        rows = [
            f"<li>{f'<b>{e(place)}</b> ' if place else ''}{prose(problem.message)}</li>"
            for place, problem in zip(words, listed, strict=False)
        ]
        more = len(listed) - len(rows)
        rows += [f"<li>and {more} more</li>"] if more > 0 else []
        return f"<ul>{''.join(rows)}</ul>" if rows else ""

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
