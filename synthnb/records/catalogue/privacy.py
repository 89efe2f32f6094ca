"""Metrics of the privacy room: is anyone's record in there, and could this data tell?"""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric

WP29 = "Article 29 Working Party, Opinion 05/2014 on anonymisation techniques"
WEAKER = (
    "Train the generator less closely: fewer epochs, fewer or coarser columns, noise, or a "
    "differentially private generator."
)
REMOVE = "Remove the copied rows, find out why the generator repeats its input, and " + (
    "generate again; dropping rows alone hides the cause."
)

HEADLINE: tuple[Metric, ...] = (
    Metric(
        id="privacy.leak.p",
        title="Leak, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How probable it would be that people in train stand out this much, in any of the "
        "three headline tests, if the generator had not looked at who is in train; small is bad.",
        remedy=WEAKER,
        source="Exchange of train and control labels (Fisher 1935); three tests, Bonferroni",
    ),
    Metric(
        id="privacy.leak.excess",
        title="Leaked records",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning="How many more of the people in the real data can be picked out as members than "
        "of people who were not in it, at the threshold where that shows most surely.",
        remedy=f"{WEAKER} If the interval is merely wide, more control records narrow it.",
        source="True minus false positive rate with simultaneous bounds; Wilson 1927",
    ),
    Metric(
        id="privacy.selftest.detectable",
        title="Smallest leak that would be found",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="The smallest share of training records that, planted in this very table, the "
        "headline tests find in at least 95 of 100 trials.",
        remedy="Bring more control records; nothing else makes small leaks visible.",
        source="Planted records, found or not; Clopper and Pearson 1934",
    ),
    Metric(
        id="privacy.selftest.power",
        title="Planted leaks found",
        unit="share",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How often the headline tests find so many planted training records.",
        remedy="Bring more control records; nothing else makes small leaks visible.",
        source="Planted records, found or not; Clopper and Pearson 1934",
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
        source="Largest of the smallest leaks that the self-test finds",
    ),
    Metric(
        id="privacy.agreement.p",
        title="Agreement on rare values, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How probable so much agreement on rare values would be if the generator had not "
        "looked at who is in train; small is bad.",
        remedy=f"{WEAKER} Coarser categories make values less rare.",
        source="Weights of Fellegi and Sunter 1969; permutation test over the highest scores",
    ),
    Metric(
        id="privacy.membership.tpr",
        title="Members found at 1 % false alarms",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        chance=0.01,
        meaning="Share of the people in the real data whom an attacker picks out while wrongly "
        "accusing one in a hundred outsiders; 1 % would be guessing.",
        remedy=WEAKER,
        source="Carlini et al. 2022; interval from order statistics of control",
    ),
    Metric(
        id="privacy.exact_copies.count_share",
        title="Real records copied exactly",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="Share of the generator's real records that stand in the synthetic table as they "
        "are; the baseline is the same share for people whom the generator never saw.",
        remedy=REMOVE,
        source=f"{WP29}, singling out",
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
        remedy=REMOVE,
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
        remedy=REMOVE,
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
        remedy=f"{WEAKER} A share at the baseline is no proof of safety.",
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
        remedy=WEAKER,
        source="Permutation test over the highest scores; local density ratio after DOMIAS "
        "(van Breugel et al. 2023)",
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
        remedy=WEAKER,
        source="van Breugel et al. 2023; interval after DeLong et al. 1988",
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
)
