"""The nouns of synthnb as frozen records: no pandas, no files.

Anything that reaches a datasheet is a record: it has a schema version, refuses fields that it
does not know, and comes back unchanged from JSON and YAML.
"""

from __future__ import annotations

from synthnb.records.access import AccessRules, Grant
from synthnb.records.base import Record, canonical, digest, sha256
from synthnb.records.catalogue import CATALOGUE, Metric, metric
from synthnb.records.charter import Charter, Column
from synthnb.records.charter_parts import Source, Split, Task, Threshold
from synthnb.records.constraint import Constraint, PublicDomain
from synthnb.records.datasheet import Datasheet, Template
from synthnb.records.decision import Decision, Opinion, Standing, StatusList, Withdrawal
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
from synthnb.records.feedback import Feedback
from synthnb.records.incident import Incident, IncidentDraft, Update
from synthnb.records.mitigation import (
    Blend,
    Change,
    Condition,
    Enforce,
    GroupShare,
    Mitigation,
    Scenario,
    Stratify,
)
from synthnb.records.model import Model
from synthnb.records.people import Key, Member, People
from synthnb.records.plan import BRING_YOUR_OWN, External, Guarantee, Plan
from synthnb.records.policy import (
    Approval,
    Budget,
    Case,
    Clause,
    Configuration,
    Notification,
    Policy,
    Rejection,
    Rule,
    When,
)
from synthnb.records.privacy_loss import Charge, PrivacyLoss, Spent
from synthnb.records.text import filled, read, schema, write
from synthnb.records.threat import Threat
from synthnb.records.tuning import Score, Trial, Tuning
from synthnb.records.verdict import Finding, Verdict

__all__ = [
    "BRING_YOUR_OWN",
    "CATALOGUE",
    "AccessRules",
    "Approval",
    "Blend",
    "Budget",
    "Case",
    "Change",
    "Charge",
    "Charter",
    "Clause",
    "Column",
    "Condition",
    "Configuration",
    "Constraint",
    "Datasheet",
    "Decision",
    "Enforce",
    "Estimate",
    "Evidence",
    "External",
    "Feedback",
    "Finding",
    "Generation",
    "Grant",
    "GroupShare",
    "Guarantee",
    "Incident",
    "IncidentDraft",
    "Key",
    "Lineage",
    "Member",
    "Metric",
    "Mitigation",
    "Model",
    "Notification",
    "Opinion",
    "People",
    "Plan",
    "Policy",
    "PrivacyLoss",
    "PublicDomain",
    "Record",
    "Rejection",
    "Rule",
    "Scenario",
    "Score",
    "Source",
    "Spent",
    "Split",
    "Standing",
    "StatusList",
    "Step",
    "Stratify",
    "TableFact",
    "Task",
    "Template",
    "Threat",
    "Threshold",
    "Trial",
    "Tuning",
    "Update",
    "Verdict",
    "When",
    "Withdrawal",
    "canonical",
    "digest",
    "exact",
    "filled",
    "interval",
    "metric",
    "missing",
    "read",
    "schema",
    "sha256",
    "write",
]
