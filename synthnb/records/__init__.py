"""The nouns of synthnb as frozen records: no pandas, no files.

Anything that reaches a datasheet is a record: it has a schema version, refuses fields that it
does not know, and comes back unchanged from JSON and YAML.
"""

from __future__ import annotations

from synthnb.records.base import Record, canonical, digest, sha256
from synthnb.records.catalogue import CATALOGUE, Metric, metric
from synthnb.records.charter import Charter, Column, Source, Split, Task, Threshold
from synthnb.records.datasheet import Datasheet, Template
from synthnb.records.evidence import (
    Estimate,
    Evidence,
    Generation,
    Lineage,
    Step,
    TableFact,
    exact,
    interval,
    missing,
)
from synthnb.records.people import Key, Member, People
from synthnb.records.plan import BRING_YOUR_OWN, Condition, External, Guarantee, Plan
from synthnb.records.policy import (
    Approval,
    Case,
    Clause,
    Configuration,
    Policy,
    Rejection,
    Rule,
    When,
)
from synthnb.records.text import read, schema, write
from synthnb.records.threat import Threat
from synthnb.records.verdict import Finding, Verdict

__all__ = [
    "BRING_YOUR_OWN",
    "CATALOGUE",
    "Approval",
    "Case",
    "Charter",
    "Clause",
    "Column",
    "Condition",
    "Configuration",
    "Datasheet",
    "Estimate",
    "Evidence",
    "External",
    "Finding",
    "Generation",
    "Guarantee",
    "Key",
    "Lineage",
    "Member",
    "Metric",
    "People",
    "Plan",
    "Policy",
    "Record",
    "Rejection",
    "Rule",
    "Source",
    "Split",
    "Step",
    "TableFact",
    "Task",
    "Template",
    "Threat",
    "Threshold",
    "Verdict",
    "When",
    "canonical",
    "digest",
    "exact",
    "interval",
    "metric",
    "missing",
    "read",
    "schema",
    "sha256",
    "write",
]
