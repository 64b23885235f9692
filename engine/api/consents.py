"""Consents: what the person said, entered outside any form."""

from fastapi import APIRouter, Response

from .. import cases, consents
from . import behalf, told
from .desk import Desk, Doer, Done
from .schemas import NewConsent
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/cases", tags=["cases"])


@router.post("/{reference}/consents", status_code=201, response_model=told.Consent)
def give(desk: Doer, reference: str, body: NewConsent) -> Response:
    """Keep what the person said about one purpose. Nothing is overwritten: the newest answer counts."""
    return desk.once(lambda: _given(desk, reference, body))


def _given(desk: Desk, reference: str, body: NewConsent) -> Done:
    case = cases.read(desk.session, reference, by=desk.by).case
    consent = consents.record(
        desk.session,
        case.reference,
        body.purpose,
        body.answer,
        recipient_id=body.recipient,
        domains=list(body.domains),
        interpreter=body.interpreter or "",
        by=behalf.reporting(desk, case, body, "consent"),
    )
    return Done(told.Consent.model_validate(consent, from_attributes=True), 201)
