"""The synthetic agencies of the demo: the country of the seeds. Nobody here exists."""

from sqlmodel import Session, select

from .. import audit, clock
from ..access import signin
from ..actor import SYSTEM
from ..models.people import Agency, Duty, Place, PlaceKind, Reach, User

PASSWORD = "training-only-2026"

# code: (name, region, roles, services, sexes, ages, families, places)
AGENCIES: dict[str, tuple[str, str, str, str, str, str, bool, dict[str, int]]] = {
    "police_osh": ("Police of Osh, unit against trafficking", "osh", "first_responder", "", "", "", True, {}),
    "police_bishkek": (
        "Criminal Police Service, department against trafficking",
        "bishkek",
        "first_responder verification",
        "",
        "",
        "",
        True,
        {},
    ),
    "border_guard": ("Border Guard, Dostuk crossing", "osh", "first_responder", "", "", "", True, {}),
    "shelter_osh": (
        "Ak-Jol shelter, Osh",
        "osh",
        "shelter receiving_partner",
        "shelter",
        "female",
        "adult child",
        True,
        {"women": 6, "children": 4, "families": 4},
    ),
    "shelter_bishkek": (
        "Sezim-Ata shelter, Bishkek",
        "bishkek",
        "shelter receiving_partner",
        "shelter",
        "female",
        "adult child",
        True,
        {"women": 4, "children": 6, "families": 6},
    ),
    "shelter_men": (
        "Ata-Jurt shelter, Bishkek",
        "bishkek",
        "shelter receiving_partner",
        "shelter",
        "male",
        "adult",
        True,
        {"men": 8, "families": 4},
    ),
    "ngo_osh": (
        "Ak-Niyet public foundation, Osh",
        "osh",
        "first_responder identification_partner service_provider independent_advocate",
        "psychological material social documents education employment paid_room",
        "",
        "",
        True,
        {},
    ),
    "hotline": (
        "Hotline 189 (NGO)",
        "bishkek",
        "first_responder identification_partner independent_advocate",
        "",
        "",
        "",
        True,
        {},
    ),
    "legal_aid_centre": (
        "Centre of state-guaranteed legal aid",
        "bishkek",
        "legal_aid attorney",
        "",
        "",
        "",
        True,
        {},
    ),
    "attorney": ("A. Attorney, private practice", "osh", "attorney", "", "", "", True, {}),
    "witness_protection": (
        "Witness protection unit, Ministry of Internal Affairs",
        "bishkek",
        "witness_protection",
        "",
        "",
        "",
        True,
        {},
    ),
    "consulate": (
        "Consulate General in Almaty",
        "abroad_kz",
        "first_responder consulate",
        "",
        "",
        "",
        True,
        {},
    ),
    "child_protection": (
        "Department of child protection",
        "bishkek",
        "first_responder child_protection",
        "",
        "",
        "child",
        True,
        {},
    ),
    "health": (
        "Family medicine centre",
        "osh",
        "first_responder service_provider",
        "medical psychological hospital_bed",
        "",
        "",
        True,
        {},
    ),
    "interpreters": ("Interpreter service", "bishkek", "service_provider", "interpreter", "", "", True, {}),
    "prosecutor": ("Office of the Prosecutor General", "bishkek", "prosecutor", "", "", "", True, {}),
    "internal_security": (
        "Internal security service, Ministry of Internal Affairs",
        "bishkek",
        "verification",
        "",
        "",
        "",
        True,
        {},
    ),
    "iom": (
        "International organisation for migration, mission",
        "bishkek",
        "first_responder identification_partner service_provider return_organiser receiving_partner "
        "independent_advocate",
        "documents material medical social education employment",
        "",
        "",
        True,
        {},
    ),
    "coordinator_national": (
        "National coordinator, duty desk",
        "national",
        "coordinator",
        "",
        "",
        "",
        True,
        {},
    ),
    "coordinator_bishkek": ("Coordinator Bishkek and north", "bishkek", "coordinator", "", "", "", True, {}),
    "coordinator_osh": ("Coordinator Osh and south", "osh", "coordinator", "", "", "", True, {}),
    "auditor": ("Office of the national rapporteur", "national", "", "", "", "", True, {}),
}
# The same, of agencies nobody signs in for: they are reached by telephone or letter.
WITHOUT_ACCOUNT: dict[str, tuple[str, str, str, str, str, str, bool, dict[str, int]]] = {
    "lawyer_by_phone": ("B. Attorney, private practice, Karakol", "bishkek", "attorney", "", "", "", True, {}),
    "mission_by_letter": ("Embassy of the country of origin, Bishkek", "bishkek", "consulate", "", "", "", True, {}),
}
REACHED = {"lawyer_by_phone": Reach.PHONE, "mission_by_letter": Reach.LETTER}
SECOND = ("coordinator_national", "coordinator_bishkek", "coordinator_osh")  # closing a case needs two people


def seed(session: Session) -> None:
    """Write the agencies, their places and one person for each with an account (two where a second is needed)."""
    if session.exec(select(Agency.id).limit(1)).first() is not None:
        return
    password = signin.hash_password(PASSWORD)
    for number, code in enumerate(AGENCIES):
        agency = _agency(session, code, number)
        _user(session, agency, code, password)
        if code in SECOND:
            _user(session, agency, f"{code}_2", password)
    for number, code in enumerate(WITHOUT_ACCOUNT, len(AGENCIES)):
        _agency(session, code, number)


def _agency(session: Session, code: str, number: int) -> Agency:
    name, region, roles, services, sexes, ages, families, places = (AGENCIES | WITHOUT_ACCOUNT)[code]
    agency = Agency(
        code=code,
        name=name,
        region=region,
        roles=roles.split(),
        services=services.split(),
        sexes=sexes.split(),
        ages=ages.split(),
        families=families,
        reach=REACHED.get(code, Reach.SYSTEM),
        phone=f"+996 000 000 {number:03}",
        hours="00:00-24:00" if code in ("hotline", "coordinator_national") else "09:00-18:00",
    )
    session.add(agency)
    session.flush()
    audit.record(session, "agency.added", agency, by=SYSTEM, code=code)
    for kind, total in places.items():
        place = Place(agency_id=agency.id, kind=PlaceKind(kind), total=total, confirmed_at=clock.now())
        session.add(place)
        audit.record(session, "place.added", place, by=SYSTEM, agency=name)
    return agency


def _user(session: Session, agency: Agency, login: str, password: str) -> None:
    duties = [Duty.CASEWORKER, Duty.MANAGER]
    if "coordinator" in agency.roles:
        duties = [Duty.COORDINATOR]
    elif agency.code == "auditor":
        duties = [Duty.AUDITOR]
    user = User(
        agency_id=agency.id,
        login=login,
        name=f"Training person {login.replace('_', ' ')}",
        password_hash=password,
        duties=[str(duty) for duty in duties],
    )
    session.add(user)
    audit.record(session, "person.added", user, by=SYSTEM, agency=agency.name)
