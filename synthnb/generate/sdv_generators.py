"""The generators of the Synthetic Data Vault (SDV), behind one door.

SDV sees columns named ``c0``, ``c1``, … and metadata made from the charter alone: no name and no
range of the data reaches its files, logs or messages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import JsonValue

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.protocol import Context, Parameter, settings
from synthnb.generate.steady import import_sdv, steady
from synthnb.records import Charter, Column, Plan

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
_TABLE = "table"
_SDTYPES = {
    "number": "numerical",
    "integer": "numerical",
    "date": "datetime",
    "category": "categorical",
    "boolean": "categorical",
}
_DISTRIBUTIONS = ("beta", "norm", "truncnorm", "uniform", "gamma", "gaussian_kde")


@dataclass(frozen=True)
class SdvFitted:
    """A fitted synthesizer, and what it takes to read its rows.

    Parameters
    ----------
    name : str
        The generator's id.
    sdv, model : Any
        The package, and the synthesizer; None where every column is constant.
    train : DataFrame
        The training records, for the types and days that rows are cut to.
    columns : tuple of Column
    constants : mapping
        Columns with one value in every training record.
    codes : mapping of str to str
        What SDV calls each learnt column.
    rounded : bool
        Whether SDV rounds numbers.
    """

    name: str
    sdv: Any
    model: Any
    train: pd.DataFrame
    columns: tuple[Column, ...]
    constants: Mapping[str, Any]
    codes: Mapping[str, str]
    rounded: bool
    privacy_loss: ClassVar[None] = None

    @property
    def said(self) -> tuple[str, ...]:
        """Return what is done to every drawn row."""
        said = ["numbers: rounded to the decimals that the training records have"]
        return (*(said if self.rounded else ()), *_restorations(self))

    def sample(self, rows: int, *, seed: int, where: Mapping[str, Any]) -> pd.DataFrame:
        """Return rows drawn by SDV, under given values where there are any.

        Raises
        ------
        GeneratorError
            If SDV cannot draw them.
        """
        import pandas as pd

        given = _without(where, self.constants)
        if self.model is None:
            drawn = pd.DataFrame(index=range(rows))
        else:
            with steady(seed=seed):
                drawn = self._drawn(rows, seed, given)
        return _restored(drawn, self)

    def _drawn(self, rows: int, seed: int, given: Mapping[str, Any]) -> pd.DataFrame:
        def draw() -> Any:
            self.model.reset_sampling()
            self.model._set_random_state(seed)
            if not given:
                return self.model.sample(rows)[_TABLE]
            coded = {self.codes[name]: value for name, value in given.items()}
            wanted = self.sdv.sampling.Condition(coded, num_rows=rows, table_name=_TABLE)
            return self.model.sample_from_conditions([wanted])[_TABLE]

        about = f" with given {', '.join(f'`{name}`' for name in given)}" if given else ""
        advice = (
            "the given values may be too rare to be learnt; ask for fewer such rows, drop the "
            "condition, or use `gaussian-copula`, which draws conditions directly"
            if given
            else "try other parameters, or another generator"
        )
        drawn = _mapped(draw, f"`{self.name}` could not draw rows{about}", advice)
        if len(drawn) != rows:
            raise GeneratorError(
                f"`{self.name}` drew {len(drawn)} of {rows} rows{about}.", advice=advice
            )
        back = {code: name for name, code in self.codes.items()}
        named: pd.DataFrame = drawn.rename(columns=back)[list(self.codes)]
        return named.reset_index(drop=True)


@dataclass(frozen=True)
class SdvGenerator:
    """One single-table synthesizer of SDV 2.

    Parameters
    ----------
    id, title : str
        Its name in a plan, and for people.
    synthesizer : str
        Name of the class in ``sdv.single_table``.
    parameters : mapping of str to Parameter
        Its settings, under SDV's own names.
    """

    id: str
    title: str
    synthesizer: str
    parameters: Mapping[str, Parameter]
    library: str = "sdv"
    licence: str = "BUSL-1.1"
    guarantees: tuple[str, ...] = ("none",)

    def conflicts(self, settings: Mapping[str, JsonValue]) -> Mapping[str, str]:
        """Return what SDV would refuse, or only fail at after minutes of training."""
        size, pac = settings.get("batch_size"), settings.get("pac")
        if not isinstance(size, int) or not isinstance(pac, int):
            return {}
        unit = math.lcm(2, pac)
        if size % unit == 0:
            return {}
        return {
            "batch_size": f"expected an even multiple of `pac` ({pac}), got {size}; "
            f"the next one is {-(-size // unit) * unit}"
        }

    def lacks(self, charter: Charter) -> tuple[Problem, ...]:
        """Return nothing: any charter will do."""
        del charter
        return ()

    def fit(
        self, train: pd.DataFrame, columns: Sequence[Column], plan: Plan, context: Context
    ) -> SdvFitted:
        """Fit SDV's synthesizer to the training records.

        Raises
        ------
        MissingExtraError
            If SDV is not installed.
        GeneratorError
            If SDV cannot learn from the records.
        """
        sdv = import_sdv()
        constants = _constants(train, columns)
        learnt = [column for column in columns if column.name not in constants]
        codes = {column.name: f"c{number}" for number, column in enumerate(learnt)}
        model = None
        if learnt:
            with steady(seed=plan.seed):
                model = self._fit(sdv, train, learnt, codes, plan)
        rounded = settings(self, plan)["enforce_rounding"] and any(
            column.type == "number" for column in learnt
        )
        return SdvFitted(
            self.id, sdv, model, train, tuple(columns), constants, codes, bool(rounded)
        )

    def _fit(
        self,
        sdv: Any,
        train: pd.DataFrame,
        learnt: Sequence[Column],
        codes: Mapping[str, str],
        plan: Plan,
    ) -> Any:
        kinds = {codes[column.name]: {"sdtype": _SDTYPES[column.type]} for column in learnt}
        chosen = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in settings(self, plan).items()
        }
        if "epochs" in self.parameters:
            chosen["enable_gpu"] = False
        frame = train[list(codes)].rename(columns=codes)

        def fit() -> Any:
            metadata = sdv.metadata.Metadata.load_from_dict(
                {"tables": {_TABLE: {"columns": kinds}}}
            )
            model = getattr(sdv.single_table, self.synthesizer)(metadata, **chosen)
            model.fit({_TABLE: frame})
            return model

        return _mapped(
            fit,
            f"`{self.id}` could not learn from the training records",
            "check the column types in charter.yaml, try other parameters, or another generator",
        )


def _mapped(work: Callable[[], T], what: str, advice: str) -> T:
    """Run SDV and raise its errors as ours: SDV's own messages quote values of the data."""
    try:
        return work()
    except Exception as exc:
        kind = type(exc).__name__
    raise GeneratorError(f"{what} ({kind}).", advice=advice)


def _constants(train: pd.DataFrame, columns: Sequence[Column]) -> dict[str, Any]:
    """Return the columns that hold one value, or none, in every training record."""
    found: dict[str, Any] = {}
    for column in columns:
        known = train[column.name].dropna()
        if known.empty:
            found[column.name] = None
        elif len(known) == len(train) and known.nunique() == 1:
            found[column.name] = known.iloc[0]
    return found


def _without(where: Mapping[str, Any], constants: Mapping[str, Any]) -> dict[str, Any]:
    """Return a condition without columns that always hold its value."""
    for name, given in where.items():
        if name in constants and constants[name] != given:
            raise GeneratorError(
                f"A condition asks for a value of `{name}` that no training record has: "
                "the column is the same in all of them.",
                advice="drop the condition from plan.yaml",
            )
    return {name: given for name, given in where.items() if name not in constants}


def _restorations(fitted: SdvFitted) -> list[str]:
    said = []
    for column in fitted.columns:
        if column.name in fitted.constants:
            said.append(f"{column.name}: the same in every training record, put back as it is")
        elif column.type == "date" and _whole_days(fitted.train[column.name]):
            said.append(f"{column.name}: cut to whole days, as in the training records")
    return said


def _restored(drawn: pd.DataFrame, fitted: SdvFitted) -> pd.DataFrame:
    """Put constant columns back, and cut dates to days."""
    import pandas as pd

    made: dict[str, pd.Series] = {}
    for column in fitted.columns:
        name, train = column.name, fitted.train
        if name in fitted.constants:
            made[name] = pd.Series([fitted.constants[name]] * len(drawn), dtype=train[name].dtype)
        elif column.type == "date" and _whole_days(train[name]):
            made[name] = drawn[name].dt.normalize()
        else:
            made[name] = drawn[name]
    return pd.DataFrame(made, columns=[column.name for column in fitted.columns])


def _whole_days(dates: pd.Series) -> bool:
    known = dates.dropna()
    return bool((known == known.dt.normalize()).all())


_RANGE = Parameter(
    "boolean",
    False,
    None,
    None,
    "Keep numbers within the smallest and largest training value; these are then given away, so "
    "prefer public bounds in the charter.",
)
_ROUND = Parameter(
    "boolean", True, None, None, "Round numbers to the decimals that the training records have."
)
_BOTH = {"enforce_min_max_values": _RANGE, "enforce_rounding": _ROUND}
_DISTRIBUTION = Parameter(
    "choice",
    "beta",
    None,
    None,
    "Family of distributions that each numeric column is fitted with.",
    _DISTRIBUTIONS,
)
_NETWORK = {
    "epochs": Parameter("integer", 300, 1, 100_000, "Passes over the training records."),
    "batch_size": Parameter("integer", 500, 2, 100_000, "Records in one training step."),
    "embedding_dim": Parameter("integer", 128, 1, 4096, "Width of the random input."),
}
_GAN = {
    **_NETWORK,
    "pac": Parameter("integer", 10, 1, 100, "Records that the discriminator judges together."),
    "generator_dim": Parameter(
        "integers", [256, 256], 1, 4096, "Width of each hidden layer of the generator."
    ),
    "discriminator_dim": Parameter(
        "integers", [256, 256], 1, 4096, "Width of each hidden layer of the discriminator."
    ),
    "generator_lr": Parameter("number", 2e-4, 1e-8, 1, "Learning rate of the generator."),
    "discriminator_lr": Parameter("number", 2e-4, 1e-8, 1, "Learning rate of the discriminator."),
    "discriminator_steps": Parameter(
        "integer", 1, 1, 100, "Steps of the discriminator for each one of the generator."
    ),
    "log_frequency": Parameter(
        "boolean", True, None, None, "Show rare categories more often during training."
    ),
}

SDV_GENERATORS = (
    SdvGenerator(
        "gaussian-copula",
        "Gaussian copula",
        "GaussianCopulaSynthesizer",
        MappingProxyType({"default_distribution": _DISTRIBUTION, **_BOTH}),
    ),
    SdvGenerator(
        "ctgan",
        "CTGAN (adversarial network)",
        "CTGANSynthesizer",
        MappingProxyType({**_GAN, **_BOTH}),
    ),
    SdvGenerator(
        "tvae",
        "TVAE (variational autoencoder)",
        "TVAESynthesizer",
        MappingProxyType(
            {
                **_NETWORK,
                "compress_dims": Parameter(
                    "integers", [128, 128], 1, 4096, "Width of each hidden layer of the encoder."
                ),
                "decompress_dims": Parameter(
                    "integers", [128, 128], 1, 4096, "Width of each hidden layer of the decoder."
                ),
                "l2scale": Parameter("number", 1e-5, 0, 1, "Strength of regularisation."),
                "loss_factor": Parameter(
                    "number", 2, 0.001, 1000, "Weight of the reconstruction error."
                ),
                **_BOTH,
            }
        ),
    ),
    SdvGenerator(
        "copula-gan",
        "CopulaGAN (adversarial network on copula-transformed numbers)",
        "CopulaGANSynthesizer",
        MappingProxyType({**_GAN, "default_distribution": _DISTRIBUTION, **_BOTH}),
    ),
)
