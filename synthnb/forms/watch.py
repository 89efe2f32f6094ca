"""Looking at a file now and then while a page shows its form, and no longer than that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

SECONDS = 3.0


class Watch:
    """Calls a function now and then, between whatever else a kernel does, and without a thread.

    Parameters
    ----------
    look : callable
        What is called; it should be quick.
    wanted : callable
        Whether it is still wanted; once it is not, the watch ends.
    """

    def __init__(self, look: Callable[[], None], wanted: Callable[[], bool]) -> None:
        self._look, self._wanted = look, wanted
        self._next: Any = None

    def start(self) -> None:
        """Begin, unless it has begun; outside of a running event loop nothing happens."""
        if self._next is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._next = loop.call_later(SECONDS, self._again)

    def _again(self) -> None:
        self._next = None
        if self._wanted():
            self._look()
            self.start()
