"""What the command line prints, by what it is about."""

from __future__ import annotations

from synthnb.printing.access import accesses, opened, sealed
from synthnb.printing.assess import foreseen, outcomes, reviews, verdict, verdict_json
from synthnb.printing.console import done, error, progress, say
from synthnb.printing.decisions import accepted, decided, retired, rooms, status, withdrawn
from synthnb.printing.history import budget, held, log, models
from synthnb.printing.incidents import incident_done, incident_list, incident_story
from synthnb.printing.library import generators, key, metrics, threat, threats
from synthnb.printing.releases import demo, released, report, report_json
from synthnb.printing.training import training
from synthnb.printing.tuning import sweep, trials

__all__ = [
    "accepted",
    "accesses",
    "budget",
    "decided",
    "demo",
    "done",
    "error",
    "foreseen",
    "generators",
    "held",
    "incident_done",
    "incident_list",
    "incident_story",
    "key",
    "log",
    "metrics",
    "models",
    "opened",
    "outcomes",
    "progress",
    "released",
    "report",
    "report_json",
    "retired",
    "reviews",
    "rooms",
    "say",
    "sealed",
    "status",
    "sweep",
    "threat",
    "threats",
    "training",
    "trials",
    "verdict",
    "verdict_json",
    "withdrawn",
]
