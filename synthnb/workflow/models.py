"""`synthnb model`: models that were trained on a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthnb import clock
from synthnb.errors import UsageError
from synthnb.ledger import Ledger, models, register
from synthnb.records import Datasheet, Model
from synthnb.workflow.verify import verify
from synthnb.workspace import Workspace, read_record


@dataclass(frozen=True)
class Trained:
    """A registered model, and what became of the release that it was trained on."""

    model: Model
    status: str


def register_model(
    workspace: Workspace,
    release: str,
    *,
    name: str,
    version: str,
    digest: str,
    code: str,
    owner: str,
    metrics: Mapping[str, float],
) -> Model:
    """Register a model that was trained on a release.

    Parameters
    ----------
    workspace : Workspace
    release : str
        ``DOSSIER/VERSION``.
    name, version, digest, code, owner, metrics
        See `synthnb.records.Model`.

    Raises
    ------
    UsageError
        If there is no such release, it is marked rejected, or the model is registered already.
    """
    sheet = sheet_of(workspace, release)
    folder = workspace.reports / sheet.name / sheet.version
    if not verify(folder, workspace.people).ok:
        raise UsageError(
            f"The release {release} does not verify.",
            advice=f"`synthnb verify {folder.relative_to(workspace.root)}` says why",
        )
    if sheet.status == "rejected":
        raise UsageError(
            f"The release {release} is marked REJECTED; nothing may be trained on it.",
            advice="train on a release that passed",
        )
    generation = sheet.room("generation")
    if generation is None or generation.generation is None:
        raise UsageError(f"The release {release} does not say which table it is about.")
    model = Model(
        name=name,
        version=version,
        digest=digest,
        code=code,
        owner=owner,
        metrics=dict(metrics),
        dossier=sheet.name,
        release=sheet.version,
        table=generation.generation.synthetic.content,
        registered=clock.now(),
    )
    register(Ledger(workspace.ledger), model)
    return model


def registered(workspace: Workspace, about: str | None = None) -> tuple[Trained, ...]:
    """Return models and the status of their releases: all, of a dossier, or of one release."""
    dossier, _, release = (about or "").partition("/")
    ledger = Ledger(workspace.ledger)
    taken_back = {
        (entry.dossier, entry.body.get("version"))
        for entry in ledger.entries()
        if entry.kind == "withdrawal"
    }
    return tuple(
        Trained(model, "withdrawn" if (model.dossier, model.release) in taken_back else "released")
        for model in models(ledger, dossier=dossier or None, release=release or None)
    )


def sheet_of(workspace: Workspace, release: str) -> Datasheet:
    """Return the datasheet of a release, ``DOSSIER/VERSION``; UsageError names those there are."""
    dossier, _, version = release.partition("/")
    folder = workspace.reports / dossier / version
    file = folder / "content" / "datasheet.json"
    if not dossier or not version or Path(dossier).name != dossier or not file.is_file():
        known = sorted(
            f"{path.parents[2].name}/{path.parents[1].name}"
            for path in workspace.reports.glob("*/*/content/datasheet.json")
        )
        raise UsageError(
            f"There is no release {release!r}; there is: {', '.join(known) or 'none yet'}.",
            advice="write it as DOSSIER/VERSION, e.g. `loanapp/1.0.0`",
        )
    return read_record(Datasheet, file)
