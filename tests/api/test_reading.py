"""What each reader gets to see, and nothing else."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from engine.database import Store
from tests.api.client import Cast, refused
from tests.api.scene import Scene, filled, set_up

READS = (
    "/me", "/tasks", "/tasks/{rights}", "/tasks/{service_task}/choices", "/handoffs", "/handoffs/{shelter_offer}",
    "/cases", "/cases/{reference}", "/cases/{reference}/timeline", "/alarms", "/directory", "/forms/intake",
    "/audit/cases", "/audit/exceptions", "/audit/waits", "/clock",
)  # fmt: skip
# What somebody sees and may not do says so.
FORBIDDEN = {("police_osh", "/tasks/{service_task}/choices"): 403} | {
    (login, "/cases"): 403 for login in ("police_osh", "shelter_osh", "attorney", "auditor")
}
CARD = {"service", "sex", "age_band", "dependants", "language", "interpreter_needed", "urgent"}


@pytest.fixture
def scene(cast: Cast, training: None) -> Scene:
    """A case in the middle of things."""
    return set_up(cast)


def status(cast: Cast, login: str, path: str) -> int:
    """What somebody gets."""
    return cast[login].get(path).status_code


def test_who_may_read_what(cast: Cast, scene: Scene) -> None:
    expected = {
        "/tasks/{rights}": "police_osh coordinator_osh coordinator_national",
        "/tasks/{service_task}/choices": "coordinator_osh coordinator_national",
        "/handoffs/{shelter_offer}": "police_osh shelter_osh coordinator_osh coordinator_national",
        "/cases": "coordinator_osh coordinator_bishkek coordinator_national",
        "/cases/{reference}": "police_osh coordinator_osh coordinator_national",
        "/cases/{reference}/timeline": "police_osh coordinator_osh coordinator_national",
        "/audit/cases": "auditor", "/audit/exceptions": "auditor", "/audit/waits": "auditor",
    }  # fmt: skip
    readers = (
        "police_osh",
        "shelter_osh",
        "attorney",
        "coordinator_osh",
        "coordinator_bishkek",
        "coordinator_national",
    )
    for path in READS:
        address = path.format(**vars(scene))
        for login in (*readers, "auditor"):
            allowed = login in expected.get(path, login).split()
            wanted = 200 if allowed else FORBIDDEN.get((login, path), 404)
            assert status(cast, login, address) == wanted, (login, path)
        assert cast.client.get(f"http://testserver/api/v1{address}").status_code == 401


def test_an_offer_shows_its_card_and_nothing_else(cast: Cast, scene: Scene) -> None:
    shelter = cast["shelter_osh"]
    [offer] = [o for o in shelter.read("/handoffs")["offered"] if o["id"] == scene.shelter_offer]
    assert offer["state"] == "offered"
    read = shelter.read(f"/handoffs/{scene.shelter_offer}")
    assert read["state"] == "opened" and set(read["card"]) == CARD
    assert read["card"]["sex"] == "female" and read["card"]["urgent"]
    assert read["giver"]["phone"] and read["giver"]["hours"] == "09:00-18:00", "whom to call, and when"
    for hidden in ("reference", "task_id", "ground", "shared", "movement"):
        assert read[hidden] is None, hidden
    assert scene.reference not in str(read) + str(offer)
    assert shelter.read("/tasks")["items"] == []


def test_listing_delivers_and_reading_opens_each_once(cast: Cast, scene: Scene) -> None:
    shelter, path = cast["shelter_osh"], f"/handoffs/{scene.shelter_offer}"
    shelter.read("/handoffs")
    coordinator = cast["coordinator_osh"]
    assert coordinator.read(path)["state"] == "delivered", "a coordinator's look does not open it"
    first = shelter.get(path).headers["etag"]
    assert shelter.get(path).headers["etag"] == first


def test_an_agency_sees_its_own_stretch_only(cast: Cast, scene: Scene) -> None:
    police, coordinator = (cast[x].read(f"/cases/{scene.reference}") for x in ("police_osh", "coordinator_osh"))
    assert {task["element"] for task in police["tasks"]} >= {"intake", "rights_and_consent"}
    assert len(coordinator["tasks"]) > len(police["tasks"])
    assert police["consents"] == police["holders"] == [] and coordinator["holders"]
    assert police["region"] is police["opened_at"] is None
    own = cast["police_osh"].read(f"/cases/{scene.reference}/timeline")
    whole = cast["coordinator_osh"].read(f"/cases/{scene.reference}/timeline")
    assert len(own["sentences"]) < len(whole["sentences"])
    assert all(scene.reference not in line["text"] for line in whole["sentences"])


def test_a_giver_knows_the_receiver_only_while_it_must_call_it(cast: Cast, scene: Scene) -> None:
    police = cast["police_osh"]

    def given() -> dict[str, Any]:
        rows = police.read("/handoffs")["awaiting_outcome"]
        return next(row for row in rows if row["id"] == scene.shelter_offer)

    assert given()["receiver"]["phone"] and given()["task_id"] is None
    cast["shelter_osh"].act(f"/handoffs/{scene.shelter_offer}/acceptance")
    task_id = given()["task_id"]
    assert given()["receiver"] and task_id and given()["movement"]["arrived_at"] is None
    assert "Ak-Jol" in police.read(f"/handoffs/{scene.shelter_offer}/letter")["receiver"]["name"]
    assert cast["police_osh"].post(f"/tasks/{task_id}/departure", {"escort": "giver"}).status_code == 200
    cast["shelter_osh"].act(f"/tasks/{task_id}/arrival", {"condition": "well"})
    told = given()
    assert told["state"] == "accepted" and told["reference"] == scene.reference
    for hidden in ("receiver", "task_id", "movement", "ground", "shared", "card"):
        assert told[hidden] is None, hidden
    assert status(cast, "police_osh", f"/tasks/{task_id}") == 404
    said = [f"/cases/{scene.reference}", f"/cases/{scene.reference}/timeline", f"/handoffs/{scene.shelter_offer}"]
    for path in ("/tasks", *said):
        assert not re.search("Ak-Jol|Sezim-Ata", police.get(path).text), path
    for login, letter in (("police_osh", 404), ("shelter_osh", 404), ("coordinator_osh", 200)):
        assert status(cast, login, f"/handoffs/{scene.shelter_offer}/letter") == letter, login
    pulled = police.act_on(f"/handoffs/{scene.shelter_offer}/taking-back", {"reason": "by_giver"})
    assert "Ak-Jol" not in refused(pulled, 403, "not-allowed")["detail"]
    assert "Ak-Jol" in cast["coordinator_osh"].get(f"/cases/{scene.reference}/timeline").text


def test_a_coordinator_names_receivers_where_it_steers_the_case(cast: Cast, scene: Scene, store: Store) -> None:
    """The desk of another region, itself a giver, awaits an outcome like everybody else."""
    held = "UPDATE handoff SET giver_id = (SELECT id FROM agency WHERE code = 'coordinator_bishkek') WHERE id = :id"
    cast["shelter_osh"].act(f"/handoffs/{scene.shelter_offer}/acceptance")
    cast["shelter_osh"].act(f"/tasks/{_task_of(cast, scene)}/arrival", {"condition": "well"})
    with store.reading() as session:
        session.connection().execute(text(held), {"id": scene.shelter_offer})
        session.connection().commit()
    path = f"/handoffs/{scene.shelter_offer}"
    assert cast["coordinator_bishkek"].read(path)["receiver"] is None
    assert cast["coordinator_osh"].read(path)["receiver"]["name"].startswith("Ak-Jol")
    assert status(cast, "coordinator_bishkek", f"{path}/letter") == 404
    refused(cast["coordinator_bishkek"].act_on(f"{path}/taking-back", {"reason": "by_giver"}), 403, "not-allowed")


def _task_of(cast: Cast, scene: Scene) -> str:
    return str(cast["coordinator_osh"].read(f"/handoffs/{scene.shelter_offer}")["task_id"])


def test_who_declined_has_no_relation_any_more(cast: Cast, scene: Scene) -> None:
    cast["shelter_osh"].act(f"/handoffs/{scene.shelter_offer}/refusal", {"reason": "no_capacity"})
    read = cast["shelter_osh"].read(f"/handoffs/{scene.shelter_offer}")
    assert read["card"] is read["reference"] is read["task_id"] is None and read["state"] == "declined"
    assert status(cast, "shelter_osh", f"/cases/{scene.reference}") == 404


def test_a_task_brings_its_package_form_and_draft_to_its_holder_only(cast: Cast, scene: Scene) -> None:
    task = cast["police_osh"].read(f"/tasks/{scene.rights}")
    assert task["owed"] and task["reference"] == scene.reference
    assert task["form_schema"]["$id"].startswith("urn:nrm:form:rights_and_consent:")
    other = cast["coordinator_osh"].read(f"/tasks/{scene.rights}")
    assert other["package"] == {} and other["draft"]["answers"] == {}
    arrival = cast["shelter_bishkek"].read(f"/tasks/{scene.arrival_task}")
    assert arrival["movement"] and set(arrival["package"]) <= set(_shared(cast, scene))


def _shared(cast: Cast, scene: Scene) -> list[str]:
    task = cast["coordinator_osh"].read(f"/tasks/{scene.arrival_task}")
    handoffs = cast["coordinator_osh"].read(f"/cases/{task['reference']}")["handoffs"]
    return next(h["shared"] for h in handoffs if h["task_id"] == scene.arrival_task and h["state"] == "accepted")


def test_a_draft_is_kept_for_whoever_typed_it(cast: Cast, scene: Scene) -> None:
    police, path = cast["police_osh"], f"/tasks/{scene.rights}/draft"
    section = police.read(f"/tasks/{scene.rights}")["sections"][0]
    question = next(name for name in filled("rights_and_consent"))
    saved = police.send("PUT", path, {"section": section, "answers": {question: "half a thought"}})
    assert saved.status_code == 200 and saved.json()["saved_at"]
    assert police.read(f"/tasks/{scene.rights}")["draft"]["answers"] == {question: "half a thought"}
    refused(police.send("PUT", path, {"section": "none", "answers": {}}), 422, "invalid")
    problem = refused(police.send("PUT", path, {"section": section, "answers": {"x/y~z": 1}}), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "/answers/x~1y~0z"
    refused(cast["attorney"].send("PUT", path, {"section": section, "answers": {}}), 404, "not-found")
    refused(cast["coordinator_osh"].send("PUT", path, {"section": section, "answers": {}}), 403, "not-allowed")


def test_lists_come_in_pages_that_follow_one_another(cast: Cast, scene: Scene) -> None:
    for login, path, key in (
        ("police_osh", "/tasks", "id"), ("coordinator_osh", "/cases", "reference"),
        ("attorney", "/directory", "code"), ("auditor", "/audit/cases", "alias"),
    ):  # fmt: skip
        everything = [row[key] for row in cast[login].read(f"{path}?limit=100")["items"]]
        found, address = [], f"/api/v1{path}?limit=1"
        while address:
            answer = cast.client.get(f"http://testserver{address}", headers=cast[login].headers)
            found += [row[key] for row in answer.json()["items"]]
            assert ("next" in answer.links) is (answer.json()["next"] is not None)
            address = answer.links.get("next", {}).get("url")
        assert found == everything and len(found) > 1
        for broken in ("x", "AAAA", "4pyT", "é", "x" * 300, "MHww"):
            refused(cast[login].get(f"{path}?cursor={broken}"), 422, "invalid")
        for broken in ("0", "101", "-1", "many"):
            problem = refused(cast[login].get(f"{path}?limit={broken}"), 422, "invalid")
            assert problem["errors"][0]["parameter"] == "limit"


def test_the_board_shows_what_is_open_late_and_where(cast: Cast, scene: Scene) -> None:
    coordinator = cast["coordinator_osh"]
    lines = coordinator.read("/cases")["items"]
    assert len(lines) == 2 and all(line["open_tasks"] for line in lines)
    assert coordinator.read("/cases?region=bishkek")["items"] == coordinator.read("/cases?status=closed")["items"] == []
    assert coordinator.read("/cases?late=true")["items"] == []
    coordinator.post("/clock", {"hours": 30})
    assert len(coordinator.read("/cases?late=true")["items"]) == 2
    assert cast["coordinator_bishkek"].read("/cases")["items"] == []
    refused(coordinator.get("/cases?status=lost"), 422, "invalid")


def test_free_places_are_for_coordinators_and_for_the_house_itself(cast: Cast) -> None:
    for login, osh, bishkek in (
        ("coordinator_bishkek", True, True),
        ("shelter_osh", True, False),
        ("police_osh", False, False),
        ("auditor", False, False),
    ):
        rows = {row["code"]: row["places"] for row in cast[login].read("/directory")["items"]}
        assert (rows["shelter_osh"] is not None, rows["shelter_bishkek"] is not None) == (osh, bishkek), login


def test_forms_and_complaints_come_in_the_language_asked_for(cast: Cast, scene: Scene) -> None:
    police = cast["police_osh"]
    titles = {police.get("/forms/intake", accept_language=tag).json()["title"] for tag in ("ru", "en", "ky;q=0.9, xx")}
    assert len(titles) == 3
    body = {"intake": {"sex": "female"}}
    said = {police.post("/cases", body, accept_language=tag).json()["errors"][0]["detail"] for tag in ("ru", "en")}
    assert len(said) == 2
    refused(police.get("/forms/none"), 404, "not-found")
    refused(police.get("/forms/INTAKE"), 404, "not-found")
    assert police.get("/tasks").headers["vary"] == "Authorization, Accept-Language"


def test_the_clock_exists_in_training_only(cast: Cast) -> None:
    refused(cast["police_osh"].get("/clock"), 404, "not-found")
    refused(cast["police_osh"].post("/clock", {"hours": 1}), 404, "not-found")
    refused(cast["police_osh"].post("/clock", {"hours": 1, "to_next_deadline": True}), 422, "invalid")
