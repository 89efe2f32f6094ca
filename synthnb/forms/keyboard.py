"""Moving the keyboard to a widget, whether a page shows it already or is about to.

A page that has not drawn a widget loses what it is told about it. So a new one is `unseen` before
it is given to the page, which from then on says when it has drawn it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_VIEWS = "_view_count"  # how many pages show a widget; they keep it once it is a number


@dataclass(frozen=True)
class Spot:
    """Where the keyboard can go.

    Parameters
    ----------
    widget : ipywidgets.DOMWidget
    new : bool
        Whether no page can have drawn it yet.
    """

    widget: Any
    new: bool = False


def unseen(spot: Spot) -> Spot:
    """Return a spot as new; call this before the page is given what it lies in."""
    if getattr(spot.widget, _VIEWS) is None:
        setattr(spot.widget, _VIEWS, 0)
    return Spot(spot.widget, new=True)


def go(spot: Spot) -> None:
    """Move the keyboard to a spot; where it is not drawn yet, as soon as it is."""
    if not spot.new:
        spot.widget.focus()
        return

    def drawn(change: Any) -> None:
        if change["new"]:
            spot.widget.unobserve(drawn, _VIEWS)
            spot.widget.focus()

    spot.widget.observe(drawn, _VIEWS)
