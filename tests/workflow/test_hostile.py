"""Names and values of columns are attackers' text: they reach the datasheet as text only."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
from workspaces import cli, cli_here, make_workspace, signing

from synthnb.records import Charter, read, write

NAMES = {
    "race": "<script>alert(1)</script>",
    "sex": "{{< include secret.txt >}}",
    "married": "=cmd()",
    "unem": '#eval("1")',
    "self": "$(id)",
}
VALUES = {
    "Black": "<img src=x onerror=alert(2)>",
    "Hispanic": "@fig-x [a](javascript:1)",
    "White": "$$",
}


class Elements(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_hostile_names_and_values_come_out_as_text(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    folder = make_workspace(root)
    (folder / "secret.txt").write_text("SECRET-4410")
    spoil(folder)
    ran = cli("run", "loanapp", cwd=root)
    assert ran.code == 0, ran.text
    done = cli("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 0, done.text
    content = root / "reports" / "loanapp" / "1.0.0" / "content"
    page = (content / "datasheet.html").read_text()
    seen = Elements()
    seen.feed(page)
    assert "script" not in seen.tags
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert not [value for _, value in seen.attributes if (value or "").startswith("javascript:")]
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    for hostile in (*NAMES.values(), *VALUES.values()):
        assert hostile in text, hostile
    assert "SECRET-4410" not in page
    assert cli_here("verify", content.parent, cwd=root).code == 0


def spoil(folder: Path) -> None:
    """Rename columns and categories in data and charter alike."""
    path = folder / "data" / "loanapp.csv"
    frame = pd.read_csv(path)
    frame["race"] = frame["race"].map(VALUES)
    generator = np.random.default_rng(0)
    frame = frame.iloc[generator.permutation(len(frame))[:600]]
    frame.rename(columns=NAMES).to_csv(path, index=False)
    charter = read(Charter, (folder / "charter.yaml").read_text(), "charter.yaml")
    body = charter.model_dump(mode="json")
    for column in body["columns"]:
        if column["name"] == "race":
            column["categories"] = list(VALUES.values())
        if column["name"] in NAMES:
            column["name"] = NAMES[column["name"]]
            column["label"] = ""
    body["split"]["strata"] = [NAMES.get(name, name) for name in body["split"]["strata"]]
    changed = read(Charter, json.dumps(body), "charter.yaml")
    (folder / "charter.yaml").write_text(write(changed))
