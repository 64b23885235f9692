"""An entry of the record as a sentence, in the reader's language. The one place where an entry becomes words."""

from collections.abc import Callable, Mapping
from typing import Any

from ..language import Translator

# Which catalogue family a code in an entry belongs to; any other value is a name and stands as it is.
FAMILIES = {
    "clock": "clock_name",
    "condition": "condition",
    "escort": "escort",
    "domain": "domain",
    "kind": "alarm",
}
REASONS = ("decline", "recall", "alarm", "closure", "route", "extension")
PLACES = ("agency", "giver", "receiver", "to", "decision", "process", "name", "reason", "action")
NameOf = Callable[[str], str]


def sentence(leaf: Mapping[str, Any], t: Translator, *, name_of: NameOf, label_of: NameOf) -> str:
    """The sentence of one leaf. `name_of` names an element of a diagram, `label_of` a purpose."""
    data = leaf["data"]
    values: dict[str, Any] = dict.fromkeys((*PLACES, *FAMILIES), "") | data
    for name, family in FAMILIES.items():
        if values[name]:
            values[name] = t.plain(f"{family}.{values[name]}")
    values["actor"] = leaf["actor"]["agency_name"] if leaf["actor"]["agency"] else t.plain("word.system")
    values["task"] = name_of(data.get("element", ""))
    values["purpose"] = label_of(data.get("purpose", ""))
    values["reason"] = reason(values["reason"], t)
    values["action"] = leaf["action"]
    key = f"sentence.{leaf['action']}"
    return t.plain(key if t.knows(key) else "sentence.unknown", **values)


def reason(code: str, t: Translator) -> str:
    """A coded reason in words, whichever list it comes from."""
    return next((t.plain(f"{family}.{code}") for family in REASONS if code and t.knows(f"{family}.{code}")), code)
