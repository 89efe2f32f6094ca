"""What the browser asks of the server: dossiers, notebooks, states; and what it is refused."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from jupyter_servers import Server, serve
from workspaces import make_workspace

import synthnb
from synthnb import assets
from synthnb.errors import UsageError
from synthnb.lab import LABEXTENSIONS
from synthnb.lab.cards import cards, desk, workspace_cards
from synthnb.lab.places import Places
from synthnb.notebooks import STOCK
from synthnb.workspace import Dossier, Workspace


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("served")
    make_workspace(root / "ws")
    (root / "elsewhere").mkdir()
    make_workspace(tmp_path_factory.mktemp("outside") / "ws", "secret")
    with serve(root, program="server") as running:
        yield running


def test_a_path_in_a_dossier_means_that_dossier(server: Server) -> None:
    code, found = server.ask("synthnb/dossiers?path=ws/dossiers/loanapp/data/loanapp.csv")
    assert code == 200
    spot = {"name": "loanapp", "path": "ws/dossiers/loanapp"}
    assert found == {"here": spot, "dossiers": [spot]}


def test_a_path_in_the_workspace_means_its_only_dossier(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    places = Places(tmp_path)
    assert places.around("ws")[0] == places.around("ws/dossiers/loanapp")[0]
    shutil.copytree(folder, folder.with_name("other"))
    here, every = places.around("ws")
    assert (here, [spot.name for spot in every]) == (None, ["loanapp", "other"])


def test_a_released_copy_of_a_charter_is_no_dossier(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    content = tmp_path / "ws/reports/loanapp/1.0.0/content"
    content.mkdir(parents=True)
    shutil.copyfile(folder / "charter.yaml", content / "charter.yaml")
    assert Places(tmp_path).dossier("ws/reports/loanapp/1.0.0/content") is None


def test_a_notebook_is_copied_once_and_never_overwritten(server: Server) -> None:
    asked = {"path": "ws/dossiers/loanapp", "file": "03_privacy.ipynb"}
    code, found = server.ask("synthnb/notebooks", asked)
    assert (code, found) == (200, {"path": "ws/dossiers/loanapp/notebooks/03_privacy.ipynb"})
    copy = server.root / found["path"]
    assert copy.read_bytes() == (assets.notebooks() / copy.name).read_bytes()
    copy.write_text("edited")
    assert server.ask("synthnb/notebooks", asked) == (200, found)
    assert copy.read_text() == "edited"


def test_a_new_dossier_begins_with_its_charter(server: Server) -> None:
    code, found = server.ask("synthnb/dossiers", {"path": "ws/dossiers", "name": "fresh"})
    assert (code, found) == (200, {"path": "ws/dossiers/fresh/notebooks/01_charter.ipynb"})
    code, state = server.ask(f"synthnb/status?path={found['path']}")
    assert (code, state["name"], state["word"]) == (200, "fresh", "draft")
    assert "problems" in state["why"][0]
    code, refused = server.ask("synthnb/dossiers", {"path": "ws", "name": "fresh"})
    assert (code, refused["message"]) == (400, "There is a dossier 'fresh' already.")
    shutil.rmtree(server.root / "ws/dossiers/fresh")


@pytest.mark.parametrize("name", ["", "../out", "a/b", "-x", "a\0b", "x" * 65])
def test_a_dossier_has_a_plain_name(server: Server, name: str) -> None:
    code, refused = server.ask("synthnb/dossiers", {"path": "ws", "name": name})
    assert code == 400
    assert "cannot name a dossier" in refused["message"]
    assert [path.name for path in (server.root / "ws/dossiers").iterdir()] == ["loanapp"]


@pytest.mark.parametrize("path", ["..", "../..", "ws/../../outside0/ws", "ws/link"])
def test_no_path_leads_out_of_what_is_served(server: Server, path: str) -> None:
    link = server.root / "ws" / "link"
    if not link.exists():
        link.symlink_to(server.root.parent / "outside0" / "ws")
    for what in ("dossiers", "status"):
        code, refused = server.ask(f"synthnb/{what}?path={quote(path)}")
        assert (code, "leads out" in refused["message"]) == (400, True)
        assert "secret" not in json.dumps(refused)
    for what, body in (
        ("notebooks", {"path": f"{path}/dossiers/secret", "file": STOCK[0].file}),
        ("notebooks", {"path": path, "file": "people.ipynb"}),
        ("dossiers", {"path": path, "name": "planted"}),
    ):
        assert server.ask(f"synthnb/{what}", body)[0] == 400
    outside = server.root.parent / "outside0"
    assert not [*outside.rglob("*.ipynb"), *outside.rglob("planted")]


def test_a_path_that_no_disk_knows_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(synthnb.errors.UsageError, match="leads out"):
        Places(tmp_path).dossier("a\0b")


def test_a_dossier_that_is_a_link_out_is_not_listed(tmp_path: Path) -> None:
    make_workspace(tmp_path / "served" / "ws")
    outside = make_workspace(tmp_path / "outside", "secret")
    (tmp_path / "served/ws/dossiers/secret").symlink_to(outside)
    _, every = Places(tmp_path / "served").around("ws")
    assert [spot.name for spot in every] == ["loanapp"]


@pytest.mark.parametrize("card", workspace_cards(), ids=lambda card: card["file"])
def test_what_belongs_to_the_workspace_is_copied_there_and_never_overwritten(
    tmp_path: Path, card: dict[str, str]
) -> None:
    make_workspace(tmp_path / "ws")
    places = Places(tmp_path)
    found = places.notebook("ws/dossiers/loanapp/data", card["file"])
    folder = "workshops" if card["room"] == "workshop" else "desk"
    assert found == f"ws/{folder}/{card['file']}"
    stock = assets.notebooks() / folder / card["file"]
    assert (tmp_path / found).read_bytes() == stock.read_bytes()
    (tmp_path / found).write_text("edited")
    assert places.notebook("ws", card["file"]) == found
    assert (tmp_path / found).read_text() == "edited"


def test_the_workspace_needs_no_dossier_for_its_forms(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "ws")
    assert Places(tmp_path).notebook("ws", desk()["people"].name) == "ws/desk/people.ipynb"


@pytest.mark.parametrize("folder", ["desk", "workshops"])
def test_nothing_is_copied_through_a_link_that_leads_out(tmp_path: Path, folder: str) -> None:
    make_workspace(tmp_path / "served" / "ws")
    (tmp_path / "outside").mkdir()
    (tmp_path / "served/ws" / folder).symlink_to(tmp_path / "outside")
    for card in workspace_cards():
        if (card["room"] == "workshop") == (folder == "workshops"):
            with pytest.raises(UsageError, match="leads out"):
                Places(tmp_path / "served").notebook("ws", card["file"])
    assert list((tmp_path / "outside").iterdir()) == []


def test_the_state_comes_with_steps_that_this_terminal_and_this_jupyterlab_understand(
    server: Server,
) -> None:
    code, state = server.ask("synthnb/status?path=ws/dossiers/loanapp/data")
    assert (code, state["path"]) == (200, "ws/dossiers/loanapp")
    assert state["root"] == str((server.root / "ws").resolve())
    (step,) = state["steps"]
    assert (step["command"], step["open"]) == ("synthnb run loanapp", "")
    words = shlex.split(step["typed"])
    assert words[-2:] == ["run", "loanapp"]
    done = subprocess.run(
        [*words[:-2], "--version"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert synthnb.__version__ in done.stdout


def test_a_file_to_open_is_called_as_jupyterlab_calls_it(server: Server) -> None:
    charter = server.root / "ws/dossiers/loanapp/charter.yaml"
    kept = charter.read_text()
    charter.write_text(kept.replace("title: ", "titel: ", 1))
    try:
        _, state = server.ask("synthnb/status?path=ws/dossiers/loanapp")
    finally:
        charter.write_text(kept)
    assert state["steps"][0]["open"] == "ws/dossiers/loanapp/notebooks/01_charter.ipynb"
    assert state["steps"][0]["typed"] == ""


def test_what_is_not_served_is_not_opened(tmp_path: Path) -> None:
    workspace = Dossier.at(make_workspace(tmp_path / "served" / "ws")).workspace
    places = Places(tmp_path / "served")
    assert places.served(workspace, "policy.yaml") == "ws/policy.yaml"
    assert places.served(workspace, "") == ""
    (tmp_path / "served/ws/reports").symlink_to(tmp_path)
    assert places.served(workspace, "reports/loanapp/1.0.0/content/datasheet.html") == ""


def test_a_release_is_about_its_dossier_but_no_part_of_it(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    (tmp_path / "ws/reports/loanapp/1.0.0").mkdir(parents=True)
    places = Places(tmp_path)
    found = places.concerned("ws/reports/loanapp/1.0.0/content/datasheet.html")
    assert found is not None
    assert found.name == "loanapp"
    assert places.dossier("ws/reports/loanapp/1.0.0") is None
    assert places.concerned("ws/reports") is None


def test_only_stock_notebooks_are_copied(server: Server) -> None:
    asked = {"path": "ws/dossiers/loanapp", "file": "../charter.yaml"}
    code, refused = server.ask("synthnb/notebooks", asked)
    assert (code, "no stock notebook" in refused["message"]) == (400, True)


def test_outside_a_workspace_it_says_what_to_do(server: Server) -> None:
    code, refused = server.ask("synthnb/dossiers?path=elsewhere")
    assert code == 400
    assert "not inside a synthnb workspace" in refused["message"]
    assert "synthnb init" in refused["advice"]


def test_a_workspace_above_the_served_folder_is_not_touched(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    with pytest.raises(synthnb.errors.UsageError, match="lies above the folder"):
        Places(folder).around("data")
    assert not (folder / "notebooks").exists()


def test_nobody_without_the_token_is_answered(server: Server) -> None:
    for token in ("", "wrong"):
        assert server.ask("synthnb/dossiers?path=ws", token=token)[0] == 403
        assert server.ask("synthnb/status?path=ws", token=token)[0] == 403
        for what in ("dossiers", "notebooks"):
            body = {"path": "ws", "name": "x", "file": "x"}
            assert server.ask(f"synthnb/{what}", body, token=token)[0] == 403


@pytest.mark.parametrize("body", [[], "x", {}, {"path": 1, "name": "x"}])
def test_a_body_of_another_form_is_refused(server: Server, body: object) -> None:
    assert server.ask("synthnb/dossiers", body)[0] == 400
    assert server.ask("synthnb/notebooks", body)[0] == 400


def test_there_is_a_card_for_every_stock_notebook_and_an_icon_for_every_card() -> None:
    assert [card["file"] for card in cards()] == [stock.file for stock in STOCK]
    every = [*cards(), *workspace_cards()]
    assert sorted(card["file"] for card in every) == sorted(
        path.name for path in assets.notebooks().rglob("*.ipynb")
    )
    script = (LABEXTENSIONS / "synthnb/static/icons.js").read_text()
    for card in every:
        assert f"  {card['room']}: 'M" in script


def test_the_extension_has_the_version_of_the_package() -> None:
    package = json.loads((LABEXTENSIONS / "synthnb/package.json").read_text())
    assert package["version"] == synthnb.__version__


def test_the_address_of_the_scripts_changes_with_every_script() -> None:
    """Browsers keep them for a year: what has changed needs an address that they have not seen."""
    extension = LABEXTENSIONS / "synthnb"
    texts = [path.read_bytes() for path in sorted((extension / "static").iterdir())]
    digest = hashlib.sha256(b"".join(texts)).hexdigest()[:12]
    load = json.loads((extension / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert load == f"static/remoteEntry.js?v={digest}", "write what is right into package.json"
