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
        id="fairness.representation.real_reference_ratio",
        title="Real data against the reference",
        unit="ratio",
        minimum=0,
        better="target",
        chance=1,
        meaning=(
            "How often this group occurs in the real data for each time it occurs in the reference "
            "population: whether the source itself is representative."
        ),
        remedy=(
            "Stratify to the reference population (plan.yaml), or name the gap in the charter's "
            "limitations."
        ),
        source="Wilson (1927), JASA 22; the charter's reference table",
    ),
    Metric(
        id="fairness.conditional.gap",
        title="Outcome gap among people who are alike",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="target",
        chance=0,
        meaning=(
            "Favourable share of this group minus that of the largest group, among people who are "
            "alike in the columns that may explain the outcome."
        ),
        remedy=(
            "A gap in the real data is a fact about the world: name it in the charter's "
            "limitations. One that only the synthetic table has comes from the generator."
        ),
        source="Mantel and Haenszel (1959); Greenland and Robins (1985); Sato (1989)",
    ),
    Metric(
        id="fairness.conditional.amplification",
        title="Change of the gap among people who are alike",
        unit="difference",
        minimum=-2,
        maximum=2,
        better="target",
        chance=0,
        meaning=(
            "Synthetic minus real gap among people who are alike in the columns that may explain "
            "the outcome: what the generator added (or took away) beyond them."
        ),
        remedy=_LEARN_APART,
        source="Sato (1989), Biometrics 45; Bonferroni over the groups",
    ),
    Metric(
        id="fairness.conditional.amplification_size",
        title="Size of the change among people who are alike",
        unit="share",
        minimum=0,
        maximum=2,
        better="lower",
        chance=0,
        meaning=(
            "How far the generator moved the group's gap among people who are alike, whichever "
            "way; 0 means that the synthetic table shows it as it is."
        ),
        remedy=_LEARN_APART,
        source="Sato (1989), Biometrics 45; Bonferroni over the groups",
    ),
)
