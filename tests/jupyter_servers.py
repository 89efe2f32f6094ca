"""A Jupyter server for tests: on loopback, with a token, and with settings of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workspaces import EPOCH

from synthnb.lab import LABEXTENSIONS

_SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
    "@jupyterlab/extensionmanager-extension/plugin": {"enabled": False},
    "@jupyterlab/terminal-extension/plugin": {"screenReaderMode": True},
}


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    url, token : str
    root : Path
        The folder that it serves.
    log : Path
        What it says.
    """

    url: str
    token: str
    root: Path
    log: Path

    def ask(
        self, path: str, body: object = None, *, token: str | None = None, method: str = ""
    ) -> tuple[int, Any]:
        """Return status and JSON of a request, which is a POST if it has a body."""
        token = self.token if token is None else token
        headers = {"Authorization": f"token {token}"} if token else {}
        data = None if body is None else json.dumps(body).encode()
        method = method or ("GET" if body is None else "POST")
        request = urllib.request.Request(  # noqa: S310 -- loopback
            f"{self.url}/{path}", data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as exc:
            with exc:
                text = exc.read()
            return exc.code, json.loads(text) if text.startswith(b"{") else text.decode()

    def stop_kernels(self) -> None:
        """End every session, so that no kernel outlives its test."""
        for session in self.ask("api/sessions")[1]:
            self.ask(f"api/sessions/{quote(session['id'])}", method="DELETE")


@contextmanager
def serve(root: Path, *, program: str = "lab") -> Iterator[Server]:
    """Run JupyterLab, or the bare server, with the extension of this checkout.

    Parameters
    ----------
    root : Path
        The folder that it serves.
    program : str
        ``lab`` or ``server``.
    """
    with tempfile.TemporaryDirectory(prefix="synthnb-lab-") as name:
        home = Path(name)
        for key, value in _SETTINGS.items():
            path = home / "settings" / f"{key}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = Server(f"http://127.0.0.1:{port}", "a-token-for-tests", root, home / "log")
        words = [
            *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
            *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"),
            "--ServerApp.jpserver_extensions={'synthnb.lab': True}",
            f"--IdentityProvider.token={server.token}",
        ]
        if program == "lab":
            words += [
                f"--LabApp.extra_labextensions_path={LABEXTENSIONS}",
                *("--LabApp.news_url=", "--LabApp.extension_manager=readonly"),
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ]
        env = {f"JUPYTER_{part}_DIR": str(home / part) for part in ("CONFIG", "DATA", "RUNTIME")}
        env |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
        env |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "ws"), "IPYTHONDIR": str(home / "ipython")}
        env |= {"SOURCE_DATE_EPOCH": EPOCH}  # the day of the demo, whose releases end one day
        with server.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyter", program, *words],
                env={**os.environ, **env},
                stdout=log,
                stderr=log,
                cwd=root,
            )
        try:
            _wait(server, process)
            yield server
            server.stop_kernels()
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            if server.ask("api/status")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"Jupyter did not start:\n{server.log.read_text()}")
