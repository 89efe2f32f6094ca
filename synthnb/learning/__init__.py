"""Learning by doing: workshops on public data, and who completed which.

    workshop = learning.Workshop("reading-privacy-metrics", folder=".", person="Pat Privacy")
    bench = learning.Bench(learning.practice("loanapp", seed=0), seed=0)
    workshop.slider("Records planted", range(0, 51, 5), 20, bench.tests)
    workshop.check(questions)                      # records who answered everything
    learning.standings(Workspace.find(Path(".")))  # and who has not, yet

The workshops are notebooks in `notebooks/workshops`; `synthnb notebooks --workshops` copies them
into a workspace. Where nobody sits at the notebook, sliders show one place and the self-check shows
its questions; nothing is recorded.
"""

from __future__ import annotations

from synthnb.learning.keeping import (
    WORKSHOPS,
    Standing,
    Taught,
    copy_workshops,
    record,
    standings,
    taught,
)
from synthnb.learning.leaks import Bench, Seen
from synthnb.learning.practice import practice, table
from synthnb.learning.quiz import Answered, Question, Quiz
from synthnb.learning.repeating import Repeated, repeat
from synthnb.learning.sweeping import sweep, trial_card, trials_table
from synthnb.learning.workshop import Workshop

__all__ = [
    "WORKSHOPS",
    "Answered",
    "Bench",
    "Question",
    "Quiz",
    "Repeated",
    "Seen",
    "Standing",
    "Taught",
    "Workshop",
    "copy_workshops",
    "practice",
    "record",
    "repeat",
    "standings",
    "sweep",
    "table",
    "taught",
    "trial_card",
    "trials_table",
]
