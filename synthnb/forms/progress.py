"""A progress bar in a notebook, gone without a trace when the work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ipywidgets as widgets

_STEP = 0.01  # of the whole; smaller ones are not worth a message to the page


@contextmanager
def progress() -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar while the block runs; outside a notebook there is none.

    Yields
    ------
    callable or None
        To be told what is going on, and the share that is done. When the block ends, the bar and
        whatever else the cell has shown by then are taken away.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import clear_output, display

    if get_ipython() is None:
        yield None
        return
    bar = widgets.FloatProgress(min=0, max=1)
    what = widgets.Label()
    box = widgets.HBox([bar, what])

    def tell(name: str, share: float) -> None:
        if what.value != name or abs(share - bar.value) >= _STEP:
            what.value, bar.value = name, share

    display(box)
    try:
        yield tell
    finally:
        box.close()
        clear_output()
