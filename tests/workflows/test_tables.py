"""The two tables of the first country decide as the law and the practice say."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from engine.process.country import read_facts
from engine.process.decisions import Decision, load_decisions

pytestmark = pytest.mark.once
FOLDER = Path(__file__).parents[2] / "workflows" / "kg"
FACTS = read_facts((FOLDER / "facts.toml").read_bytes(), [])
VALUES = tomllib.loads((FOLDER / "facts.toml").read_text(encoding="utf-8"))


def table(name: str) -> Decision:
    kinds = {fact: read.kind for fact, read in FACTS.items()}
    codes = {fact: read.values for fact, read in FACTS.items() if read.values}
    return load_decisions(f"{name}.dmn", (FOLDER / f"{name}.dmn").read_bytes(), kinds, codes)[name]


CRITERIA, RISK = table("identification_criteria"), table("risk_level")


def criteria(**facts: Any) -> tuple[str, list[str]]:
    decided = CRITERIA.evaluate(facts)
    return decided.outputs["criteria_result"], decided.rules


def risk(**facts: Any) -> str:
    calm = {"threat": "none", "traffickers_know_place": "no", "health_state": "stable", "dependants": 0,
            "detained": "no", "age_band": "adult"}  # fmt: skip
    return str(RISK.evaluate(calm | facts).outputs["risk_level"])


@pytest.mark.parametrize("age", ["adult", "child", "unknown"])
def test_criteria_are_act_and_means_or_childhood_and_purpose(age: str):
    for act, means, purpose, complete in product([True, False], repeat=4):
        result, rules = criteria(
            act_seen=act, means_seen=means, purpose_seen=purpose, screening_complete=complete, age_band=age
        )
        seen = act and (means or age != "adult") and purpose
        assert result == ("presumed" if seen else "not_presumed" if complete else "more_information")
        assert len(rules) == 1


def test_every_rule_can_be_explained():
    for decision in (CRITERIA, RISK):
        text = (FOLDER / f"{decision.id}.dmn").read_text(encoding="utf-8")
        assert all(rule.id.startswith(("criteria_", "risk_")) for rule in decision.rules)
        assert text.count("<description>") == len(decision.rules) + 1


def test_risk_is_low_only_when_nothing_speaks_against_it():
    assert risk() == "low"
    assert risk(health_state="unknown", detained="unknown") == "low"
    for fact, value in [("threat", "unknown"), ("traffickers_know_place", "unknown"), ("dependants", 2),
                        ("age_band", "unknown"), ("detained", "yes"), ("health_state", "needs_care")]:  # fmt: skip
        assert risk(**{fact: value}) == "medium", fact


def test_risk_is_high_where_life_is_in_danger():
    assert risk(threat="direct") == risk(health_state="critical") == "high"
    assert risk(traffickers_know_place="yes", threat="indirect") == "high"
    assert risk(traffickers_know_place="yes", age_band="child") == "high"
    assert risk(traffickers_know_place="yes") == "medium"


def test_risk_is_decided_for_everything_that_may_be_known():
    names = ["threat", "traffickers_know_place", "health_state", "detained", "age_band"]
    for values in product(*(VALUES[name]["values"] for name in names)):
        for dependants in (0, 1):
            level = risk(**dict(zip(names, values, strict=True)), dependants=dependants)
            assert level in ("low", "medium", "high")
