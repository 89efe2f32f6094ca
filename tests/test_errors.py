"""The error tree is the one that is drawn, and every message says where, what and what to do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import synthnb
from synthnb import clock, errors
from synthnb.errors import MissingExtraError, Problem, RecordError, SynthnbError, UsageError

ROOT = Path(synthnb.__file__).parent


def drawn() -> dict[str, tuple[str, int]]:
    """Return the parent and the exit code of each error in the drawing."""
    assert errors.__doc__ is not None
    found: dict[str, tuple[str, int]] = {}
    stack: list[tuple[int, str, int]] = []
    for line in errors.__doc__.splitlines():
        match = re.match(r"( *)((?:│  |├──|└──|   |[ │├└─])*?)(\w+Error)\b(?: +exit (\d))?", line)
        if match is None or not line.startswith("    "):
            continue
        depth = line.index(match[3])
        while stack and stack[-1][0] >= depth:
            stack.pop()
        parent = stack[-1][1] if stack else "Exception"
        code = int(match[4]) if match[4] else stack[-1][2]
        found[match[3]] = (parent, code)
        stack.append((depth, match[3], code))
    return found


def real() -> dict[str, tuple[str, int]]:
    """Return the parent and the exit code of each error that there is."""
    found: dict[str, tuple[str, int]] = {}

    def visit(one: type[SynthnbError]) -> None:
        found[one.__name__] = (one.__bases__[0].__name__, one.exit_code)
        for below in one.__subclasses__():
            visit(below)

    visit(SynthnbError)
    return found


def test_the_tree_that_is_drawn_is_the_tree_that_there_is() -> None:
    assert drawn() == real()
    assert list(drawn()) == list(real())


def test_every_error_lives_in_one_file_and_says_what_it_means() -> None:
    for name in real():
        one = getattr(errors, name)
        assert one.__module__ == "synthnb.errors"
        assert one.__doc__
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                assert path.name == "errors.py" or not bases & set(real()), (path, node.name)


def test_an_error_shows_all_its_problems_and_what_to_do() -> None:
    error = RecordError(
        "charter.yaml has 3 problems.",
        [Problem("title", "is empty", 3), Problem("columns[0]", "is odd"), Problem("", "no place")],
        advice="write it out",
    )
    assert str(error).splitlines() == [
        "charter.yaml has 3 problems.",
        "  - title (line 3): is empty",
        "  - columns[0]: is odd",
        "  - no place",
        "  What to do: write it out",
    ]
    assert error.args == ("charter.yaml has 3 problems.",)
    assert str(SynthnbError("It broke.")) == "It broke."
    assert str(Problem("", "is odd", 7)) == "line 7: is odd"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x1b[2J", "\\x1b[2J"), ("a\rb", "a\\rb"), ("\u202eabc", "\\u202eabc"), ("é 日", "é 日")],
)
def test_a_strangers_text_cannot_move_the_cursor(text: str, shown: str) -> None:
    assert str(Problem(text, text)) == f"{shown}: {shown}"


def test_a_missing_extra_says_how_to_install_it() -> None:
    error = MissingExtraError("SDV", "generate")
    assert str(error) == "SDV is not installed.\n  What to do: pip install 'synthnb[generate]'"
    assert error.exit_code == 2


# --- the clock ------------------------------------------------------------------------------------


def test_the_clock_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert clock.now().isoformat() == "2001-09-09T01:46:40+00:00"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert clock.now().microsecond == 0
    assert clock.now().utcoffset() is not None


@pytest.mark.parametrize("text", ["", "noon", "1.5", "9" * 30, "-" + "9" * 30])
def test_a_clock_that_is_set_wrongly_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(UsageError, match="expected whole seconds since 1970"):
        clock.now()
