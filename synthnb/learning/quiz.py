"""A short self-check: questions about numbers that were just computed, and who got them right.

quiz = Quiz([Question("How many saw it?", ("0", "1", "2"), "1", "Only exact copies did.")])
quiz.answer(["2"])[0].said        # why it is wrong
quiz.answer(["1"])[0].right
quiz.complete, quiz.first         # everything right now, and how many at the first try
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synthnb.errors import UsageError
from synthnb.markup import e
from synthnb.show import Shown


@dataclass(frozen=True)
class Question:
    """A question with a few answers to choose from.

    Parameters
    ----------
    text : str
    choices : tuple of str
        Different from one another; the right one among them.
    right : str
    because : str
        Why that is right; said once somebody has answered.
    """

    text: str
    choices: tuple[str, ...]
    right: str
    because: str

    def __post_init__(self) -> None:
        if self.right not in self.choices or len(set(self.choices)) < max(2, len(self.choices)):
            raise UsageError(
                f"The answers to {self.text!r} do not fit together.",
                advice="give different answers, two at least, the right one among them",
            )


@dataclass(frozen=True)
class Answered:
    """What became of one answer.

    Parameters
    ----------
    right : bool
    said : str
        What to tell whoever gave it.
    """

    right: bool
    said: str


class Quiz:
    """The questions of a workshop, and how often they were right.

    Parameters
    ----------
    questions : sequence of Question
        At least one.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        if not questions:
            raise UsageError("A self-check needs questions.")
        self.questions = tuple(questions)
        self.complete = False
        self.first: int | None = None

    def answer(self, answers: Sequence[str | None]) -> tuple[Answered, ...]:
        """Check answers, one for each question, None where there is none yet.

        The first time that all of them are given sets `first`; `complete` is whether all are right
        now.
        """
        pairs = zip(self.questions, answers, strict=True)
        found = tuple(_judged(question, given) for question, given in pairs)
        right = sum(each.right for each in found)
        if self.first is None and None not in answers:
            self.first = right
        self.complete = right == len(self.questions)
        return found

    def page(self) -> Shown:
        """Return the questions with their answers to choose from; nothing says which is right."""
        items, lines = [], []
        for number, question in enumerate(self.questions, 1):
            choices = "".join(f"<li>{e(choice)}</li>" for choice in question.choices)
            items.append(f"<li><b>{e(question.text)}</b><ul>{choices}</ul></li>")
            lines += [f"{number}. {question.text}", *(f"   - {each}" for each in question.choices)]
        note = "Not answered: run this notebook in JupyterLab to answer, and to be recorded."
        return Shown(f"<ol>{''.join(items)}</ol><p>{note}</p>", "\n".join([*lines, note]))


def _judged(question: Question, given: str | None) -> Answered:
    if given is None:
        return Answered(False, "Not answered yet.")
    if given == question.right:
        return Answered(True, f"Right. {question.because}")
    return Answered(False, f"Not “{given}”. {question.because}")
