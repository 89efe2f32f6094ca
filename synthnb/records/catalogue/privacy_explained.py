"""Metrics of the privacy room: what a leak gives away, and what the tables look like."""

from __future__ import annotations

from synthnb.records.catalogue.entry import Metric
from synthnb.records.catalogue.privacy import WEAKER, WP29

_COARSER = "Coarsen or drop quasi-identifiers, or train the generator less closely."

EXPLANATIONS: tuple[Metric, ...] = (
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
        remedy=f"{WEAKER} Or leave the secret out, or coarsen it.",
        source=f"{WP29}, inference; train minus control as in Anonymeter (Giomi et al. 2023)",
    ),
    Metric(
        id="privacy.attribute.p",
        title="Secrets learnt, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning="How probable so many secrets of train would be if the generator had not looked "
        "at who is in train; small is bad.",
        remedy=f"{WEAKER} Or leave the secret out, or coarsen it.",
        source="Fisher 1935",
    ),
    Metric(
        id="privacy.linkability.excess",
        title="Excess of linked records",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How many more people in the real data can be recognised as one person in two "
            "separate files, through the synthetic table, than people who were not in it."
        ),
        remedy=WEAKER,
        source=f"{WP29}, linkability; train minus control as in Anonymeter (Giomi et al. 2023)",
    ),
    Metric(
        id="privacy.linkability.p",
        title="Linked records, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How probable so many links of train would be if the generator had not looked at who "
            "is in train; small is bad."
        ),
        remedy=WEAKER,
        source="Fisher 1935",
    ),
    Metric(
        id="privacy.singling_out.excess",
        title="Excess of people singled out",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How much likelier a description made from a synthetic row fits a person in the real "
            "data, and nobody else, than a person who was not in it."
        ),
        remedy=f"{WEAKER} Coarser numbers make people less unique.",
        source=f"{WP29}, singling out; train minus control as in Anonymeter (Giomi et al. 2023)",
    ),
    Metric(
        id="privacy.singling_out.p",
        title="People singled out, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How probable so many people of train singled out would be if the generator had not "
            "looked at who is in train; small is bad."
        ),
        remedy=WEAKER,
        source="Permutation test by exchange of labels",
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
        id="privacy.reidentification.p",
        title="Re-identification, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How probable so much re-identification in train would be if the generator had not "
            "looked at who is in train; small is bad."
        ),
        remedy=_COARSER,
        source="Permutation test by exchange of labels",
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
        id="privacy.external.matched",
        title="Found in the external table",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning="Share of the people in the real data whom a record of the external table fits.",
        remedy="Coarsen or drop the columns that the external table also has.",
        source="Record linkage, exact match; journalist scenario (El Emam and Dankar 2008)",
    ),
    Metric(
        id="privacy.external.excess",
        title="Excess of secrets gained by linkage",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How much likelier a holder of the external table names somebody and learns a secret "
            "because that person was in the real data."
        ),
        remedy=_COARSER,
        source=f"{WP29}, linkability; El Emam et al. 2020; train minus control",
    ),
    Metric(
        id="privacy.external.p",
        title="Secrets gained by linkage, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How probable so many secrets gained in train would be if the generator had not "
            "looked at who is in train; small is bad."
        ),
        remedy=_COARSER,
        source="Permutation test by exchange of labels",
    ),
    Metric(
        id="privacy.series.excess",
        title="Leaked records, all releases together",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How many more of the people in the real data can be picked out as members, by "
            "somebody who holds this release and the earlier ones, than people who were not in "
            "it."
        ),
        remedy=(
            "Release less often, or spend a differential privacy budget that covers all releases."
        ),
        source="As leaked records, on the union of the releases",
    ),
    Metric(
        id="privacy.series.p",
        title="All releases together, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How probable so much recognition across the releases would be if the generator had "
            "not looked at who is in train; small is bad."
        ),
        remedy=(
            "Release less often, or spend a differential privacy budget that covers all releases."
        ),
        source="As the leak, on the union of the releases",
    ),
    Metric(
        id="privacy.group.excess",
        title="Leaked records of a group",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How many more of this group's people in the real data score among the 5 % most "
            "recognisable than of its people who were not in it."
        ),
        remedy=f"{WEAKER} Small and unusual groups need coarser categories first.",
        source="True minus false positive rate at a pooled threshold; Wilson 1927",
    ),
    Metric(
        id="privacy.group.copies",
        title="Exact copies in a group",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How many more of this group's people in the real data stand in the synthetic table "
            "word for word than of its people who were not in it."
        ),
        remedy=f"{WEAKER} Small and unusual groups need coarser categories first.",
        source="As the exact copies of all records; Wilson 1927",
    ),
    Metric(
        id="privacy.group.auc",
        title="Membership inference in a group",
        unit="score",
        minimum=0,
        maximum=1,
        better="lower",
        chance=0.5,
        meaning=(
            "How well an attacker tells this group's people in the real data from its people who "
            "were not in it; 0.5 is guessing. An average: it hides a leak of a few."
        ),
        remedy=f"{WEAKER} Small and unusual groups need coarser categories first.",
        source="DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44",
    ),
    Metric(
        id="privacy.group.attribute",
        title="Secrets learnt in a group",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How many more of this group's people in the real data have this secret learnt than of "
            "its people who were not in it."
        ),
        remedy=f"{WEAKER} Small and unusual groups need coarser categories first.",
        source="As attribute inference about all records; Giomi et al. 2023 (Anonymeter)",
    ),
    Metric(
        id="privacy.epsilon.lower",
        title="Empirical epsilon, lower bound",
        unit="number",
        minimum=0,
        better="lower",
        meaning=(
            "The smallest privacy loss (epsilon, for replacing one record) that is compatible "
            "with how well members could be guessed; it can contradict a claim and never prove "
            "one."
        ),
        remedy=(
            "If it is above the claimed epsilon, the claim is wrong: check the generator's "
            "accounting."
        ),
        source="Steinke, Nasr and Jagielski 2023, one-run audit",
    ),
    Metric(
        id="privacy.attack.excess",
        title="Excess of an added attack",
        unit="difference",
        minimum=-1,
        maximum=1,
        better="lower",
        chance=0,
        meaning=(
            "How much oftener an attack of the organisation's own succeeds on people in the real "
            "data than on people who were not in it."
        ),
        remedy=WEAKER,
        source="The package that offers the attack",
    ),
    Metric(
        id="privacy.attack.p",
        title="An added attack, chance",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "How probable so much success on train would be if the generator had not looked at "
            "who is in train; small is bad."
        ),
        remedy=WEAKER,
        source="The package that offers the attack",
    ),
    Metric(
        id="privacy.holm.p",
        title="Explanation, chance, corrected",
        unit="p-value",
        minimum=0,
        maximum=1,
        better="higher",
        meaning=(
            "The chance of an attack's success on train as above, corrected for the number of "
            "attacks that explain; small is bad."
        ),
        remedy=WEAKER,
        source="Holm 1979, Scand J Stat 6, 65-70",
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
        id="privacy.l_diversity",
        title="Fewest secrets in a class",
        unit="number",
        minimum=1,
        better="higher",
        meaning=(
            "The fewest different values of a secret in a class of equal quasi-identifiers; 1 "
            "means that knowing the class is knowing the secret. It describes the table."
        ),
        remedy="Coarsen quasi-identifiers until classes are mixed.",
        source="Machanavajjhala et al. 2007, distinct l-diversity",
    ),
    Metric(
        id="privacy.t_closeness",
        title="Largest deviation of a class",
        unit="score",
        minimum=0,
        maximum=1,
        better="lower",
        meaning=(
            "How far a secret's distribution in some class is from that in the whole table at "
            "most: 0 is equal, 1 is as different as can be. It describes the table."
        ),
        remedy="Coarsen quasi-identifiers until classes look like the whole.",
        source="Li, Li and Venkatasubramanian 2007; earth mover's distance",
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
        id="privacy.population_unique",
        title="Unique in the population",
        unit="share",
        minimum=0,
        maximum=1,
        better="lower",
        meaning=(
            "Estimated share of the people in the real data whose quasi-identifiers nobody else "
            "in the population shares."
        ),
        remedy=_COARSER,
        source="Pitman's model of class sizes, Hoshino 2001",
    ),
)
