"""Which trials nobody beats, and which one to recommend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthnb.records import Trial, Tuning, metric


def front(trials: Sequence[Trial]) -> tuple[int, ...]:
    """Return the trials that no other matches in everything and beats in something.

    Source: Pareto dominance, as in Deb et al. (2002), IEEE Trans. Evolutionary Computation 6.
    """
    done = [trial for trial in trials if trial.scores]
    values = np.asarray([[score.value for score in trial.scores] for trial in done])
    kept = []
    for place, trial in enumerate(done):
        no_worse = (values <= values[place]).all(axis=1)
        better = (values < values[place]).any(axis=1)
        if not (no_worse & better).any():
            kept.append(trial.number)
    return tuple(kept)


def recommended(trials: Sequence[Trial], on_front: Sequence[int]) -> int | None:
    """Return the trial of the front that is nearest to the best value of every objective at once.

    Each objective is scaled by its range over the front; the distance is Euclidean; the earlier
    trial wins a tie.

    Source: compromise programming; Zeleny (1973), Multiple Criteria Decision Making.
    """
    best = [trial for trial in trials if trial.number in set(on_front)]
    if not best:
        return None
    values = np.asarray([[score.value for score in trial.scores] for trial in best])
    width = np.ptp(values, axis=0)
    scaled = (values - values.min(axis=0)) / np.where(width > 0, width, 1)
    return best[int(np.argmin(np.sqrt((scaled**2).sum(axis=1))))].number


def reasons(tuning: Tuning) -> tuple[str, ...]:
    """Return why the recommended trial was chosen, in sentences."""
    if tuning.recommended is None:
        return ("No trial could be measured, so nothing is recommended.",)
    trial = tuning.trial(tuning.recommended)
    scores = "; ".join(
        f"{metric(each.metric).title.lower()} "
        f"{metric(each.metric).show_with_interval(each.value, each.low, each.high)}"
        + (f" for {each.about}" if each.about else "")
        for each in trial.scores
    )
    others = len(tuning.front) - 1
    return (
        f"A sweep tried {len(tuning.trials)} approved configurations ({tuning.failed} failed) on "
        f"{tuning.fit_rows} records and measured them on {tuning.test_rows} others, all from the "
        "tuning part.",
        f"Trial {trial.number} is on the front with {others} others and nearest to the best value "
        "of every objective at once (compromise programming, each objective scaled by its range "
        f"over the front): {scores}.",
        "These are numbers of one trial on few records, and the best of many look better than "
        "they are; the assessment uses control records that the sweep never touched.",
    )
