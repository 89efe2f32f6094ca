"""Why a question is asked, and what may be chosen: what a form says beside a field.

    purpose: Prose = Field(examples=["To teach …"], json_schema_extra=why("The verdict depends …"))

It stands in the published JSON Schema too, as `why`, `choose` and `examples`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

Choosable = Literal["column", "constraint", "generator", "person", "release", "role", "rule"]
"""What a workspace knows by name."""


def why(reason: str, choose: Choosable | None = None) -> dict[str, JsonValue]:
    """Return what goes into `json_schema_extra` of a field.

    Parameters
    ----------
    reason : str
        Why this is asked: what becomes of the answer, in a sentence.
    choose : Choosable, optional
        Names of what are asked for, so that a form can offer those that there are.

    Examples
    --------
    >>> why("The privacy audit starts there.", "column")
    {'why': 'The privacy audit starts there.', 'choose': 'column'}
    """
    return {"why": reason, **({"choose": choose} if choose else {})}
