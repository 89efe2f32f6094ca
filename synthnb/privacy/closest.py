"""Distance to the closest record: do synthetic rows lie nearer to train than to control?"""

from __future__ import annotations

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, Z
from synthnb.privacy.views import View
from synthnb.records import Estimate, interval
from synthnb.tables.gower import credit


def _measure(view: View) -> tuple[Estimate, ...]:
    votes = credit(view.encoded_synthetic, view.encoded_real) / len(view.synthetic)
    share = float(votes[view.member].sum())
    chance, spread = view.labels.moments(votes)
    half = Z * spread
    return (
        interval(
            "privacy.distance.share",
            share,
            max(0.0, share - half),
            min(1.0, share + half),
            n=len(view.synthetic),
            method=f"{CLOSEST.method}: Gower distance; records equally near share the credit; "
            "interval from the variance under exchange of train and control labels",
            baseline=chance,
            level=CONFIDENCE,
            note=f"Chance would give {100 * chance:.1f} % with these table sizes; the share is "
            f"{100 * (share - chance):+.1f} points from it. This share has little power: it never "
            "shows that a table is safe.",
        ),
    )


CLOSEST = Attack(
    id="distance",
    version="1",
    title="Distance to the closest record",
    knows="nothing about anyone; this is the yardstick that is customary, not an attacker.",
    wants="to see whether synthetic rows crowd around the records that the generator saw.",
    can="measure distances between synthetic and real rows.",
    cost="one neighbour search",
    criterion="singling out",
    status="description",
    metrics=("privacy.distance.share",),
    measure=_measure,
)
