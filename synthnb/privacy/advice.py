"""What to change where a privacy finding is bad, given how the table was made.

The metric catalogue says what helps in general; this says which line of the plan to turn to.
"""

from __future__ import annotations

from synthnb.records import Finding, Plan, metric
from synthnb.records.plan import BRING_YOUR_OWN

_MORE_CONTROL = (
    "Bring more control records (`split.control`, or a source of kind `control`, in charter.yaml) "
    "or have a larger tolerance approved; another generator would not settle the question."
)
_ABOUT_RECORDS = frozenset({"privacy.leak.p", "privacy.distance.share", "privacy.membership.auc"})
_EPSILON = "privacy.epsilon.lower"
_NETWORKS = {
    "ctgan": "a smaller `embedding_dim`",
    "copula-gan": "a smaller `embedding_dim`",
    "tvae": "a smaller `embedding_dim` or a larger `l2scale`",
}


def advice(finding: Finding, plan: Plan) -> str:
    """Return what to do about a finding that is not a pass, in sentences.

    Parameters
    ----------
    finding : Finding
        About a metric of the privacy room.
    plan : Plan
        The generator, its parameters and its guarantee.
    """
    if finding.metric is None:
        return finding.reason
    if finding.acceptable:
        return _MORE_CONTROL
    parts = [metric(finding.metric).remedy]
    if finding.metric == _EPSILON:
        parts.append(_budget(plan))
    elif finding.state == "fail" or finding.case:
        if finding.metric in _ABOUT_RECORDS or finding.metric.endswith(".excess"):
            parts += [_generator(plan), _budget(plan)]
    elif finding.state == "inconclusive":
        parts.append("Where the interval is merely wide, more control records narrow it.")
    return " ".join(part for part in parts if part)


def _generator(plan: Plan) -> str:
    if plan.generator in _NETWORKS:
        epochs = plan.parameters.get("epochs", "the default")
        return (
            f"In plan.yaml, for `{plan.generator}`: fewer `epochs` (now {epochs}), "
            f"{_NETWORKS[plan.generator]}, or `gaussian-copula` instead."
        )
    if plan.generator == "gaussian-copula":
        return (
            "A copula seldom repeats people: look for columns whose exact values only few people "
            "hold and make them coarser; in plan.yaml leave `enforce_min_max_values` false and "
            "`default_distribution` off kernel densities."
        )
    if plan.generator == BRING_YOUR_OWN and plan.external is not None:
        return f"The change has to be made where the table was made ({plan.external.tool})."
    return ""


def _budget(plan: Plan) -> str:
    if plan.guarantee.kind == "none":
        return ""
    return (
        f"The plan claims ε = {plan.guarantee.epsilon:g}: check the generator's accounting and "
        "whose presence it protects, then lower ε."
    )
