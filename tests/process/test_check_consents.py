"""What a step that asks for a consent must say, before anything of it may run."""

import pytest

from engine.process.check import check
from tests.process.small_bundle import bundle, draw, only, user

pytestmark = pytest.mark.once

CONSENT = (
    "survey\n,type,name,label::English (en),bind::nrm:domain,bind::nrm:consent\n"
    ",select_one answer,agreed,Agreed?,operational,{}\n,text,voice,Who interpreted?,operational,\n"
    "choices\n,list_name,name,label::English (en)\n,answer,given,Yes\n,answer,refused,No\n"
    "settings\n,form_title,form_id\n,Ask,ask\n"
)


def asking(purpose: str, **properties: str) -> dict[str, bytes]:
    """A country in which one step asks for a consent."""
    spine = draw(user("ask", **properties), path="start ask end")
    return bundle(spine) | {"forms/ask.csv": CONSENT.format(purpose).encode()}


def test_a_form_asks_consent_only_for_a_purpose() -> None:
    problems = check(asking("fun", interpreter="voice"))
    only(problems, "forms/ask.csv", "bind::nrm:consent", "no purpose")
    assert check(asking("help", interpreter="voice")) == []


def test_nobody_asks_for_a_consent_without_saying_who_interprets() -> None:
    only(check(asking("help")), "spine.bpmn", "ask", "nobody is named who interprets")
    assert check(asking("help", safety_first="yes")) == [], "safety does not wait"
    only(check(asking("help", safety_first="no")), "spine.bpmn", "ask", "nrm:safety_first cannot be")
