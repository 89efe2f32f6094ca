"""The attackers as stories about this very charter: who knows which of its columns, wanting what.

"Someone who knows everything about a person but “Loan amount” wants to learn what is missing."
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from synthnb.privacy.attack import Attack
from synthnb.records import Charter, Column, Threat

_MOST = 5  # columns that are named; the others are counted


def stories(charter: Charter, attacks: Iterable[Attack]) -> tuple[Threat, ...]:
    """Return who attacks, with the columns of a charter in place of general words.

    Where a charter names no column for a part of the story, and in attacks of other packages, the
    general words stay.

    Parameters
    ----------
    charter : Charter
        Its column titles, roles and nothing else are used.
    attacks : iterable of Attack
        Usually `attacks()`.
    """
    return tuple(
        attack.threat.model_copy(update=_OF_COLUMNS.get(attack.id, _general)(charter))
        for attack in attacks
    )


def _general(_: Charter) -> dict[str, str]:
    return {}


def _attribute(charter: Charter) -> dict[str, str]:
    secrets = _secrets(charter)
    if not secrets:
        return {}
    one = "" if len(secrets) == 1 else "one thing: "
    return {
        "knows": f"everything about a person but {one}{_named(secrets, 'or')}.",
        "wants": "to learn what is missing.",
    }


def _reidentification(charter: Charter) -> dict[str, str]:
    known = [c for c in charter.assessed if "quasi-identifier" in c.roles]
    secrets = [c for c in _secrets(charter) if c not in known]
    if not known or not secrets:
        return {}
    return {
        "knows": f"of a person only what many may know: {_named(known, 'and')}.",
        "wants": f"to learn {_named(secrets, 'or')}.",
    }


def _linkability(charter: Charter) -> dict[str, str]:
    known = [c for c in charter.assessed if "quasi-identifier" in c.roles]
    if min(len(known), len(charter.assessed) - len(known)) < 2:
        return {}
    return {
        "knows": "two files about the same people, without names: one with "
        f"{_named(known, 'and')}, the other with everything else."
    }


def _groups(charter: Charter) -> dict[str, str]:
    protected = [c for c in charter.assessed if "protected" in c.roles]
    if not protected:
        return {}
    return {
        "wants": "to recognise unusual people, or the members of one group by "
        f"{_named(protected, 'or')}."
    }


_OF_COLUMNS: dict[str, Callable[[Charter], dict[str, str]]] = {
    "attribute-inference": _attribute,
    "reidentification": _reidentification,
    "linkability": _linkability,
    "groups": _groups,
}


def _secrets(charter: Charter) -> list[Column]:
    return [c for c in charter.assessed if {"sensitive", "target"} & set(c.roles)]


def _named(columns: Sequence[Column], last: str) -> str:
    """Return the titles of columns as a person lists them, the first five by name."""
    names = [f"“{column.title}”" for column in columns[:_MOST]]
    if len(columns) > _MOST:
        names.append(f"{len(columns) - _MOST} more")
    head, tail = names[:-1], names[-1]
    return f"{', '.join(head)} {last} {tail}" if head else tail
