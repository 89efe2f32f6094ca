"""A workshop at work in a notebook: what to move, what to answer, who is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthnb.errors import UsageError
from synthnb.learning.keeping import check_person, record, taught
from synthnb.learning.quiz import Question, Quiz
from synthnb.workspace import Workspace

if TYPE_CHECKING:
    from synthnb.learning.widgets import SelfCheck, Slider


class Workshop:
    """One workshop, and the workspace in whose ledger a completion is recorded.

    Parameters
    ----------
    workshop : str
        Its id.
    folder : str
        Any folder of the workspace. Outside of one everything works, but nothing is recorded.
    person : str
        Who is at work, as in people.yaml; empty to choose at the end.

    Raises
    ------
    UsageError
        If there is no such workshop, or the workspace does not list the person.
    """

    def __init__(self, workshop: str, *, folder: str = ".", person: str = "") -> None:
        self._taught = taught(workshop)
        self._person = person
        try:
            self._workspace: Workspace | None = Workspace.find(Path(folder))
        except UsageError:
            if person:
                raise
            self._workspace = None
        if self._workspace is not None and person:
            check_person(self._workspace, person)

    def __repr__(self) -> str:
        return f"Workshop({self._taught.id!r})"

    def slider(
        self, label: str, values: Sequence[Any], value: Any, show: Callable[[Any], Any]
    ) -> Slider:
        """Return a slider that shows something at each place.

        Parameters
        ----------
        label : str
        values : sequence
            Where it can stand.
        value : object
            Where it stands first; a page without a kernel shows this place.
        show : callable
            From a value to a `Shown` or a `Figure`.
        """
        from synthnb.learning.widgets import Slider

        places = list(values)
        if value not in places:
            raise UsageError(
                f"{label}: {value!r} is no place of the slider.",
                advice=f"give one of {', '.join(map(str, places))}",
            )
        return Slider(label, places, value, show)

    def check(self, questions: Sequence[Question]) -> SelfCheck:
        """Return the self-check; whoever answers everything right can be recorded.

        Parameters
        ----------
        questions : sequence of Question
        """
        from synthnb.learning.widgets import SelfCheck

        quiz, workspace = Quiz(questions), self._workspace
        if workspace is None:
            return SelfCheck(quiz, (), "", None)
        people = [member.name for member in workspace.people.members]
        return SelfCheck(quiz, people, self._person, lambda person: self._keep(quiz, person))

    def _keep(self, quiz: Quiz, person: str) -> str:
        if self._workspace is None or not quiz.complete or quiz.first is None:
            raise UsageError("Not every answer is right yet; nothing is recorded.")
        of = len(quiz.questions)
        record(self._workspace, person=person, workshop=self._taught.id, right=quiz.first, of=of)
        return (
            f"Recorded for {person}: {self._taught.title}, "
            f"{quiz.first} of {of} right at the first try. `synthnb training` lists it."
        )
