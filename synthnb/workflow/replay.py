"""`synthnb verify --replay`: execute the notebooks again on a copy of the data, and compare.

Nothing of the release is executed but its numbers' recipe: the stock notebooks of this synthnb with
the recorded parameters. Notebooks of the release's own are code of strangers and run only when that
is asked for.
"""

from __future__ import annotations

import ast
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthnb import attest, notebooks
from synthnb.attest import Check, Release
from synthnb.errors import Problem, TableError, UsageError, VerificationError
from synthnb.records import Charter, Datasheet, Estimate, Evidence, sha256, write
from synthnb.records.base import file_name
from synthnb.workspace import MARKER, SYNTHETIC

OnRoom = Callable[[str, str], None]
"""Called with a room and what it is at: ``running``, ``done``."""
_RUN = "0001"
_ROUNDING = 1e-8  # relative; processors differ in the last of ten digits
_ARCHIVED = frozenset({"dp-mst", "dp-tree"})


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    Attributes
    ----------
    checks : tuple of Check
        One for each notebook, and one for each estimate that differs.
    notes : tuple of str
        What to know when reading them, e.g. other versions of packages.
    """

    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether everything came out as recorded."""
        return all(check.ok for check in self.checks)


def replay(
    path: Path, data: Path, *, own_notebooks: bool = False, jobs: int = 2, on: OnRoom | None = None
) -> Replayed:
    """Execute the notebooks of a release again and compare evidence, estimate by estimate.

    Parameters
    ----------
    path : Path
        Folder or zip of the release.
    data : Path
        Folder with the real files, under the names that the charter gives them; where the table
        cannot be made again, with the archived ``synthetic.parquet`` too.
    own_notebooks : bool
        Execute notebooks that are not the stock ones; they are code of whoever made the release.
    jobs : int
        Notebooks at a time.
    on : callable, optional
        Told of each step.

    Raises
    ------
    UsageError
        If files are missing, or notebooks of the release's own would have to run.
    TableError
        If the files are not those that were assessed.
    """
    release = attest.read(path)
    sheet = _sheet(release)
    _trusted_code(sheet, own_notebooks)
    tell = on or (lambda *_: None)
    with tempfile.TemporaryDirectory(prefix="synthnb-replay-") as name:
        folder = _workspace(Path(name), release, sheet, data)
        _same_data(folder, sheet)
        archived = _archived(sheet, data)
        templates = _templates(Path(name), release, sheet)
        found, notes = _execute(folder, release, sheet, templates, archived, jobs, tell)
    checks = [each for room, made in found.items() for each in _compare(sheet, room, made)]
    return Replayed(tuple(checks), (*_packages(sheet), *notes))


def _sheet(release: Release) -> Datasheet:
    try:
        return Datasheet.model_validate_json(release.content["datasheet.json"])
    except (KeyError, ValueError):
        raise VerificationError("content/datasheet.json: is not a datasheet.") from None


def _trusted_code(sheet: Datasheet, own_notebooks: bool) -> None:
    ours = {stock.file: notebooks.template_digest(stock.path) for stock in notebooks.STOCK}
    strange = [each.name for each in sheet.templates if each.digest != ours.get(each.name)]
    if strange and not own_notebooks:
        raise UsageError(
            "These notebooks are not those of this synthnb; replaying them runs their code.",
            [Problem(name, "is another notebook") for name in strange],
            advice=f"install synthnb {sheet.synthnb} where they are its stock ones; or read them, "
            "and give `--own-notebooks`",
        )


def _workspace(root: Path, release: Release, sheet: Datasheet, data: Path) -> Path:
    """Make a workspace of the release's records around links to the auditor's files."""
    folder = root / "dossiers" / sheet.name
    folder.mkdir(parents=True)
    (root / MARKER).write_text('schema_version: "1"\nmode: draft\n', encoding="utf-8")
    (root / "policy.yaml").write_text(write(sheet.policy), encoding="utf-8")
    (root / "people.yaml").write_bytes(release.content["people.yaml"])
    (folder / "charter.yaml").write_text(write(sheet.charter), encoding="utf-8")
    (folder / "plan.yaml").write_text(write(sheet.plan), encoding="utf-8")
    missing = []
    for name in _files(sheet):
        if (data / name).is_file():
            (folder / name).symlink_to((data / name).resolve())
        else:
            missing.append(Problem(name, "is not there"))
    if missing:
        raise UsageError(
            "The folder with the data lacks files of the charter.",
            missing,
            advice="give them under these names with `--data DIR`",
        )
    return folder


def _files(sheet: Datasheet) -> list[str]:
    names = [source.path for source in sheet.charter.sources if "://" not in source.path]
    names += [sheet.plan.external.path] if sheet.plan.external else []
    return sorted({file_name(name) for name in names})


def _same_data(folder: Path, sheet: Datasheet) -> None:
    """Raise unless the files divide into the very tables that were assessed."""
    from synthnb.tables import content_digest, load

    charter: Charter = sheet.charter
    expected = {name: value for each in sheet.evidence for name, value in each.inputs.items()}
    tables = load(charter, folder)
    problems = [
        Problem(name, "is not the table that was assessed")
        for name, frame, columns in tables.named()
        if name in expected and content_digest(frame, columns) != expected[name]
    ]
    if problems:
        raise TableError(
            "This is not the data of the release.",
            problems,
            advice="ask for the files whose sha256 the datasheet's section on lineage names",
        )


def _archived(sheet: Datasheet, data: Path) -> Path | None:
    """Return the archived table, where the auditor has it."""
    made = sheet.room("generation")
    fact = made.generation.synthetic if made and made.generation else None
    for path in sorted(data.iterdir()):
        if path.suffix == ".parquet" and fact and sha256(path.read_bytes()) == fact.file:
            return path
    if sheet.plan.generator in _ARCHIVED:
        raise UsageError(
            f"A table by `{sheet.plan.generator}` is made once and charged once.",
            [Problem(SYNTHETIC, "the archived table is not in the folder with the data")],
            advice="ask for the table of the release and put it there",
        )
    return None


def _templates(root: Path, release: Release, sheet: Datasheet) -> dict[str, Path]:
    """Return the notebook to execute for each room: the stock one, or the release's own."""
    ours = {stock.file: notebooks.template_digest(stock.path) for stock in notebooks.STOCK}
    found = {}
    for stock in notebooks.STOCK:
        recorded = next(each for each in sheet.templates if each.name == stock.file)
        found[stock.room] = stock.path
        if recorded.digest != ours[stock.file]:
            own = json.loads(release.content[f"notebooks/{stock.file}"])
            own["cells"] = [
                {**cell, **({"outputs": [], "execution_count": None} if _is_code(cell) else {})}
                for cell in own["cells"]
                if "injected-parameters" not in cell.get("metadata", {}).get("tags", [])
            ]
            found[stock.room] = root / stock.file
            found[stock.room].write_text(json.dumps(own), encoding="utf-8")
    return found


def _is_code(cell: dict[str, Any]) -> bool:
    return bool(cell.get("cell_type") == "code")


def _parameters(release: Release, file: str) -> dict[str, Any]:
    """Return the parameters that an executed notebook recorded; constants only."""
    cells = json.loads(release.content[f"notebooks/{file}"])["cells"]
    found: dict[str, Any] = {}
    for cell in cells:
        if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
            try:
                for node in ast.parse("".join(cell["source"])).body:
                    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                        found[node.targets[0].id] = ast.literal_eval(node.value)
            except (ValueError, SyntaxError):
                raise VerificationError(
                    f"content/notebooks/{file}: its parameters are not plain values."
                ) from None
    return {**found, "dossier": ".", "run": _RUN}


def _execute(
    folder: Path,
    release: Release,
    sheet: Datasheet,
    templates: dict[str, Path],
    archived: Path | None,
    jobs: int,
    tell: OnRoom,
) -> tuple[dict[str, Evidence], list[str]]:
    out = folder / "runs" / _RUN
    out.mkdir(parents=True)
    notes: list[str] = []
    rooms = list(notebooks.STOCK)
    if sheet.plan.generator in _ARCHIVED and archived is not None:
        rooms = [stock for stock in rooms if stock.room != "generation"]
        (out / SYNTHETIC).write_bytes(archived.read_bytes())
        notes.append("02_generation.ipynb was not executed: the table is made once; it is archived")

    def one(stock: notebooks.Stock) -> tuple[str, Evidence]:
        tell(stock.room, "running")
        made = out / stock.file
        given = _parameters(release, stock.file)
        notebooks.execute(templates[stock.room], made, given, folder)
        tell(stock.room, "done")
        return stock.room, notebooks.collect(made)

    found = dict(map(one, [stock for stock in rooms if not stock.after]))
    generation = found.get("generation")
    recorded = sheet.room("generation")
    if generation and recorded and generation.inputs != recorded.inputs and archived is not None:
        (out / SYNTHETIC).write_bytes(archived.read_bytes())
        notes.append("the table came out otherwise here; the other notebooks used the archived one")
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        found |= dict(pool.map(one, [stock for stock in rooms if stock.after]))
    return found, notes


def _compare(sheet: Datasheet, room: str, made: Evidence) -> Iterator[Check]:
    recorded = sheet.room(room)
    if recorded is None:
        yield Check("replay", False, f"{room}: the release holds no evidence of it")
        return
    then = {each.id: each for each in recorded.estimates}
    now = {each.id: each for each in made.estimates}
    wrong = [f"{name}: recorded, and not measured again" for name in then.keys() - now.keys()]
    wrong += [f"{name}: measured again, and not recorded" for name in now.keys() - then.keys()]
    close = 0
    for name in then.keys() & now.keys():
        how = _difference(then[name], now[name])
        if how == "":
            close += then[name] != now[name]
        else:
            wrong.append(f"{name}: {how}")
    for name in sorted(recorded.inputs.keys() | made.inputs.keys()):
        if recorded.inputs.get(name) != made.inputs.get(name):
            wrong.append(f"the {name} table is another one")
    for line in sorted(wrong):
        yield Check("replay", False, f"{room}: {line}")
    if not wrong:
        rounded = f"; {close} of them but for rounding" if close else ""
        count = len(then)
        line = f"{room}: {count} estimates came out as recorded{rounded}"
        yield Check("replay", True, line if count else f"{room}: executed again; it has no numbers")


def _difference(then: Estimate, now: Estimate) -> str:
    """Return in what two estimates differ; nothing when only by rounding."""
    told = []
    numbers = {"value", "low", "high", "baseline", "p"} & set(type(then).model_fields)
    for field in type(then).model_fields:
        was, became = getattr(then, field), getattr(now, field)
        if was == became or (field in numbers and _same(was, became)):
            continue
        told.append(f"{field} was recorded as {_spelt(was)} and came out as {_spelt(became)}")
    return "; ".join(told)


def _same(was: float | None, became: float | None) -> bool:
    if was is None or became is None:
        return was is became
    return math.isclose(was, became, rel_tol=_ROUNDING, abs_tol=1e-12)


def _spelt(value: object) -> str:
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else repr(value)


def _packages(sheet: Datasheet) -> Sequence[str]:
    from importlib.metadata import PackageNotFoundError, version

    lineage = sheet.room("lineage")
    told = []
    for name, was in (lineage.lineage.packages if lineage and lineage.lineage else {}).items():
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "not installed"
        if here.partition("+")[0] != was.partition("+")[0]:
            told.append(f"{name} {was} then, {here} here")
    return [f"other versions: {', '.join(told)}"] if told else []
