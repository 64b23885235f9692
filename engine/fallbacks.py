"""The next best: who gives what may stand in for a service that nobody gives, in the order the country has written."""

from collections.abc import Iterator
from dataclasses import replace

from . import directory
from .act import Act
from .consents import Basis
from .directory import Candidate
from .models.work import UserTask


def instead(act: Act, task: UserTask, basis: Basis, *, without: set[str]) -> Iterator[tuple[str, list[Candidate]]]:
    """Each service that may stand in for the one a task asks for, with the agencies that may be asked for it.

    They fill the lane without its role, as far as the person's consent or the legal ground reaches them: a consent to
    a shelter, say, does not reach a hospital.
    """
    country = act.bundle.country
    reach = country.purposes[basis.consent.purpose].roles if basis.consent else country.grounds[basis.ground].roles
    barred = without | {task.giver_id}
    for service in country.fallbacks.get(task.service, ()):
        found = directory.candidates(act, role="", giver_id=task.giver_id, service=service, without=barred)
        allowed = [c for c in found if basis.covers(c.agency) and set(c.agency.roles) & set(reach)]
        yield service, [replace(c, service=service) for c in allowed]
