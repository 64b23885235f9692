"""The directory: which agency does what, for whom, and what is free there."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import agencies, cases, directory
from ..access import rules, visibility
from ..models.people import Agency, Place
from .desk import Reader
from .words import Words

router = APIRouter()


@router.get("/directory")
def show(desk: Reader, region: str = "", service: str = "") -> Response:
    """The agencies, all or those of a region or a service."""
    words = Words(cases.current_bundle(desk.session), desk.t)
    found = directory.entries(desk.session)
    services = sorted({code for agency, _ in found for code in agency.services})
    shown = [
        _row(words, agency, places if visibility.sees_places(agency.id, by=desk.by) else [])
        for agency, places in found
        if region in ("", agency.region) and (not service or service in agency.services)
    ]
    return desk.render(
        "directory.html",
        agencies=shown,
        filters={"region": region, "service": service},
        regions=[{"code": code, "name": words.region(code)} for code in words.bundle.country.regions],
        services=services,
        can_add=rules.can(agencies.check_keeps_directory, desk.by),
    )


def _row(words: Words, agency: Agency, places: list[Place]) -> dict[str, Any]:
    return {
        "id": agency.id,
        "name": agency.name,
        "region": words.region(agency.region),
        "roles": [words.role(role) for role in agency.roles if role in words.bundle.country.roles],
        "services": agency.services,
        "sexes": agency.sexes,
        "ages": agency.ages,
        "families": agency.families,
        "phone": agency.phone,
        "hours": agency.hours,
        "active": agency.active,
        "places": [
            {
                "kind": p.kind,
                "free": directory.free(p),
                "total": p.total if directory.is_stated(p) else "–",
                "confirmed_at": p.confirmed_at,
            }
            for p in places
        ],
    }
