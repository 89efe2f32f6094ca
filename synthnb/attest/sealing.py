"""Encrypted tables: one data key for each table, wrapped for whoever may read it.

key = sealing.new()                              # the data key of one table
sealed = sealing.seal(table, key.recipient)      # the table, for the data key alone
wrapped = sealing.wrap(key, [ada, grace])        # the data key, for people
table = sealing.unseal(sealed, sealing.unwrap(wrapped, mine))

Everything is in the format of age (age-encryption.org/v1): `age --decrypt` opens it without us.
To take somebody's access away, their wrapped key is destroyed; the table stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthnb.attest import keys
from synthnb.errors import KeyFileError, MissingExtraError, UsageError, VerificationError

if TYPE_CHECKING:
    from types import ModuleType

HEADER = b"age-encryption.org/v1\n"
MAX_TABLE = 500_000_000  # it is encrypted in memory
MAX_KEY = 65_536
MAX_RECIPIENTS = 100


@dataclass(frozen=True)
class Identity:
    """The private half of an age key; it never shows itself.

    Parameters
    ----------
    secret : str
        ``AGE-SECRET-KEY-1…``
    """

    secret: str = field(repr=False)

    @property
    def recipient(self) -> str:
        """Return the public half: ``age1…``."""
        return str(self.key.to_public())

    @property
    def key(self) -> Any:
        """Return it as pyrage takes it; KeyFileError when it is none."""
        age = _age()
        try:
            return age.x25519.Identity.from_str(self.secret)
        except age.IdentityError:
            raise KeyFileError(
                "This is not an age identity.", advice="make one with `synthnb key age`"
            ) from None


def new() -> Identity:
    """Return a fresh key.

    Raises
    ------
    MissingExtraError
        When pyrage is not installed.
    """
    return Identity(str(_age().x25519.Identity.generate()))


def create(path: Path, passphrase: bytes | str) -> str:
    """Make an age identity, write it encrypted with mode 600, and return its recipient.

    The file holds what ``age-keygen`` would write, encrypted with age's own passphrase encryption:
    ``age --decrypt --identity FILE`` takes it. It never replaces another file.

    Raises
    ------
    KeyFileError
        When the passphrase is empty, the file exists, or it cannot be written.
    """
    made = new()
    text = f"# public key: {made.recipient}\n{made.secret}\n"
    secret = _passphrase(passphrase)
    keys.write_once(path, bytes(_age().passphrase.encrypt(text.encode(), secret)))
    return made.recipient


def load(path: Path, passphrase: bytes | str) -> Identity:
    """Return the age identity in a file.

    Raises
    ------
    KeyFileError
        When the file is missing, readable by others, not an identity that a passphrase encrypts,
        or when the passphrase does not open it.
    """
    age, secret, data = _age(), _passphrase(passphrase), keys.read_private(path)
    if not data.startswith(HEADER + b"-> scrypt "):
        raise KeyFileError(
            f"{path} is not an age identity that is encrypted with a passphrase.",
            advice="make one with `synthnb key age`",
        )
    try:
        text = bytes(age.passphrase.decrypt(data, secret)).decode()
    except (age.DecryptError, UnicodeDecodeError):
        raise KeyFileError(
            f"{path} does not open: the passphrase is wrong, or the file is damaged.",
            advice="try the passphrase again; a lost one cannot be recovered",
        ) from None
    found = [line for line in text.splitlines() if line and not line.startswith("#")]
    if len(found) != 1:
        raise KeyFileError(f"{path} holds {len(found)} identities, expected one.")
    identity = Identity(found[0])
    _ = identity.key  # says so when it is none
    return identity


def seal(table: bytes, recipient: str) -> bytes:
    """Return a table encrypted to its data key.

    Raises
    ------
    UsageError
        When it is too large, or the recipient is none.
    """
    if len(table) > MAX_TABLE:
        raise UsageError(
            f"The table has {len(table):,} bytes; at most {MAX_TABLE:,} can be encrypted.",
            advice="release it in parts, or as Parquet, which is smaller",
        )
    return _encrypt(table, [recipient])


def unseal(sealed: bytes, key: Identity) -> bytes:
    """Return the table that a data key opens.

    Raises
    ------
    VerificationError
        When the key does not open it, or a byte of it was changed.
    """
    return _decrypt(sealed, key, MAX_TABLE + MAX_TABLE // 1_000 + MAX_KEY, "The encrypted table")


def wrap(key: Identity, recipients: Sequence[str]) -> bytes:
    """Return a data key encrypted so that each of these people can open it alone.

    Raises
    ------
    UsageError
        When there is nobody, too many, or one is no age recipient.
    """
    return _encrypt(key.secret.encode(), recipients)


def unwrap(wrapped: bytes, identity: Identity) -> Identity:
    """Return the data key that was wrapped for the holder of an identity.

    Raises
    ------
    VerificationError
        When it was not, or it was changed.
    """
    text = _decrypt(wrapped, identity, MAX_KEY, "The wrapped key")
    try:
        key = Identity(text.decode())
        _ = key.key
    except (UnicodeDecodeError, KeyFileError):
        raise VerificationError("The wrapped key opens, but holds no key.") from None
    return key


def _encrypt(data: bytes, recipients: Sequence[str]) -> bytes:
    age = _age()
    if not 1 <= len(recipients) <= MAX_RECIPIENTS:
        raise UsageError(f"Expected 1 to {MAX_RECIPIENTS} recipients, got {len(recipients)}.")
    try:
        chosen = [age.x25519.Recipient.from_str(each) for each in recipients]
    except age.RecipientError:
        raise UsageError(
            "One of the recipients is no age recipient.", advice="copy what `synthnb key age` says"
        ) from None
    return bytes(age.encrypt(data, chosen))


def _decrypt(data: bytes, identity: Identity, most: int, what: str) -> bytes:
    age = _age()
    if len(data) > most:
        raise VerificationError(f"{what} is larger than {most:,} bytes.")
    try:
        return bytes(age.decrypt(data, [identity.key]))
    except age.DecryptError:
        raise VerificationError(
            f"{what} does not open: it is for another key, or it was changed."
        ) from None


def _passphrase(passphrase: bytes | str) -> str:
    try:
        return keys.passphrase_bytes(passphrase).decode()
    except UnicodeDecodeError:
        raise KeyFileError("The passphrase is not text in UTF-8.") from None


def _age() -> ModuleType:
    try:
        import pyrage
    except ModuleNotFoundError:
        raise MissingExtraError("pyrage, which encrypts tables,", "access") from None
    return pyrage  # type: ignore[no-any-return]
