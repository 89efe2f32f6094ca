"""Which generators there are: the built-in ones, and those that plug-ins offer."""

from __future__ import annotations

import difflib

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.dp import DP_GENERATORS
from synthnb.generate.external import BringYourOwn
from synthnb.generate.protocol import Generator
from synthnb.generate.sdv_generators import SDV_GENERATORS

GROUP = "synthnb.generators"
"""The entry-point group of plug-ins."""


def generators() -> dict[str, Generator]:
    """Return every generator by its id, built-in ones first.

    Raises
    ------
    GeneratorError
        If plug-ins cannot be loaded, are no generators, or take an id that is in use.
    """
    from importlib.metadata import entry_points

    found: dict[str, Generator] = {
        each.id: each for each in (*SDV_GENERATORS, *DP_GENERATORS, BringYourOwn())
    }
    problems = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
            plugin = loaded() if isinstance(loaded, type) else loaded
        except Exception as exc:
            problems.append(Problem(entry.name, f"cannot be loaded ({type(exc).__name__}: {exc})"))
            continue
        if not isinstance(plugin, Generator):
            problems.append(Problem(entry.name, "lacks what `synthnb.generate.Generator` asks for"))
        elif plugin.id in found:
            problems.append(Problem(entry.name, f"takes the id `{plugin.id}`, which is in use"))
        else:
            found[plugin.id] = plugin
    if problems:
        raise GeneratorError(
            "A generator plug-in is broken.",
            problems,
            advice="mend or uninstall the package that offers it",
        )
    return found


def unknown(name: str) -> str:
    """Return what to tell somebody who asked for a generator that there is not."""
    known = list(generators())
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"there is no generator `{name}`; {hint}there are: {', '.join(known)}"
