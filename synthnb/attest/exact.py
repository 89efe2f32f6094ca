"""Reading JSON that must equal, byte for byte, what this house would have written.

Nothing that is verified is ever written anew: what was parsed is encoded again and compared, so
that a text has one reading and one spelling only.
"""

from __future__ import annotations

import json
from typing import Any

from synthnb.errors import VerificationError
from synthnb.records import canonical

MAX_BYTES = 8_000_000


def load(data: bytes, what: str, end: bytes = b"") -> Any:
    """Parse canonical JSON, and nothing else.

    Parameters
    ----------
    data : bytes
        At most 8 MB.
    what : str
        What to call it in messages.
    end : bytes
        What must follow the JSON text.

    Raises
    ------
    VerificationError
        When it is not JSON, or not the canonical spelling of what it holds: duplicate keys, other
        order, other spelling of numbers or strings, spaces, anything before or after it.
    """
    if len(data) > MAX_BYTES:
        raise VerificationError(f"{what} is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        value = json.loads(data.decode())
    except RecursionError:
        raise VerificationError(f"{what} is nested too deep.") from None
    except ValueError as exc:
        raise VerificationError(f"{what} is not JSON.") from exc
    if spell(value, what) + end != data:
        raise VerificationError(
            f"{what} is not in canonical form.",
            advice="it was edited or rewritten by another program; get the release again",
        )
    return value


def spell(value: Any, what: str) -> bytes:
    """Return the canonical bytes of a value, or say that it has none."""
    try:
        return canonical(value).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        raise VerificationError(f"{what} holds a value that has no canonical form.") from exc
