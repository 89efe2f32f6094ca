"""The people of a workspace: who they are, what they may do, and the keys that prove it."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from synthnb.records.base import SCHEMA_VERSION, Fault, FaultsError, Prose, Record
from synthnb.records.guidance import why


def _ed25519(text: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32 or base64.b64encode(raw).decode() != text:
        raise ValueError("expected an Ed25519 public key: 32 bytes in base64")
    return text


PublicKey = Annotated[str, AfterValidator(_ed25519)]

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _age(text: str) -> str:
    """Check a recipient of age: bech32 (BIP 173) of 32 bytes under the prefix `age`."""
    prefix, _, coded = text.rpartition("1")
    values = [_BECH32.find(sign) for sign in coded]
    # 32 bytes are 52 groups of five bits, the last four bits zero; six groups are the checksum.
    if prefix != "age" or len(values) != 58 or -1 in values or values[51] & 0b1111:
        raise ValueError("expected an age recipient: `age1` and 58 lower-case letters and digits")
    check = 1
    for value in (*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values):
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for place, step in enumerate(_STEPS):
            check ^= step if top >> place & 1 else 0
    if check != 1:
        raise ValueError("is no age recipient: its checksum is wrong; copy it again")
    return text


AgeRecipient = Annotated[str, AfterValidator(_age)]
"""The public half of an age identity, which tables and their keys are encrypted to."""


class Key(Record):
    """A public key and when it may be trusted."""

    public: PublicKey = Field(
        description="Ed25519 public key, 32 bytes in base64",
        examples=["44 characters from `synthnb key show`"],
        json_schema_extra=why("Whoever holds the private half speaks for this person."),
    )
    valid_from: date | None = Field(
        None,
        description="First day on which a signature counts",
        examples=["2026-11-01"],
        json_schema_extra=why("Nothing signed before the key was handed out can be genuine."),
    )
    valid_until: date | None = Field(
        None,
        description="Last day on which a signature counts",
        examples=["2027-10-31"],
        json_schema_extra=why("A key that is lost unseen does no harm for ever."),
    )
    revoked: date | None = Field(
        None,
        description="Day from which it is not trusted any more",
        examples=["2026-12-01"],
        json_schema_extra=why("Leave the key here: what it signed before still has to verify."),
    )

    def trusted_on(self, day: date) -> bool:
        """Return whether the key may be trusted on a day."""
        return not self.objection(day)

    def objection(self, day: date) -> str:
        """Return why the key may not be trusted on a day; nothing when it may."""
        if self.revoked is not None and day >= self.revoked:
            return f"was revoked on {self.revoked}"
        if self.valid_until is not None and day > self.valid_until:
            return f"expired on {self.valid_until}"
        if self.valid_from is not None and day < self.valid_from:
            return f"is not valid before {self.valid_from}"
        return ""


class Member(Record):
    """One person of the organisation."""

    name: Prose = Field(
        description="Name, spelt as in charters and plans",
        examples=["Pat Privacy"],
        json_schema_extra=why("An author is told from an approver by the name."),
    )
    roles: tuple[Prose, ...] = Field(
        min_length=1,
        description="What this person may decide, in the words of the policy",
        examples=[["privacy officer"]],
        json_schema_extra=why("The policy says which roles approve what.", "role"),
    )
    keys: tuple[Key, ...] = Field(
        (),
        description="Keys that this person signs with, old ones too",
        json_schema_extra=why("A decision counts if it is signed by a key that is here."),
    )
    age: Annotated[str, AfterValidator(lambda text: text and _age(text))] = Field(
        "",
        description="age recipient, for encrypted tables; `synthnb key age` makes one",
        examples=["age1 and 58 characters from `synthnb key age`"],
        json_schema_extra=why("Tables that are granted to this person are encrypted to it."),
    )


class People(Record):
    """Everybody who may act in a workspace."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    members: tuple[Member, ...] = Field(
        (),
        description="One entry for each person",
        json_schema_extra=why("Who is not listed can neither approve nor be asked."),
    )

    def holder(self, public: str) -> Member | None:
        """Return who holds a public key, if anybody does."""
        return next((m for m in self.members if any(key.public == public for key in m.keys)), None)

    def key(self, public: str) -> Key | None:
        """Return a key by its public half, if anybody holds it."""
        keys = (key for member in self.members for key in member.keys)
        return next((key for key in keys if key.public == public), None)

    def member(self, name: str) -> Member | None:
        """Return who has a name, if anybody does."""
        return next((member for member in self.members if member.name == name), None)

    def reader(self, recipient: str) -> Member | None:
        """Return whose age recipient it is, if it is anybody's."""
        return next((m for m in self.members if m.age and m.age == recipient), None)

    @property
    def publics(self) -> dict[str, str]:
        """Return every public key and whose it is, valid or not."""
        return {key.public: member.name for member in self.members for key in member.keys}

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        faults: list[Fault] = []
        names: set[str] = set()
        publics: set[str] = set()
        readers: set[str] = set()
        for number, member in enumerate(self.members):
            if member.name in names:
                faults.append((("members", number, "name"), "this name is listed twice"))
            names.add(member.name)
            if member.age and member.age in readers:
                said = "this recipient is listed twice; it is one person's"
                faults.append((("members", number, "age"), said))
            readers.add(member.age)
            for place, key in enumerate(member.keys):
                if key.public in publics:
                    where = ("members", number, "keys", place, "public")
                    faults.append((where, "this key is listed twice; it would count twice"))
                publics.add(key.public)
        if faults:
            raise FaultsError(faults)
        return self
