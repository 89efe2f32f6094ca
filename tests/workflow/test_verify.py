"""A release is verified by somebody who trusts nothing in it."""

from __future__ import annotations

import base64
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forging import forge, resign
from workspaces import cli_here, copy_workspace, signing

from synthnb import attest, notebooks, workflow
from synthnb.records import People, sha256


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(release, tmp_path / "copy"))


@pytest.fixture
def trusted(demo: Path) -> People:
    return workflow.people_near(demo)


def failures(path: Path, trusted: People) -> list[str]:
    return [check.message for check in workflow.verify(path, trusted).checks if not check.ok]


def test_the_release_holds_and_says_what_was_looked_at(release: Path, demo: Path) -> None:
    done = cli_here("verify", release, cwd=demo)
    assert done.code == 0, done.text
    assert "signed by Olivia Owner (invented), Pat Privacy" in done.out
    assert "findings follow from the evidence" in done.out
    assert "The release holds." in done.out


def test_json_says_the_same_to_programs(release: Path, demo: Path) -> None:
    done = cli_here("verify", release, "--json", cwd=demo)
    found = json.loads(done.out)
    assert found["ok"] is True
    assert {check["name"] for check in found["checks"]} >= {"content", "signatures", "verdict"}


def test_a_zip_holds_like_its_folder(release: Path, tmp_path: Path, trusted: People) -> None:
    packed = shutil.make_archive(str(tmp_path / "release"), "zip", release.parent, release.name)
    assert workflow.verify(Path(packed), trusted).ok


def test_a_truncated_zip_is_refused_in_one_line(
    release: Path, tmp_path: Path, trusted: People
) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "release"), "zip", release))
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    done = cli_here("verify", packed, cwd=tmp_path)
    assert done.code == 1
    assert "Traceback" not in done.text


def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("content/../../evil.txt", "x")
    done = cli_here("verify", packed, cwd=tmp_path)
    assert done.code == 1
    assert "evil.txt" in done.text
    assert not list(tmp_path.glob("**/evil.txt"))


def test_somebody_without_the_key_is_told_exactly_that(copy: Path, tmp_path: Path) -> None:
    done = cli_here("verify", copy, cwd=tmp_path)
    assert done.code == 1
    assert "which is not among the trusted keys" in done.text


def test_every_file_is_guarded_against_a_flipped_byte(
    release: Path, tmp_path: Path, trusted: People
) -> None:
    """Any single byte of any file: the release fails, and the file is named."""
    generator = random.Random(0)  # noqa: S311
    whole = attest.read(release)
    files = {f"content/{name}": data for name, data in whole.content.items()}
    files |= {f"bundle/{name}": data for name, data in whole.bundle.items()}
    assert len(files) == 19
    for name, data in files.items():
        for _ in range(6):
            at = generator.randrange(len(data))
            spoilt = bytearray(data)
            spoilt[at] ^= 1 << generator.randrange(8)
            changed = {**files, name: bytes(spoilt)}
            broken = attest.Release(
                {k.removeprefix("content/"): v for k, v in changed.items() if k[0] == "c"},
                {k.removeprefix("bundle/"): v for k, v in changed.items() if k[0] == "b"},
            )
            checks = [c for c in attest.verify(broken, trusted.publics) if not c.ok]
            assert checks, (name, at)
            assert any(name in check.message for check in checks), (name, at)


def test_a_missing_and_an_added_file_are_named(copy: Path, trusted: People) -> None:
    (copy / "content" / "datasheet.pdf").unlink()
    (copy / "content" / "extra.txt").write_text("x")
    (copy / "bundle" / "note.txt").write_text("x")
    text = "\n".join(failures(copy, trusted))
    assert "content/datasheet.pdf: is missing" in text
    assert "content/extra.txt" in text
    assert "bundle/note.txt" in text


def test_a_verdict_that_does_not_follow_is_caught_even_when_signed(
    copy: Path, demo: Path, trusted: People
) -> None:
    path = copy / "content" / "datasheet.json"
    sheet = json.loads(path.read_text())
    sheet["verdict"]["outcome"], sheet["status"] = "passed", "released"
    path.write_text(json.dumps(sheet))
    resign(copy, demo)
    assert "the verdict does not follow from evidence and policy" in failures(copy, trusted)


def test_evidence_that_differs_from_the_notebooks_is_caught_even_when_signed(
    copy: Path, demo: Path, trusted: People
) -> None:
    path = copy / "content" / "notebooks" / "03_privacy.ipynb"
    forge(path, nought)
    resign(copy, demo)
    assert "datasheet and executed notebooks differ: privacy" in failures(copy, trusted)


def nought(estimate: dict[str, Any]) -> None:
    """Set an interval to nought."""
    if estimate.get("kind") == "interval" or "low" in estimate:
        estimate |= {"value": 0.0, "low": 0.0, "high": 0.0}


def test_forged_evidence_cannot_be_released(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    folder = root / "dossiers" / "loanapp" / "runs" / "0001"
    forge(folder / "03_privacy.ipynb", nought)
    done = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 1
    assert "03_privacy.ipynb: was changed after it was executed" in done.err
    assert not (root / "reports" / "loanapp").exists()


def test_forged_evidence_with_a_forged_manifest_cannot_be_released(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    folder = root / "dossiers" / "loanapp" / "runs" / "0001"
    forge(folder / "03_privacy.ipynb", nought)
    manifest = json.loads((folder / "run.json").read_text())
    manifest["notebooks"]["03_privacy.ipynb"] = sha256((folder / "03_privacy.ipynb").read_bytes())
    (folder / "run.json").write_text(json.dumps(manifest))
    done = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 1
    assert "run.json: is not the one that the ledger recorded" in done.err


def test_the_table_can_be_held_against_the_release(demo: Path, release: Path) -> None:
    table = demo / "dossiers" / "loanapp" / "runs" / "0001" / "synthetic.parquet"
    assert cli_here("verify", release, "--table", table, cwd=demo).code == 0
    other = demo / "dossiers" / "loanapp" / "data" / "loanapp.csv"
    done = cli_here("verify", release, "--table", other, cwd=demo)
    assert done.code == 1
    assert "loanapp.csv: is not the table of this release" in done.out


def test_a_revoked_key_is_not_trusted(demo: Path, release: Path, tmp_path: Path) -> None:
    people = (demo / "people.yaml").read_text()
    line = next(line for line in people.splitlines() if "public:" in line)
    revoked = " " * line.index("public") + "revoked: 2020-01-01"
    (tmp_path / "people.yaml").write_text(people.replace(line, f"{line}\n{revoked}"))
    done = cli_here("verify", release, "--trust", tmp_path / "people.yaml", cwd=tmp_path)
    assert done.code == 1
    assert "was revoked on 2020-01-01" in done.out


def test_verifying_loads_nothing_heavy_and_stays_under_a_second(release: Path, demo: Path) -> None:
    code = (
        "import resource, sys; from synthnb.cli import main\n"
        f"sys.argv = ['synthnb', 'verify', {str(release)!r}]\n"
        "try: main()\nexcept SystemExit as exc: assert not exc.code, exc.code\n"
        "heavy = {'pandas', 'numpy', 'sklearn', 'papermill', 'torch', 'matplotlib', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=demo, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_signature_verifies_with_cryptography_alone(release: Path, demo: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    envelope = json.loads((release / "bundle" / attest.ATTESTATION).read_text())
    body = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
    holders = {attest.keys.key_id(public): public for public in workflow.people_near(demo).publics}
    assert len(envelope["signatures"]) == 2
    for each in envelope["signatures"]:
        public = base64.b64decode(holders[each["keyid"]])
        signature = base64.b64decode(each["sig"])
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)


def test_nothing_of_the_machine_or_the_real_data_is_in_the_release(
    release: Path, demo: Path
) -> None:
    """No path, and nowhere six neighbouring cells of a real row."""
    table = pd.read_csv(demo / "dossiers" / "loanapp" / "data" / "loanapp.csv", dtype=str)
    separator = r"[^0-9A-Za-z.]{1,20}"
    rows = [separator.join(map(re.escape, row[:6])) for row in table.head(150).to_numpy()]
    for name, data in attest.read(release).content.items():
        text = data.decode("utf-8", "ignore")
        for secret in (str(demo), str(Path.home()), "data/loanapp.csv"):
            assert secret not in text, (name, secret)
        assert [row for row in rows if re.search(row, text)] == [], name


def test_a_template_that_only_claims_to_be_stock_is_caught_even_when_signed(
    copy: Path, demo: Path, trusted: People
) -> None:
    path = copy / "content" / "notebooks" / "01_charter.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["source"] = "# Not ours"
    path.write_text(json.dumps(notebook))
    sheet = json.loads((copy / "content" / "datasheet.json").read_text())
    sheet["templates"][0]["digest"] = notebooks.template_digest(path)
    (copy / "content" / "datasheet.json").write_text(json.dumps(sheet))
    resign(copy, demo)
    assert "01_charter.ipynb: said to be stock, and is not" in failures(copy, trusted)
