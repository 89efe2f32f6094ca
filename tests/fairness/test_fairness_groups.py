"""Which groups there are, and which may not be shown."""

import pandas as pd
import pytest
from fairness_people import COLUMNS, by_id, charter, people, tables

from synthnb import fairness
from synthnb.errors import TableError
from synthnb.fairness.grouping import complemented
from synthnb.fairness.proportions import Count
from synthnb.tables import Tables


def labels(groups):
    return [group.label for group in groups]


def test_groups_are_counted_with_their_crossings():
    real = people(("A", "F", 2, 1), ("A", "M", 1, 1), ("B", "M", 2, 1))
    found = fairness.groups(tables(real, real), minimum_cell=2)
    assert labels(found.counted) == [
        *("Race = A", "Race = B", "Sex = F", "Sex = M"),
        *("Race = A, Sex = F", "Race = A, Sex = M", "Race = B, Sex = M"),
    ]
    assert [group.real for group in found.counted[:2]] == [Count(5, 5), Count(3, 3)]
    assert found.notes == ()


def test_the_charter_says_how_deep_groups_are_crossed():
    real = people(("A", "F", 2, 1), ("B", "M", 2, 1))
    found = fairness.groups(tables(real, real, intersections=1), minimum_cell=2)
    assert all(len(group.columns) == 1 for group in found.counted)


def test_a_group_that_is_too_small_is_named_and_not_counted():
    real = people(("A", "F", 10, 10), ("B", "F", 12, 11), ("C", "F", 3, 0))
    made = people(("A", "F", 10, 10), ("C", "F", 1, 0))
    found = fairness.groups(tables(real, made), minimum_cell=5)
    assert "Race = C" not in labels(found.counted)
    assert any("Fewer than 5" in note and "Race = C" in note for note in found.notes)
    estimates = fairness.representation(tables(real, made), seed=0, minimum_cell=5)
    assert not any("Race = C" in estimate.id for estimate in estimates)


def test_the_name_of_a_rare_group_is_kept_back_unless_it_is_public():
    real = people(("A", "F", 10, 10), ("B", "F", 12, 11), ("Zoroastrian", "F", 1, 0))
    made = people(("A", "F", 10, 10), ("B", "F", 10, 10))
    notes = " ".join(fairness.groups(tables(real, made), minimum_cell=5).notes)
    assert "Zoroastrian" not in notes
    assert "Further groups of Race" in notes
    public = [{**COLUMNS[0], "categories": ["A", "B", "Zoroastrian"]}, *COLUMNS[1:]]
    notes = fairness.groups(tables(real, made, columns=public), minimum_cell=5).notes
    assert "Zoroastrian" in " ".join(notes)


def test_a_small_group_cannot_be_had_by_subtraction():
    real = people(("A", "F", 30, 30), ("B", "F", 12, 11), ("C", "F", 3, 0))
    found = fairness.groups(tables(real, real), minimum_cell=5)
    shown = {group.label: group.real for group in found.counted}
    assert shown["Race = A"] == Count(60, 60)
    assert shown["Race = B"] == Count(20, 24)  # 23, known to a block of five


def test_every_line_of_a_crossing_hides_two_cells_or_none():
    counts = {("A", "F"): 3, ("A", "M"): 40, ("B", "F"): 30, ("B", "M"): 50, ("C", "F"): 60}
    counts[("C", "M")] = 70
    assert complemented(counts, {("A", "F")}, 10) == {
        *(("A", "F"), ("A", "M")),
        *(("B", "F"), ("B", "M")),
    }
    assert complemented(counts, set(), 10) == set()


def test_two_hidden_cells_that_are_small_together_hide_a_third():
    counts = {("A",): 3, ("B",): 4, ("C",): 40, ("D",): 50}
    assert complemented(counts, {("A",), ("B",)}, 10) == {("A",), ("B",), ("C",)}


def test_a_group_that_vanished_is_named_and_has_representation_zero():
    real = people(("A", "F", 5, 5), ("B", "F", 5, 5))
    made = people(("A", "F", 5, 5))
    found = fairness.groups(tables(real, made), minimum_cell=2)
    assert labels(found.vanished) == ["Race = B", "Race = B, Sex = F"]
    assert any(note.startswith("Race = B has real records") for note in found.notes)
    lost = by_id(fairness.representation(tables(real, made), seed=0, minimum_cell=2))[
        "fairness.representation.ratio[group=Race = B]"
    ]
    assert (lost.value, lost.low, lost.high) == (0, 0, 0)
    assert "lost" in lost.note


def test_a_group_that_was_made_up_is_named_and_has_infinite_representation():
    real = people(("A", "F", 5, 5), ("B", "F", 5, 5))
    made = people(("A", "F", 5, 5), ("C", "F", 5, 5))
    found = fairness.groups(tables(real, made), minimum_cell=2)
    assert labels(found.appeared) == ["Race = C", "Race = C, Sex = F"]
    came = by_id(fairness.representation(tables(real, made), seed=0, minimum_cell=2))[
        "fairness.representation.ratio[group=Race = C]"
    ]
    assert came.value == came.high == float("inf")
    assert came.low > 0


def test_a_missing_value_is_a_group_of_its_own():
    real = people(("A", "F", 5, 5), (None, "F", 5, 5))
    found = fairness.groups(tables(real, real), minimum_cell=2)
    assert "Race = (missing)" in labels(found.counted)


def test_a_number_of_many_values_is_refused_by_name_and_never_silent():
    columns = [{**c, "roles": ["protected"]} if c["name"] == "income" else c for c in COLUMNS]
    real = people(("A", "F", 15, 15), ("B", "F", 15, 15))
    found = fairness.groups(tables(real, real, columns=columns), minimum_cell=2)
    assert set(found.refused) == {"income"}
    estimates = fairness.assess(tables(real, real, columns=columns), seed=0, minimum_cell=2)
    refused = [e for e in estimates if e.scope.get("group") == "income"]
    assert {e.metric for e in refused} >= {
        *("fairness.representation.ratio", "fairness.label.amplification_size"),
        "fairness.model.added_gap",
    }
    assert not any(e.measured for e in refused)


def test_a_number_of_few_values_makes_groups():
    columns = [{**c, "roles": ["protected"]} if c["name"] == "income" else c for c in COLUMNS]
    real = people(("A", "F", 3, 3), ("B", "F", 3, 3))
    found = fairness.groups(tables(real, real, columns=columns), minimum_cell=2)
    assert "income = 10" in labels(found.counted)


def test_two_columns_of_one_title_go_by_their_names():
    columns = [{**COLUMNS[0], "label": "Group"}, {**COLUMNS[1], "label": "Group"}, *COLUMNS[2:]]
    real = people(("A", "F", 5, 5), ("B", "F", 5, 5))
    found = fairness.groups(tables(real, real, columns=columns), minimum_cell=2)
    assert labels(found.counted)[:2] == ["race = A", "race = B"]


def test_without_protected_columns_every_metric_says_so():
    columns = [
        {**c, "roles": c.get("roles", []) if c["name"] == "approve" else []} for c in COLUMNS
    ]
    real = people(("A", "F", 5, 5), ("B", "F", 5, 5))
    estimates = fairness.assess(tables(real, real, columns=columns), seed=0, minimum_cell=2)
    assert not any(estimate.measured for estimate in estimates)
    assert {estimate.metric for estimate in estimates} >= {
        *("fairness.representation.ratio", "fairness.label.amplification_size"),
        *("fairness.label.rate", "fairness.model.added_gap", "fairness.model.accuracy"),
    }
    assert all("protected" in estimate.note for estimate in estimates)


def test_without_a_synthetic_table_the_error_says_what_to_do():
    real = people(("A", "F", 5, 5), ("B", "F", 5, 5))
    with pytest.raises(TableError, match="no synthetic table"):
        fairness.groups(
            Tables(charter=charter(), train=real, control=real, synthetic=None), minimum_cell=2
        )


def test_strange_labels_stay_text():
    name = "<script>alert(1)</script>"
    real = people((name, "F", 5, 5), ("$(id)", "F", 5, 5))
    made = pd.concat([real, people(("=cmd()", "F", 1, 1))], ignore_index=True)
    estimates = fairness.assess(tables(real, made), seed=0, minimum_cell=2)
    assert f"Race = {name}" in {estimate.scope.get("group") for estimate in estimates}
