"""Persons beyond one case by the API: nobody is shown, or opens, a case that is not theirs to read."""

from typing import Any

import pytest

from engine import changes, links
from engine.database import Store
from tests.api.client import Cast
from tests.factories import make_case
from tests.people import COORDINATOR, NATIONAL, OFFICER, actor

BISHKEK = "coordinator_bishkek"


@pytest.fixture
def pair(store: Store) -> tuple[str, str, str]:
    """A case of Bishkek leads one of Osh; the link between them."""
    leading, follower = make_case(store, "police_bishkek"), make_case(store)
    with store.transaction() as session:
        made = links.same_person(session, leading, follower, by=actor(session, NATIONAL)).id
    return leading, follower, made


def test_a_link_names_only_what_its_reader_may_open(cast: Cast, pair: tuple[str, str, str]) -> None:
    leading, follower, made = pair
    assert cast[COORDINATOR].get(f"/cases/{leading}").status_code == 404
    answer = cast[COORDINATOR].get(f"/cases/{follower}/links")
    assert leading not in answer.text
    row = answer.json()["items"][0]
    assert (row["id"], row["leading"], row["follower"]) == (made, None, follower)
    row = cast[NATIONAL].read(f"/cases/{follower}/links")["items"][0]
    assert (row["leading"], row["follower"]) == (leading, follower)


def test_the_desk_of_the_follower_undoes_it(cast: Cast, pair: tuple[str, str, str]) -> None:
    leading, follower, made = pair
    answer = cast[COORDINATOR].post(f"/links/{made}/undoing")
    assert answer.status_code == 200 and leading not in answer.text and answer.json()["undone_at"]
    assert cast[COORDINATOR].read(f"/cases/{follower}/links")["items"] == []
    assert (
        cast[COORDINATOR].read(f"/cases/{follower}")["lead"]["name"]
        != cast[NATIONAL].read(f"/cases/{leading}")["lead"]["name"]
    )


def test_an_open_case_leads_a_closed_one(cast: Cast, store: Store) -> None:
    old, new = make_case(store), make_case(store)
    with store.transaction() as session:
        changes.opened_in_error(session, old, reason="duplicate", by=actor(session, COORDINATOR))
    answer = cast[COORDINATOR].post(f"/cases/{old}/links", {"other": new})
    assert answer.status_code == 409 and "open case" in answer.json()["detail"]
    made = cast[COORDINATOR].act(f"/cases/{new}/links", {"other": old})
    assert (made["leading"], made["follower"]) == (new, old)
    assert cast[COORDINATOR].read(f"/cases/{old}")["status"] == "closed"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cases", {"region": "bishkek"}),
        ("/incidents", {"count": 2, "region": "bishkek"}),
        ("/takeovers", {"stage": "screening", "region": "bishkek", "facts": {}}),
    ],
)
def test_a_coordinator_opens_what_it_can_read(cast: Cast, path: str, body: dict[str, Any]) -> None:
    refused = cast[COORDINATOR].post(path, body)
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], "Call the coordinator" in e["detail"]) for e in refused.json()["errors"]] == [
        ("/region", True)
    ]
    assert cast[NATIONAL].read("/cases")["items"] == []
    for login, given in ((COORDINATOR, body | {"region": "osh"}), (NATIONAL, body), (BISHKEK, body)):
        answer = cast[login].post(path, given)
        assert answer.status_code == 201, answer.text
        made = answer.json().get("items", [answer.json()])
        for one in made:
            assert cast[login].get(f"/cases/{one['reference']}").status_code == 200


def test_who_detects_opens_anywhere(cast: Cast) -> None:
    answer = cast[OFFICER].post("/cases", {"region": "bishkek"})
    assert answer.status_code == 201
    assert cast[OFFICER].get(f"/cases/{answer.json()['reference']}").status_code == 200
    assert cast[COORDINATOR].get(f"/cases/{answer.json()['reference']}").status_code == 404
