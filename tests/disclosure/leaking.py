"""Real records that are made up, and files into which they leak."""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from papers import charter

from synthnb.disclosure import Hit, scan
from synthnb.records import Charter

COLUMNS: list[dict[str, Any]] = [
    {"name": "customer", "type": "category", "roles": ["identifier"]},
    {"name": "income", "type": "number", "label": "Monthly income"},
    {"name": "loan", "type": "number"},
    {"name": "price", "type": "number"},
    {"name": "age", "type": "integer", "roles": ["quasi-identifier"]},
    {"name": "town", "type": "category", "roles": ["protected"]},
    {"name": "ill", "type": "boolean", "roles": ["target"]},
    {"name": "since", "type": "date"},
    {"name": "note", "type": "text", "roles": ["excluded"]},
]
NAMES = [column["name"] for column in COLUMNS]
ASSESSED = NAMES[1:-1]
TOWNS = ("West End", "Riverside", "Old Harbour", "Millbrook")
CHARTER: Charter = charter(columns=COLUMNS, task={"target": "ill", "positive": "true"})


def people(count: int = 600, seed: int = 0) -> pd.DataFrame:
    """Return records of so many people, in the house's types."""
    rng = np.random.default_rng(seed)
    loan = rng.gamma(4, 60, count).round(1)
    days = rng.integers(0, 4000, count)
    words = np.array(
        re.findall(r"\w+", "asked for a refund twice called on Monday wrote back late")
    )
    return pd.DataFrame(
        {
            "customer": [f"C-{number:07d}" for number in rng.permutation(9_000_000)[:count]],
            "income": rng.lognormal(8, 0.5, count).round(2),
            "loan": loan,
            "price": (loan * rng.uniform(1.0, 1.6, count)).round(1),
            "age": rng.integers(18, 90, count).astype(float),
            "town": rng.choice(np.array(TOWNS, dtype=object), count, p=[0.5, 0.3, 0.15, 0.05]),
            "ill": rng.choice(np.array(["true", "false"], dtype=object), count, p=[0.1, 0.9]),
            "since": pd.Timestamp("2010-01-01") + pd.to_timedelta(days, unit="D"),
            "note": [" ".join(rng.permutation(words)) for _ in range(count)],
        }
    )


REAL = people()


def found(
    data: bytes | str, name: str = "page.txt", real: Sequence[pd.DataFrame] = (REAL,), **given: Any
) -> tuple[Hit, ...]:
    """Return the hits in one file."""
    body = data.encode() if isinstance(data, str) else data
    return scan({name: body}, real, CHARTER, **{"minimum_cell": 10, **given})


def kinds(*args: Any, **given: Any) -> set[str]:
    """Return the kinds of hits in one file."""
    return {hit.kind for hit in found(*args, **given)}


def output(kind: str, data: Any) -> dict[str, Any]:
    """Return an output of a cell that displays something of a MIME type."""
    return {"output_type": "display_data", "data": {kind: data}, "metadata": {}}


def notebook(*outputs: dict[str, Any], source: str = "", **metadata: Any) -> bytes:
    """Return a notebook with a harmless first cell, and a second one with these outputs."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# A title\n", "and text"]},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": source, "outputs": [*outputs]},
    ]
    body = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body).encode()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a picture of one pixel with these further chunks."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = chunk(b"IDAT", zlib.compress(b"\0\0"))
    texts = b"".join(chunk(*each) for each in chunks)
    return b"\x89PNG\r\n\x1a\n" + head + texts + pixel + chunk(b"IEND", b"")


def base64_of(data: bytes) -> str:
    """Return bytes as a notebook holds a picture."""
    return base64.b64encode(data).decode()
