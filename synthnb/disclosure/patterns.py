"""Looking for what betrays a machine or opens a door: paths, names, secrets, learnt ranges."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence

_ROOTS = (
    "home|Users|root|tmp|var|usr|opt|mnt|media|srv|etc|private|Volumes|work|workspace|workspaces|"
    "data|datasets|scratch|nfs|storage|app|run|dev|proc|Library|Applications|databricks|content|"
    "kaggle|project|projects|shared|export|lustre|gpfs|cluster|notebooks"
)
PATHS = (
    re.compile(rf"(?<![\w./\\:<>~%-])/(?:{_ROOTS})/[\w.@+~-]+"),
    re.compile(r"(?<![\w./\\:<>~%-])/(?:[\w.@+~-]+/){2,}[\w@+~-]+\.\w{1,8}\b"),
    re.compile(r"(?<![\w\\])[A-Za-z]:(?:\\{1,2}|/(?!/))[\w.@+~$ -]+(?:[\\/]|\.\w)"),
    re.compile(r"(?<![\w\\])\\{2,4}[\w.-]+\\{1,2}[\w$.-]+"),
    re.compile(r"\bfile:/{1,3}[^\s\"'<>]", re.IGNORECASE),
)
SECRETS = (
    re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"),
    re.compile(r"\bAGE-SECRET-KEY-[0-9A-Z]{8,}", re.IGNORECASE),
    re.compile(r"\b(?:AKIA|ASIA|AGPA|AROA)[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"),
    re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}"),
    re.compile(r"\bsk-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{20,}|\bAIza[0-9A-Za-z_-]{30,}"),
    re.compile(r"\bpypi-[A-Za-z0-9_-]{16,}|\bnpm_[A-Za-z0-9]{30,}|\b[sr]k_live_\w{16,}"),
    re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"),
    re.compile(r"\bbearer\s+[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE),
    re.compile(r"\bauthorization[\"']?\s*[:=]\s*[\"']?(?:basic|token)\s+\S{8,}", re.IGNORECASE),
    re.compile(
        r"\b[a-z][a-z0-9+.-]{1,30}://[^\s/:@\"'<>]*:(?![*<{$])[^\s@/\"'<>]+@", re.IGNORECASE
    ),
)
_NAME = (
    r"\w*?(?:password|passwd|passphrase|pwd|secret_?key|client_?secret|api_?key|access_?key|"
    r"auth_?token|access_?token|private_?key)"
)
_ASSIGNED = re.compile(
    rf"\b{_NAME}\b[\"']?\s*(=|:)\s*(?:(?P<q>[\"'])(?P<quoted>[^\"'\n]{{4,}})(?P=q)|"
    r"(?P<plain>[^\s\"',;(){}\[\]<>]{4,})(?P<rest>[(\[.]?)(?P<more>[ ]\w)?)",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"(?:none|null|true|false|undefined|str|bytes|optional|required|\*+|\.+|<.*>|\{.*\}|\$.*|"
    r"os\.environ.*|getpass.*|env.*|your.*|xxx+|changeme)",
    re.IGNORECASE,
)
RANGES = re.compile(
    r"\brange_(?:min|max|values)\b[\"']?\s*[:=]\s*[\"'\[]?\s*[-+\w.]", re.IGNORECASE
)
RANGE_NAMES = frozenset({"range_min", "range_max", "range_values"})


def assigned(text: str) -> Iterator[int]:
    """Yield where a password or a key is given a value.

    >>> list(assigned("password = 'hunter22'")), list(assigned("password: see the vault"))
    ([0], [])
    """
    for match in _ASSIGNED.finditer(text):
        value = match["quoted"] or match["plain"]
        spoken = match[1] == ":" and match["plain"] and match["more"]
        called = match["rest"] and match[1] == "="
        if not (_EMPTY.fullmatch(value) or spoken or called):
            yield match.start()


class Names:
    """Names and secrets that a caller gives, wherever they stand as a word of their own.

    Parameters
    ----------
    given : sequence of str
    whole : bool
        Whether a letter or digit before or after makes it another word.
    """

    def __init__(self, given: Sequence[str], *, whole: bool) -> None:
        spelt = [each for each in given if each]
        if not whole:
            spelt += [base64.b64encode(each.encode()).decode().rstrip("=") for each in spelt]
        body = "|".join(re.escape(each) for each in sorted(spelt, key=len, reverse=True))
        edges = (r"(?<![\w])", r"(?![\w])") if whole else ("", "")
        flags = re.IGNORECASE if whole else 0
        self._pattern = re.compile(f"{edges[0]}(?:{body}){edges[1]}", flags) if body else None

    def find(self, text: str) -> Iterator[int]:
        """Yield where one of them stands."""
        if self._pattern is not None:
            yield from (match.start() for match in self._pattern.finditer(text))
