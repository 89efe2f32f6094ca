"""Acme: a package that offers an attack, installed by hand, and a policy that knows it."""

from __future__ import annotations

import json
from pathlib import Path

from ruamel.yaml import YAML

from synthnb.records import Policy, read, write

MIRROR = '''
"""Is there a synthetic row that equals a person in all categories?"""
from synthnb import privacy

def look(view):
    names = [c.name for c in view.columns if c.type in {"category", "boolean"}]
    made = set(view.distinct[names].itertuples(index=False, name=None))
    found = [row in made for row in view.real[names].itertuples(index=False, name=None)]
    return privacy.excess_estimates(MIRROR, view, found)

MIRROR = privacy.Attack(
    id="acme.mirror",
    version="1",
    title="Mirror",
    knows="every category of a person.",
    wants="to see the person in the table.",
    can="look for a row with the same categories.",
    cost="one look",
    criterion="singling out",
    metrics=("privacy.attack.excess", "privacy.attack.p"),
    measure=look,
)
'''


def write_package(
    folder: Path, code: str = MIRROR, *, name: str = "acme", entry: str = "acme_attacks:MIRROR"
) -> Path:
    """Write a package with one attack into a folder that Python looks for packages in."""
    info = folder / f"{name}-2.1.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_attacks.py").write_text(code)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text(f"[synthnb.attacks]\nmirror = {entry}\n")
    return folder


RULE = """\
- id: acme.mirror
  title: Nobody is found in the mirror
  metric: privacy.attack.excess
  direction: at_most
  limit: 0.01
  scope: {attack: acme.mirror}
  severity: warn
  inconclusive: warn
  reason: Our own red team found people this way in an earlier table.
  reference: Judgement of the officers of acme
"""


def set_policy(
    root: Path, *, required: dict[str, str], stale: str = "warn", lenient: bool = False
) -> None:
    """Add a rule about the mirror to a workspace's policy, and say which attacks it requires.

    With `lenient`, whatever blocked warns.
    """
    path = root / "policy.yaml"
    policy = read(Policy, path.read_text(encoding="utf-8"), "policy.yaml")
    body = policy.model_dump(mode="json")
    body["rules"].append(YAML(typ="safe").load(RULE)[0])
    needs = [{"id": attack, "version": version} for attack, version in required.items()]
    body["threats"] = {"required": needs, "stale": stale}
    if lenient:
        body["generators"]["unapproved"] = "warn"
        for rule in body["rules"]:
            rule.update(severity="warn", inconclusive="warn", not_measured="warn", cases=[])
    path.write_text(write(read(Policy, json.dumps(body), "policy.yaml")), encoding="utf-8")
