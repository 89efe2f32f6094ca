"""What one moves and clicks in a workshop; where nobody sits there, a page that shows the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from synthnb.errors import SynthnbError
from synthnb.learning.quiz import Quiz
from synthnb.markup import e
from synthnb.show import Shown
from synthnb.show.pieces import coloured

_WIDE = {"description_width": "auto"}
_SNUG = {"width": "auto", "align_self": "flex-start"}
_STYLE = """<style>
.synthnb-asked.widget-radio { flex-direction: column; width: auto; height: auto; margin-top: 12px; }
.synthnb-asked.widget-radio > .widget-label {
  width: auto !important; height: auto; text-align: left; white-space: normal; font-weight: 600;
  line-height: 1.4; max-width: 60rem; color: var(--jp-ui-font-color1);
}
.synthnb-asked.widget-radio > .widget-radio-box { width: auto; margin: 0 !important; }
.synthnb-asked.widget-radio label {
  color: var(--jp-ui-font-color1); height: auto; white-space: normal;
}
.synthnb-learning .widget-html, .synthnb-learning .widget-label, .synthnb-learning .widget-readout {
  color: var(--jp-ui-font-color1);
}
.synthnb-learning .noUi-handle { border: 1px solid var(--jp-ui-font-color2); }
.synthnb-learning .noUi-handle:focus-visible, .synthnb-learning input:focus-visible,
.synthnb-learning button:focus-visible, .synthnb-learning select:focus-visible {
  outline: 2px solid var(--jp-brand-color1); outline-offset: 1px;
}
</style>"""


class Page(widgets.VBox):  # type: ignore[misc]
    """Widgets with a page beside them, for where nothing runs."""

    def page(self) -> Shown:
        """Return what a page without widgets shows."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        found = super()._repr_mimebundle_(**kwargs)
        bundle = dict(found[0] if isinstance(found, tuple) else found or {})
        return {**bundle, **self.page()._repr_mimebundle_()}


class Slider(Page):
    """A slider, and what it shows at the place where it stands.

    Parameters
    ----------
    label : str
    values : sequence
        Where it can stand.
    value : object
        Where it stands first, and on a page.
    show : callable
        From a value to what is shown, with an HTML and a plain form.
    """

    def __init__(
        self, label: str, values: Sequence[Any], value: Any, show: Callable[[Any], Any]
    ) -> None:
        self._show, self._start = show, value
        self.slider = widgets.SelectionSlider(
            options=list(values),
            value=value,
            description=label,
            continuous_update=False,
            style=_WIDE,
            layout={"width": "40rem", "max_width": "98%"},
        )
        self.slider.add_class("synthnb-slider")
        self._at = _bundle(show(value))
        self.shown = widgets.HTML(_snug(self._at))
        self.slider.observe(self._moved, "value")
        super().__init__([widgets.HTML(_STYLE), self.slider, self.shown])
        self.add_class("synthnb-learning")

    def _moved(self, change: Any) -> None:
        self.shown.value = _snug(_bundle(self._show(change["new"])))

    def page(self) -> Shown:
        """Return what stands at the first place."""
        said = f"{self.slider.description}: {self._start}"
        note = f"<p><i>{e(said)}. In JupyterLab this is a slider.</i></p>"
        return Shown(f"{note}{self._at['text/html']}", f"{said}\n{self._at['text/plain']}")


class SelfCheck(Page):
    """A quiz, and a button that records whoever answered everything.

    Once checked, what is said follows the answers: a browser may send an answer later than the
    click that came after it, and a judgement of what is no longer chosen would be untrue. Once
    somebody is recorded, nobody else is: the count at the first try is that person's.

    Parameters
    ----------
    quiz : Quiz
    people : sequence of str
        Who may be recorded.
    person : str
        Who is at work, if that is known.
    record : callable, optional
        Records a person by name and returns what to say; without it nothing is recorded.
    """

    def __init__(
        self,
        quiz: Quiz,
        people: Sequence[str],
        person: str,
        record: Callable[[str], str] | None,
    ) -> None:
        self._quiz, self._record = quiz, record
        self._checked = self._recorded = False
        self.choices = [
            widgets.RadioButtons(
                options=question.choices,
                value=None,
                description=f"{number}. {question.text}",
                style={"description_width": "initial"},
                layout={"width": "auto"},
            )
            for number, question in enumerate(quiz.questions, 1)
        ]
        for each in self.choices:
            each.add_class("synthnb-asked")
            each.observe(self._answered, "value")
        self.said = [widgets.HTML() for _ in quiz.questions]
        self.button = widgets.Button(
            description="Check my answers", button_style="primary", layout=_SNUG
        )
        self.button.on_click(lambda _: self._check())
        self.person = widgets.Dropdown(
            options=[("—", ""), *((name, name) for name in people)],
            value=person,
            description="Who are you?",
            style=_WIDE,
        )
        self.keep = widgets.Button(description="Record my completion", disabled=True, layout=_SNUG)
        self.keep.on_click(lambda _: self._keep())
        self.status = widgets.HTML()
        self.status.add_class("synthnb-live")
        rows = [row for pair in zip(self.choices, self.said, strict=True) for row in pair]
        ends = [self.person, self.keep] if record else []
        super().__init__([widgets.HTML(_STYLE), *rows, self.button, *ends, self.status])
        self.add_class("synthnb-learning")

    def _answered(self, _: Any) -> None:
        if self._checked:
            self._check()

    def _check(self) -> None:
        self._checked = True
        found = self._quiz.answer([choice.value for choice in self.choices])
        for each, place in zip(found, self.said, strict=True):
            sign, colour = ("✓", coloured("pass")) if each.right else ("✗", coloured("fail"))
            place.value = f'<span style="{colour}">{sign} {e(each.said)}</span>'
        right, of = sum(each.right for each in found), len(found)
        self.keep.disabled = self._recorded or not self._quiz.complete
        more = "All right." if self._quiz.complete else "Change what is wrong."
        if self._quiz.complete and self._record is None:
            more = "All right. This notebook lies in no workspace, so nothing is recorded."
        self._say(f"{right} of {of} are right. {more}")

    def _keep(self) -> None:
        if self._record is None or not self.person.value:
            self._say("Say first who you are.")
            return
        try:
            self._say(self._record(self.person.value))
        except SynthnbError as exc:
            self._say(f"{exc.message} {exc.advice or ''}")
            return
        self._recorded = self.keep.disabled = True

    def _say(self, text: str) -> None:
        self.status.value = f'<div role="status">{e(text)}</div>'

    def page(self) -> Shown:
        """Return the questions, unanswered."""
        return self._quiz.page()


def _bundle(shown: Any) -> dict[str, str]:
    """Return the HTML and the plain form of what is shown."""
    bundle: dict[str, str] = shown._repr_mimebundle_()
    return bundle


def _snug(bundle: dict[str, str]) -> str:
    """Return the HTML with lines as close as outside of widgets."""
    return f'<div style="line-height:1.4">{bundle["text/html"]}</div>'
