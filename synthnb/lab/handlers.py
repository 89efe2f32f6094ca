"""What the browser asks: which dossiers there are, how one stands, and a notebook to open.

Below `synthnb/` of the Jupyter server, JSON in both directions; only for users who may use its
files, and only about files that it serves.
"""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

from synthnb.errors import SynthnbError
from synthnb.lab.cards import cards, workspace_cards
from synthnb.lab.places import Places

_EVERYWHERE = "/usr/local/bin:/usr/bin:/bin"
"""Where every login shell looks for programs."""


class _Handler(APIHandler):
    """Answers with JSON; an error of ours is an answer, too."""

    auth_resource = "contents"

    def initialize(self, places: Places) -> None:
        self.places = places

    async def answer(self, ask: Callable[..., dict[str, Any]], *words: str) -> None:
        """Ask outside the event loop, which must not wait for disks, and send what comes back."""
        try:
            found = await asyncio.to_thread(ask, *words)
        except SynthnbError as exc:
            self.set_status(400)
            found = {
                "message": exc.message,
                "problems": [str(problem) for problem in exc.problems],
                "advice": exc.advice or "",
            }
        await self.finish(json.dumps(found))

    def field(self, name: str) -> str:
        """Return a text of the request's body."""
        body = self.get_json_body()
        value = body.get(name) if isinstance(body, dict) else None
        if not isinstance(value, str):
            raise web.HTTPError(400, f"{name!r} must be a text")
        return value


class Dossiers(_Handler):
    """The dossiers around a path; a new one."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the dossier that a path means, and all that there are."""

        def ask(path: str) -> dict[str, Any]:
            here, every = self.places.around(path)
            return {
                "here": asdict(here) if here else None,
                "dossiers": [asdict(spot) for spot in every],
            }

        await self.answer(ask, self.get_argument("path", ""))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make a dossier, and answer with the path of its first notebook."""

        def ask(path: str, name: str) -> dict[str, Any]:
            return {"path": self.places.new(path, name)}

        await self.answer(ask, self.field("path"), self.field("name"))


class Notebooks(_Handler):
    """Copies of the stock notebooks, for a dossier or for the workspace around a path."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the path of a copy, which is made only if it is not there."""

        def ask(path: str, file: str) -> dict[str, Any]:
            return {"path": self.places.notebook(path, file)}

        await self.answer(ask, self.field("path"), self.field("file"))


class Status(_Handler):
    """How the dossier of a path stands."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with name, state in one word, why, and what to do next; {} where none is."""
        await self.answer(self._ask, self.get_argument("path", ""))

    def _ask(self, path: str) -> dict[str, Any]:
        from synthnb.lab.states import state_of

        dossier = self.places.concerned(path)
        if dossier is None:
            return {}
        state, program, workspace = state_of(dossier), _program(), dossier.workspace
        steps = [
            {
                **asdict(step),
                "typed": step.command.replace("synthnb", program, 1),
                "open": self.places.served(workspace, step.open),
            }
            for step in state.steps
        ]
        return {
            "name": dossier.name,
            "path": self.places.spot(dossier).path,
            "root": str(workspace.root),
            **asdict(state),
            "steps": steps,
        }


def _program() -> str:
    """Return how a terminal finds this very synthnb: its shell need not know the environment."""
    own = Path(sysconfig.get_path("scripts"), "synthnb")
    usual = shutil.which("synthnb", path=_EVERYWHERE)
    if usual and own.exists() and Path(usual).samefile(own):
        return "synthnb"
    return shlex.quote(str(own)) if own.exists() else f"{shlex.quote(sys.executable)} -m synthnb"


def add_to(server: ServerApp) -> None:
    """Add the handlers to a Jupyter server, and tell its pages of the cards."""
    application: Any = server.web_app
    base = url_path_join(application.settings["base_url"], "synthnb")
    places = {"places": Places(Path(server.root_dir))}
    application.add_handlers(
        ".*$",
        [
            (url_path_join(base, "dossiers"), Dossiers, places),
            (url_path_join(base, "notebooks"), Notebooks, places),
            (url_path_join(base, "status"), Status, places),
        ],
    )
    # With the page, so that JupyterLab waits for nothing of ours when it starts.
    application.settings.setdefault("page_config_data", {})["synthnbCards"] = [
        *cards(),
        *workspace_cards(),
    ]
