"""The YAML file behind a form: read, changed with care, and never over somebody else's work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent

from synthnb.errors import BusyError, Problem, RecordError, SynthnbError
from synthnb.files import write_atomically
from synthnb.forms.plain import parse
from synthnb.forms.splice import rewrite
from synthnb.records import Record, read

LOCK = ".forms.lock"
"""Held for as long as it takes to compare and to write; runs and releases hold another one."""
_WAIT = 10.0  # seconds


class Document:
    """One record's file, as it was when it was last read or written here.

    Parameters
    ----------
    model : type of Record
        What the file should hold.
    path : Path
        The file; it need not be there yet.
    """

    def __init__(self, model: type[Record], path: Path) -> None:
        self.model = model
        self.path = path
        self.load()

    def load(self) -> None:
        """Read the file again.

        Sets `text`, and `data`: what the text says, or None where it is no YAML mapping.
        """
        self._seen = self._bytes()
        self.text = ""
        self.data: dict[str, Any] | None = None
        try:
            self.text = (self._seen or b"").decode("utf-8").replace("\r\n", "\n")
            found = None if _has_aliases(self.text) else parse(self.text)
        except (YAMLError, ValueError, RecursionError):
            return
        if isinstance(found, dict):
            self.data = found
        elif found is None and not _says_anything(self.text):
            self.data = {}

    @property
    def changed_elsewhere(self) -> bool:
        """Return whether the file is no longer what was last read or written here."""
        return self._bytes() != self._seen

    def problems(self) -> tuple[Problem, ...]:
        """Return everything that is open or wrong, in the words that every command uses."""
        try:
            self._read()
        except RecordError as exc:
            return exc.problems or (Problem("", exc.message),)
        return ()

    def record(self) -> Record | None:
        """Return the record, if the file holds one without problems."""
        try:
            return self._read()
        except RecordError:
            return None

    def _read(self) -> Record:
        if self.data is None and self._seen is not None:
            text = self._seen.decode("utf-8", "replace")
        else:
            text = self.text if self.data else "{}\n"
        return read(self.model, text, self.path.name)

    def save(self, data: Mapping[str, Any]) -> bool:
        """Write what changed, whole or not at all; return whether anything did.

        No other form can write between the look at the file and its replacement.

        Raises
        ------
        BusyError
            If somebody else changed the file since, or is at it; it is left as it is.
        SynthnbError
            If the file cannot be written.
        """
        text = rewrite(self.text, data)
        if text == self.text:
            return False
        crlf = b"\r\n" in (self._seen or b"")
        new = (text.replace("\n", "\r\n") if crlf else text).encode("utf-8")
        try:
            with self._alone():
                if self.changed_elsewhere:
                    raise BusyError(
                        f"{self.path.name} was changed by somebody else after this form read it; "
                        "your last change is not saved.",
                        advice="note what you changed, press `Read the file again`, and change it "
                        "there",
                    )
                write_atomically(self.path, new)
        except OSError as exc:
            raise SynthnbError(
                f"{self.path.name} could not be saved: {exc.strerror or type(exc).__name__}.",
                advice="the file is as it was; free what is in the way and change any field",
            ) from None
        self.text, self._seen, self.data = text, new, dict(data)
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other form from writing in this folder meanwhile."""
        from filelock import FileLock, Timeout

        folder = self.path.resolve().parent
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(folder / LOCK, timeout=_WAIT):
                yield
        except Timeout:
            raise BusyError(
                f"{self.path.name} is being written by another form; your last change is not "
                "saved.",
                advice="wait a moment, then change any field",
            ) from None

    def _bytes(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise RecordError(
                f"{self.path.name} cannot be read: {exc.strerror or type(exc).__name__}.",
                advice="check that it is a file, and that you may read it",
            ) from None


def _has_aliases(text: str) -> bool:
    """Return whether a YAML text refers to its own parts, which no record may do."""
    return any(isinstance(event, AliasEvent) for event in YAML(typ="safe", pure=True).parse(text))


def _says_anything(text: str) -> bool:
    """Return whether a text holds more than blank lines and comments."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())
