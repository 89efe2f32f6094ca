"""The one clock: wall time, or ``SOURCE_DATE_EPOCH`` where a build must be reproducible."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from synthnb.errors import UsageError


def now() -> datetime:
    """Return the time in UTC to the second, taken from ``SOURCE_DATE_EPOCH`` when it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, expected whole seconds since 1970.",
            advice="unset it, or set it to the output of `date +%s`",
        ) from exc
