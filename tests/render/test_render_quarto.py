"""Quarto is found, checked and called as the documentation says, and never replaced silently."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from sheets import sheet

from synthnb.errors import MissingExtraError, RenderError
from synthnb.render import Source, quarto, render

SOURCE = Source(
    qmd='---\ntitle: "T"\n---\n\nText\n', figures={}, evidence=b"[]\n", issued=1790000000
)


def program(folder: Path, says: str = "1.10.19", code: int = 0, body: str = "") -> Path:
    """Write a program that says a version; for tests of finding it, not of rendering."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "quarto"
    version = f'if [ "$1" = --version ]; then echo "{says}"; exit {code}; fi'
    path.write_text(f"#!/bin/sh\n{version}\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave no Quarto in any of the places."""
    (tmp_path / "venv").mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_it_is_looked_for_in_three_places_in_order(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anywhere = program(nowhere / "bin")
    assert quarto.find() == anywhere
    beside = program(nowhere / "venv")
    assert quarto.find() == beside
    named = program(nowhere / "mine")
    for spelling in (named, named.parent):
        monkeypatch.setenv("QUARTO_PATH", str(spelling))
        assert quarto.find() == named


def test_a_path_that_leads_nowhere_is_an_error_and_no_reason_to_look_further(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "bin")
    monkeypatch.setenv("QUARTO_PATH", str(nowhere / "gone"))
    with pytest.raises(RenderError, match="QUARTO_PATH"):
        quarto.find()


@pytest.mark.usefixtures("nowhere")
def test_asked_for_and_absent_it_says_how_to_get_it(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(MissingExtraError) as caught:
        quarto.render(SOURCE, target)
    assert "pip install 'synthnb[quarto]'" in str(caught.value)
    assert "QUARTO_PATH" in str(caught.value)
    assert list(target.iterdir()) == []


@pytest.mark.parametrize(
    ("says", "version"),
    [("1.9.0", (1, 9, 0)), ("1.10.19", (1, 10, 19)), ("2.0", (2, 0)), ("1.11.0-pre", (1, 11, 0))],
)
def test_a_version_that_knows_archivable_pdfs_is_accepted(
    tmp_path: Path, says: str, version: tuple[int, ...]
) -> None:
    assert quarto.check(program(tmp_path, says)) == version


@pytest.mark.parametrize("says", ["1.8.27", "1.6.40", "0.99.9"])
def test_an_older_version_is_refused_with_the_one_that_is_needed(tmp_path: Path, says: str) -> None:
    with pytest.raises(RenderError, match=r"too old; 1\.9 or later"):
        quarto.check(program(tmp_path, says))


@pytest.mark.parametrize(("says", "code"), [("hello", 0), ("", 0), ("1.10.0", 3)])
def test_a_program_that_is_no_quarto_is_refused(tmp_path: Path, says: str, code: int) -> None:
    with pytest.raises(RenderError):
        quarto.check(program(tmp_path, says, code))


def test_a_program_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    broken = program(tmp_path)
    broken.write_bytes(b"\x7fELF no program")
    with pytest.raises(RenderError, match="cannot be run"):
        quarto.check(broken)


def test_the_command_renders_the_text_without_running_code() -> None:
    words = quarto.command(Path("/opt/quarto"), "typst")
    assert words[:3] == ["/opt/quarto", "render", "datasheet.qmd"]
    assert words[words.index("--to") + 1] == "typst"
    assert "--no-execute" in words


def test_the_clock_is_that_of_the_datasheet_and_the_users_settings_are_kept() -> None:
    inherited = {"QUARTO_PANDOC": "/p", "QUARTO_TYPST": "/t", "SOURCE_DATE_EPOCH": "1"}
    passed_on = quarto.environment(SOURCE, inherited)
    assert passed_on["SOURCE_DATE_EPOCH"] == str(SOURCE.issued)
    assert (passed_on["QUARTO_PANDOC"], passed_on["QUARTO_TYPST"]) == ("/p", "/t")


def test_a_failing_program_is_quoted_without_the_folder_where_it_ran(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    body = 'echo "broken in $(pwd)/datasheet.qmd" >&2; exit 7'
    monkeypatch.setenv("QUARTO_PATH", str(program(nowhere / "mine", body=body)))
    target = nowhere / "out"
    target.mkdir()
    with pytest.raises(RenderError, match="broken in") as caught:
        quarto.render(SOURCE, target)
    assert "synthnb-" not in str(caught.value)
    assert list(target.iterdir()) == []


def test_a_program_that_writes_nothing_is_noticed(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("QUARTO_PATH", str(program(nowhere / "mine", body="exit 0")))
    with pytest.raises(RenderError, match=r"no datasheet\.html"):
        quarto.render(SOURCE, nowhere)


@pytest.mark.quarto
def test_the_real_program_renders_the_same_text(tmp_path: Path) -> None:
    import pikepdf
    from reading import Page, pdf_pages

    body = sheet(hostile=True)
    render(body, tmp_path, engine="quarto")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["datasheet.html", "datasheet.pdf"]
    page = Page((tmp_path / "datasheet.html").read_text(encoding="utf-8"))
    assert "REJECTED" in page.text
    assert "{{< include secret.txt >}}" in page.text
    with pikepdf.open(tmp_path / "datasheet.pdf") as pdf:
        assert sorted(pdf.attachments) == ["datasheet.qmd", "evidence.json"]
        assert all("REJECTED" in text for text in pdf_pages(pdf))
