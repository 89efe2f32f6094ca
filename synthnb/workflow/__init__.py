"""The use cases: run, check, release, verify.

outcomes = workflow.run([dossier])          # execute the notebooks
checked = workflow.check(dossier)           # judge what they measured
released = workflow.release(dossier, keys)  # render, version, sign, write once
report = workflow.verify(released.folder, trusted)
"""

from __future__ import annotations

from synthnb.workflow.check import Checked, check
from synthnb.workflow.demo import demo
from synthnb.workflow.execute import Outcome, copy_notebooks, run
from synthnb.workflow.models import Trained, register_model, registered
from synthnb.workflow.release import Released, release, releases
from synthnb.workflow.review import Review, review, reviews
from synthnb.workflow.threats import Library, Stale, library
from synthnb.workflow.verify import Report, people_in, people_near, trusted_keys, verify

__all__ = [
    "Checked",
    "Library",
    "Outcome",
    "Released",
    "Report",
    "Review",
    "Stale",
    "Trained",
    "check",
    "copy_notebooks",
    "demo",
    "library",
    "people_in",
    "people_near",
    "register_model",
    "registered",
    "release",
    "releases",
    "review",
    "reviews",
    "run",
    "trusted_keys",
    "verify",
]
