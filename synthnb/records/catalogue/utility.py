"""Metrics of the utility room."""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric

_TUNE = (
    "Look at the worst columns and pairs; try another generator or its parameters, declare bounds "
    "and categories in the charter, or generate from more records."
)
_TASK = (
    "Do not train on this data for this task; try a generator that keeps the dependence between "
    "target and features."
)
_JACKKNIFE = "SDMetrics, Quality Report; Kott (2001), Journal of Official Statistics 17 (interval)"
_TSTR = "Esteban, Hyland and Rätsch (2017): train on synthetic, test on real"

UTILITY: tuple[Metric, ...] = (
    Metric(
        id="utility.diagnostic",
        title="Validity",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "Whether the synthetic table has the real one's columns, known categories and value "
            "ranges; 1 means everywhere."
        ),
        remedy="Declare bounds and categories in the charter, or clean the generator's output.",
        source="SDMetrics, Diagnostic Report",
    ),
    Metric(
        id="utility.quality.overall",
        title="Likeness",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "Mean of column shapes and pair trends; the baseline is what another real sample "
            "scores, so more than that is no gain."
        ),
        remedy=_TUNE,
        source=_JACKKNIFE,
    ),
    Metric(
        id="utility.quality.shapes",
        title="Column shapes",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How alike the columns are distributed, one by one, on average.",
        remedy=_TUNE,
        source=_JACKKNIFE,
    ),
    Metric(
        id="utility.quality.pairs",
        title="Pair trends",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How alike the columns go together, two by two, on average; weak associations dilute "
            "it, so read it beside the loss on the task."
        ),
        remedy=_TUNE,
        source=_JACKKNIFE,
    ),
    Metric(
        id="utility.column.shape",
        title="Shape of a column",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How alike this column is distributed; among those furthest below the baseline.",
        remedy="Transform this column before generation, or declare its bounds or categories.",
        source=_JACKKNIFE,
    ),
    Metric(
        id="utility.pair.trend",
        title="Trend of a pair",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How alike these two columns go together; among those furthest below the baseline.",
        remedy="Try a generator that models this dependence, or a constraint between the two.",
        source=_JACKKNIFE,
    ),
    Metric(
        id="utility.task.real",
        title="Task served by real data",
        unit="score",
        maximum=1,
        better="higher",
        meaning=(
            "How well a model trained on real records predicts real records it never saw (ROC AUC, "
            "where 0.5 is chance, or R², where 0 is)."
        ),
        remedy="Real data that does not predict the target cannot show what synthetic data loses.",
        source=_TSTR,
    ),
    Metric(
        id="utility.task.synthetic",
        title="Task served by synthetic data",
        unit="score",
        maximum=1,
        better="higher",
        meaning=(
            "How well a model trained on synthetic records predicts real records (ROC AUC, where "
            "0.5 is chance, or R², where 0 is)."
        ),
        remedy=_TASK,
        source=_TSTR,
    ),
    Metric(
        id="utility.task.loss",
        title="Loss on the task",
        unit="score",
        better="lower",
        chance=0,
        meaning=(
            "What is lost on the charter's task when a model learns from synthetic instead of real "
            "records, in ROC AUC or R²; 0 means nothing."
        ),
        remedy=_TASK,
        source=_TSTR,
    ),
    Metric(
        id="utility.task.model_loss",
        title="Loss of a linear model on the task",
        unit="score",
        minimum=-1,
        maximum=2,
        better="lower",
        chance=0,
        meaning=(
            "What a linear model loses when it learns from synthetic instead of real records: "
            "whether the loss is one of a single kind of model."
        ),
        remedy=_TASK,
        source=_TSTR,
    ),
    Metric(
        id="utility.detection.auc",
        title="Detection",
        unit="score",
        minimum=0,
        maximum=1,
        better="lower",
        chance=0.5,
        meaning=(
            "How well a classifier tells synthetic rows from real records: 0.5 not at all, 1 "
            "always. A high value need not matter for the task, but something is off."
        ),
        remedy=(
            "Start with the columns that the note names: declare bounds and categories, try "
            "another distribution or generator."
        ),
        source="Lopez-Paz and Oquab (2017), Revisiting Classifier Two-Sample Tests; DeLong (1988)",
    ),
    Metric(
        id="utility.rare.coverage",
        title="Rare categories that survived",
        unit="share",
        minimum=0,
        maximum=1,
        better="higher",
        chance=1,
        meaning="Share of the rare categories of the real data that the synthetic table has.",
        remedy="Condition on the lost categories, stratify by them, or band them in the charter.",
        source="Count over categories",
    ),
    Metric(
        id="utility.rare.ratio",
        title="Frequency of a rare category",
        unit="ratio",
        minimum=0,
        better="target",
        chance=1,
        meaning=(
            "How often this rare category occurs in the synthetic table for each time it occurs in "
            "the real data; 1 means as often, 0 that it was lost."
        ),
        remedy="Condition on the category, stratify by it, or band it in the charter.",
        source="Wilson (1927), JASA 22; Bonferroni over the categories",
    ),
    Metric(
        id="utility.rule.violations",
        title="Rows that break a rule",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        chance=0,
        meaning="Share of the synthetic rows that break this rule of the charter.",
        remedy=(
            "Enforce the rule in the plan. Where real records break it too, correct the rule in "
            "the charter."
        ),
        source="Count over rows; the charter's rules",
    ),
    Metric(
        id="utility.group.shapes",
        title="Likeness within a group",
        unit="score",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How much this group's synthetic rows look like its real records, column by column; 1 "
            "means alike."
        ),
        remedy="Generate more of the group or apart, or say in the charter that it is badly drawn.",
        source="Kolmogorov-Smirnov and total variation complements; Kott (2001) (interval)",
    ),
    Metric(
        id="utility.group.loss",
        title="Loss on the task within a group",
        unit="score",
        minimum=-1,
        maximum=2,
        better="lower",
        chance=0,
        meaning=(
            "What this group loses when a model learns from synthetic instead of real records, "
            "tested on its real control records."
        ),
        remedy=_TASK,
        source=_TSTR,
    ),
)
