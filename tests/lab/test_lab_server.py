"""What the browser asks of the server: dossiers, notebooks, states; and what it is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from jupyter_servers import Server, serve
from workspaces import make_workspace

import synthnb
from synthnb import assets
from synthnb.lab import LABEXTENSIONS
from synthnb.lab.cards import cards
from synthnb.lab.places import Places
from synthnb.notebooks import STOCK


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
    asked = {"dossier": "ws/dossiers/loanapp", "file": "03_privacy.ipynb"}
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
        ("notebooks", {"dossier": f"{path}/dossiers/secret", "file": STOCK[0].file}),
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


def test_only_stock_notebooks_are_copied(server: Server) -> None:
    asked = {"dossier": "ws/dossiers/loanapp", "file": "../charter.yaml"}
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
            body = {"path": "ws", "name": "x", "dossier": "ws/dossiers/loanapp", "file": "x"}
            assert server.ask(f"synthnb/{what}", body, token=token)[0] == 403


@pytest.mark.parametrize("body", [[], "x", {}, {"path": 1, "name": "x"}])
def test_a_body_of_another_form_is_refused(server: Server, body: object) -> None:
    assert server.ask("synthnb/dossiers", body)[0] == 400
    assert server.ask("synthnb/notebooks", body)[0] == 400


def test_there_is_a_card_for_every_stock_notebook_and_an_icon_for_every_card() -> None:
    assert [card["file"] for card in cards()] == [stock.file for stock in STOCK]
    script = (LABEXTENSIONS / "synthnb/static/remoteEntry.js").read_text()
    for card in cards():
        assert f"    {card['room']}: 'M" in script


def test_the_extension_has_the_version_of_the_package() -> None:
    package = json.loads((LABEXTENSIONS / "synthnb/package.json").read_text())
    assert package["version"] == synthnb.__version__
