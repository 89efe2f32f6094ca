"""Metrics of the fairness room."""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric

_LEARN_APART = (
    "Generate each group apart or on condition of it, or choose a generator that keeps the "
    "dependence between group and outcome."
)
_MORE_OF_GROUP = (
    "Generate more records of the group (conditions in plan.yaml), or say in the charter that the "
    "data does not speak for it."
)
_MODEL_REMEDY = (
    "Do not use models trained on this data to decide about this group; try a generator that keeps "
    "the group's own patterns."
)
_EO = "Hardt, Price and Srebro (2016), NeurIPS; fairlearn MetricFrame"

FAIRNESS: tuple[Metric, ...] = (
    Metric(
        id="fairness.representation.ratio",
        title="Representation",
        unit="ratio",
        minimum=0,
        better="target",
        chance=1,
        meaning=(
            "How often this group occurs in the synthetic table for each time it occurs in the "
            "real data; 1 means as often, 0 that it was lost."
        ),
        remedy=_MORE_OF_GROUP,
        source="Wilson (1927), JASA 22; Hundepool et al. (2012) for small cells",
    ),
    Metric(
        id="fairness.representation.reference_ratio",
        title="Representation against the reference",
        unit="ratio",
        minimum=0,
        better="target",
        chance=1,
        meaning=(
            "How often this group occurs in the synthetic table for each time it occurs in the "
            "reference population; 1 means as often."
        ),
        remedy=_MORE_OF_GROUP,
        source="Share against share; the charter's reference table",
    ),
    Metric(
        id="fairness.label.rate",
        title="Favourable outcome",
        unit="share",
        minimum=0,
        maximum=1,
        better="neither",
        meaning="Share of this group that has the favourable outcome in this table.",
        remedy="Compare real with synthetic; see the amplification of the same group.",
        source="Wilson (1927), JASA 22",
    ),
    Metric(
        id="fairness.label.disparate_impact",
        title="Disparate impact",
        unit="ratio",
        minimum=0,
        better="target",
        chance=1,
        meaning=(
            "How often this group has the favourable outcome for each time that the largest group "
            "has it; 1 means alike."
        ),
        remedy=(
            "A disparity in the real data is a fact about the world: name it in the charter's "
            "limitations. One that only the synthetic table has comes from the generator."
        ),
        source="Feldman et al. (2015), KDD; Katz et al. (1978), Biometrics 34 (interval)",
    ),
    Metric(
        id="fairness.label.gap",
        title="Outcome gap",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="target",
        chance=0,
        meaning="Favourable share of this group minus that of the largest group, in this table.",
        remedy="See disparate impact; the amplification says what the generator did to the gap.",
        source="Newcombe (1998), Statistics in Medicine 17, method 10",
    ),
    Metric(
        id="fairness.label.amplification",
        title="Change of the gap by the generator",
        unit="difference",
        minimum=-2,
        maximum=2,
        better="target",
        chance=0,
        meaning=(
            "Synthetic gap minus real gap: below 0 the synthetic table treats the group worse than "
            "reality does, above 0 better; hiding a disparity is a distortion too."
        ),
        remedy=_LEARN_APART,
        source="Newcombe (1998), Statistics in Medicine 17; Bonferroni over the groups",
    ),
    Metric(
        id="fairness.label.amplification_size",
        title="Size of the generator's change of the gap",
        unit="share",
        minimum=0,
        maximum=2,
        better="lower",
        chance=0,
        meaning=(
            "How far the generator moved the group's outcome gap, whichever way; 0 means that the "
            "synthetic table shows the disparity of the real data as it is."
        ),
        remedy=_LEARN_APART,
        source="Newcombe (1998), Statistics in Medicine 17; Bonferroni over the groups",
    ),
    Metric(
        id="fairness.model.accuracy",
        title="Accuracy of a trained model",
        unit="share",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="Share of this group's real control records that a model decides as they were.",
        remedy=_MODEL_REMEDY,
        source=_EO,
    ),
    Metric(
        id="fairness.model.tpr",
        title="True positive rate of a trained model",
        unit="share",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="Of this group's people who had the outcome, the share to whom a model gives it.",
        remedy=_MODEL_REMEDY,
        source=_EO,
    ),
    Metric(
        id="fairness.model.fpr",
        title="False positive rate of a trained model",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="Of this group's people who had it not, the share to whom a model gives it.",
        remedy=_MODEL_REMEDY,
        source=_EO,
    ),
    Metric(
        id="fairness.model.selection_rate",
        title="Selection rate of a trained model",
        unit="share",
        minimum=0,
        maximum=1,
        better="neither",
        meaning="Share of this group's real control records to whom a model gives the outcome.",
        remedy=_MODEL_REMEDY,
        source="Feldman et al. (2015), KDD; fairlearn MetricFrame",
    ),
    Metric(
        id="fairness.model.added_gap",
        title="Selection gap that training on synthetic data adds",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How much wider (above 0) or narrower (below 0) this group's gap in selection to the "
            "largest group is when the model learns from synthetic instead of real records."
        ),
        remedy=_MODEL_REMEDY,
        source="Agresti and Min (2005), Statistics in Medicine 24; Bonferroni over the groups",
    ),
)
