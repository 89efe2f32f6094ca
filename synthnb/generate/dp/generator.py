"""Two differentially private generators: a spanning tree, and a tree around the target.

``dp-mst`` measures the pairs of a tree of columns, chosen under the budget for how far they are
from independent. ``dp-tree`` measures every column with the public target and a tree of triples, so
that what the target has to do with each column, protected ones included, is kept.

Source: McKenna, Miklau and Sheldon (2021), Winning the NIST Contest, JPC 11(3), for the tree of
marginals that is chosen and measured privately.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import JsonValue

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.protocol import Context, Parameter, Unconditional, settings
from synthnb.records import Charge, Charter, Column, Plan, PrivacyLoss, Spent, digest, sha256
from synthnb.zcdp import epsilon_of, rho_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from synthnb.generate.dp.domain import Axis
    from synthnb.generate.dp.measuring import Measured
    from synthnb.generate.dp.model import Model

_PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "epsilon": Parameter(
            "number", 1.0, 0.01, 20, "Privacy loss: the smaller, the better protected."
        ),
        "delta": Parameter(
            "number", 1e-6, 1e-15, 1e-3, "Probability with which epsilon may be passed."
        ),
        "max_bins": Parameter(
            "integer", 16, 2, 64, "Groups into which a numeric column is merged, at most."
        ),
        "contributions": Parameter(
            "integer", 1, 1, 100, "Rows of one privacy unit that count; further ones are left out."
        ),
    }
)
_UNIT = "everything that the table tells about one {unit}: at most {rows} of the training records"
_ADJACENCY = (
    "tables that differ by all counted records of one unit, added or removed, within the training "
    "part; how the records were divided into parts beforehand is not covered"
)


@dataclass(frozen=True)
class DpGenerator:
    """A differentially private generator on OpenDP's measurements.

    Parameters
    ----------
    id, title : str
    around_target : bool
        Whether the charter's target is public and measured with every column.
    """

    id: str
    title: str
    around_target: bool
    library: ClassVar[str] = "opendp"
    licence: ClassVar[str] = "MIT"
    guarantees: ClassVar[tuple[str, ...]] = ("differential-privacy",)
    parameters: ClassVar[Mapping[str, Parameter]] = _PARAMETERS

    def conflicts(self, settings: Mapping[str, JsonValue]) -> Mapping[str, str]:
        """Return nothing: any allowed settings go together."""
        return {}

    def lacks(self, charter: Charter) -> tuple[Problem, ...]:
        """Return what the charter must say before this generator can work."""
        from synthnb.generate.dp.domain import lacking

        return (*lacking(charter.assessed, charter), *self._edge_problems(charter))

    def _edge_problems(self, charter: Charter) -> Iterator[Problem]:
        names = {column.name for column in charter.assessed}
        target = charter.task.target if charter.task is not None else None
        if self.around_target and target not in names:
            yield Problem(
                "charter.yaml: task", f"`{self.id}` needs a target among the assessed columns"
            )
        part = {name: name for name in names}
        for number, (a, b) in enumerate(charter.public.edges if charter.public else ()):
            where = f"charter.yaml: public.edges[{number}]"
            if not {a, b} <= names:
                yield Problem(where, "names a column that is not assessed")
            elif self.around_target and target not in (a, b):
                yield Problem(
                    where, f"`{self.id}` keeps relations with the target; use `dp-mst` for others"
                )
            elif not self.around_target and part[a] == part[b]:
                yield Problem(where, "closes a circle; public edges must form a forest")
            else:
                old = part[a]
                part = {name: part[b] if each == old else each for name, each in part.items()}

    def fit(
        self, train: pd.DataFrame, columns: Sequence[Column], plan: Plan, context: Context
    ) -> DpFitted:
        """Charge the loss, measure once, and return what rows are drawn from for free.

        Measurements that the archive holds are used again, and nothing is charged.

        Raises
        ------
        GeneratorError
            If the charter lacks public inputs, or there is no budget to charge.
        BudgetError
            If the budget does not allow it.
        """
        from synthnb.generate.dp.domain import axes as make_axes
        from synthnb.generate.dp.domain import public_digest
        from synthnb.generate.dp.model import fit

        charter, chosen = context.charter, settings(self, plan)
        problems = [*self.lacks(charter)]
        if int(str(chosen["contributions"])) > 1 and context.units is None:
            problems.append(
                Problem(
                    "parameters.contributions",
                    "is above 1, but charter.yaml names no `split.unit`: each row is a unit",
                )
            )
        if context.charge is None:
            problems.append(Problem("budget", "there is none to charge; use `synthnb run`"))
        if problems:
            raise GeneratorError(
                f"`{self.id}` cannot start.", problems, advice="complete charter.yaml and plan.yaml"
            )
        assert charter.public is not None  # noqa: S101 -- `lacks` was asked
        axes = make_axes(columns, charter)
        target = charter.task.target if self.around_target and charter.task else None
        edges = () if self.around_target else charter.public.edges
        known = public_digest(axes, edges, target)
        key = self._key(train, columns, chosen, known, context)
        text = self._text(train, axes, chosen, (edges, target), key, context)
        measured = _read(text, key)
        loss = self._loss(measured, axes, chosen, (edges, target), known, context, text)
        return DpFitted(fit(measured, axes, target), tuple(columns), loss)

    def _key(
        self,
        train: pd.DataFrame,
        columns: Sequence[Column],
        chosen: Mapping[str, JsonValue],
        known: str,
        context: Context,
    ) -> str:
        """Return what measurements are filed under: everything that they depend on."""
        import numpy as np

        from synthnb.generate.dp.measuring import VERSION
        from synthnb.tables import content_digest

        units = (
            "" if context.units is None else sha256("\n".join(map(str, np.ravel(context.units))))
        )
        content = content_digest(train, columns)
        dataset = context.charter.real.dataset
        return digest(
            [self.id, VERSION, dict(chosen), known, content, sha256("\n".join(units)), dataset]
        )

    def _text(
        self,
        train: pd.DataFrame,
        axes: Mapping[str, Axis],
        chosen: Mapping[str, JsonValue],
        public: tuple[Sequence[tuple[str, str]], str | None],
        key: str,
        context: Context,
    ) -> str:
        from synthnb.generate.dp.accounting import opendp
        from synthnb.generate.dp.measuring import Design, measure

        kept = None if context.archive is None else context.archive.load(key)
        if kept is not None:
            return kept
        opendp()  # whether it is there must be known before anything is charged
        epsilon, delta, most, rows = _numbers(chosen)
        total = Fraction(rho_of(epsilon, delta))
        assert context.charge is not None  # noqa: S101 -- `fit` made sure
        context.charge(
            Charge(
                dataset=context.charter.real.dataset,
                rho=str(total),
                epsilon=epsilon,
                delta=delta,
                mechanism=self.title,
                what=f"{context.charter.name}: measurements {key[:12]}",
            )
        )
        counted = train.iloc[_counted(train, context.units, rows)]
        cells = {name: axis.encode(counted[name]) for name, axis in axes.items()}
        design = Design(total, rows, most, public[0], public[1])
        text = measure(cells, axes, design).text(key)
        if context.archive is not None:
            context.archive.save(key, text)
        return text

    def _loss(
        self,
        measured: Measured,
        axes: Mapping[str, Axis],
        chosen: Mapping[str, JsonValue],
        public: tuple[Sequence[tuple[str, str]], str | None],
        known: str,
        context: Context,
        text: str,
    ) -> PrivacyLoss:
        from importlib.metadata import version

        from synthnb.generate.dp.domain import sentences

        epsilon, delta, _, rows = _numbers(chosen)
        charter, (edges, target) = context.charter, public
        assert charter.public is not None  # noqa: S101 -- `lacks` was asked
        steps = tuple(
            Spent(step=name, rho=float(Fraction(rho)), scale=scale)
            for name, rho, scale in measured.steps
        )
        spent = float(sum(Fraction(rho) for _, rho, _ in measured.steps))
        assert epsilon_of(spent, delta) <= epsilon + 1e-9  # noqa: S101 -- the promise itself
        links = [(*edge, *([target] if target is not None else [])) for edge in measured.tables]
        if target is not None:
            links = [(name, target) for name in measured.target] + links
        unit = charter.split.unit or "record"
        return PrivacyLoss(
            mechanism=self.title,
            unit=_UNIT.format(unit=unit, rows=rows),
            adjacency=_ADJACENCY,
            epsilon=epsilon,
            delta=delta,
            rho=spent,
            steps=steps,
            accountant=(
                f"zero-concentrated differential privacy: exact sum of the privacy maps of OpenDP "
                f"{version('opendp')} (Bun and Steinke 2016), converted to epsilon and delta after "
                "Canonne, Kamath and Steinke (2020)"
            ),
            edges=tuple(tuple(axes[name].title for name in link) for link in links),
            public=sentences(dict(axes), edges, target, charter.public.statement),
            public_digest=known,
            attested_by=charter.public.attested_by,
            dataset=charter.real.dataset,
            measurements=sha256(text),
        )


def _numbers(chosen: Mapping[str, Any]) -> tuple[float, float, int, int]:
    return (
        float(chosen["epsilon"]),
        float(chosen["delta"]),
        int(chosen["max_bins"]),
        int(chosen["contributions"]),
    )


def _counted(train: pd.DataFrame, units: np.ndarray | None, rows: int) -> np.ndarray:
    """Return the places of the records that count: the first ones of each unit."""
    import numpy as np
    import pandas as pd

    if units is None:
        return np.arange(len(train))
    order = pd.Series(units).groupby(units).cumcount().to_numpy()
    return np.flatnonzero(order < rows)


def _read(text: str, key: str) -> Measured:
    from synthnb.generate.dp.measuring import Measured

    try:
        return Measured.read(text, key)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise GeneratorError(
            "The archived noisy measurements are not what this plan saved.",
            advice="restore the dossier's folder `measurements` from a backup; removing the file "
            "means measuring, and paying, again",
        ) from None


@dataclass(frozen=True)
class DpFitted:
    """A tree of noisy tables; drawing from it costs nothing."""

    model: Model
    columns: tuple[Column, ...]
    privacy_loss: PrivacyLoss

    @property
    def said(self) -> tuple[str, ...]:
        """Return what holds for every drawn row."""
        return (
            "numbers: drawn evenly within the cells of a public grid",
            "categories that are not public, and missing cells: both come out as missing",
        )

    def sample(self, rows: int, *, seed: int, where: Mapping[str, Any]) -> pd.DataFrame:
        """Return rows; given values are left to the house.

        Raises
        ------
        Unconditional
            Where values are given.
        """
        import numpy as np
        import pandas as pd

        if where:
            raise Unconditional
        rng = np.random.default_rng(seed)
        groups = self.model.groups(rows, rng)
        made = {}
        for name, axis in self.model.axes.items():
            cells = self.model.cells(name, groups[name], rng)
            kind = "float64" if axis.numeric else object
            made[name] = pd.Series(axis.decode(cells, rng), dtype=kind)
        return pd.DataFrame(made)[[column.name for column in self.columns]]


MST = DpGenerator("dp-mst", "Differentially private spanning tree (MST)", False)
TREE = DpGenerator("dp-tree", "Differentially private tree around the target", True)
