"""Forms that work on one file at once: no answer is lost without a word."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from synthnb import assets, clock, forms
from synthnb.errors import BusyError
from synthnb.forms import document, watch
from synthnb.forms.document import LOCK, Document
from synthnb.forms.house import HouseGuide
from synthnb.forms.places import in_words, order
from synthnb.forms.widget import Form
from synthnb.records import Charter, Policy, read

WRITER = """
import json, sys
from pathlib import Path
from synthnb.errors import BusyError
from synthnb.forms.document import Document
from synthnb.records import Charter

path, field, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
document, last, told, lost = Document(Charter, path), None, 0, 0
print("ready", flush=True)
sys.stdin.readline()
for number in range(times):
    try:
        document.save({**document.data, field: f"{field} {number}"})
        last = f"{field} {number}"
    except BusyError:
        told += 1
        document.load()
        lost += last is not None and document.data[field] != last
print(json.dumps({"last": last, "told": told, "lost": lost}))
"""


@pytest.fixture
def charter(tmp_path: Path) -> Path:
    path = tmp_path / "charter.yaml"
    path.write_bytes((assets.templates() / "demo" / "charter.yaml").read_bytes())
    return path


def test_of_two_processes_that_hammer_one_file_neither_loses_an_answer(charter: Path) -> None:
    fields = ("title", "purpose")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(charter), field, "60"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for field in fields
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [json.loads(writer.communicate(timeout=120)[0]) for writer in writers]
    found = read(Charter, charter.read_text(), "charter.yaml")
    assert (found.title, found.purpose) == (said[0]["last"], said[1]["last"])
    assert [each["lost"] for each in said] == [0, 0]
    assert sum(each["told"] for each in said) > 0  # they did meet


def test_while_another_form_writes_an_answer_waits_and_is_then_told(
    charter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_WAIT", 0.1)
    mine, before = Document(Charter, charter), charter.read_bytes()
    assert mine.data is not None
    with (
        FileLock(charter.parent / LOCK),
        pytest.raises(BusyError, match="being written by another form"),
    ):
        mine.save({**mine.data, "title": "Mine"})
    assert charter.read_bytes() == before
    assert mine.save({**mine.data, "title": "Mine"})


def test_a_link_and_its_file_share_a_lock(charter: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "charter.yaml"
    link.parent.mkdir()
    link.symlink_to(charter)
    mine = Document(Charter, link)
    assert mine.data is not None
    mine.save({**mine.data, "title": "Mine"})
    assert (charter.parent / LOCK).exists()
    assert not (link.parent / LOCK).exists()


def test_a_change_by_somebody_else_is_said_while_nobody_answers(charter: Path) -> None:
    form, mine = forms.form(Charter, charter), charter.read_text()
    form._look()
    assert form._alarm.value == ""
    charter.write_text(mine + "# theirs\n")
    form._look()
    assert "changed by somebody else. Press <code>Read the file again</code>" in form._alarm.value
    charter.write_text(mine)
    form._look()
    assert form._alarm.value == ""
    charter.write_text(mine + "# theirs\n")
    form._look()
    form.reload()
    assert form._alarm.value == ""


def test_a_watch_lasts_as_long_as_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SECONDS", 0.01)
    looked: list[int] = []

    async def wait() -> int:
        seen = watch.Watch(lambda: looked.append(1), lambda: len(looked) < 3)
        seen.start()
        seen.start()
        await asyncio.sleep(0.5)
        return len(looked)

    assert asyncio.run(wait()) == 3


def test_without_an_event_loop_nothing_is_watched() -> None:
    seen = watch.Watch(lambda: None, lambda: True)
    seen.start()
    assert seen._next is None


def test_a_review_later_than_the_policy_asks_is_refused_with_the_policys_number(
    charter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795132800")  # 2026-11-20
    text = (assets.templates() / "policies" / "default.yaml").read_text()
    policy = read(Policy, text, "policy.yaml")
    guide = HouseGuide(policy=policy)
    form = forms.form(Charter, charter, guide=guide)
    assert form.problems == ()
    for said in ("P1Y", "P12M", "P52W", "soon", ""):
        assert list(guide.problems({"review": {"cadence": said}})) == []
    (found,) = guide.problems({"review": {"cadence": "P13M"}})
    assert found.where == "review.cadence"
    assert found.message == (
        "is P13M, longer than the policy's P1Y; expected at most that (1 year), so that the next "
        "review is due by 2027-11-20"
    )
    charter.write_text(charter.read_text().replace("cadence: P6M", "cadence: P2Y"))
    form.reload()
    assert [problem.where for problem in form.problems] == ["review.cadence"]
    assert clock.now().year == 2026


def test_the_next_open_question_follows_the_form_and_begins_again(tmp_path: Path) -> None:
    text = (assets.templates() / "dossier" / "charter.yaml").read_text().replace("{name}", "new")
    path = tmp_path / "charter.yaml"
    path.write_text(text)
    form = forms.form(Charter, path)
    left = len({problem.where for problem in form.problems})
    gone = [at(form) for _ in range(left)]
    assert gone == sorted(gone)
    assert len(set(gone)) == left
    assert at(form) == gone[0]
    fold = form._root._fields["owner"] if form._root else None
    assert fold is not None
    assert fold._open


def at(form: Form) -> tuple[int, ...]:
    """Go to the next open question, and return where it stands in the form."""
    form.go_on()
    assert form._at is not None
    return form._at


def test_places_are_named_and_ordered_as_in_the_form(charter: Path) -> None:
    part = forms.form(Charter, charter)._part
    assert in_words(part, "sources[1].path") == "Sources, 2: Path"
    assert in_words(part, "mood") == "mood"
    assert in_words(part, "") == ""
    asked = ["title", "owner.name", "sources[1].path", "sources[10].kind", "written", "mood"]
    assert sorted({*asked}, key=lambda where: order(part, where)) == asked
