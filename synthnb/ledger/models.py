"""Models trained on releases: registered, listed, and found when a release is taken back."""

from __future__ import annotations

from synthnb.errors import Problem, UsageError
from synthnb.ledger.history import Entry, Ledger
from synthnb.records import Model

KIND = "model"


def models(
    ledger: Ledger, *, dossier: str | None = None, release: str | None = None
) -> tuple[Model, ...]:
    """Return registered models in order: all, those of a dossier, or those of one release."""
    found = _read(ledger.entries())
    return tuple(
        model
        for model in found
        if (dossier is None or model.dossier == dossier)
        and (release is None or model.release == release)
    )


def _read(entries: tuple[Entry, ...]) -> list[Model]:
    return [Model.model_validate(entry.body) for entry in entries if entry.kind == KIND]


def register(ledger: Ledger, model: Model) -> None:
    """Record a model.

    Raises
    ------
    UsageError
        If a model of that name and version is registered already.
    """

    def taken(entries: tuple[Entry, ...]) -> None:
        for known in _read(entries):
            if (known.name, known.version) == (model.name, model.version):
                raise UsageError(
                    f"The model {model.name} {model.version} is registered already.",
                    [Problem("trained on", f"{known.dossier} {known.release}")],
                    advice="give the new model another `--version`",
                )

    body = model.model_dump(mode="json")
    ledger.append(KIND, model.dossier, body, model.registered, unless=taken)
