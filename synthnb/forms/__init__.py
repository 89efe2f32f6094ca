"""Guided forms over records: every field with its help, every problem at its field.

    from synthnb import forms
    from synthnb.records import Charter

    forms.form(Charter, "charter.yaml", title="Charter")

A form is made from the record's model alone: a new field of a record is a new question, with no
line of code here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.records import Record

if TYPE_CHECKING:
    from synthnb.forms.guide import Guide
    from synthnb.forms.widget import Form


def form(
    model: type[Record],
    path: str | Path,
    *,
    title: str | None = None,
    static: bool = False,
    guide: Guide | None = None,
) -> Form:
    """Return a form over a record's YAML file.

    Each finished answer is saved at once, whole or not at all, and only its own lines change:
    comments, order and everything that was not touched stay as they are. A file that somebody else
    has changed meanwhile is not overwritten. Incomplete records are saved too; `problems` says what
    is left, in the words that every command uses.

    Parameters
    ----------
    model : type of Record
        What the file holds.
    path : str or Path
        The file; it is made by the first answer if it is not there.
    title : str, optional
        Heading; the model's name unless given.
    static : bool
        Show a page instead of widgets, for a notebook that runs where nobody answers.
    guide : Guide, optional
        Knows names to choose from, suggestions, and what other papers ask; see
        `synthnb.forms.guide`. A `Session` brings one that knows its workspace.

    Returns
    -------
    Form
        A widget, with `problems`, `data` and `reload()`. Where nothing runs it shows a page.
    """
    from synthnb.forms.widget import Form

    return Form(model, Path(path), title=title or model.__name__, static=static, guide=guide)


__all__ = ["form"]
