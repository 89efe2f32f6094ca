"""What may be tried: the policy's approved configurations, as a search space."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from synthnb import generate
from synthnb.errors import UsageError
from synthnb.generate import Generator, Parameter
from synthnb.records import BRING_YOUR_OWN, Charter, Configuration, Policy
from synthnb.records.policy import Range

CHEAP = {"epochs": 300, "batch_size": 500}
"""Trials learn from few records and are many: settings that cost time stay below these."""

_DECADES = 2  # a range that spans more is searched on a log scale


@dataclass(frozen=True)
class Choice:
    """One approved configuration, with its generator."""

    configuration: Configuration
    generator: Generator

    def suggest(self, trial: Any) -> dict[str, Any]:
        """Return parameters that an Optuna trial proposes within the approved ranges."""
        found: dict[str, Any] = {}
        for name, allowed in sorted(self.configuration.parameters.items()):
            known = self.generator.parameters[name]
            label = f"{self.configuration.id}.{name}"
            found[name] = _suggested(trial, label, allowed, known, CHEAP.get(name))
        chosen = {name: value for name, value in found.items() if value is not None}
        return chosen | self._whole_batches(chosen)

    def _whole_batches(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """Return a batch size that SDV's networks accept: an even multiple of `pac`."""
        defaults = {name: each.default for name, each in self.generator.parameters.items()}
        size, pac = ({**defaults, **chosen}.get(name) for name in ("batch_size", "pac"))
        allowed = self.configuration.parameters.get("batch_size")
        if not isinstance(size, int) or not isinstance(pac, int) or allowed is None:
            return {}
        unit = math.lcm(2, pac)
        near = -(-size // unit) * unit
        near = near if allowed.allows(near) else near - unit
        return {"batch_size": near}


def choices(
    policy: Policy, charter: Charter, only: Sequence[str] = ()
) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """Return the configurations that can be tried, and in sentences those that cannot.

    Raises
    ------
    UsageError
        If a generator is asked for that is not approved, or nothing can be tried.
    """
    known = generate.generators()
    approved = [c for c in policy.generators.approved if c.generator != BRING_YOUR_OWN]
    unknown = sorted(set(only) - {each.generator for each in approved})
    if unknown:
        raise UsageError(
            f"No approved configuration of {', '.join(unknown)}.",
            advice=f"approved are {', '.join(sorted({each.generator for each in approved}))}",
        )
    usable, left_out = [], []
    for each in approved:
        if only and each.generator not in only:
            continue
        generator = known.get(each.generator)
        if generator is None:
            left_out.append(f"{each.id}: there is no such generator here")
        elif lacks := generator.lacks(charter):
            left_out.append(f"{each.id}: the charter lacks {len(lacks)} things ({lacks[0]})")
        else:
            usable.append(Choice(each, generator))
    if not usable:
        raise UsageError("No approved configuration can be tried.", advice="; ".join(left_out))
    return tuple(usable), tuple(left_out)


def _suggested(trial: Any, label: str, allowed: Range, known: Parameter, cheap: int | None) -> Any:
    """Return a value that policy and generator both allow; None leaves the default."""
    if allowed.one_of:
        return trial.suggest_categorical(label, list(allowed.one_of))
    bounds = list(_bounds(allowed, known))
    if len(bounds) != 2 or known.type not in {"integer", "number"}:
        return None
    low, high = bounds
    high = high if cheap is None else max(low, min(high, cheap))
    if low == high:
        return int(low) if known.type == "integer" else low
    wide = low > 0 and math.log10(high / low) > _DECADES
    if known.type == "integer":
        return trial.suggest_int(label, math.ceil(low), math.floor(high), log=wide)
    return trial.suggest_float(label, low, high, log=wide)


def _bounds(allowed: Range, known: Parameter) -> Iterator[float]:
    lows = [each for each in (allowed.minimum, known.minimum) if each is not None]
    highs = [each for each in (allowed.maximum, known.maximum) if each is not None]
    if lows and highs and max(lows) < min(highs):
        yield max(lows)
        yield min(highs)
