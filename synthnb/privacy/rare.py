"""Agreement on rare values: is somebody recognised by what few people have?"""

from __future__ import annotations

from synthnb.privacy.attack import Attack
from synthnb.privacy.labels import DRAWS
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact


def _measure(view: View) -> tuple[Estimate, ...]:
    return (
        exact(
            "privacy.agreement.p",
            view.headline.agreement.p,
            n=len(view.member),
            method=f"{AGREEMENT.method}: sum of -log frequency over equal columns, best synthetic "
            "row minus best other real record; smallest hypergeometric p over the top 8, 16, 32, "
            f"... scores, calibrated by {DRAWS:,} label exchanges",
            seed=view.seed,
            note="It sees rows that keep a person's rare values even where others were changed.",
        ),
    )


AGREEMENT = Attack(
    id="agreement",
    version="1",
    title="Agreement on rare values",
    knows="every attribute of a person, and how rare each of them is.",
    wants="to recognise the person in a row that was changed in a few places.",
    can="weigh each equal value by its rarity, as record linkage does.",
    cost="two agreement searches",
    criterion="singling out",
    status="headline",
    metrics=("privacy.agreement.p",),
    measure=_measure,
)
