"""C16: the privacy assessment is reviewed by somebody else, and the review is signed."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from workspaces import PASSPHRASE, Cli, both, cli_here, copy_workspace, signing

from synthnb.attest import keys
from synthnb.records import Policy, read, write

PEOPLE = """\
schema_version: "1"
members:
  - name: Rita Reviewer
    roles: [privacy officer]
    keys: [{{public: {rita}}}]
  - name: Dan Scientist
    roles: [data scientist]
    keys: [{{public: {dan}}}]
{demo}"""


@pytest.fixture
def root(demo: Path, tmp_path: Path) -> Path:
    """Return the demo's workspace with two more people: a reviewer and a bystander."""
    root = copy_workspace(demo, tmp_path / "ws")
    public = {
        name: keys.create(root / "keys" / f"{name}.pem", PASSPHRASE)
        for name in ("rita", "dan", "stranger")
    }
    del public["stranger"]
    kept = (root / "people.yaml").read_text().partition("members:\n")[2]
    text = PEOPLE.format(**public, demo=kept)
    (root / "people.yaml").write_text(text)
    return root


def review(root: Path, who: str, *more: str) -> Cli:
    env = {"SYNTHNB_KEY": str(root / "keys" / f"{who}.pem"), "SYNTHNB_PASSPHRASE": PASSPHRASE}
    return cli_here("review", "loanapp", *more, cwd=root, env=env)


def lenient(root: Path, required: str) -> None:
    """Let the evidence pass, so that only the review can stand against a release."""
    policy = read(Policy, (root / "policy.yaml").read_text(), "policy.yaml")
    update = {"severity": "warn", "inconclusive": "warn", "not_measured": "warn", "cases": ()}
    rules = tuple(rule.model_copy(update=update) for rule in policy.rules)
    asked = policy.review.model_copy(update={"required": required})
    changed = policy.model_copy(update={"id": "lenient", "rules": rules, "review": asked})
    (root / "policy.yaml").write_text(write(changed))


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("olivia", "owns the charter; a review must be independent"),
        ("dan", "is not privacy officer, whom the policy asks to review"),
        ("stranger", "belongs to nobody in people.yaml"),
    ],
)
def test_who_is_not_independent_or_not_asked_is_refused(root: Path, who: str, why: str) -> None:
    done = review(root, who)
    assert done.code == 2
    assert why in done.err
    assert "these could: Rita Reviewer, Pat Privacy (invented)" in done.err
    assert not list(root.glob("dossiers/loanapp/runs/*/review-*"))


def test_the_author_of_the_plan_is_refused(root: Path) -> None:
    from synthnb.records import Member, Plan
    from synthnb.workflow.review import objections
    from synthnb.workspace import Dossier

    papers = Dossier.at(root / "dossiers/loanapp").read()
    plan: Plan = papers.plan.model_copy(update={"author": "Rita Reviewer"})
    member = Member(name="Rita Reviewer", roles=("privacy officer",))
    (problem,) = objections(member, papers.charter, plan, papers.policy)
    assert "wrote the plan" in problem.message


def test_a_review_is_written_once_and_check_shows_it(root: Path) -> None:
    assert "Nobody independent has reviewed" in cli_here("check", "loanapp", cwd=root).text
    done = review(root, "rita", "--concern", "few control records")
    assert done.code == 0, done.err
    shown = cli_here("check", "loanapp", cwd=root).text
    assert "Privacy reviewed by Rita Reviewer (privacy officer)" in shown
    assert "Concern: few control records" in shown
    assert "reviewed run" in review(root, "rita").err
    assert '"review"' in cli_here("log", "loanapp", "--json", cwd=root).out


def test_c16_a_release_that_needs_a_review_is_refused_without_and_verified_with_one(
    root: Path,
) -> None:
    lenient(root, "block")
    refused = cli_here("release", "loanapp", *both(root), cwd=root, env=signing(root))
    assert refused.code == 1
    assert "Nobody has reviewed the privacy assessment" in refused.err
    assert review(root, "rita").code == 0
    done = cli_here("release", "loanapp", *both(root), cwd=root, env=signing(root))
    assert done.code == 0, done.err
    made = max((root / "reports/loanapp").iterdir())
    verified = cli_here("verify", made, "--trust", root / "people.yaml", cwd=root)
    assert verified.code == 0, verified.out
    assert "privacy reviewed by Rita Reviewer (privacy officer)" in verified.out


def test_a_review_of_another_run_or_a_changed_one_stops_everything(root: Path) -> None:
    assert review(root, "rita").code == 0
    (path,) = root.glob("dossiers/loanapp/runs/*/review-*")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"payloadType", b"payloadtype"))
    assert "does not hold" in cli_here("check", "loanapp", cwd=root).err
    other = json.loads(whole)
    payload = base64.b64decode(other["payload"])
    digest = re.search(rb'"sha256":"([0-9a-f]{64})"', payload)
    assert digest
    other["payload"] = base64.b64encode(payload.replace(digest[1], b"0" * 64)).decode()
    path.write_text(json.dumps(other, sort_keys=True, separators=(",", ":")) + "\n")
    done = cli_here("check", "loanapp", cwd=root)
    assert done.code == 1
    assert "is a review of another run" in done.err
