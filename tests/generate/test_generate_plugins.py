"""Other packages add generators through an entry point."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from generation_plans import plan, tables_of

from synthnb import generate
from synthnb.errors import GeneratorError

GOOD = """
import pandas as pd
from synthnb.generate import Parameter, Unconditional

class Repeater:
    id = "repeater"
    title = "Repeats a number"
    library = "plugin-under-test"
    licence = "MIT"
    guarantees = ("none",)
    parameters = {"value": Parameter("number", 1.0, 0, 9, "What is repeated.")}

    def conflicts(self, settings):
        return {}

    def lacks(self, charter):
        return ()

    def fit(self, train, columns, plan, context):
        return Fitted(columns, plan.parameters.get("value", 1.0))

class Fitted:
    said = ("said something",)
    privacy_loss = None

    def __init__(self, columns, value):
        self.columns, self.value = columns, value

    def sample(self, rows, *, seed, where):
        if where:
            raise Unconditional
        return pd.DataFrame({c.name: [self.value] * rows for c in self.columns})
"""
TRAIN = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})
COLUMNS = [{"name": name, "type": "number"} for name in TRAIN]


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package by hand: a module, and the metadata that names its entry point."""

    def install(code: str) -> None:
        (tmp_path / "plugin_under_test.py").write_text(code)
        info = tmp_path / "plugin_under_test-3.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: plugin-under-test\nVersion: 3.1\n")
        (info / "entry_points.txt").write_text(
            "[synthnb.generators]\nrepeater = plugin_under_test:Repeater\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))

    yield install
    sys.modules.pop("plugin_under_test", None)


def test_a_plug_in_is_checked_and_run_like_any_other(plugin) -> None:
    plugin(GOOD)
    assert list(generate.generators())[-1] == "repeater"
    tables = tables_of(TRAIN, COLUMNS)
    frame, made = generate.synthesise(tables, plan("repeater", parameters={"value": 4}, rows=3))
    assert frame.to_dict("list") == {"x": [4.0] * 3, "y": [4.0] * 3}
    assert (made.library, made.licence) == ("plugin-under-test 3.1", "MIT")
    assert made.transformations == ("said something",)
    with pytest.raises(GeneratorError, match="from 0 to 9"):
        generate.synthesise(tables, plan("repeater", parameters={"value": 10}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("import pandas", "import no_such_module"), "cannot be loaded"),
        (("def conflicts", "def other"), "lacks what"),
        (('id = "repeater"', 'id = "ctgan"'), "takes the id `ctgan`"),
    ],
)
def test_a_broken_plug_in_is_named(plugin, change: tuple[str, str], words: str) -> None:
    plugin(GOOD.replace(*change))
    with pytest.raises(GeneratorError, match=words):
        generate.generators()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[self.value] *", "['dear'] *"), "wrong type"),
        (("for c in self.columns", "for c in self.columns[:1]"), "left out columns"),
    ],
)
def test_what_a_plug_in_returns_is_checked(plugin, change: tuple[str, str], words: str) -> None:
    plugin(GOOD.replace(*change))
    with pytest.raises(GeneratorError, match=words):
        generate.synthesise(tables_of(TRAIN, COLUMNS), plan("repeater"))
