"""The summary of what is different between two versions of a form."""

import pytest

from engine.forms import diff
from tests.forms.samples import form, row, sample

pytestmark = pytest.mark.once


def test_the_same_form_has_no_changes() -> None:
    assert diff(sample(), sample()) == ()


def test_added_removed_changed_and_moved() -> None:
    old = form(row("text", "a"), row("text", "b"), row("integer", "c"), settings={"version": "1"})
    new = form(
        row("text", "b", label_en="B!", required="yes"),
        row("text", "a", domain="medical"),
        row("select_one yes_no", "d", relevant="${a} = 'x'"),
        settings={"version": "2"},
    )
    assert diff(old, new) == (
        "~ form: version: “1” → “2”",
        "- question c (integer)",
        "~ question b: required: “” → “yes”",
        "~ question b: label (en): “B” → “B!”",
        "~ question a: domain: “operational” → “medical”",
        "+ question d (select_one)",
        "~ form: the questions are in another order",
    )


def test_choices_and_sections_are_compared() -> None:
    before = form(row("begin_group", "g"), row("select_one yes_no", "a"), row("end_group", ""))
    lists = {"yes_no": ["yes", "no", "unknown"]}
    after = form(
        row("begin_group", "g", label_en="Group"),
        row("select_one yes_no", "a"),
        row("end_group", ""),
        lists=lists,
    )
    assert diff(before, after) == (
        "~ form: section g (en): “G” → “Group”",
        "~ question a: choices: “yes no” → “yes no unknown”",
        "~ question a: choice unknown (en): “” → “Unknown”",
    )
