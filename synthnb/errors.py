"""The one error tree of synthnb.

    SynthnbError               exit 3  base: something broke
    ├── UsageError             exit 2  what was asked for is wrong; nothing was done
    │   ├── RecordError                charter, plan, policy or people do not parse or do not hold
    │   ├── TableError                 a data file cannot be used as the charter describes it
    │   ├── GeneratorError             a generation plan cannot be carried out
    │   ├── AttackError                an attack of another package cannot be used
    │   ├── ParameterError             a notebook has no such parameter
    │   ├── KeyFileError               a signing key cannot be read or written
    │   ├── BusyError                  somebody else is at work on this dossier
    │   └── MissingExtraError          an optional library is not installed
    ├── BlockedError           exit 1  a verdict, a rule or a signature says no
    │   ├── VerificationError          a release does not hold
    │   ├── ReleaseError               this run may not be released
    │   ├── ApprovalError              somebody must decide first, or somebody else
    │   ├── BudgetError                the privacy budget of a data set does not allow it
    │   └── RejectedError              this configuration was rejected before
    ├── NotebookError          exit 3  a notebook broke while it ran
    └── RenderError            exit 3  a datasheet could not be rendered

Every message says what happened, what was got, what was expected and what to do next. Errors
collect *all* problems and are raised once. They never quote a value of the real data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    Parameters
    ----------
    where : str
        A place a person can find: a YAML path such as ``columns[2].type``, a file, a column.
    message : str
        What was got and what was expected.
    line : int, optional
        1-based line in the file, when there is one.
    """

    where: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}"
        place = f"{self.where} ({line})" if self.where and line else self.where or line
        return _visible(f"{place}: {self.message}" if place else self.message)


def _visible(text: str) -> str:
    """Spell out what could move a cursor: names of fields and columns are strangers' text."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


class SynthnbError(Exception):
    """Base of every error that synthnb raises on purpose.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    problems : iterable of Problem
        Everything that is wrong, not only the first.
    advice : str, optional
        What to do next.
    """

    exit_code = 3

    def __init__(
        self, message: str, problems: Iterable[Problem] = (), advice: str | None = None
    ) -> None:
        self.message = message
        self.problems = tuple(problems)
        self.advice = advice
        super().__init__(message)

    def __str__(self) -> str:
        lines = [self.message, *(f"  - {problem}" for problem in self.problems)]
        if self.advice:
            lines.append(f"  What to do: {self.advice}")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the message, without the lines and paths of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(SynthnbError):
    """What was asked for is wrong; nothing was done."""

    exit_code = 2


class RecordError(UsageError):
    """A charter, plan, policy or people file does not parse or does not hold."""


class TableError(UsageError):
    """A data file cannot be used as the charter describes it."""


class GeneratorError(UsageError):
    """A generation plan cannot be carried out."""


class AttackError(UsageError):
    """An attack of another package cannot be used: it does not load, run or answer as it must."""


class ParameterError(UsageError):
    """A notebook has no such parameter."""


class KeyFileError(UsageError):
    """A signing key cannot be read or written."""


class BusyError(UsageError):
    """Somebody else is at work on this dossier."""


class MissingExtraError(UsageError):
    """An optional library is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed.", advice=f"pip install 'synthnb[{extra}]'")


class BlockedError(SynthnbError):
    """A verdict, a rule or a signature says no."""

    exit_code = 1


class VerificationError(BlockedError):
    """A release does not hold."""


class ReleaseError(BlockedError):
    """This run may not be released."""


class ApprovalError(BlockedError):
    """Somebody must decide first, or somebody else."""


class BudgetError(BlockedError):
    """The privacy budget of a data set does not allow it; nothing was measured."""


class RejectedError(BlockedError):
    """This configuration was rejected before, and nobody has withdrawn the rejection."""


class NotebookError(SynthnbError):
    """A notebook broke while it ran."""


class RenderError(SynthnbError):
    """A datasheet could not be rendered."""
