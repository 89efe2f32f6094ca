"""What an auditor finds who has the release, people.yaml, and perhaps the data."""

from __future__ import annotations

import base64
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forging import agree, forge, resign
from workspaces import cli, cli_here, signing

from synthnb import attest, workflow
from synthnb.attest import Release
from synthnb.records import People

FORGED = ("privacy.linkability.excess", "privacy.leak.excess")


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(release, tmp_path / "release"))


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Path:
    """Return the auditor's own copy of the data."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(demo / "dossiers/loanapp/data/loanapp.csv", folder / "loanapp.csv")
    return folder


def better(estimate: dict[str, Any]) -> None:
    """Make what an attack gained look smaller, as somebody would who wants to be through."""
    if estimate["metric"] in FORGED and estimate.get("high") is not None:
        estimate |= {"value": 0.0, "low": -0.001, "high": 0.001}


def test_c39_forged_evidence_of_a_key_holder_is_named_by_replay_estimate_by_estimate(
    copy: Path, demo: Path, data: Path
) -> None:
    before = {e.id: e for e in _evidence(copy)}
    forge(copy / "content/notebooks/03_privacy.ipynb", better)
    agree(copy)
    resign(copy, demo)
    after = {e.id: e for e in _evidence(copy)}
    changed = {name for name in before if before[name] != after[name]}
    assert len(changed) >= 2
    trust = ["--trust", demo / "people.yaml"]
    fooled = cli_here("verify", copy, *trust, cwd=demo)
    assert fooled.code == 0, fooled.text  # keys and ledger are the forger's: it all agrees
    done = cli("verify", copy, *trust, "--replay", "--data", data, "--json", cwd=demo)
    assert done.code == 1, done.text
    wrong = [c["message"] for c in json.loads(done.out)["checks"] if not c["ok"]]
    assert {line.removeprefix("privacy: ").partition(": ")[0] for line in wrong} == changed
    assert all("was recorded as 0 and came out as" in line for line in wrong)


def _evidence(copy: Path) -> Any:
    from synthnb import notebooks

    return notebooks.collect(copy / "content/notebooks/03_privacy.ipynb").estimates


def test_other_data_is_refused_before_anything_is_executed(
    copy: Path, demo: Path, data: Path
) -> None:
    trust = ["--trust", demo / "people.yaml"]
    lines = (data / "loanapp.csv").read_text().splitlines(keepends=True)
    (data / "loanapp.csv").write_text("".join(lines[:-1]))
    done = cli_here("verify", copy, *trust, "--replay", "--data", data, cwd=demo)
    assert done.code == 2
    assert "train: is not the table that was assessed" in done.err
    (data / "loanapp.csv").unlink()
    done = cli_here("verify", copy, *trust, "--replay", "--data", data, cwd=demo)
    assert done.code == 2
    assert "loanapp.csv: is not there" in done.err


def test_notebooks_of_a_release_s_own_are_strangers_code(
    copy: Path, demo: Path, data: Path
) -> None:
    path = copy / "content/datasheet.json"
    sheet = json.loads(path.read_text())
    sheet["templates"][0] |= {"digest": "0" * 64, "stock": False}
    path.write_text(json.dumps(sheet))
    trust = ["--trust", demo / "people.yaml"]
    done = cli_here("verify", copy, *trust, "--replay", "--data", data, cwd=demo)
    assert done.code == 2
    assert "01_charter.ipynb: is another notebook" in done.err
    assert "--own-notebooks" in done.err


def test_a_table_that_is_made_once_must_be_brought_to_a_replay(
    copy: Path, demo: Path, data: Path
) -> None:
    """A differentially private table was charged once; replaying must not draw another."""
    path = copy / "content/datasheet.json"
    sheet = json.loads(path.read_text())
    sheet["plan"]["generator"] = "dp-mst"
    path.write_text(json.dumps(sheet))
    trust = ["--trust", demo / "people.yaml"]
    done = cli_here("verify", copy, *trust, "--replay", "--data", data, cwd=demo)
    assert done.code == 2
    assert "A table by `dp-mst` is made once and charged once." in done.err
    assert "the archived table is not in the folder" in done.err


# A bundle and a thousand ways to spoil it.

Files = dict[str, bytes]
Spoilt = tuple[str, Files]


@pytest.fixture
def bundle(copy: Path, demo: Path) -> tuple[Release, People]:
    """Return a release with an opinion in its bundle, and those who are trusted."""
    given = ["--conclusion", "in order", "--kind", "model compliance"]
    done = cli_here("countersign", copy, *given, cwd=demo, env=signing(demo, "farah"))
    assert done.code == 1  # Farah is not known to a folder outside the workspace
    done = cli_here(
        *("countersign", copy, *given, "--trust", demo / "people.yaml"),
        cwd=demo,
        env=signing(demo, "farah"),
    )
    assert done.code == 0, done.text
    return attest.read(copy), workflow.people_in(demo / "people.yaml")


def mutants(bundle: Files, chance: random.Random) -> Iterator[Spoilt]:
    """Yield spoilt bundles without end, each with what was done to it."""
    names = sorted(bundle)
    ways = (bytes_, envelope_, note_, files_)
    while True:
        name = chance.choice(names)
        how, changed = chance.choice(ways)(name, dict(bundle), chance)
        if changed != bundle:
            yield f"{how} of {name}", changed


def bytes_(name: str, files: Files, chance: random.Random) -> Spoilt:
    data = bytearray(files[name])
    at = chance.randrange(len(data))
    how = chance.choice(["flip", "insert", "delete", "cut", "append"])
    if how == "flip":
        data[at] ^= 1 << chance.randrange(8)
    elif how == "insert":
        data.insert(at, chance.randrange(256))
    elif how == "delete":
        del data[at]
    elif how == "cut":
        del data[at:]
    else:
        data += bytes([chance.choice(b"\n \x00}A")])
    return how, {**files, name: bytes(data)}


def files_(name: str, files: Files, chance: random.Random) -> Spoilt:
    other = chance.choice(sorted(files))
    how = chance.choice(["swap", "overwrite", "rename", "remove"])
    if how == "swap":
        return how, {**files, name: files[other], other: files[name]}
    if how == "overwrite":
        return how, {**files, other: files[name]}
    if how == "rename":
        return how, {f"x{k}" if k == name else k: v for k, v in files.items()}
    kept = [attest.ATTESTATION, attest.PROOF]  # an opinion's absence shows to nobody
    gone = name if name in kept else chance.choice(kept)
    return how, {k: v for k, v in files.items() if k != gone}


def envelope_(name: str, files: Files, chance: random.Random) -> Spoilt:
    name = chance.choice(sorted(each for each in files if each.endswith(".dsse.json")))
    value = json.loads(files[name])
    how = chance.choice(
        ["swap signatures", "drop signature", "reorder", "indent", "twice", "base64", "foreign"]
    )
    signatures = value["signatures"]
    text = ""
    if how == "swap signatures":
        sigs = [each["sig"] for each in signatures]
        for each, sig in zip(signatures, sigs[::-1], strict=True):
            each["sig"] = sig
        if len(sigs) < 2:
            how = "other's signature"
            others = json.loads(files[attest.ATTESTATION])["signatures"]
            signatures[0]["sig"] = chance.choice(others)["sig"]
    elif how == "drop signature":
        del signatures[chance.randrange(len(signatures))]
    elif how == "reorder":
        value = dict(reversed(value.items()))
        text = json.dumps(value, separators=(",", ":"))
    elif how == "indent":
        text = json.dumps(value, indent=1, sort_keys=True)
    elif how == "twice":
        inner = files[name].decode()
        text = inner.replace('{"payload":', '{"payload":"","payload":', 1)
    elif how == "base64":
        field = chance.choice([value, *signatures])
        key = "payload" if "payload" in field else "sig"
        field[key] = other_base64(field[key], chance)
    else:
        other = json.loads(files[chance.choice([n for n in files if n.endswith(".dsse.json")])])
        value["payload"] = other["payload"]
        signatures.reverse()
    text = text or json.dumps(value, sort_keys=True, separators=(",", ":"))
    return how, {**files, name: f"{text}\n".encode()}


def other_base64(text: str, chance: random.Random) -> str:
    how = chance.randrange(5)
    if how == 0:
        return text.rstrip("=") + "=" * (text.count("=") + 4)
    if how == 1:
        return base64.urlsafe_b64encode(base64.b64decode(text)).decode() + "\n"
    if how == 2:
        return text[:8] + "\n" + text[8:]
    if how == 3:
        return text + "AAAA"
    return (
        text.rstrip("=")[:-1] + chr(ord(text.rstrip("=")[-1]) + 1) + text[len(text.rstrip("=")) :]
    )


def note_(name: str, files: Files, chance: random.Random) -> Spoilt:
    lines = files[attest.PROOF].decode().split("\n")
    how = chance.choice(["drop line", "double line", "swap lines", "other base64", "size"])
    at = chance.randrange(len(lines) - 1)
    if how == "drop line":
        del lines[at]
    elif how == "double line":
        lines.insert(at, lines[at])
    elif how == "swap lines":
        other = chance.randrange(len(lines) - 1)
        lines[at], lines[other] = lines[other], lines[at]
    elif how == "other base64":
        long = [n for n, line in enumerate(lines) if len(line) > 40]
        at = chance.choice(long)
        head, gap, tail = lines[at].rpartition(" ")
        lines[at] = f"{head}{gap}{other_base64(tail, chance)}"
    else:
        lines = [
            str(int(each) + chance.choice([-1, 1])) if each.isdigit() else each for each in lines
        ]
    return how, {**files, attest.PROOF: "\n".join(lines).encode()}


def test_a_thousand_ways_to_spoil_a_bundle_are_all_caught(
    bundle: tuple[Release, People], tmp_path: Path, copy: Path
) -> None:
    release, people = bundle
    whole = workflow.verify(copy, people)
    assert whole.ok, [check for check in whole.checks if not check.ok]
    chance = random.Random(0)  # noqa: S311
    seen: set[str] = set()
    spoilt = mutants(dict(release.bundle), chance)
    for _ in range(1000):
        how, changed = next(spoilt)
        seen.add(how.partition(" of ")[0])
        quick = attest.verify(Release(release.content, changed), people.publics)
        if all(check.ok for check in quick):  # what remains is governance
            path = tmp_path / "spoilt"
            shutil.rmtree(path, ignore_errors=True)
            attest.publish(path, release.content, changed)
            assert not workflow.verify(path, people).ok, how
    assert len(seen) >= 18, seen
