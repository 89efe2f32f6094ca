"""The use cases: decide, run, check, release, verify, take back.

outcomes = workflow.run([dossier])          # execute the notebooks
checked = workflow.check(dossier)           # judge what they measured
workflow.decide(dossier, key, "release")    # approve it, signed over what was judged
released = workflow.release(dossier, keys)  # render, version, sign, write once
report = workflow.verify(released.folder, people)
"""

from __future__ import annotations

from synthnb.workflow.check import Checked, check
from synthnb.workflow.decide import Decided, decide
from synthnb.workflow.demo import demo
from synthnb.workflow.execute import Outcome, copy_notebooks, foreseen, run
from synthnb.workflow.extras import Extras
from synthnb.workflow.gather import accepted_risks
from synthnb.workflow.inclusion import Kept
from synthnb.workflow.models import Trained, register_model, registered
from synthnb.workflow.notices import Withdrawn, countersign, withdraw
from synthnb.workflow.release import Released, release, releases
from synthnb.workflow.replay import Replayed, replay
from synthnb.workflow.retire import retire
from synthnb.workflow.review import Review, review, reviews
from synthnb.workflow.status import Waiting, publish_status, status
from synthnb.workflow.summary import summarise
from synthnb.workflow.threats import Library, Stale, library
from synthnb.workflow.times import trusted_keys
from synthnb.workflow.verify import Beside, Report, people_in, people_near, policy_in, verify

__all__ = [
    "Beside",
    "Checked",
    "Decided",
    "Extras",
    "Kept",
    "Library",
    "Outcome",
    "Released",
    "Replayed",
    "Report",
    "Review",
    "Stale",
    "Trained",
    "Waiting",
    "Withdrawn",
    "accepted_risks",
    "check",
    "copy_notebooks",
    "countersign",
    "decide",
    "demo",
    "foreseen",
    "library",
    "people_in",
    "people_near",
    "policy_in",
    "publish_status",
    "register_model",
    "registered",
    "release",
    "releases",
    "replay",
    "retire",
    "review",
    "reviews",
    "run",
    "status",
    "summarise",
    "trusted_keys",
    "verify",
    "withdraw",
]
