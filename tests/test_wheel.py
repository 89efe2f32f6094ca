"""The wheel works where nothing else is: notebooks, templates and the auditor's command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from workspaces import EPOCH, copy_workspace

from synthnb.lab import LABEXTENSIONS

ROOT = Path(__file__).parent.parent
SCRIPTS = [*(LABEXTENSIONS / "synthnb" / "static").iterdir()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(
        ROOT,
        folder / "source",
        ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__", "dist", "reports"),
    )
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(build, cwd=folder / "source", check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_notebooks_and_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in [*ROOT.glob("notebooks/**/*.ipynb"), *ROOT.glob("templates/**/*.*")]:
        assert f"synthnb/_assets/{path.relative_to(ROOT)}" in names
    assert not [name for name in names if name.startswith(("tests", "docs", "reports"))]


def test_the_wheel_brings_its_extension_to_jupyterlab(wheel: Path) -> None:
    """Jupyter looks for them in the environment, where the wheel puts what is data."""
    names = zipfile.ZipFile(wheel).namelist()
    placed = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert placed == {
        "etc/jupyter/jupyter_server_config.d/synthnb.json",
        "share/jupyter/labextensions/synthnb/package.json",
        *(f"share/jupyter/labextensions/synthnb/static/{path.name}" for path in SCRIPTS),
    }
    assert "remoteEntry.js" in {path.name for path in SCRIPTS}


def test_a_bare_environment_verifies_and_runs_a_notebook(
    wheel: Path, demo: Path, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    program = tmp_path / "venv" / "bin"
    install = [
        program / "pip",
        "install",
        "--quiet",
        "--constraint",
        ROOT / "constraints.txt",
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True)
    root = copy_workspace(demo, tmp_path / "ws")

    def synthnb(*words: str) -> str:
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        done = subprocess.run(
            [program / "synthnb", *words],
            cwd=root,
            env={**env, "SOURCE_DATE_EPOCH": EPOCH},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "The release holds." in synthnb("verify", "reports/loanapp/1.0.0")
    assert "complete" in synthnb("run", "loanapp", "--only", "privacy")
    assert (root / "dossiers/loanapp/runs/0002/03_privacy.ipynb").is_file()
    listed = subprocess.run([program / "pip", "list"], check=True, capture_output=True, text=True)
    assert not {"torch", "sdv", "jupyterlab"} & {
        line.split()[0] for line in listed.stdout.splitlines()
    }
