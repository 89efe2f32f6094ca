"""Metrics of the fairness room about models."""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric

_REMEDY = (
    "Do not use models trained on this data to decide about this group; try a generator that keeps "
    "the group's own patterns."
)
_EO = "Hardt, Price and Srebro (2016), NeurIPS; fairlearn MetricFrame"
_AGRESTI = "Agresti and Min (2005), Statistics in Medicine 24; Bonferroni over the groups"

FAIRNESS_MODELS: tuple[Metric, ...] = (
    Metric(
        id="fairness.model.accuracy",
        title="Accuracy of a trained model",
        unit="share",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="Share of this group's real control records that a model decides as they were.",
        remedy=_REMEDY,
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
        remedy=_REMEDY,
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
        remedy=_REMEDY,
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
        remedy=_REMEDY,
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
        remedy=_REMEDY,
        source="Agresti and Min (2005), Statistics in Medicine 24; Bonferroni over the groups",
    ),
    Metric(
        id="fairness.model.added_odds_gap",
        title="Gap in errors that training on synthetic data adds",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How much wider (above 0) or narrower (below 0) this group's gap in true or false "
            "positive rate to the largest group is when the model learns from synthetic records."
        ),
        remedy=_REMEDY,
        source=_AGRESTI,
    ),
    Metric(
        id="fairness.model.pair",
        title="Difference between two groups",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="target",
        chance=0,
        meaning=(
            "How much higher the rate of the first group is than that of the second; 0 means that "
            "the model treats both alike by this measure."
        ),
        remedy=_REMEDY,
        source=_AGRESTI,
    ),
    Metric(
        id="fairness.model.calibration",
        title="Calibration of a trained model",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="target",
        chance=0,
        meaning=(
            "Mean probability that a model gives this group minus the share that has the outcome: "
            "above 0 it promises too much, below 0 too little."
        ),
        remedy=_REMEDY,
        source="Van Calster et al. (2016), Journal of Clinical Epidemiology 74",
    ),
)
