"""A case in the middle of things, reached through the API: one of everything that can be acted on."""

from dataclasses import dataclass
from typing import Any

from engine.demo.story import WOMAN_IN_OSH
from tests.api import playing
from tests.api.client import Cast


def filled(form: str, **changes: Any) -> dict[str, Any]:
    """Valid answers to a form."""
    return playing.filled(form, WOMAN_IN_OSH | changes)


@dataclass
class Scene:
    """What there is. Offers are pending; the police hold `rights`, which one of them has taken."""

    reference: str
    rights: str  # task of the police, claimed
    free_task: str  # task of the police in another case, on the desk
    shelter_offer: str  # pending at the shelter of Osh
    service_offer: str  # pending at the health centre
    service_task: str  # awaiting
    arrival_task: str  # held by the other shelter of the second case; the person is not there yet
    alarm: str  # at the national desk
    lost_task: str  # awaiting, nobody is asked any more
    person: str  # the police officer
    agency: str  # another agency that could do the service


def set_up(cast: Cast) -> Scene:
    """Two cases of the police of Osh, opened now."""
    police, coordinator = cast["police_osh"], cast["coordinator_osh"]
    first = _opened(cast)
    second = _opened(cast)
    offers = {h["task_name"]: h["task_id"] for h in coordinator.read(f"/cases/{first}")["handoffs"]}
    rights, free = _task(cast, first, "rights_and_consent"), _task(cast, second, "rights_and_consent")
    police.act(f"/tasks/{rights}/claim")
    _accept(cast, "shelter_bishkek", second, "shelter_arrival")
    _lose(cast, second)
    everywhere = cast["coordinator_national"]
    return Scene(
        reference=first,
        rights=rights,
        free_task=free,
        shelter_offer=_offer(cast, first, "shelter_arrival", "shelter_osh"),
        service_offer=_offer(cast, first, "service_first_contact", "health"),
        service_task=offers["First contact for a service"],
        arrival_task=_task(cast, second, "shelter_arrival"),
        alarm=everywhere.read("/alarms")["items"][0]["id"],
        lost_task=_task(cast, second, "service_first_contact"),
        person=police.read("/me")["id"],
        agency=next(
            c["agency"]["id"]
            for c in coordinator.read(f"/tasks/{offers['First contact for a service']}/choices")["items"]
        ),
    )


def _opened(cast: Cast) -> str:
    answer = cast["police_osh"].post("/cases", {"intake": filled("intake")})
    assert answer.status_code == 201, answer.text
    reference: str = answer.json()["reference"]
    return reference


def _task(cast: Cast, reference: str, element: str) -> str:
    case = cast["coordinator_osh"].read(f"/cases/{reference}")
    return next(str(task["id"]) for task in case["tasks"] if task["element"] == element)


def _offer(cast: Cast, reference: str, element: str, login: str) -> str:
    task_id, agency = _task(cast, reference, element), cast[login].read("/me")["agency"]["id"]
    case = cast["coordinator_osh"].read(f"/cases/{reference}")
    return next(
        str(offer["id"])
        for offer in case["handoffs"]
        if offer["task_id"] == task_id and offer["receiver"]["id"] == agency
    )


def _accept(cast: Cast, login: str, reference: str, element: str) -> None:
    cast[login].act(f"/handoffs/{_offer(cast, reference, element, login)}/acceptance")


def _lose(cast: Cast, reference: str) -> None:
    """Everybody declines the service."""
    for login in ("health", "iom"):
        offer = _offer(cast, reference, "service_first_contact", login)
        cast[login].act(f"/handoffs/{offer}/refusal", {"reason": "no_capacity"})
