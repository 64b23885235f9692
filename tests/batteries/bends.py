"""What the model knows beside handoffs: who ever took part, who took a consent, who was called.

And what a person read from the drawing about it: which process is a service, which a stage, what each one decides on.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

# a person may decline these: something in them rests on a consent
SERVICES = {
    "identification",
    "formal_identification",
    "shelter",
    "service_referral",
    "legal_aid",
    "witness_protection",
    "return_from_abroad",
    "repatriation",
}
STAGES = SERVICES | {"child_protection", "recovery", "closure"}  # whatever another process calls
PLACES = {"shelter": "shelter"}  # the lane of a process whose agency takes the person in
ARRIVALS = ("shelter_arrival", "reception", "arrival_confirmation")  # steps the person travels to
INDEPENDENT = ("ask_about_pressure",)  # asked by somebody who has never had a part in the case
SAFETY = {"missing", "danger", "withdrawal"}  # what keeps the person safe outlives the path
BESIDE_PATH = SAFETY | {"child_found", "coming_of_age", "paper_record", "protection_asked"}  # what a message begins
DECIDES = {  # the facts that a way or a table in each process asks about
    "national_referral": {
        "shelter_now",
        "urgent_needs",
        "age_band",
        "preliminary_result",
        "whereabouts",
        "return_wanted",
        "nationality",
        "shelter_planned",
        "lawyer_wanted",
        "protection_wanted",
        "services_planned",
        "threat",
        "traffickers_know_place",
        "health_state",
        "dependants",
        "detained",
    },
    "identification": {
        "age_band",
        "consent_identification",
        "act_seen",
        "means_seen",
        "purpose_seen",
        "screening_complete",
        "preliminary_result",
    },
    "child_protection": {"age_band", "birth_date"},
    "closure": {"closure_approved"},
    "danger": {"protection_now", "danger_over"},
    "formal_identification": {"formal_result"},
    "legal_aid": {"conflict_free", "legal_outcome"},
    "missing": {"missing_state"},
    "recovery": {"reflection_decision"},
    "repatriation": {"return_wanted", "return_safe", "return_cleared", "best_interests"},
    "return_from_abroad": {"return_safe", "best_interests"},
    "service_referral": {"service_outcome"},
    "shelter": {"stay_decision"},
    "withdrawal": {"pressure_reported"},
    "witness_protection": {"protection_decision", "protection_continues"},
}
DECLARED = tomllib.loads((Path(__file__).parents[2] / "workflows/kg/facts.toml").read_text())
INITIAL = {name: fact.get("initial") for name, fact in DECLARED.items()}
# of the alarms about a case as a whole, those that these acts raise
OLD_ANSWER = "acted_on_old_answer"  # about a step too: the one that was corrected
CALLED = {"withdrawal_reported", "left_reported", "consent_withdrawn", OLD_ANSWER}
CALLED |= {"agreement_reported", "missing", "danger", "death", "disputed"}


@dataclass
class Paper:
    """A completed form: what was written, on which day, what it came to, and by whom."""

    raw: dict[str, Any]
    day: date
    came_to: Any
    agency: str


@dataclass
class Tie:
    """This case follows another one: both are one person."""

    id: str
    leading: str
    person: str
    lead: str


@dataclass
class Bends:
    """What has happened to one case."""

    reference: str = ""
    person: str = ""
    opened_for: str = ""  # whose it is where no link says otherwise
    opened_by: str = ""
    parts: set[str] = field(default_factory=set)  # every agency that ever had a part
    took: dict[str, tuple[str, str]] = field(default_factory=dict)  # of each purpose: who asked, and in which step
    calls: set[tuple[str, str]] = field(default_factory=set)  # who is called, and about what
    heard: set[tuple[str, str]] = field(default_factory=set)  # who has said that it knows
    papers: dict[str, Paper] = field(default_factory=dict)  # of each completed step
    filled: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # who filled the lanes of each scope
    undecided: dict[str, str] = field(default_factory=dict)  # corrections to decide, and the step of each
    silent: set[str] = field(default_factory=set)  # those of them about which nobody is called any more
    running: dict[str, str] = field(default_factory=dict)  # the process of every instance that runs
    tie: Tie | None = None
