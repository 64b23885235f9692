"""What the person allowed, and on what ground anything may be passed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlmodel import Session

from . import vault
from .access import rules, visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed
from .forms import Domain
from .models.cases import Consent, ConsentAnswer
from .models.people import Agency
from .models.work import Handoff, UserTask
from .process import feel
from .process.definitions import Bundle

ANSWERS = (ConsentAnswer.GIVEN, ConsentAnswer.REFUSED)  # what a person says when asked; withdrawing is not an answer
ASKED_BY_OTHERS = (
    "The person took this consent back. Tell the coordinator if the person agrees again: the coordinator asks, and "
    "enters the answer."
)
TAKEN_BACK_ELSEWHERE = "That the person takes a consent back is entered under “What happened?” as a withdrawal."
INTERPRETER = "consent.interpreter"
NO_INTERPRETER = "This person needs an interpreter. Name who interprets, or ask for one first."


@dataclass(frozen=True)
class Basis:
    """Why an offer may be made: a consent of the person, or a coded legal ground."""

    consent: Consent | None = None
    ground: str = ""

    def covers(self, agency: Agency) -> bool:
        """Whether this basis reaches this agency: a consent may name one recipient only."""
        return self.consent is None or self.consent.recipient_id in (None, agency.id)


def give(
    act: Act,
    purpose: str,
    answer: ConsentAnswer,
    *,
    recipient_id: str | None = None,
    domains: list[str] | None = None,
    task_id: str | None = None,
    interpreter: str = "",
) -> Consent:
    """Keep what the person said about one purpose. Nothing is overwritten: the newest answer counts."""
    if purpose not in act.bundle.country.purposes:
        known = ", ".join(act.bundle.country.purposes)
        raise Invalid(f"There is no purpose “{purpose}”. Choose one of: {known}.", fields={"purpose": known})
    consent = Consent(
        case_id=act.case.id,
        purpose=purpose,
        recipient_id=recipient_id,
        domains=domains or [],
        answer=answer,
        task_id=task_id,
        taken_by_id=act.by.user_id,
        taken_at_id=act.by.agency_id,
        happened_at=act.by.acted_at(),
        entered_at=act.at,
    )
    if interpreter:
        place = f"{INTERPRETER}:{consent.id}"
        vaulted = vault.of(act.session)
        consent.interpreter = vaulted.seal_json(interpreter, case_id=act.case.id, domain="operational", place=place)
    act.add_consent(consent)
    act.record(f"consent.{answer}", consent, purpose=purpose, interpreted=bool(interpreter) or None)
    return consent


def record(
    session: Session,
    reference: str,
    purpose: str,
    answer: ConsentAnswer,
    *,
    recipient_id: str | None = None,
    domains: list[str] | None = None,
    interpreter: str = "",
    by: Actor,
) -> Consent:
    """Keep what the person said outside any form: whoever works on the case, or steers it, may enter it.

    A yes, or a no to what was never allowed. Taking a yes back has consequences and is `withdrawals.withdraw`.
    `interpreter` is who interpreted, by name and agency; refused without, where the person needs one.
    """
    act = begin(session, visibility.case(session, reference, by=by).id, by)
    rules.check_consent(by, act.case, {p.agency_id for p in act.participations()})
    check_answer(act, purpose, answer)
    recipient = session.get(Agency, recipient_id) if recipient_id else None
    reached = act.bundle.country.purposes[purpose].roles if purpose in act.bundle.country.purposes else ()
    if recipient_id and (recipient is None or not set(recipient.roles) & set(reached)):
        raise Invalid("Name as recipient an agency that this purpose reaches, or none.", fields={"recipient": ""})
    unknown = sorted(set(domains or []) - {domain.value for domain in Domain})
    if unknown:
        known = ", ".join(Domain)
        raise Invalid(f"There is no domain “{unknown[0]}”. The domains: {known}.", fields={"domains": ""})
    _check_named(act, purpose, interpreter)
    return give(act, purpose, answer, recipient_id=recipient_id, domains=domains, interpreter=interpreter)


def check_interpreter(act: Act, task: UserTask, values: Mapping[str, Any]) -> None:
    """No consent and no interview in a language the person does not speak without a named interpreter.

    Where the form asks in which language it was and has no answer, nobody has spoken with the person.
    """
    properties = act.bundle.elements[task.element].properties
    field, language = properties.get("nrm:interpreter"), properties.get("nrm:language")
    spoken = values.get(language) if language else None
    if not field or values.get(field) or (language and not spoken):
        return
    needed, own = act.facts.get("interpreter_needed"), act.facts.get("language")
    strange = spoken not in (None, "unknown", own) and own != "unknown"
    if needed == "yes" or (needed == "unknown" and strange):
        raise Invalid(fields={field: NO_INTERPRETER})


def _check_named(act: Act, purpose: str, interpreter: str) -> None:
    """The same for what is said outside any form. Urgent safety does not wait for an interpreter."""
    known = act.bundle.country.purposes.get(purpose)
    needed, language = act.facts.get("interpreter_needed"), act.facts.get("language")
    strange = needed == "unknown" and language not in ("unknown", *act.bundle.country.languages)
    if (needed == "yes" or strange) and not interpreter and not (known and known.safety_first):
        raise Invalid(NO_INTERPRETER, fields={"interpreter": NO_INTERPRETER})


def interpreter(act: Act, consent: Consent) -> str:
    """Who interpreted when the person said this outside any form; "" where nobody did."""
    if consent.interpreter is None:
        return ""
    place = f"{INTERPRETER}:{consent.id}"
    return str(
        vault.of(act.session).open_json(consent.interpreter, case_id=act.case.id, domain="operational", place=place)
    )


def check_answer(act: Act, purpose: str, answer: ConsentAnswer) -> None:
    """A consent is taken back by its own verb, which ends what rests on it and lets somebody independent ask."""
    if answer not in ANSWERS:
        raise Invalid(TAKEN_BACK_ELSEWHERE, fields={"answer": TAKEN_BACK_ELSEWHERE})
    if answer is ConsentAnswer.GIVEN and not may_agree(act, purpose):
        raise NotAllowed(ASKED_BY_OTHERS)
    now = newest(act, purpose)
    if answer is ConsentAnswer.REFUSED and now is not None and now.answer is ConsentAnswer.GIVEN:
        raise Conflict(TAKEN_BACK_ELSEWHERE)


def may_agree(act: Act, purpose: str) -> bool:
    """Whether the actor may enter a yes: to what was taken back, no agency that would work on the strength of it."""
    known = act.bundle.country.purposes.get(purpose)
    if known is None or act.by.is_coordinator or act.by.roles.isdisjoint(known.roles):
        return True
    now = newest(act, purpose)
    return now is None or now.answer is not ConsentAnswer.WITHDRAWN


def newest(act: Act, purpose: str) -> Consent | None:
    """The answer that counts for a purpose, or None where the person was not asked."""
    return next((consent for consent in reversed(act.consents()) if consent.purpose == purpose), None)


def basis(act: Act, *, role: str, purpose: str, urgent: bool) -> Basis | None:
    """The ground on which a case may be offered to an agency in this role; None where there is none.

    A consent comes first. A refusal or withdrawal is never overridden by a ground, except for a child,
    who is not asked to consent to protection.
    """
    consent = newest(act, purpose) if purpose else None
    if consent is not None and consent.answer is ConsentAnswer.GIVEN:
        return Basis(consent=consent)
    other = _narrower(act, role, purpose) if consent is None and purpose else None
    if other is not None:
        return Basis(consent=other)
    for code, ground in act.bundle.country.grounds.items():
        refused = consent is not None and code != "child"
        if role in ground.roles and not refused and _holds(act, code, urgent):
            return Basis(ground=code)
    return None


def still_given(act: Act, consent_id: str) -> bool:
    """Whether the consent an offer was made on has not been taken back or refused since."""
    made_on = act.session.get_one(Consent, consent_id)
    now = newest(act, made_on.purpose)
    return now is not None and now.answer is ConsentAnswer.GIVEN


def shared_fields(act: Act, task: UserTask, basis: Basis) -> list[str]:
    """The earlier answers this task shows: the form's list, cut by the role's domains and by the consent."""
    allowed = set(act.bundle.country.roles[task.lane].domains)
    if basis.consent and basis.consent.domains:
        allowed &= set(basis.consent.domains)
    form = act.bundle.forms[task.form]
    paths = [q.from_ for q in form.questions if q.from_]
    return [f"{source}.{name}" for source, name in paths if domain_of(act, source, name) in allowed]


def basis_of(act: Act, handoff: Handoff | None) -> Basis:
    """The basis a handoff was made on, as the person has put it since: a later yes may be to less.

    A lane held without a handoff rests on nothing but its role.
    """
    if handoff is None or handoff.consent_id is None:
        return Basis(ground=handoff.ground if handoff else "")
    made_on = act.session.get_one(Consent, handoff.consent_id)
    now = newest(act, made_on.purpose)
    return Basis(consent=now if now is not None and now.answer is ConsentAnswer.GIVEN else made_on)


def domain_of(act: Act, form: str, name: str) -> str:
    """The domain of a question of a form."""
    return next((str(q.domain or "") for q in act.bundle.forms[form].questions if q.name == name), "")


def _narrower(act: Act, role: str, purpose: str) -> Consent | None:
    """A consent to a narrower purpose: who agreed to a shelter need not be asked again for urgent help by a shelter.

    Never the other way round: urgent help is no consent to later services.
    """
    known = act.bundle.country.purposes
    reach = set(known[purpose].roles) if purpose in known else set()
    narrower = (name for name, p in known.items() if role in p.roles and set(p.roles) < reach)
    found = (newest(act, name) for name in narrower)
    return next((c for c in found if c is not None and c.answer is ConsentAnswer.GIVEN), None)


def _holds(act: Act, code: str, urgent: bool) -> bool:
    return _conditions(act.bundle)[code].evaluate(act.bundle.values(act.facts) | {"urgent": urgent}) is True


@lru_cache
def _conditions(bundle: Bundle) -> dict[str, feel.Expression]:
    """When each legal ground of the country holds."""
    names = {name: fact.kind for name, fact in bundle.facts.items()} | {"urgent": feel.Kind.boolean}
    return {
        code: feel.compile_expression(ground.when, names=names, wants=feel.Kind.boolean)
        for code, ground in bundle.country.grounds.items()
    }
