"""Whatever is sent, nobody gets an answer that the system failed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.api.client import PROBLEM, ROOT, Cast
from tests.api.scene import Scene, set_up
from tests.api.test_litany import ACTS

Size = Callable[[int, int], int]
Proof = Callable[..., None]
pytestmark = pytest.mark.battery

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x00", "given", "osh", "services", "'", "../..", "\u202e", "é" * 300, "0" * 32, "2026-13-45"]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
WORDS = (
    "answers person agency escort condition reason purpose answer recipient domains name payload region intake hours "
    "to_next_deadline login password section age_band sex dependants language consent_services"
)
NAMES = st.sampled_from(WORDS.split())
BODIES = st.dictionaries(st.one_of(NAMES, TEXTS), st.one_of(VALUES, st.dictionaries(st.one_of(NAMES, TEXTS), VALUES)))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "If-Match": st.sampled_from(['"1"', '"2"', '"3"', '"4"', "*", '""', '"99999999999999"', "x"]),
        "Idempotency-Key": st.sampled_from(["a", "b", " ", "x" * 81]),
        "Accept-Language": st.sampled_from(["ru", "ky;q=x", ";;;", "*", "en;q=-1"]),
    },
)
WHO = st.sampled_from(["police_osh", "coordinator_osh", "shelter_osh", "auditor"])
QUERIES = st.dictionaries(
    st.sampled_from(["cursor", "limit", "status", "region", "late", "x"]), TEXTS | st.integers().map(str), max_size=3
)
READS = st.sampled_from(["/tasks", "/cases", "/directory", "/audit/cases", "/handoffs", "/me", "/alarms"])


@pytest.fixture
def scene(cast: Cast, training: None) -> Scene:
    """A case in the middle of things."""
    return set_up(cast)


def check(answer: Any) -> None:
    """It was done, or it was refused with a reason."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == PROBLEM and answer.json()["detail"]


def test_no_body_and_no_header_breaks_an_act(cast: Cast, scene: Scene, size: Size, proof: Proof) -> None:
    paths = [act.path(scene) for act in ACTS.values() if act.path(scene) != "/clock"]

    @settings(max_examples=size(60, 3000), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(paths), WHO, BODIES, HEADERS)
    @example(paths[3], "police_osh", {"answers": {"\x00": "\x00"}}, {"If-Match": '"3"'})
    @example("/cases", "police_osh", {"intake": {"dependants": 10**400}}, {})
    def send(path: str, login: str, body: Any, headers: dict[str, str]) -> None:
        check(cast.client.post(ROOT + path, json=body, headers=cast[login].headers | headers))

    send()
    proof("API: random bodies and headers to every act", requests=size(60, 3000), failures_of_the_system=0)


def test_no_answer_to_a_form_breaks_its_completion(cast: Cast, scene: Scene, size: Size, proof: Proof) -> None:
    police, path = cast["police_osh"], f"/tasks/{scene.rights}"
    schema = police.read(path)["form_schema"]["properties"]
    codes = [choice["const"] for q in schema.values() for choice in q.get("oneOf", ())]
    answers = st.dictionaries(st.sampled_from([*schema, "x"]), st.one_of(st.sampled_from(codes), VALUES))

    @settings(max_examples=size(40, 1500), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(answers, st.booleans())
    def send(given: Any, draft: bool) -> None:
        match = {"If-Match": police.get(path).headers["etag"]} | police.headers
        if draft:
            section = police.read(path)["sections"][0]
            check(cast.client.put(f"{ROOT}{path}/draft", json={"section": section, "answers": given}, headers=match))
        else:
            check(cast.client.post(f"{ROOT}{path}/completion", json={"answers": given}, headers=match))

    send()
    proof("API: random answers to a form", submissions=size(40, 1500), failures_of_the_system=0)


def test_no_query_and_no_login_breaks_a_reading(cast: Cast, scene: Scene, size: Size, proof: Proof) -> None:
    @settings(max_examples=size(40, 1500), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(READS, WHO, QUERIES, HEADERS)
    def read(path: str, login: str, query: dict[str, str], headers: dict[str, str]) -> None:
        check(cast.client.get(ROOT + path, params=query, headers=cast[login].headers | headers))

    @settings(max_examples=size(15, 200), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.fixed_dictionaries({"login": TEXTS, "password": TEXTS}))
    def sign_in(body: Any) -> None:
        check(cast.client.post(f"{ROOT}/tokens", json=body))

    read()
    sign_in()
    proof("API: random queries and sign-ins", requests=size(40, 1500) + size(15, 200), failures_of_the_system=0)
