"""The cards of the launcher, one for each stock notebook."""

from __future__ import annotations

from synthnb.notebooks import STOCK

_CAPTIONS = {
    "charter": "Why is this data made, for whom, from what, and what must hold for it?",
    "generation": "Make the synthetic table as the plan says",
    "privacy": "What does the table give away about real people?",
    "fairness": "Who is represented in it, and how?",
    "utility": "Does it serve its task?",
    "lineage": "Where did everything come from?",
}


def cards() -> list[dict[str, str]]:
    """Return room, file, title and caption of each card, in the order of the work."""
    return [
        {
            "room": stock.room,
            "file": stock.file,
            "title": f"{number} {stock.room.capitalize()}",
            "caption": _CAPTIONS[stock.room],
        }
        for number, stock in enumerate(STOCK, 1)
    ]
