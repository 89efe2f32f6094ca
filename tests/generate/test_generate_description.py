"""A plan reads as sentences."""

from __future__ import annotations

import pytest
from generation_plans import plan

from synthnb import generate
from synthnb.errors import GeneratorError


def test_a_plan_is_told_with_its_defaults() -> None:
    conditions = [{"where": {"race": "Black"}, "rows": 9}]
    made = plan(parameters={"default_distribution": "norm"}, seed=4, conditions=conditions)
    lines = generate.describe(made)
    assert lines[:6] == (
        "Generator: Gaussian copula (`gaussian-copula`).",
        "Library: sdv, licence BUSL-1.1.",
        "Why: It is quick.",
        "Guarantee claimed: none. There is no guarantee.",
        "Rows: as many as there are to learn from. Seed: 4.",
        "Of these, 9 with race = Black.",
    )
    assert lines[6].startswith("default_distribution = norm (set in the plan). ")
    assert any(line.startswith("enforce_rounding = True (default). ") for line in lines)


def test_a_table_from_elsewhere_names_its_maker() -> None:
    external = {"path": "a.csv", "tool": "another-tool 4.2", "description": "A tree model."}
    lines = generate.describe(plan("bring-your-own", external=external))
    assert "Made with: another-tool 4.2. A tree model." in lines
    assert not any(line.startswith("Rows") for line in lines)


def test_an_unknown_generator_is_named() -> None:
    with pytest.raises(GeneratorError, match="there is no generator `ctgna`; did you mean `ctgan`"):
        generate.describe(plan("ctgna"))
