"""Records as hypothesis draws them: awkward texts, and every optional part there or not."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from synthnb.records import Charter, Evidence, People, Plan, Policy, exact, interval, missing
from synthnb.records.base import _PLACEHOLDER
from synthnb.records.policy import Action

AWKWARD = [
    "a: b", "- a", "# no comment", "'", '"', "it's \"so\"", "{a: b}", "[1, 2]", "&a", "*a", "!tag",
    "| block", "> folded", "%directive", "@at", "`tick`", "yes", "no", "null", "~", "true", "1",
    "1.0", "1e3", "0o17", "0x1F", "inf", ".inf", "nan", "2026-11-30", "2026-11-30T10:00:00Z",
    "two\nlines", "\n\ntrailing\n\n", "  leading", "tab\there", "a  b", "é", "日本語", "🏛️",
    "a\u2028b", "a\u0085b", "a\x7fb", "a\x1bb", "\ufeffbom", "<script>alert(1)</script>",
    "{{< include secret.txt >}}", "=cmd()", '#eval("1")', "$(id)", "a \\ b", "<<", "=", "?", ": ",
    "x" * 200, "word " * 60, "a:\n  - b\n", "---", "...", "a\r\nb", "key: |\n  text", "a #b",
]  # fmt: skip
letters = st.characters(exclude_categories=["Cs"])
texts = st.one_of(st.sampled_from(AWKWARD), st.text(letters, max_size=30))
prose = texts.filter(lambda text: bool(text.strip()) and not _PLACEHOLDER.match(text.strip()))
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", fullmatch=True)
numbers = st.floats(allow_nan=False)
shares = st.floats(0.1, 0.4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
digests = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True)
dates = st.dates().map(str)
durations = st.sampled_from(["P1Y", "P6M", "P2W", "P10D", "P1Y2M3DT4H", "PT1H"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a mapping; fields whose name ends in `_` may be absent."""
    given = {name: field for name, field in fields.items() if not name.endswith("_")}
    maybe = {name[:-1]: field for name, field in fields.items() if name.endswith("_")}
    return st.fixed_dictionaries(given, optional=maybe)


def several(of: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[list[Any]]:
    """Draw a short list."""
    return st.lists(of, min_size=least, max_size=3)


thresholds = several(some(rule=texts, limit=numbers, reason=prose), 0)
people_named = some(name=prose, contact=prose, organisation_=texts)
columns = st.lists(
    some(
        name=texts.filter(lambda text: bool(text.strip())),
        type=st.sampled_from(["number", "integer", "category", "boolean", "date"]),
        roles_=st.lists(
            st.sampled_from(["quasi-identifier", "sensitive", "protected"]), unique=True
        ),
        label_=texts,
        unit_=texts,
        categories_=several(texts, 0),
        weight_=st.floats(0.1, 10),
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda column: column["name"].strip(),
)
sources = some(
    kind=st.just("real"), path=prose, row=prose, collection=prose, legal_basis=prose,
    retention=prose, sha256_=digests,
)  # fmt: skip
charters = some(
    name=names, title=prose, owner=people_named, purpose=prose,
    use_cases=several(some(title=prose, task=prose, model_type=prose, decision=prose)),
    audiences=several(some(who=prose, access=st.sampled_from(["open", "internal"]))),
    benefits=several(prose), trade_offs=several(prose), prohibited_uses=several(prose),
    sources=sources.map(lambda source: [source]), columns=columns,
    split_=some(control_=shares, tuning_=shares, seed_=st.integers(0, 2**40)),
    fidelity_=thresholds, privacy_=thresholds, fairness_=thresholds,
    roles=several(some(role=prose, name=prose, responsible_for_=texts)),
    approvers=several(prose),
    review=some(cadence=durations, triggers=several(prose), owner_=texts),
    limitations=several(prose), ethics=prose, written_=dates,
).map(Charter.model_validate)  # fmt: skip
externals = some(path=prose, tool=prose, description=prose)
guarantees = st.one_of(
    some(statement=prose, unit_=texts),
    some(
        kind=st.just("differential-privacy"), statement=prose, epsilon=st.floats(0.01, 50),
        delta=st.floats(0, 0.5),
    ),
)  # fmt: skip
plans = st.one_of(
    some(
        generator=st.just("bring-your-own"), guarantee=guarantees, rationale=prose,
        external=externals,
    ),
    some(
        generator=names, parameters_=st.dictionaries(texts, values, max_size=3),
        seed_=st.integers(0, 2**31 - 1), rows_=st.integers(1, 10**9),
        conditions_=several(
            some(where=st.dictionaries(texts, values, min_size=1, max_size=2),
                 rows=st.integers(1, 99), rationale=prose), 0,
        ),
        guarantee=guarantees, rationale=prose,
    ),
).map(Plan.model_validate)  # fmt: skip
clauses = some(
    metric=names, direction=st.sampled_from(["at_most", "at_least"]), limit=numbers,
    scope_=st.dictionaries(texts, texts, max_size=2),
)  # fmt: skip
effects = st.sampled_from(["block", "warn"])
about = {"title": prose, "reason": prose, "reference": prose, "severity_": effects}
rules = st.one_of(
    st.builds(lambda one, body: {**one, **body}, clauses, some(**about)),
    some(all_of=several(clauses), inconclusive_=effects, **about),
    some(any_of=several(clauses), not_measured_=effects, **about),
)
configurations = some(
    id=names, generator=texts, reason=prose,
    parameters_=st.dictionaries(
        texts, some(minimum_=numbers, maximum_=numbers, one_of_=several(values, 0)), max_size=2
    ),
)  # fmt: skip


def _numbered(body: dict[str, Any]) -> dict[str, Any]:
    rules = [{"id": f"rule-{n}", **rule} for n, rule in enumerate(body["rules"])]
    return {**body, "rules": rules}


policies = (
    some(
        id=names, version=versions, title=prose, effective=dates, cadence=durations,
        minimum_cell_=st.integers(2, 99), rules=several(rules),
        approvals=st.lists(
            some(action=st.sampled_from(get_args(Action)), roles=several(prose),
                 quorum_=st.integers(1, 5)),
            min_size=1, max_size=3, unique_by=lambda each: each["action"],
        ),
        generators=some(unapproved_=effects, approved=several(configurations)),
    )
    .map(_numbered)
    .map(Policy.model_validate)
)  # fmt: skip
scopes = st.dictionaries(st.sampled_from(["group", "column"]), texts, max_size=2)
exacts = st.builds(
    lambda name, value, note, scope: exact(name, value, method="m", note=note, **scope),
    names, numbers, texts, scopes,
)  # fmt: skip
intervals = st.builds(
    lambda name, bounds, n, scope: interval(
        name, sorted(bounds)[1], sorted(bounds)[0], sorted(bounds)[2], n=n, method="m", seed=n,
        baseline=bounds[0], **scope,
    ),
    names, st.tuples(numbers, numbers, numbers), st.integers(0, 10**6), scopes,
)  # fmt: skip
missings = st.builds(
    lambda name, why: missing(name, why, method="m"), names, texts.filter(lambda t: t.strip())
)
estimates = st.one_of(exacts, intervals, missings)
evidences = some(
    room=st.sampled_from(["privacy", "fairness", "utility"]), seed=st.integers(0, 2**40),
    inputs_=st.dictionaries(names, digests, max_size=2),
    parameters_=st.dictionaries(texts, values, max_size=2),
    estimates_=st.lists(estimates, max_size=4, unique_by=lambda each: each.id),
    facts_=st.dictionaries(texts, values, max_size=2), notes_=several(texts, 0),
).map(Evidence.model_validate)  # fmt: skip
keys = st.integers(0, 10**6).map(lambda n: __import__("base64").b64encode(n.to_bytes(32)).decode())
people = st.lists(
    some(name=prose, roles=several(prose), keys_=several(some(public=keys, revoked_=dates), 0)),
    max_size=2,
    unique_by=lambda member: member["name"].strip(),
).map(lambda members: {"members": members})


def _alone(body: dict[str, Any]) -> bool:
    publics = [key["public"] for member in body["members"] for key in member.get("keys", [])]
    return len(publics) == len(set(publics))


peoples = people.filter(_alone).map(People.model_validate)
EVERY = {
    "charter": charters,
    "plan": plans,
    "policy": policies,
    "people": peoples,
    "evidence": evidences,
}
