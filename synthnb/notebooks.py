"""Notebooks: check parameters, execute, collect evidence.

check(path, {"seed": 1})                  # an unknown parameter is an error
execute(path, out, {"seed": 1}, cwd)      # papermill, with the failing cell quoted
evidence = collect(out)                   # what the executed notebook recorded
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthnb import assets, errors
from synthnb.errors import NotebookError, ParameterError, Problem, VerificationError
from synthnb.files import write_atomically
from synthnb.records import Evidence, sha256
from synthnb.records.evidence import MIME, from_payload

_TIMING = ("execution", "papermill", "widgets")
_WIDGET = "application/vnd.jupyter.widget-view+json"
WITHHELD = "(withheld: it may quote real data)"
_ABOUT_CODE = {"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "SyntaxError"}
OnCell = Callable[[int, int], None]


@dataclass(frozen=True)
class Stock:
    """A notebook that ships with synthnb, and what must have run before it."""

    room: str
    file: str
    after: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return assets.notebooks() / self.file


STOCK: tuple[Stock, ...] = (
    Stock("charter", "01_charter.ipynb"),
    Stock("generation", "02_generation.ipynb"),
    Stock("privacy", "03_privacy.ipynb", ("generation",)),
    Stock("fairness", "04_fairness.ipynb", ("generation",)),
    Stock("utility", "05_utility.ipynb", ("generation",)),
    Stock("lineage", "06_lineage.ipynb", ("generation",)),
)
ROOMS = tuple(stock.room for stock in STOCK)


def template_digest(path: Path) -> str:
    """Return the digest of a notebook template; see `digest_of`."""
    return digest_of(path.read_bytes(), path.name)


def digest_of(data: bytes, source: str) -> str:
    """Return the sha256 of a notebook's cells and their tags: no outputs, no ids, no counts.

    The cell of parameters that an execution adds does not count, so that an executed notebook has
    the digest of its template.
    """
    cells = []
    for cell in _load(data, source)["cells"]:
        tags = sorted(cell.get("metadata", {}).get("tags", []))
        if "injected-parameters" not in tags:
            cells.append([cell.get("cell_type"), _source(cell), tags])
    return sha256(json.dumps(cells, ensure_ascii=False))


def check(path: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that the notebook does not have; papermill would only log a warning.

    Raises
    ------
    ParameterError
        Naming every unknown parameter and those that there are.
    """
    from papermill import inspect_notebook

    known = sorted(inspect_notebook(str(path)))
    problems = []
    for name in sorted(set(parameters) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(known) or 'none'}"
        problems.append(Problem(name, f"is not a parameter of {path.name}; {hint}"))
    if problems:
        raise ParameterError(f"{path.name} does not have these parameters.", problems)


def execute(
    path: Path,
    out: Path,
    parameters: Mapping[str, Any],
    cwd: Path,
    on_cell: OnCell | None = None,
) -> None:
    """Execute a notebook and write what came out, without timings, users or absolute paths.

    Parameters
    ----------
    path, out : Path
        The template, and where the executed notebook goes.
    parameters : mapping
        Checked against the notebook first.
    cwd : Path
        Folder that the kernel starts in.
    on_cell : callable, optional
        Called with (cells done, cells in all) as the execution goes on.

    Raises
    ------
    ParameterError
        For a parameter that the notebook does not have.
    NotebookError
        When a cell breaks; the executed part is kept in `out`.
    """
    from papermill import PapermillExecutionError, execute_notebook

    check(path, parameters)
    _register_engine()
    try:
        execute_notebook(
            str(path),
            str(out),
            parameters=dict(parameters),
            engine_name="synthnb",
            # Not papermill's `cwd`: it changes the folder of the whole process, and we run several.
            resources={"metadata": {"path": str(cwd)}},
            progress_bar=False,
            log_output=False,
            store_widget_state=False,
            on_cell=on_cell,
        )
    except PapermillExecutionError as exc:
        source = "\n".join(f"      {line}" for line in str(exc.source).splitlines()[:12])
        raise NotebookError(
            f"{path.name} broke in cell {exc.exec_count}: {exc.ename}.",
            [Problem("message", _safe(exc.ename, exc.evalue)), Problem("cell", f"\n{source}")],
            advice="the notebook as far as it ran is kept beside the run's other notebooks",
        ) from None
    finally:
        if out.exists():
            scrub(out, cwd)


def _register_engine() -> None:
    from papermill.engines import NBClientEngine, papermill_engines

    class Engine(NBClientEngine):  # type: ignore[misc]
        """nbclient, telling how far it is, and not waiting long for a kernel to stop."""

        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, on_cell: OnCell | None = None, **options: Any
        ) -> Any:
            from jupyter_client.manager import AsyncKernelManager

            sockets = Path(tempfile.mkdtemp(prefix="synthnb-"))

            class Quick(AsyncKernelManager):
                """Talks over sockets of this user only, and does not wait long for the end.

                Some kernels miss the request to shut down and would cost seconds.
                """

                def __init__(self, **traits: Any) -> None:
                    traits.setdefault("shutdown_wait_time", 1.0)
                    if os.name == "posix":
                        traits |= {
                            "transport": "ipc",
                            "connection_file": str(sockets / "kernel.json"),
                        }
                    super().__init__(**traits)

            if on_cell is not None:
                total = sum(cell.cell_type == "code" for cell in nb_man.nb.cells)
                done = 0
                complete = nb_man.cell_complete

                def cell_complete(cell: Any, *args: Any, **kwargs: Any) -> None:
                    nonlocal done
                    complete(cell, *args, **kwargs)
                    if cell.cell_type == "code":
                        done += 1
                        on_cell(done, total)

                nb_man.cell_complete = cell_complete
            try:
                return super().execute_managed_notebook(
                    nb_man,
                    kernel_name,
                    kernel_manager_class=Quick,
                    # A kernel that is asked to end reports the interrupt as an error of its own.
                    extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
                    **options,
                )
            finally:
                shutil.rmtree(sockets, ignore_errors=True)

    papermill_engines.register("synthnb", Engine)


def scrub(path: Path, cwd: Path) -> None:
    """Take timings, widget state and absolute paths out of an executed notebook.

    What is left is the same on every execution of the same cells on the same data.
    """
    notebook = _load(path.read_bytes(), path.name)
    for key in _TIMING:
        notebook["metadata"].pop(key, None)
    for cell in notebook["cells"]:
        if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
            cell["id"] = "injected-parameters"  # papermill's is random
        for key in _TIMING:
            cell.get("metadata", {}).pop(key, None)
        for output in cell.get("outputs", []):
            _withhold(output)
            output.get("data", {}).pop(
                _WIDGET, None
            )  # its state is not kept; the page beside it is
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    for folder in (str(cwd.resolve()), str(Path.home())):
        if len(folder) > 1:
            text = text.replace(json.dumps(folder, ensure_ascii=False)[1:-1], "…")
    write_atomically(path, text)


def _safe(name: str | None, message: str | None) -> str:
    """Return an error's message if it is ours or about code; others may quote the data."""
    safe = name in _ABOUT_CODE or isinstance(getattr(errors, str(name), None), type)
    return str(message).strip() if safe else WITHHELD


def _withhold(output: dict[str, Any]) -> None:
    message = output.get("evalue", "")
    if output.get("output_type") != "error" or _safe(output.get("ename"), message) == message:
        return
    output["evalue"] = WITHHELD
    if message:
        output["traceback"] = [
            line.replace(message, WITHHELD) for line in output.get("traceback", [])
        ]


def collect(path: Path) -> Evidence:
    """Return the evidence that an executed notebook holds.

    Raises
    ------
    VerificationError
        If there is none, more than one, or it does not hold.
    """
    return evidence_in(path.read_bytes(), path.name)


def evidence_in(data: bytes, source: str) -> Evidence:
    """Return the evidence in the bytes of an executed notebook; see `collect`."""
    found = [
        output["data"][MIME]
        for cell in _load(data, source)["cells"]
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]
    if len(found) != 1:
        count = "no evidence" if not found else f"{len(found)} pieces of evidence"
        raise VerificationError(
            f"{source} holds {count}, expected one.",
            advice="its last cell must call `study.record(...)`, once",
        )
    return from_payload(found[0], source)


def _load(data: bytes, source: str) -> dict[str, Any]:
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        raise VerificationError(f"{source} is not a notebook.") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise VerificationError(f"{source} is not a notebook.")
    return dict(notebook)


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
