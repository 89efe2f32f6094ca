"""Metrics of the privacy room."""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric

_WP29 = "Article 29 Working Party, Opinion 05/2014 on anonymisation techniques"
_WEAKER = (
    "Train the generator less closely: fewer epochs, fewer or coarser columns, noise, or a "
    "differentially private generator."
)
_REMOVE = "Remove the copied rows, find out why the generator repeats its input, and " + (
    "generate again; dropping rows alone hides the cause."
)

PRIVACY: tuple[Metric, ...] = (
    Metric(
        id="privacy.exact_copies.count_share",
        title="Real records copied exactly",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="Share of the generator's real records that stand in the synthetic table as they "
        "are; the baseline is the same share for people whom the generator never saw.",
        remedy=_REMOVE,
        source=f"{_WP29}, singling out",
    ),
    Metric(
        id="privacy.exact_copies.excess",
        title="Excess of exact copies",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning="How many more of the real records that the generator saw are copied exactly than "
        "of those that it did not see: copies beyond coincidence.",
        remedy=_REMOVE,
        source="Wilson 1927; train minus control as in Anonymeter (Giomi et al. 2023)",
    ),
    Metric(
        id="privacy.exact_copies.p",
        title="Exact copies, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How probable so many copies of train records would be if the generator had not "
        "looked at who is in train; small is bad.",
        remedy=_REMOVE,
        source="Fisher 1935, hypergeometric test",
    ),
    Metric(
        id="privacy.distance.share",
        title="Synthetic rows nearest to train",
        unit="share",
        minimum=0,
        maximum=1,
        better="target",
        chance=0.5,
        meaning="Share of synthetic rows whose nearest real record is one that the generator saw; "
        "chance is train's share of all real records, which is the baseline.",
        remedy=f"{_WEAKER} A share at the baseline is no proof of safety.",
        source="Distance to closest record against a holdout (Platzer and Reutterer 2021)",
    ),
    Metric(
        id="privacy.membership.p",
        title="Membership inference, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How probable it would be that people in train stand out this much if the "
        "generator had not looked at who is in train; small is bad.",
        remedy=_WEAKER,
        source="Permutation test over the highest scores; local density ratio after DOMIAS "
        "(van Breugel et al. 2023)",
    ),
    Metric(
        id="privacy.membership.excess",
        title="Excess of recognisable members",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning="How many more of the people in the real data can be picked out as members than "
        "of people who were not in it, at the attacker's best threshold.",
        remedy=f"{_WEAKER} If the interval is merely wide, more control records narrow it.",
        source="True minus false positive rate with simultaneous bounds; Wilson 1927",
    ),
    Metric(
        id="privacy.membership.auc",
        title="Membership inference, overall",
        unit="score",
        minimum=0,
        maximum=1,
        better="lower",
        chance=0.5,
        meaning="How often a member scores above a non-member: 0.5 is guessing, 1 is certainty; "
        "an average that hides a leak of a few people.",
        remedy=_WEAKER,
        source="van Breugel et al. 2023; interval after DeLong et al. 1988",
    ),
    Metric(
        id="privacy.attribute.excess",
        title="Excess of secrets learnt",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning="How many more people in the real data have this secret read off the most similar "
        "synthetic row than people who were not in it.",
        remedy=f"{_WEAKER} Or leave the secret out, or coarsen it.",
        source=f"{_WP29}, inference; train minus control as in Anonymeter (Giomi et al. 2023)",
    ),
    Metric(
        id="privacy.attribute.p",
        title="Secrets learnt, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How probable so many secrets of train would be if the generator had not looked "
        "at who is in train, corrected for the number of secrets; small is bad.",
        remedy=f"{_WEAKER} Or leave the secret out, or coarsen it.",
        source="Fisher 1935; Holm 1979",
    ),
    Metric(
        id="privacy.reidentification.excess",
        title="Excess re-identification",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning="How much likelier somebody is matched by a few known facts and has a secret "
        "learnt because they were in the real data.",
        remedy="Coarsen or drop quasi-identifiers, or train the generator less closely.",
        source="El Emam et al. 2020, J Med Internet Res 22, e23139; train minus control",
    ),
    Metric(
        id="privacy.reidentification.risk",
        title="Re-identification risk",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="How likely a person in the real data is matched by a few known facts and has a "
        "secret learnt, knowledge about the population included.",
        remedy="Coarsen or drop quasi-identifiers; compare with the excess to see what is a leak.",
        source="El Emam et al. 2020, J Med Internet Res 22, e23139",
    ),
    Metric(
        id="privacy.k_anonymity",
        title="Smallest class of quasi-identifiers",
        unit="rows",
        minimum=1,
        better="higher",
        meaning="The fewest synthetic rows that share all quasi-identifiers; it describes the "
        "table and does not measure a leak.",
        remedy="Coarsen quasi-identifiers if your readers expect a minimum class size.",
        source="Sweeney 2002, k-anonymity",
    ),
    Metric(
        id="privacy.unique_share",
        title="Unique on quasi-identifiers",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="Share of rows that no other row of the table equals in all quasi-identifiers; "
        "in the real data, how easily people can be told apart at all.",
        remedy="Coarsen or drop quasi-identifiers.",
        source="Sweeney 2002; sample uniqueness",
    ),
    Metric(
        id="privacy.exchangeability.auc",
        title="Train told from control",
        unit="score",
        minimum=0,
        maximum=1,
        better="target",
        chance=0.5,
        meaning="How well a classifier tells real train from real control: near 0.5 they are "
        "alike, and comparing attacks on them is fair.",
        remedy="Split the real data at random by privacy unit; a control from another time or "
        "place cannot be used.",
        source="Classifier two-sample test (Lopez-Paz and Oquab 2017); DeLong et al. 1988",
    ),
    Metric(
        id="privacy.tolerance.supported",
        title="Smallest tolerance supported",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="The smallest tolerated share of leaked records that this data could show to be "
        "kept, given how few control records there are.",
        remedy="Bring more control records, or have a larger tolerance approved.",
        source="Largest simultaneous upper bound among the excess results",
    ),
)
