"""The cards of the launcher: the stock notebooks of a dossier, workshops, and forms."""

from __future__ import annotations

from pathlib import Path

from synthnb import assets
from synthnb.learning import WORKSHOPS
from synthnb.notebooks import STOCK

_CAPTIONS = {
    "charter": "Why is this data made, for whom, from what, and what must hold for it?",
    "generation": "Make the synthetic table as the plan says",
    "privacy": "What does the table give away about real people?",
    "fairness": "Who is represented in it, and how?",
    "utility": "Does it serve its task?",
    "lineage": "Where did everything come from?",
}
_FORMS = {
    "people": "Who may act in this workspace, with which keys",
    "incident": "Something went wrong with released data, or may have",
    "feedback": "What somebody says about released data, and the answer",
}
_EXERCISE = "Learn it by doing, on public data, in twenty minutes"


def cards() -> list[dict[str, str]]:
    """Return room, file, title and caption of each dossier's card, in the order of the work."""
    return [
        {
            "of": "dossier",
            "room": stock.room,
            "file": stock.file,
            "title": f"{number} {stock.room.capitalize()}",
            "caption": _CAPTIONS[stock.room],
        }
        for number, stock in enumerate(STOCK, 1)
    ]


def workspace_cards() -> list[dict[str, str]]:
    """Return the cards of what belongs to no dossier: forms and workshops."""
    forms = [(room, path.name, room.capitalize(), _FORMS[room]) for room, path in desk().items()]
    workshops = [
        ("workshop", each.file, f"Workshop: {each.title}", _EXERCISE) for each in WORKSHOPS
    ]
    names = ("room", "file", "title", "caption")
    return [
        {"of": "workspace", **dict(zip(names, each, strict=True))} for each in forms + workshops
    ]


def desk() -> dict[str, Path]:
    """Return the notebooks of a workspace's own forms, by name."""
    return {name: assets.notebooks() / "desk" / f"{name}.ipynb" for name in _FORMS}
