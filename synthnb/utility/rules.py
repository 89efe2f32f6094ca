"""Do the rows keep the charter's rules between columns?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthnb.records import Estimate, exact
from synthnb.tables import Tables
from synthnb.tables.constraints import broken

VIOLATIONS = "utility.rule.violations"
_METHOD = (
    "share of the synthetic rows that break the rule; the baseline is that of the real records"
)


def rules(tables: Tables, *, minimum_cell: int) -> tuple[Estimate, ...]:
    """Return the share of synthetic rows that break each rule of the charter.

    Parameters
    ----------
    tables : Tables
    minimum_cell : int
        The share of real records is not shown where it would tell of fewer people.

    Returns
    -------
    tuple of Estimate
        `utility.rule.violations` for each rule; nothing where the charter states none.
    """
    columns = {column.name: column for column in tables.columns}
    real = pd.concat([tables.train, tables.control], ignore_index=True)
    found = []
    for rule in tables.charter.constraints:
        count = int(broken(real, rule, columns).sum())
        shown = count == 0 or minimum_cell <= count <= len(real) - minimum_cell
        said = "real records break this rule too: it may be wrong"
        note = said if count >= minimum_cell else ""
        found.append(
            exact(
                VIOLATIONS,
                float(np.mean(broken(tables.made, rule, columns))),
                n=len(tables.made),
                method=_METHOD,
                baseline=count / len(real) if shown else None,
                note=note,
                rule=rule.title,
            )
        )
    return tuple(found)
