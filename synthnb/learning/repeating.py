"""What an interval means: the same question asked of many samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthnb.figures.style import BAD, INK, REAL, Figure, canvas

if TYPE_CHECKING:
    from synthnb.tables import Tables


@dataclass(frozen=True)
class Repeated:
    """Intervals of one share from many samples.

    Parameters
    ----------
    truth : float
        The share in the whole table, which the samples are drawn from.
    intervals : tuple of (float, float)
    level : float
        Confidence of each.
    size : int
        Records of each sample.
    """

    truth: float
    intervals: tuple[tuple[float, float], ...]
    level: float
    size: int

    @property
    def missed(self) -> int:
        """Return how many intervals do not hold the truth."""
        return sum(not low <= self.truth <= high for low, high in self.intervals)

    @property
    def width(self) -> float:
        """Return how wide they are on average."""
        return sum(high - low for low, high in self.intervals) / len(self.intervals)

    def figure(self, shown: int = 60) -> Figure:
        """Draw the first of the intervals, those that miss the truth in another colour and mark."""
        some = self.intervals[:shown]
        title = f"{100 * self.level:.0f} % intervals from samples of {self.size} records"
        alt = (
            f"{title}: {self.missed} of {len(self.intervals)} miss the true share of "
            f"{100 * self.truth:.1f} %; they are {100 * self.width:.1f} points wide on average."
        )
        with canvas("repeated-intervals", title, alt, figsize=(6.4, 2.6)) as drawn:
            axes = drawn.axes
            for at, (low, high) in enumerate(some):
                hit = low <= self.truth <= high
                axes.plot([at, at], [low, high], color=REAL if hit else BAD, lw=1.4 if hit else 2.6)
                if not hit:
                    axes.plot([at], [(low + high) / 2], "X", color=BAD, markersize=6)
            axes.axhline(self.truth, color=INK, linewidth=1, linestyle="--", label="truth")
            axes.plot([], [], "X", color=BAD, label="misses the truth")
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
            axes.set_xlabel("sample")
            axes.set_ylabel("share")
        return drawn.result


def repeat(
    tables: Tables, *, size: int, times: int = 200, level: float = 0.95, seed: int
) -> Repeated:
    """Draw sample after sample and take the interval of the share with the favourable outcome.

    Parameters
    ----------
    tables : Tables
        Train and control together are the whole that samples are drawn from.
    size, times : int
        Records of each sample, drawn with replacement, and how many samples.
    level : float
        Confidence of each interval (Wilson 1927).
    seed : int
    """
    import numpy as np

    from synthnb.privacy.bounds import wilson

    task = tables.charter.task
    assert task is not None  # noqa: S101 -- the practice data have a task
    outcome = [*tables.train[task.target], *tables.control[task.target]]
    truth = sum(value == task.positive for value in outcome) / len(outcome)
    hits = np.random.default_rng([seed, size]).binomial(size, truth, times)
    intervals = tuple(wilson(float(hit) / size, size, level) for hit in hits)
    return Repeated(truth, intervals, level, size)
