"""What to do next: whoever follows the steps gets from a charter to a release that verifies."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from acme import set_policy, write_package
from four_people import ROLES, Office, office
from released import lenient_policy
from workspaces import EPOCH, Cli, cli, cli_here, copy_workspace, draft, make_workspace

from synthnb import assets
from synthnb.lab.states import State, state_of
from synthnb.lab.steps import Step
from synthnb.ledger import Ledger, reject
from synthnb.records import Charter, People, Policy, digest, read, write
from synthnb.workflow.demo import PASSPHRASE
from synthnb.workflow.rejections import configuration
from synthnb.workspace import Dossier, Workspace

OLIVIA, PAT, FARAH, SAM = (ROLES[who][0] for who in ("olivia", "pat", "farah", "sam"))
NOTEBOOKS = "dossiers/loanapp/notebooks"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


@pytest.fixture
def blocked(demo: Path, tmp_path: Path) -> Path:
    """Return a copy of the demo, whose first dossier is blocked; decisions are asked for."""
    return copy_workspace(demo, tmp_path / "ws")


@pytest.fixture
def passed(blocked: Path) -> Path:
    """Return a workspace whose policy lets the run pass; decisions are asked for."""
    (blocked / "policy.yaml").write_text(write(lenient_policy()))
    return blocked


def state(root: Path) -> State:
    return state_of(Dossier.at(root / "dossiers" / "loanapp"))


def commands(root: Path) -> list[str]:
    return [step.command for step in state(root).steps if step.command]


def opens(root: Path) -> list[str]:
    return [step.open for step in state(root).steps if step.open]


def typed(root: Path, command: str, run: Callable[..., Cli] = cli_here) -> str:
    """Type a command as it stands; it must succeed."""
    words = shlex.split(command)
    assert words[0] == "synthnb"
    done = run(*words[1:], cwd=root, env={"SYNTHNB_PASSPHRASE": PASSPHRASE})
    assert done.code == 0, done.text
    return done.text


def softened(root: Path, *kept: str) -> None:
    """Let every rule warn but for these, which stay as the default policy has them."""
    text = (assets.templates() / "policies" / "default.yaml").read_text(encoding="utf-8")
    strict, lenient = read(Policy, text, "default.yaml"), lenient_policy()
    rules = tuple((strict.rule(r.id) or r) if r.id in kept else r for r in lenient.rules)
    (root / "policy.yaml").write_text(write(lenient.model_copy(update={"rules": rules})))


# --- before there is a run ------------------------------------------------------------------------


def test_a_new_dossier_opens_the_notebook_that_shows_both_forms(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "ws").new("loanapp")
    found = state(tmp_path / "ws")
    assert found.word == "draft"
    assert [step.open for step in found.steps] == [f"{NOTEBOOKS}/01_charter.ipynb"]
    assert not any(step.command for step in found.steps)


def test_a_broken_policy_is_opened_itself(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    policy = tmp_path / "ws" / "policy.yaml"
    policy.write_text(policy.read_text().replace("minimum_cell:", "minimum_sell:", 1))
    assert opens(tmp_path / "ws") == ["policy.yaml"]


def test_broken_people_are_mended_in_their_form(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    (tmp_path / "ws" / "people.yaml").write_text("members: 1\n")
    assert opens(tmp_path / "ws") == ["desk/people.ipynb"]


def test_a_draft_workspace_asks_nobody(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    assert commands(tmp_path / "ws") == ["synthnb run loanapp"]


def test_a_table_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    (make_workspace(tmp_path / "ws") / "data" / "loanapp.csv").unlink()
    assert "data/loanapp.csv" in state(tmp_path / "ws").steps[0].say


def test_a_charter_that_leaves_out_what_the_policy_needs_is_completed_before_the_run(
    tmp_path: Path,
) -> None:
    path = make_workspace(tmp_path / "ws") / "charter.yaml"
    charter = read(Charter, path.read_text(), path.name)
    none = charter.split.model_copy(update={"control": 0.0})
    path.write_text(write(charter.model_copy(update={"split": none})))
    first, *_, last = state(tmp_path / "ws").steps
    assert "no control records are held out" in first.say
    assert "`privacy.leak`" in first.say
    assert first.open == f"{NOTEBOOKS}/01_charter.ipynb"
    assert last.command == "synthnb run loanapp", "it can be run all the same"


def test_each_missing_approval_is_a_step_with_the_right_person_and_command(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    for left in range(4, -1, -1):
        expected = [
            f"synthnb approve {what} loanapp --as '{name}' --key keys/{who}.pem"
            for what in ("charter", "plan")
            for who, name in (("olivia", OLIVIA), ("pat", PAT))
        ][4 - left :]
        assert commands(room.root) == [*expected, "synthnb run loanapp"]
        if left:
            typed(room.root, expected[0])


def test_a_step_says_who_may_decide_instead(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    people = read(People, (room.root / "people.yaml").read_text(), "people.yaml")
    lawyer = [m.model_copy(update={"roles": ("legal counsel",)}) for m in people.members[2:3]]
    listed = (*people.members[:2], *lawyer, *people.members[3:])
    (room.root / "people.yaml").write_text(write(People(members=listed)))
    first, second = state(room.root).steps[:2]
    assert first.say == f"{OLIVIA}, data owner, approves charter.yaml."
    assert second.say == f"{PAT}, privacy officer, approves charter.yaml. {FARAH} may instead."


def test_a_rejection_is_told_and_its_author_may_think_again(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    room.ok("pat", "reject", "charter", "loanapp", "--reason", "Which use?")
    first = state(room.root).steps[0]
    assert first.say.startswith(f"{PAT} rejected charter.yaml: Which use?")
    typed(room.root, first.command)
    assert not any("rejected" in step.say for step in state(room.root).steps)


def test_where_too_few_may_decide_people_is_opened(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    room.set_people(pat={"revoked": "2026-01-01"})
    steps = state(room.root).steps
    assert steps[0].command.startswith("synthnb approve charter loanapp --as 'Olivia")
    assert steps[1].open == "desk/people.ipynb"
    assert "privacy officer" in steps[1].say


def test_an_author_whom_nobody_knows_is_mended_in_the_charter(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    room.edit("plan.yaml", f"author: {SAM}", "author: Nobody Known")
    told = [step for step in state(room.root).steps if "Nobody Known" in step.say]
    assert [step.open for step in told] == [f"{NOTEBOOKS}/01_charter.ipynb"]


def test_a_configuration_that_was_rejected_is_changed_or_run_with_a_reason(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    dossier = Dossier.at(folder)
    plan = dossier.read().plan
    reject(
        Ledger(dossier.workspace.ledger),
        "loanapp",
        configuration=configuration(dossier, plan),
        plan=digest(plan),
        run="0001",
        rule="privacy.exact-copies",
        because="It copies.",
    )
    assert opens(tmp_path / "ws") == [f"{NOTEBOOKS}/01_charter.ipynb"]
    assert commands(tmp_path / "ws") == ["synthnb run loanapp --again WHY"]


# --- names and keys ------------------------------------------------------------------------------


def renamed(room: Office, old: str, new: str) -> None:
    people = read(People, (room.root / "people.yaml").read_text(), "people.yaml")
    members = tuple(
        m.model_copy(update={"name": new}) if m.name == old else m for m in people.members
    )
    (room.root / "people.yaml").write_text(write(People(members=members)))


def test_a_key_that_is_not_called_after_its_owner_is_asked_for(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    room.key("pat").rename(room.key("pat").with_name("other.pem"))
    found = next(step for step in state(room.root).steps if PAT in step.command)
    assert found.command.endswith("--key FILE")
    assert "in the place of FILE" in found.say


def test_a_first_name_that_two_people_have_tells_no_key(tmp_path: Path) -> None:
    room = office(tmp_path / "ws")
    renamed(room, PAT, "Olivia Other")
    assert all(line.endswith("--key FILE") for line in commands(room.root)[:4])


@pytest.mark.parametrize("name", ["Pat O'Hara; rm -rf $HOME", 'Pat `id` !! \\ "x"', "-Pat"])
def test_a_name_is_quoted_for_the_shell(tmp_path: Path, name: str) -> None:
    room = office(tmp_path / "ws")
    renamed(room, PAT, name)
    line = next(each for each in commands(room.root) if "Pat" in each)
    words = shlex.split(line)
    assert words[words.index("--as") + 1] == name


@pytest.mark.parametrize("letter", ["\n", "\x03", "\x1b", "\r"])
def test_a_name_that_would_press_keys_gets_no_command(tmp_path: Path, letter: str) -> None:
    room = office(tmp_path / "ws")
    renamed(room, PAT, f"Pat{letter}Privacy")
    assert not any("Pat" in line for line in commands(room.root))
    assert all(line.isprintable() for line in commands(room.root))


# --- after a run ---------------------------------------------------------------------------------


def test_what_blocks_leads_to_its_notebook_to_the_plan_and_to_a_refusal(blocked: Path) -> None:
    softened(blocked, "utility.task-loss", "privacy.leak", "fairness.label-amplification")
    assert commands(blocked) == [
        "synthnb check loanapp",
        "synthnb release loanapp --rejected --key keys/olivia.pem",
    ]
    assert opens(blocked) == [f"{NOTEBOOKS}/03_privacy.ipynb", f"{NOTEBOOKS}/01_charter.ipynb"]
    assert "1 of 3 could be accepted" in " ".join(step.say for step in state(blocked).steps)
    typed(blocked, commands(blocked)[-1])
    assert commands(blocked) == ["synthnb check loanapp"]
    assert (blocked / opens(blocked)[-1]).is_file()


def test_a_risk_that_can_be_accepted_is_by_one_person_after_the_other(blocked: Path) -> None:
    softened(blocked, "privacy.leak")
    for who, name in (("olivia", OLIVIA), ("pat", PAT)):
        line = commands(blocked)[1]
        assert line == (
            "synthnb accept loanapp privacy.leak --reason WHY --until 2027-03-21 "
            f"--as '{name}' --key keys/{who}.pem"
        )
        typed(blocked, line)
    assert state(blocked).word == "passed"


def test_whoever_follows_every_step_gets_a_release_that_verifies(passed: Path) -> None:
    done = []
    while state(passed).word != "released":
        assert state(passed).word == "passed"
        done.append(commands(passed)[0])
        typed(passed, done[-1])
    assert done == [
        f"synthnb review loanapp --as '{PAT}' --key keys/pat.pem",
        f"synthnb approve release loanapp --as '{OLIVIA}' --key keys/olivia.pem",
        f"synthnb approve release loanapp --as '{PAT}' --key keys/pat.pem",
        "synthnb release loanapp --key keys/olivia.pem",
    ]
    html, pdf = opens(passed)
    assert (passed / html).read_bytes().startswith(b"<!DOCTYPE html>")
    assert (passed / pdf).read_bytes().startswith(b"%PDF")
    (verify,) = commands(passed)
    assert "The release holds." in typed(passed, verify)


def test_those_who_sign_together_need_one_command(passed: Path) -> None:
    last = commands(passed)[-1]
    assert last == "synthnb release loanapp --key keys/olivia.pem --key keys/pat.pem"
    assert "need not approve before" in state(passed).steps[-1].say
    typed(passed, last)
    assert state(passed).word == "released"


def test_a_run_that_somebody_rejected_is_not_offered_for_release(passed: Path) -> None:
    words = "reject release loanapp --reason 'Not yet.' --key keys/farah.pem"
    typed(passed, f"synthnb {words}")
    assert not any(line.startswith("synthnb release") for line in commands(passed))
    assert any(f"{FARAH} rejected run 0001" in step.say for step in state(passed).steps)


def test_papers_whose_approval_was_lost_are_approved_first(passed: Path) -> None:
    charter = passed / "dossiers/loanapp/charter.yaml"
    charter.write_text(charter.read_text() + "# a comment\n")
    lines = commands(passed)
    assert [line for line in lines if "approve charter" in line]
    assert not any(line.startswith("synthnb release") for line in lines)


def test_a_draft_is_released_without_a_key_where_none_is_known(passed: Path) -> None:
    draft(passed)
    assert commands(passed)[-1] == "synthnb release loanapp --key keys/olivia.pem"
    for path in (passed / "keys").iterdir():
        path.unlink()
    assert commands(passed)[-1] == "synthnb release loanapp --unsigned"
    typed(passed, commands(passed)[-1])
    assert state(passed).word == "released"


def test_attacks_that_are_newer_than_the_run_are_run(
    passed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_policy(passed, required={}, stale="block", lenient=True)
    monkeypatch.syspath_prepend(str(write_package(tmp_path / "acme")))
    found = state(passed)
    assert found.word == "blocked"
    assert [step.command for step in found.steps] == ["synthnb run loanapp --only privacy"]


def test_a_run_that_was_changed_afterwards_is_run_again(blocked: Path) -> None:
    with (blocked / "dossiers/loanapp/runs/0001/03_privacy.ipynb").open("a") as stream:
        stream.write("\n")
    assert commands(blocked) == ["synthnb run loanapp"]


def test_a_decision_that_is_missing_is_put_back(blocked: Path) -> None:
    next((blocked / "dossiers/loanapp/decisions").iterdir()).unlink()
    (step,) = state(blocked).steps
    assert step.say.startswith("Put back what was removed")
    assert step == Step(step.say)


def test_after_a_withdrawal_everybody_is_told_and_the_reason_mended(passed: Path) -> None:
    typed(passed, commands(passed)[-1])
    version = state(passed).why[0].split()[2]
    words = f"withdraw loanapp {version} --reason 'A test.' --key keys/pat.pem"
    typed(passed, f"synthnb {words}")
    assert state(passed).word == "withdrawn"
    assert opens(passed) == [f"{NOTEBOOKS}/01_charter.ipynb"]
    (publish,) = commands(passed)
    typed(passed, publish)
    assert (passed / "status.dsse.json").is_file()


def test_a_run_by_its_step_changes_the_state(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    (line,) = commands(tmp_path / "ws")
    typed(tmp_path / "ws", line, cli)
    assert state(tmp_path / "ws").word == "blocked"
