"""Whatever is sent, the answer is a page that says what to do; never a trace, never a 500 for bad input."""

import pytest

from engine import cases
from engine.database import Store
from engine.errors import Unavailable
from tests.factories import make_case
from tests.people import COORDINATOR, OFFICER, Crew

UNKNOWN = "0" * 32


def test_an_unknown_address(crew: Crew) -> None:
    assert crew[OFFICER].get("/nothing/here").status_code == 404
    answer = crew.stranger().get("/nothing/here")
    assert answer.status_code == 404
    assert "nothing here that you may see" in answer.text


def test_a_wrong_method(crew: Crew) -> None:
    assert crew[OFFICER].get("/sign-out").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/%00",
        "/cases/%00",
        "/handoffs/' OR 1=1",
        "/tasks/" + "9" * 3000,
        "/cases/KDFW-32MY-K",
        "/worklist?after=%00",
        "/worklist?after=yesterday~x",
        "/worklist?mine=maybe",
        "/cases?status=open&late=2&after=%F0%9F%98%80",
        "/audit?page=-1",
        "/directory?region=%27&service=x",
        "/?done=anything",
    ],
)
def test_strange_addresses(crew: Crew, path: str) -> None:
    for login in (OFFICER, COORDINATOR):
        assert crew[login].get(path).status_code in (200, 303, 400, 404), path


@pytest.mark.parametrize(
    "fields",
    [
        {"region": "atlantis"},
        {"region": ""},
        {"region": "x" * 5000},
        {"region": "osh\x00"},
        {"csrf": "é"},
    ],
)
def test_strange_fields(crew: Crew, fields: dict[str, str]) -> None:
    officer = crew[OFFICER]
    answer = officer.post("/cases", {"csrf": officer.csrf(), "form_id": "1"} | fields)
    assert answer.status_code in (400, 403, 422)
    assert "<h1" in answer.text


def test_too_large_a_body(crew: Crew) -> None:
    officer = crew[OFFICER]
    answer = officer.post("/cases", {"csrf": officer.csrf(), "region": "x" * 300_000})
    assert answer.status_code == 413
    assert "at most 256 KiB" in answer.text


def test_too_many_fields(crew: Crew) -> None:
    officer = crew[OFFICER]
    answer = officer.post("/cases", {f"f{number}": "" for number in range(2100)})
    assert answer.status_code == 400


def test_a_body_that_is_no_form(crew: Crew) -> None:
    officer = crew[OFFICER]
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/xml"):
        answer = officer.client.post("/cases", content=b'{"region": "osh"}', headers={"content-type": kind})
        assert answer.status_code in (400, 403), kind


def test_an_error_of_ours_shows_nothing_of_the_machine(
    crew: Crew, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*about: object, **more: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(cases, "read", broken)
    officer = crew[OFFICER]
    officer.client = crew.stranger(raise_server_exceptions=False).client
    officer.client.cookies.update(crew["police_bishkek"].client.cookies)
    answer = officer.get(f"/cases/{make_case(store)}")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers


def test_a_store_that_is_busy(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*about: object, **more: object) -> None:
        raise Unavailable()

    monkeypatch.setattr(cases, "open_case", busy)
    officer = crew[OFFICER]
    answer = officer.send("/cases/new", "/cases", {"region": "osh"})
    assert answer.status_code == 503
    assert "Nothing was lost" in answer.text


def test_every_answer_is_guarded(crew: Crew) -> None:
    for path in ("/sign-in", "/nothing", "/health", "/static/nothing.css", "/static/app.css"):
        answer = crew.stranger().get(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        kept = "public, max-age=31536000, immutable" if path == "/static/app.css" else "no-store"
        assert answer.headers["cache-control"] == kept


def test_a_refusal_speaks_the_language_of_the_page(crew: Crew) -> None:
    officer = crew[OFFICER]
    officer.act("/account", "/language", {"language": "ru", "next": "/account"})
    answer = officer.get(f"/tasks/{UNKNOWN}")
    assert '<html lang="ru"' in answer.text
