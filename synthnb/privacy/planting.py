"""Planting: known training records, changed a little, put into the synthetic table.

Only the scores of the planted records' sources are looked at again: a planted row could come near
to other people too, so the self-test errs on the side of seeing less.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from synthnb.privacy.headline import TESTS, local_ratio, softener
from synthnb.privacy.labels import upper_tail
from synthnb.privacy.scan import Scan, calibrated, thresholds
from synthnb.privacy.views import View

ALPHA = 0.05  # of the three headline tests together


@dataclass(frozen=True)
class Changed:
    """Planted rows, as their sources see them.

    Parameters
    ----------
    source : ndarray of int, shape (m,)
        Record that each was made from.
    distance : ndarray of float, shape (m,)
        Gower distance of the planted row to its source.
    agreement : ndarray of int64, shape (m,)
        Weight of the columns in which it agrees with its source.
    """

    source: np.ndarray
    distance: np.ndarray
    agreement: np.ndarray


def change(view: View, source: np.ndarray, swapped: int, rng: np.random.Generator) -> Changed:
    """Copy records and swap some columns, drawn for each, with a random real record.

    Parameters
    ----------
    view : View
    source : ndarray of int, shape (m,)
        Records to copy.
    swapped : int
        Columns to swap; 0 copies verbatim.
    rng : Generator
    """
    valued, real = view.valued, view.encoded_real
    count = len(view.columns)
    donor = rng.integers(0, len(view.member), len(source))
    taken = np.zeros((count, len(source)), dtype=bool)
    if swapped:
        chosen = rng.permuted(np.tile(np.arange(count)[:, None], len(source)), axis=0)[:swapped]
        np.put_along_axis(taken, chosen, True, axis=0)
    steps = np.zeros(len(source), dtype=np.int64)
    other = np.zeros(len(source), dtype=bool)
    where = {column.name: at for at, column in enumerate(view.columns)}
    for at, column in enumerate(view.encoder.numeric):
        apart = np.abs(real.scaled[at, source].astype(np.int64) - real.scaled[at, donor])
        gap = real.absent[at, source] != real.absent[at, donor]
        unlike = gap | (real.values[at][source] != real.values[at][donor])
        unlike &= taken[where[column.name]]
        steps += np.where(unlike, np.where(gap, real.full[at], apart), 0)
        other |= unlike
    for at, column in enumerate(view.encoder.categorical):
        unlike = real.codes[at, source] != real.codes[at, donor]
        unlike &= taken[where[column.name]]
        steps += np.where(unlike, real.mismatch[at], 0)
        other |= unlike
    steps = np.maximum(steps, other)  # different records are never at distance 0
    changed = taken & (valued.codes[:, source] != valued.codes[:, donor])
    kept = np.where(changed, 0, valued.weight[:, source]).sum(axis=0, dtype=np.int64)
    exact = view.exact
    changed = taken & (exact.codes[:, source] != exact.codes[:, donor])
    more = np.where(changed, 0, exact.weight[:, source]).sum(axis=0, dtype=np.int64)
    kept = np.where(kept > view.agreeing_real[source], np.maximum(kept, more), kept)
    return Changed(source, steps / real.total, kept)


@dataclass(frozen=True)
class Bench:
    """The headline tests, set up to be run again and again with planted records.

    Parameters
    ----------
    view : View
    """

    view: View
    _p: dict[tuple[int, int], float] = field(default_factory=dict)

    def finds(self, member: np.ndarray, planted: Changed) -> bool:
        """Return whether the headline tests find the planted records.

        The tests are those of the real assessment; the scan is calibrated by the exchanges that
        were drawn for it.

        Parameters
        ----------
        member : ndarray of bool, shape (N,)
            Exchanged labels.
        planted : Changed
            Their sources are members.
        """
        view, at = self.view, planted.source
        distance = np.minimum(view.to_synthetic[at], planted.distance)
        copied = view.headline.copied.copy()
        copied[at] = distance == 0
        hits = int(copied.sum())
        if hits and self._tail([hits], [int((copied & member).sum())]) <= ALPHA / TESTS:
            return True
        ratio = local_ratio(view.to_real[at], distance, softener(view.to_real))
        agreement = np.maximum(view.agreeing_synthetic[at], planted.agreement)
        agreement -= view.agreeing_real[at]
        return self._scanned(view.headline.ratio, member, at, ratio) or self._scanned(
            view.headline.agreement, member, at, agreement
        )

    def _scanned(
        self, scan: Scan, member: np.ndarray, source: np.ndarray, score: np.ndarray
    ) -> bool:
        """Return whether a tail scan is significant after some records' scores have changed."""
        stays = np.ones(len(member), dtype=bool)
        stays[source] = False
        stays = stays[scan.order]
        falling, train = scan.falling[stays], member[scan.order][stays]
        planted = np.sort(-score)
        places = np.searchsorted(falling, planted)
        falling = np.insert(falling, places, planted)
        train = np.insert(train, places, True)
        cuts = thresholds(falling)
        if not len(cuts):
            return False
        seen = np.cumsum(train)[cuts - 1]
        return calibrated(self._tail(cuts, seen), scan.null) <= ALPHA / TESTS

    def _tail(self, found: np.ndarray | list[int], seen: np.ndarray | list[int]) -> float:
        """Return the smallest hypergeometric p of some thresholds; each is computed once."""
        pairs = [(int(m), int(k)) for m, k in zip(found, seen, strict=True)]
        new = [pair for pair in pairs if pair not in self._p]
        if new:
            sizes, counts = np.array(new).T
            tails = upper_tail(counts, self.view.member, sizes)
            self._p.update(zip(new, tails.tolist(), strict=True))
        return min(self._p[pair] for pair in pairs)
