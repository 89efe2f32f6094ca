"""Tables: reading them as the charter describes, splitting them once, comparing their rows.

from synthnb.tables import load

tables = load(charter, folder)          # train, control, and whatever else there is
frame = read_table(path, charter.assessed, name="synthetic")
"""

from __future__ import annotations

from synthnb.tables.data import Tables
from synthnb.tables.load import load, read_synthetic
from synthnb.tables.read import content_digest, file_digest, read_table
from synthnb.tables.split import Parts, split
from synthnb.tables.survey import Surveyed, survey
from synthnb.tables.write import write_table

__all__ = [
    "Parts",
    "Surveyed",
    "Tables",
    "content_digest",
    "file_digest",
    "load",
    "read_synthetic",
    "read_table",
    "split",
    "survey",
    "write_table",
]
