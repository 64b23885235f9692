"""The words of the features, and what they stand for here: agencies, duties, persons, findings, reasons."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from engine.demo import story
from tests.times import BISHKEK

Answers = dict[str, Any]

AGENCIES = {
    "the police unit of Osh": "police_osh",
    "the police unit of Bishkek": "police_bishkek",
    "the border guard": "border_guard",
    "the shelter in Osh": "shelter_osh",
    "the shelter in Bishkek": "shelter_bishkek",
    "the men's shelter": "shelter_men",
    "the foundation in Osh": "ngo_osh",
    "the hotline": "hotline",
    "the legal aid centre": "legal_aid_centre",
    "the private attorney": "attorney",
    "the witness protection unit": "witness_protection",
    "the consulate": "consulate",
    "child protection": "child_protection",
    "the clinic": "health",
    "the prosecutor": "prosecutor",
    "internal security": "internal_security",
    "IOM": "iom",
    "the national desk": "coordinator_national",
    "the coordinator in Bishkek": "coordinator_bishkek",
    "the coordinator in Osh": "coordinator_osh",
    "the auditor": "auditor",
    # in Russian, as the sentences need them
    "милиция Оша": "police_osh",
    "приют в Оше": "shelter_osh",
    "приют в Бишкеке": "shelter_bishkek",
    "фонд в Оше": "ngo_osh",
    "горячая линия": "hotline",
    "координатор в Оше": "coordinator_osh",
}

DUTIES = {
    "the intake": "intake",
    "the signed paper": "paper_follow_up",
    "the rights talk": "rights_and_consent",
    "the screening": "screening",
    "the second opinion": "second_opinion",
    "the referral elsewhere": "alternative_referral",
    "the needs assessment": "needs_and_risk",
    "the case plan": "case_plan",
    "the place in a shelter": "shelter_arrival",
    "the care plan": "stay_care_plan",
    "the review of the stay": "stay_review",
    "the help": "service_first_contact",
    "the report on the help": "service_report",
    "the appointment of a lawyer": "appoint_attorney",
    "the first meeting with the lawyer": "legal_first_meeting",
    "the lawyer's report": "legal_report",
    "the threat assessment": "threat_assessment",
    "the decision on protection": "protection_decision",
    "the protection measures": "protection_measures",
    "the review of the protection": "protection_review",
    "the visit to the child": "child_notice",
    "the choice of a guardian": "guardian",
    "the best-interests assessment": "best_interests",
    "the talk at the 18th birthday": "consent_at_18",
    "the review of the recovery": "reflection_review",
    "the formal opinion": "formal_opinion",
    "the formal confirmation": "formal_confirmation",
    "the free decision to go home": "return_decision",
    "the travel document": "foreign_travel_document",
    "the risk assessment of the return": "foreign_return_risk",
    "the clearance of the return": "return_clearance",
    "the journey": "repatriation_departure",
    "the confirmation of the arrival": "arrival_confirmation",
    "the request to verify": "request_verification",
    "the verification": "verify_facts",
    "the consular document": "travel_document",
    "the risk assessment before the return": "pre_return_risk",
    "the journey home": "return_departure",
    "the reception at home": "reception",
    "the search": "missing_search",
    "the safety plan": "safety_plan",
    "the question about pressure": "ask_about_pressure",
    "the proposal to close": "closure_proposal",
    "the approval of the closure": "closure_approval",
    "место в приюте": "shelter_arrival",
    "второе мнение": "second_opinion",
}

NOTHING_URGENT: Answers = {"shelter_now": "no", "urgent_needs": []}
PERSONS: dict[str, Answers] = {
    "a foreign woman": story.WOMAN_IN_OSH | NOTHING_URGENT,
    "a woman": story.WOMAN_IN_OSH | NOTHING_URGENT,
    "a mother of two": story.WOMAN_IN_OSH | NOTHING_URGENT | {"dependants": 2},
    "a man": story.WOMAN_IN_OSH | NOTHING_URGENT | {"sex": "male"},
    "a girl of 15": story.WOMAN_IN_OSH | NOTHING_URGENT | {"age_band": "child", "birth_date": "2011-05-05"},
    "a boy of 16": story.WOMAN_IN_OSH
    | NOTHING_URGENT
    | {"age_band": "child", "birth_date": "2010-05-05", "sex": "male"},
    "a woman of doubtful age": story.WOMAN_IN_OSH | NOTHING_URGENT | {"age_band": "unknown"},
    "a Kyrgyz man abroad": dict(story.MAN_IN_KAZAKHSTAN),
    "женщину": story.WOMAN_IN_OSH | NOTHING_URGENT,
}
NEEDS: dict[str, Answers] = {
    "a safe place": {"shelter_now": "yes"},
    "a doctor": {"urgent_needs": ["medical"]},
    "a doctor, clothes": {"urgent_needs": ["medical", "material"]},
    "безопасное место": {"shelter_now": "yes"},
}

# What somebody finds, decides or reports when a duty is done.
FINDINGS: dict[str, Answers] = {
    "she agrees to be identified": {"consent_identification": "given"},
    "she refuses to be identified": {"consent_identification": "refused"},
    "she is presumed a victim": {"preliminary_result": "presumed"},
    "she is not presumed a victim": {"preliminary_result": "not_presumed"},
    "more must be known": {"preliminary_result": "more_information"},
    "the stay goes on": {"stay_decision": "extend"},
    "she left without a word": {"stay_decision": "left_alone"},
    "all was given": {"service_outcome": "done"},
    "it could not be given": {"service_outcome": "failed"},
    "the lawyer also speaks for a trafficker": {"conflict_free": "no"},
    "the lawyer speaks for nobody else": {"conflict_free": "yes"},
    "she was represented": {"legal_outcome": "represented"},
    "no lawyer could help": {"legal_outcome": "failed"},
    "protection is refused": {"protection_decision": "refused"},
    "the danger goes on": {"protection_continues": "yes"},
    "the danger is over": {"protection_continues": "no"},
    "she needs more time": {"reflection_decision": "extended"},
    "the agencies cannot agree yet": {"formal_result": "undecided"},
    "she wants to go home": {"return_wanted": "yes"},
    "she wants to stay": {"return_wanted": "no"},
    "it is not safe": {"return_safe": "no"},
    "something stands in the way": {"return_cleared": "no"},
    "she is a child, born on 5 May 2011": {"age_band": "child", "birth_date": "2011-05-05"},
    "she is an adult": {"age_band": "adult"},
    "the closure is approved": {"closure_approved": "yes"},
    "the closure is not approved": {"closure_approved": "no"},
    "she did not want to sign": {"paper_kept": "none", "why_no_paper": "not_wanted"},
    "it is in its own file": {"paper_kept": "own_file", "file_place": "12-7"},
}

REASONS = {
    "it has no place": "no_capacity",
    "nobody there speaks the language": "no_language",
    "of a conflict of interest": "conflict_of_interest",
    "нет места": "no_capacity",
}

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
OUTCOMES = {
    "done": "done",
    "done in part": "partly_done",
    "failed": "failed",
    "recalled": "recalled",
    "declined": "declined",
    "expired": "expired",
    "delivered": "delivered",
}


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def one_of(words: dict[str, Any]) -> Callable[[str], Any]:
    """A parser type: one of these words, read as what it stands for."""

    def read(text: str) -> Any:
        return words[text]

    read.pattern = any_of(words)  # type: ignore[attr-defined]
    return read


def several_of(words: dict[str, Any]) -> Callable[[str], list[Any]]:
    """A parser type: some of these words, joined by commas and a last “and”."""
    one = f"(?:{any_of(words)})"

    def read(text: str) -> list[Any]:
        return [words[word] for word in re.findall(any_of(words), text)]

    read.pattern = f"{one}(?:, {one})*(?: and {one})?"  # type: ignore[attr-defined]
    return read


def person(text: str) -> Answers:
    """Who is met, and what the person needs at once."""
    base, _, needs = re.sub(" которой нужно ", " who needs ", text).partition(" who needs ")
    answers = dict(PERSONS[base.rstrip(",")])
    for need in filter(None, needs.split(" and ")):
        answers |= NEEDS[need]
    return answers


_needs = any_of(NEEDS)
person.pattern = (  # type: ignore[attr-defined]
    f"(?:{any_of(PERSONS)})(?:,? (?:who needs|которой нужно) (?:{_needs})(?: and (?:{_needs}))*)?"
)


def day(text: str) -> date:
    """A day as it is spoken; the weekday, where it is named, must be right."""
    found = re.fullmatch(r"(?:(\w+) )?(\d+) (\w+) (\d{4})", text)
    assert found is not None
    weekday, number, month, year = found.groups()
    read = date(int(year), MONTHS.index(month) + 1, int(number))
    assert weekday in (None, f"{read:%A}"), f"{read} is a {read:%A}"
    return read


day.pattern = rf"(?:\w+day )?\d+ (?:{any_of(MONTHS)}) \d{{4}}"  # type: ignore[attr-defined]


def at(when: date, hour: int = 9) -> datetime:
    """That day at this hour in Bishkek."""
    return datetime(when.year, when.month, when.day, hour, tzinfo=BISHKEK)


TYPES: dict[str, Any] = {
    "Agency": one_of(AGENCIES),
    "Agencies": several_of(AGENCIES),
    "Duty": one_of(DUTIES),
    "Person": person,
    "Finding": one_of(FINDINGS),
    "Reason": one_of(REASONS),
    "Outcome": one_of(OUTCOMES),
    "Day": day,
}
