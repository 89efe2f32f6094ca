"""Encrypted tables: what opens them, what does not, and what is left when the keys are gone."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from synthnb.attest import sealing, shredding
from synthnb.errors import KeyFileError, MissingExtraError, UsageError, VerificationError
from synthnb.records import Member, People, read, sha256

TABLE = b"loanamt,approve\n" + b"1,true\n" * 20_000
PASSPHRASE = "four words, not a secret"
# A recipient of the age specification's own examples: made elsewhere, so that its form is not ours.
KNOWN = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.fixture(scope="module")
def age_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "ada.age"
    sealing.create(path, PASSPHRASE)
    return path


def test_a_table_opens_with_its_data_key_alone() -> None:
    key = sealing.new()
    sealed = sealing.seal(TABLE, key.recipient)
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert b"loanamt" not in sealed
    assert sealing.unseal(sealed, key) == TABLE
    with pytest.raises(VerificationError, match="for another key"):
        sealing.unseal(sealed, sealing.new())


def test_a_data_key_opens_for_each_recipient_and_nobody_else() -> None:
    key, ada, grace, stranger = (sealing.new() for _ in range(4))
    wrapped = sealing.wrap(key, [ada.recipient, grace.recipient])
    assert sealing.unwrap(wrapped, ada) == sealing.unwrap(wrapped, grace) == key
    with pytest.raises(VerificationError, match="The wrapped key does not open"):
        sealing.unwrap(wrapped, stranger)


@pytest.mark.parametrize("where", ["header", "first byte", "middle", "last byte", "cut", "longer"])
def test_a_changed_byte_is_noticed(where: str) -> None:
    key = sealing.new()
    sealed = sealing.seal(TABLE, key.recipient)
    places = {"header": 30, "first byte": 0, "middle": len(sealed) // 2, "last byte": -1}
    changed = bytearray(sealed)
    if where in places:
        changed[places[where]] ^= 1
    data = {"cut": sealed[:-1], "longer": sealed + b"x"}.get(where, bytes(changed))
    with pytest.raises(VerificationError, match="does not open"):
        sealing.unseal(data, key)


def test_two_tables_have_two_keys_and_the_same_table_never_looks_the_same() -> None:
    key = sealing.new()
    assert sealing.new() != key
    assert sealing.seal(TABLE, key.recipient) != sealing.seal(TABLE, key.recipient)


def test_what_is_too_large_is_refused_before_it_is_encrypted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = sealing.new()
    wrapped = sealing.wrap(key, [key.recipient])
    monkeypatch.setattr(sealing, "MAX_TABLE", len(TABLE) - 1)
    with pytest.raises(UsageError, match="at most 140,015 can be encrypted"):
        sealing.seal(TABLE, key.recipient)
    with pytest.raises(VerificationError, match="larger than 65,536 bytes"):
        sealing.unwrap(wrapped + b"\0" * sealing.MAX_KEY, key)


def test_recipients_are_counted_and_checked() -> None:
    key = sealing.new()
    with pytest.raises(UsageError, match="Expected 1 to 100 recipients, got 0"):
        sealing.wrap(key, [])
    with pytest.raises(UsageError, match="no age recipient"):
        sealing.wrap(key, ["age1nothing"])


def test_something_else_that_opens_is_no_key() -> None:
    key = sealing.new()
    with pytest.raises(VerificationError, match="holds no key"):
        sealing.unwrap(sealing.seal(b"hello", key.recipient), key)


def test_an_identity_never_shows_itself(age_file: Path) -> None:
    identity = sealing.load(age_file, PASSPHRASE)
    assert identity.secret.startswith("AGE-SECRET-KEY-1")
    assert "SECRET" not in f"{identity} {identity!r}"
    assert identity.secret.encode() not in age_file.read_bytes()


def test_an_identity_file_is_for_its_owner_and_never_overwritten(age_file: Path) -> None:
    assert stat.S_IMODE(age_file.stat().st_mode) == 0o600
    before = age_file.read_bytes()
    assert before.startswith(b"age-encryption.org/v1\n-> scrypt ")
    with pytest.raises(KeyFileError, match="never overwritten"):
        sealing.create(age_file, PASSPHRASE)
    assert age_file.read_bytes() == before
    assert [path.name for path in age_file.parent.iterdir()] == ["ada.age"]


def test_a_wrong_passphrase_and_a_file_that_others_read_are_refused(
    age_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyFileError, match="the passphrase is wrong"):
        sealing.load(age_file, "another")
    with pytest.raises(KeyFileError, match="passphrase is empty"):
        sealing.create(tmp_path / "new.age", "")
    with pytest.raises(KeyFileError, match="There is no key"):
        sealing.load(tmp_path / "absent.age", PASSPHRASE)
    bare = tmp_path / "bare.age"
    bare.write_text(sealing.new().secret)
    bare.chmod(0o600)
    with pytest.raises(KeyFileError, match="not an age identity that is encrypted"):
        sealing.load(bare, PASSPHRASE)
    copy = Path(shutil.copy(age_file, tmp_path / "copy.age"))
    copy.chmod(0o644)
    with pytest.raises(KeyFileError, match="can be read by others"):
        sealing.load(copy, PASSPHRASE)


def test_people_hold_recipients_that_are_checked_without_pyrage() -> None:
    assert Member(name="Ada", roles=("analyst",), age=KNOWN).age == KNOWN
    assert Member(name="Ada", roles=("analyst",)).age == ""
    text = f'members: [{{name: Ada, roles: [analyst], age: "{KNOWN}"}}]'
    assert read(People, text, "people.yaml").reader(KNOWN) is not None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (KNOWN[:-1] + "q", "checksum"),
        (KNOWN.replace("ql3z7", "ql3z8"), "checksum"),
        (KNOWN.upper(), "58 lower-case"),
        (KNOWN[:-1], "58 lower-case"),
        ("age1", "58 lower-case"),
        ("AGE-SECRET-KEY-1" + KNOWN[4:], "58 lower-case"),
    ],
)
def test_a_recipient_that_was_copied_wrongly_is_refused(wrong: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Member(name="Ada", roles=("analyst",), age=wrong)


def test_every_recipient_that_pyrage_makes_is_one_for_people() -> None:
    for _ in range(50):
        recipient = sealing.new().recipient
        assert Member(name="Ada", roles=("analyst",), age=recipient).age == recipient


def test_a_recipient_under_two_names_is_refused() -> None:
    ada = Member(name="Ada", roles=("analyst",), age=KNOWN)
    with pytest.raises(ValueError, match="listed twice"):
        People(members=(ada, ada.model_copy(update={"name": "Grace"})))


def test_without_pyrage_the_package_imports_and_use_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pyrage'] = None\n"
        "from synthnb.attest import sealing\n"
        "from synthnb.errors import MissingExtraError\n"
        "try: sealing.new()\n"
        "except MissingExtraError as exc: print(exc)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "pip install 'synthnb[access]'" in done.stdout
    assert issubclass(MissingExtraError, UsageError)


def test_the_age_program_opens_what_we_seal_where_it_is_installed(tmp_path: Path) -> None:
    """Another implementation (filippo.io/age, in Go) reads the same format, and we read its."""
    identity = sealing.new()
    sealed = sealing.seal(TABLE, identity.recipient)
    assert sealed.split(b"\n")[0] == b"age-encryption.org/v1"
    program = shutil.which("age")
    if program is not None:
        (tmp_path / "id").write_text(identity.secret)
        (tmp_path / "sealed").write_bytes(sealed)
        opened = [program, "--decrypt", "--identity", "id", "sealed"]
        assert subprocess.run(opened, cwd=tmp_path, capture_output=True, check=True).stdout == TABLE
        sealed_there = subprocess.run(
            [program, "--recipient", identity.recipient],
            input=TABLE,
            capture_output=True,
            check=True,
        ).stdout
        assert sealing.unseal(sealed_there, identity) == TABLE


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    (tmp_path / "grants").mkdir()
    (tmp_path / "key.age").write_bytes(b"k" * 3_000_000)
    (tmp_path / "grants" / "a.age").write_bytes(b"")
    return tmp_path


def test_destroyed_files_are_named_with_what_they_held(vault: Path) -> None:
    done = shredding.destroy([vault / "key.age", vault / "grants" / "a.age"], vault)
    assert [(each.name, each.size) for each in done.files] == [
        ("grants/a.age", 0),
        ("key.age", 3_000_000),
    ]
    assert [each.sha256 for each in done.files] == [sha256(b""), sha256(b"k" * 3_000_000)]
    assert "overwritten" in done.method
    assert [path.name for path in vault.rglob("*")] == ["grants"]


def test_the_bytes_of_a_destroyed_file_are_overwritten_where_they_lay(vault: Path) -> None:
    kept = vault / "another name"
    kept.hardlink_to(vault / "key.age")
    shredding.destroy([vault / "key.age"], vault)
    noise = kept.read_bytes()
    assert len(noise) == 3_000_000
    assert noise.count(b"k") < 3_000_000 / 200  # by chance, one in 256
    assert not (vault / "key.age").exists()


def test_nothing_is_touched_when_one_of_the_files_cannot_be_destroyed(vault: Path) -> None:
    (vault / "link").symlink_to(vault / "key.age")
    outside = vault / ".." / "x"
    with pytest.raises(UsageError) as caught:
        shredding.destroy(
            [vault / "key.age", vault / "link", vault / "gone", outside, vault / "grants"], vault
        )
    assert {problem.message for problem in caught.value.problems} == {
        "is a link or no file",
        "is not there",
        "lies outside the folder",
    }
    assert (vault / "key.age").stat().st_size == 3_000_000


def test_a_table_is_unreadable_only_when_no_wrapped_key_is_left() -> None:
    key, ada, stranger = (sealing.new() for _ in range(3))
    sealed = sealing.seal(TABLE, key.recipient)
    wrapped = {"key.age": sealing.wrap(key, [ada.recipient])}
    people = {"Ada": ada, "Sam": stranger}
    assert [each.opens for each in shredding.tries(sealed, wrapped, people)] == [False, False, True]
    assert [each.opens for each in shredding.tries(sealed, wrapped, {"Sam": stranger})] == [
        False,
        True,
    ]
    assert not any(each.opens for each in shredding.tries(sealed, {}, people))
    assert shredding.tries(sealed, {}, {"the data key": key})[0].opens
