"""What the numbers of this room say, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from synthnb.records import Estimate, metric


def sentences(estimates: Iterable[Estimate]) -> list[str]:
    """Return in words whether the data serves its task, looks real, and keeps its rules.

    Parameters
    ----------
    estimates : iterable of Estimate
        What `assess` or a part of it returned; others are passed over.
    """
    listed = list(estimates)
    found = {each.metric: each for each in listed if not each.scope and each.measured}
    said: list[str] = []
    real, made, loss = (found.get(f"utility.task.{x}") for x in ("real", "synthetic", "loss"))
    if real and made and loss:
        said.append(
            f"A model trained on the synthetic table scores {_number(made)}, one trained on real "
            f"records {_number(real)}: what is lost is {_number(loss)}."
        )
    if told := found.get("utility.detection.auc"):
        said.append(
            f"A classifier tells synthetic from real rows with an area of {_number(told)}, where "
            f"0.5 is guessing; {told.note}."
        )
    if covered := found.get("utility.rare.coverage"):
        said.append(f"Of {covered.n} rare categories, {covered.value:.0%} are there.")
    for each in listed:
        if each.metric == "utility.rule.violations" and each.value is not None:
            said.append(f"{each.value:.1%} of the synthetic rows break: {each.scope['rule']}.")
    losses = [e for e in listed if e.metric == "utility.group.loss" and e.measured]
    if losses:
        worst = max(losses, key=lambda each: (each.value or 0.0, each.scope["group"]))
        said.append(f"The most is lost for {worst.scope['group']}: {_number(worst)}.")
    return said


def _number(each: Estimate) -> str:
    assert each.value is not None  # noqa: S101 -- only measured ones come here
    return metric(each.metric).show_with_interval(each.value, each.low, each.high)
