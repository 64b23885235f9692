"""The JSON Schema says of answers what the validator says of them."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.forms import MESSAGES, Reason, json_schema, validate
from tests.forms.samples import TODAY, form, row, sample

pytestmark = pytest.mark.once
SAMPLE = sample()
SCHEMA = json_schema(SAMPLE, "en")
TYPES = {"string": str, "array": list, "object": dict, "integer": int, "number": (int, float)}
OF_TYPE = [
    Reason.NOT_TEXT,
    Reason.NOT_INTEGER,
    Reason.NOT_DECIMAL,
    Reason.NOT_DATE,
    Reason.NOT_ONE,
    Reason.NOT_LIST,
]
OF_TYPE += [Reason.NOT_LISTED, Reason.TOO_LONG, Reason.NUMBER_RANGE, Reason.UNKNOWN]


def conforms(schema: dict[str, Any], value: Any) -> bool:
    """As much of JSON Schema 2020-12 as a form's schema uses."""
    if isinstance(value, bool) or not isinstance(value, TYPES[schema["type"]]):
        return False
    if isinstance(value, dict):
        known = schema["properties"]
        return set(schema.get("required", [])) <= set(value) <= set(known) and all(
            conforms(known[name], each) for name, each in value.items()
        )
    if isinstance(value, list):
        return len(value) == len(set(value)) and all(conforms(schema["items"], each) for each in value)
    if isinstance(value, str):
        return conforms_text(schema, value)
    return bool(schema["minimum"] <= value <= schema["maximum"])


def conforms_text(schema: dict[str, Any], value: str) -> bool:
    if "oneOf" in schema:
        return [choice["const"] for choice in schema["oneOf"]].count(value) == 1
    if schema.get("format") == "date":
        return date.fromisoformat(value).isoformat() == value
    return len(value) <= schema["maxLength"]


def test_what_it_says() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"].endswith(SAMPLE.hash)
    assert SCHEMA["additionalProperties"] is False
    assert SCHEMA["required"] == ["child"]
    assert list(SCHEMA["properties"]) == [question.name for question in SAMPLE.stored]
    assert SCHEMA["properties"]["child"]["oneOf"][0] == {"const": "yes", "title": "Yes"}


def test_it_speaks_the_language_asked_for() -> None:
    asked = form(row("text", "a", label_ru="Имя", hint_en="As in the passport"))
    assert json_schema(asked, "ky")["properties"]["a"]["title"] == "Имя"
    assert json_schema(asked, "en")["properties"]["a"]["description"] == "As in the passport"


def _instances(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "oneOf" in schema:
        return st.sampled_from([choice["const"] for choice in schema["oneOf"]])
    match schema["type"]:
        case "array":
            return st.lists(_instances(schema["items"]), unique=True)
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "number":
            return st.floats(schema["minimum"], schema["maximum"])
    if schema.get("format") == "date":
        return st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(str)
    return st.text(max_size=30)


@given(st.fixed_dictionaries({}, optional={name: _instances(each) for name, each in SCHEMA["properties"].items()}))
def test_what_the_schema_admits_is_never_of_the_wrong_type(instance: dict[str, Any]) -> None:
    try:
        answers = validate(SAMPLE, instance, today=TODAY, language="en")
    except Invalid as refusal:
        plain = {MESSAGES[reason]["en"] for reason in OF_TYPE}
        assert not plain & set(refusal.fields.values())
    else:
        assert conforms(SCHEMA, answers.values)


WILD = st.one_of(st.text(max_size=6), st.integers(), st.booleans(), st.lists(st.text(max_size=3), max_size=2))


@given(
    st.fixed_dictionaries(
        {}, optional={name: st.one_of(WILD, _instances(each)) for name, each in SCHEMA["properties"].items()}
    )
)
def test_what_is_kept_conforms_to_the_schema(raw: dict[str, Any]) -> None:
    try:
        answers = validate(SAMPLE, raw, today=TODAY, language="en")
    except Invalid:
        return
    assert conforms(SCHEMA, answers.values)
