"""What is kept of the answers to a form, and what is said about those that are not."""

import re
import time
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.forms import MESSAGES, FormDefinition, Kind, Reason, message, read_post, relevant_names, validate
from tests.forms.samples import TODAY, form, row, sample

pytestmark = pytest.mark.once
SAMPLE = sample()
COMPLETE = {
    "child": "yes",
    "age": 17,
    "born": "2009-02-01",
    "height": 1.5,
    "needs": ["medical", "material"],
    "story": "Ак шаар",
    "help": "given",
    "lawyer": "true",
}


def complaints(definition: FormDefinition, raw: Any, language: str = "en", **how: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        validate(definition, raw, today=TODAY, language=language, **how)
    return refusal.value.fields


def kept(definition: FormDefinition, raw: Any, **how: Any) -> dict[str, Any]:
    return validate(definition, raw, today=TODAY, language="en", **how).values


def test_values_facts_consents_and_domains() -> None:
    answers = validate(SAMPLE, COMPLETE, today=TODAY, language="en")
    assert answers.values == COMPLETE
    assert answers.facts == {
        "wanted": "yes",
        "people": 17,
        "birth_date": date(2009, 2, 1),
        "needs": ["medical", "material"],
        "seen": True,
    }
    assert answers.consents == [("urgent_help", "given")]
    assert answers.by_domain["testimony"] == {"story": "Ак шаар"}
    assert sum(len(part) for part in answers.by_domain.values()) == len(answers.values)


def test_a_posted_page_gives_the_same_as_json() -> None:
    posted = [(name, str(value)) for name, value in COMPLETE.items() if name not in ("needs", "born")]
    posted += [("needs", "material"), ("needs", "medical"), ("_csrf", "secret")]
    posted += [("born-day", "1"), ("born-month", "2"), ("born-year", "2009")]
    assert kept(SAMPLE, read_post(SAMPLE, posted)) == COMPLETE
    assert kept(SAMPLE, COMPLETE | {"needs": "material medical medical", "lawyer": True}) == COMPLETE


def test_a_half_written_date_is_no_date() -> None:
    raw = read_post(SAMPLE, [("child", "no"), ("born-day", "1"), ("born-month", ""), ("born-year", "2009")])
    assert "born" in complaints(SAMPLE, raw)
    assert read_post(SAMPLE, [("born-day", ""), ("born-month", " "), ("born-year", "")]) == {"born": ""}


def test_irrelevant_answers_are_dropped_with_what_they_would_set() -> None:
    answers = validate(SAMPLE, COMPLETE | {"child": "no", "height": None}, today=TODAY, language="en")
    assert set(answers.values) == {"child", "born"}
    assert set(answers.facts) == {"wanted", "birth_date"} and answers.consents == []
    assert answers.dropped == ("age", "needs", "story", "help", "lawyer")


def test_a_mistake_in_what_is_not_asked_holds_nobody_up() -> None:
    assert kept(SAMPLE, {"child": "no", "age": "many"}) == {"child": "no"}


def test_what_was_dropped_is_unanswered_for_what_follows() -> None:
    chain = form(
        row("select_one yes_no", "a"),
        row("select_one yes_no", "b", relevant="${a} = 'yes'"),
        row("text", "c", relevant="${b} = 'yes'", required="yes"),
    )
    assert kept(chain, {"a": "no", "b": "yes"}) == {"a": "no"}
    assert set(complaints(chain, {"a": "yes", "b": "yes"})) == {"c"}


def test_required_may_depend_on_an_answer() -> None:
    assert "story" in complaints(SAMPLE, COMPLETE | {"story": "  "})
    assert "story" not in kept(SAMPLE, COMPLETE | {"story": "", "needs": ["material"]})


def test_a_draft_may_leave_required_questions_open() -> None:
    assert kept(SAMPLE, {}, partial=True) == {}
    assert set(complaints(SAMPLE, {"age": "x", "child": "yes"}, partial=True)) == {"age"}


def test_one_page_is_checked_without_the_others() -> None:
    assert set(complaints(SAMPLE, {"needs": ["nothing"]}, section="who")) == {"child"}
    raw = {"child": "yes", "age": 3, "needs": ["nothing"]}
    assert kept(SAMPLE, raw, section="who") == {"child": "yes", "age": 3}
    assert set(complaints(SAMPLE, raw, section="what")) == {"needs"}


def test_what_is_asked_by_the_answers_so_far() -> None:
    assert relevant_names(SAMPLE, {}, today=TODAY) == {"main", "earlier", "who", "child", "born", "height"}
    asked = relevant_names(SAMPLE, {"child": "yes"}, today=TODAY)
    assert {"age", "what", "story"} <= asked


def test_today_is_given_and_never_read() -> None:
    assert "born" in complaints(SAMPLE, COMPLETE | {"born": "2026-11-23"})
    assert kept(SAMPLE, COMPLETE | {"born": "2026-11-22"})["born"] == "2026-11-22"
    later = validate(SAMPLE, COMPLETE | {"born": "2026-11-23"}, today=date(2026, 11, 23), language="en")
    assert later.values["born"] == "2026-11-23"


@pytest.mark.parametrize("name", ["stranger", "earlier", "who", "csrf_token", "_page", "x" * 5000, "", "born-day"])
def test_names_the_form_does_not_ask_are_refused(name: str) -> None:
    assert name[:64] in complaints(SAMPLE, COMPLETE | {name: "1"})


def test_a_flood_of_names_is_refused_at_once() -> None:
    assert complaints(SAMPLE, {str(number): "" for number in range(1001)}) == {}
    assert complaints(SAMPLE, ["child"]) == {}


GIVEN: dict[Kind, list[tuple[Any, Any]]] = {
    Kind.TEXT: [("  a\r\nb ", "a\nb"), ("и\u0306", "й"), (["one"], "one"), ("\u00a0", None), ("", None)],
    Kind.INTEGER: [("17", 17), (" -3 ", -3), (17.0, 17), ("+4", 4), (None, None), (10**12, 10**12)],
    Kind.DECIMAL: [("17,5", 17.5), ("17.5", 17.5), (3, 3.0), ("-0.25", -0.25), ([], None)],
    Kind.DATE: [("2009-2-1", "2009-02-01"), ("1.2.2009", "2009-02-01"), (date(2009, 2, 1), "2009-02-01")],
    Kind.SELECT_ONE: [("yes", "yes"), (" yes ", "yes"), (["no"], "no"), ([""], None)],
    Kind.SELECT_MULTIPLE: [
        ("material medical", ["medical", "material"]),
        (["material", "material", ""], ["material"]),
        (("medical",), ["medical"]),
        ([], None),
        ("  ", None),
        ([""], None),
    ],
}
REFUSED: dict[Kind, list[tuple[Any, Reason]]] = {
    Kind.TEXT: [
        (17, Reason.NOT_TEXT),
        ({}, Reason.NOT_TEXT),
        (["a", "b"], Reason.NOT_ONE),
        ("a" * 4001, Reason.TOO_LONG),
        ("a" * 50_000, Reason.TOO_LONG),
        ("a\x00b", Reason.INVISIBLE),
        ("a\x1b[2J", Reason.INVISIBLE),
        ("a\ud800", Reason.INVISIBLE),
        ("a\u202eb", Reason.INVISIBLE),
    ],
    Kind.INTEGER: [
        ("many", Reason.NOT_INTEGER),
        ("1.5", Reason.NOT_INTEGER),
        (1.5, Reason.NOT_INTEGER),
        (True, Reason.NOT_INTEGER),
        (float("nan"), Reason.NOT_INTEGER),
        (float("inf"), Reason.NOT_INTEGER),
        ("١٧", Reason.NOT_INTEGER),
        ("1_000", Reason.NOT_INTEGER),
        ("9" * 5000, Reason.NOT_INTEGER),
        ("9" * 20, Reason.NUMBER_RANGE),
        (10**400, Reason.NUMBER_RANGE),
    ],
    Kind.DECIMAL: [
        ("1e5", Reason.NOT_DECIMAL),
        ("nan", Reason.NOT_DECIMAL),
        (float("inf"), Reason.NOT_DECIMAL),
        (False, Reason.NOT_DECIMAL),
        ("1,2,3", Reason.NOT_DECIMAL),
        (10**400, Reason.NUMBER_RANGE),
        (1e300, Reason.NUMBER_RANGE),
    ],
    Kind.DATE: [
        ("2009-02-30", Reason.NOT_DATE),
        ("2/30/2009", Reason.NOT_DATE),
        ("yesterday", Reason.NOT_DATE),
        (20090201, Reason.NOT_DATE),
        (datetime(2009, 2, 1), Reason.NOT_DATE),
        ("0001-01-01", Reason.DATE_RANGE),
        ("9999-01-01", Reason.DATE_RANGE),
    ],
    Kind.SELECT_ONE: [
        ("perhaps", Reason.NOT_LISTED),
        ("YES", Reason.NOT_LISTED),
        (1, Reason.NOT_LISTED),
        (True, Reason.NOT_LISTED),
        (["yes", "no"], Reason.NOT_ONE),
    ],
    Kind.SELECT_MULTIPLE: [
        (["medical", "gold"], Reason.NOT_LISTED),
        ("medical,material", Reason.NOT_LISTED),
        ({"medical": True}, Reason.NOT_LIST),
        (5, Reason.NOT_LIST),
        ([["medical"]], Reason.NOT_LIST),
        (["medical"] * 501, Reason.NOT_LIST),
    ],
}
ONE_EACH = {
    kind: form(row(f"{kind}{ {'select_one': ' yes_no', 'select_multiple': ' needs'}.get(kind, '') }", "a"))
    for kind in GIVEN
}


@pytest.mark.parametrize(("kind", "raw", "value"), [(kind, *pair) for kind in GIVEN for pair in GIVEN[kind]])
def test_accepted(kind: Kind, raw: Any, value: Any) -> None:
    assert kept(ONE_EACH[kind], {"a": raw}).get("a") == value


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [(kind, *pair) for kind in REFUSED for pair in REFUSED[kind]],
    ids=lambda x: str(x)[:20],
)
@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_refused_in_every_language(kind: Kind, raw: Any, reason: Reason, language: str) -> None:
    said = complaints(ONE_EACH[kind], {"a": raw}, language)["a"]
    pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(MESSAGES[reason][language]))
    assert re.fullmatch(pattern, said)


def test_every_message_in_every_language() -> None:
    details = {"limit": 1, "length": 2, "code": "U+0007", "low": 0, "high": 9}
    for reason in Reason:
        said = {language: message(reason, language, **details) for language in ("en", "ru", "ky")}
        assert len(set(said.values())) == 3 and "{" not in "".join(said.values())
    assert message(Reason.REQUIRED, "uz") == message(Reason.REQUIRED, "en")


def test_the_author_of_the_form_may_say_what_does_not_fit() -> None:
    asked = form(row("integer", "a", constraint=". < 18", message_en="Too old.", message_ru="Слишком много."))
    said = {language: complaints(asked, {"a": 40}, language)["a"] for language in ("en", "ru", "ky")}
    assert said == {"en": "Too old.", "ru": "Слишком много.", "ky": "Слишком много."}
    plain = form(row("integer", "a", constraint=". < 18"))
    assert complaints(plain, {"a": 40}, "ky")["a"] == MESSAGES[Reason.CONSTRAINT]["ky"]


def test_a_hostile_pattern_does_not_hold_the_desk() -> None:
    asked = form(row("text", "a", constraint="regex(., '(a+)+$')"))
    begun = time.perf_counter()
    assert complaints(asked, {"a": "a" * 3999 + "!"})
    assert time.perf_counter() - begun < 1


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=4),
    st.sampled_from(["yes", "no", "given", "medical", "material medical", "true", "17", "2009-02-01", "1,5"]),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
)
NAMES = st.sampled_from([question.name for question in SAMPLE.stored])
SENSIBLE = st.fixed_dictionaries(
    {},
    optional={
        "child": st.sampled_from(["yes", "no", ""]),
        "age": st.one_of(st.integers(-2, 20), st.integers(0, 20).map(str)),
        "born": st.one_of(st.dates(), st.dates().map(str)),
        "height": st.floats(0, 3),
        "needs": st.lists(st.sampled_from(["medical", "interpreter", "material"]), max_size=3),
        "story": st.text(max_size=20),
        "help": st.sampled_from(["given", "refused", "unknown"]),
        "lawyer": st.one_of(st.booleans(), st.sampled_from(["true", "false"])),
    },
)


@given(
    st.one_of(st.dictionaries(st.one_of(NAMES, st.text(max_size=8)), ANYTHING, max_size=6), SENSIBLE, ANYTHING),
    st.sampled_from(["en", "ru", "ky", "uz", ""]),
    st.booleans(),
)
@settings(max_examples=300)
def test_nothing_but_invalid_is_ever_raised(raw: Any, language: str, partial: bool) -> None:
    try:
        answers = validate(SAMPLE, raw, today=TODAY, language=language, partial=partial)
    except Invalid as refusal:
        assert refusal.message
        assert all(isinstance(name, str) and said for name, said in refusal.fields.items())
    else:
        again = validate(SAMPLE, answers.values, today=TODAY, language=language, partial=partial)
        assert again.values == answers.values
        assert (again.facts, again.consents, again.by_domain) == (
            answers.facts,
            answers.consents,
            answers.by_domain,
        )


@given(st.text(max_size=200))
def test_kept_text_is_kept_again_as_it_is(text: str) -> None:
    try:
        first = kept(ONE_EACH[Kind.TEXT], {"a": text})
    except Invalid:
        return
    assert kept(ONE_EACH[Kind.TEXT], first) == first


@given(
    st.lists(st.tuples(st.one_of(NAMES, st.sampled_from(["born-day", "born-year", "_x", "x"])), st.text(max_size=5)))
)
def test_any_post_is_read(pairs: list[tuple[str, str]]) -> None:
    raw = read_post(SAMPLE, pairs)
    assert not any(name.startswith("_") for name in raw)
    relevant_names(SAMPLE, raw, today=TODAY)
