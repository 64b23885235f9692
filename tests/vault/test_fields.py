"""What is sealed comes back whole in its place, and nowhere else, and not at all once it was touched."""

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vault.fields import SALT_SIZE, SealBroken, Vault, commitment, new_salt
from engine.vault.keys import KeyUnusable

pytestmark = pytest.mark.once
MASTER = bytes(range(32))
PLACE = {"case_id": "c" * 32, "domain": "identity", "place": "answer.sealed:" + "a" * 32}
VAULT = Vault(MASTER)

words = st.text(min_size=1, max_size=20)
places = st.fixed_dictionaries({"case_id": words, "domain": words, "place": words})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300), places)
def test_what_was_sealed_comes_back(plain: bytes, place: dict[str, str]) -> None:
    sealed = VAULT.seal(plain, **place)
    assert VAULT.open(sealed, **place) == Vault(MASTER).open(sealed, **place) == plain
    assert len(sealed) == len(plain) + 29


@given(json_values, places)
def test_a_json_value_comes_back(value: Any, place: dict[str, str]) -> None:
    assert VAULT.open_json(VAULT.seal_json(value, **place), **place) == value


@given(places, places)
def test_no_value_opens_in_another_place(here: dict[str, str], there: dict[str, str]) -> None:
    sealed = VAULT.seal(b"plain", **here)
    if here != there:
        with pytest.raises(SealBroken):
            VAULT.open(sealed, **there)


def test_the_plain_text_is_not_in_the_sealed_one() -> None:
    plain = b"Aizada, shelter in Osh"
    first, second = VAULT.seal(plain, **PLACE), VAULT.seal(plain, **PLACE)
    assert plain not in first
    assert first != second


def test_every_flipped_bit_is_refused() -> None:
    sealed = VAULT.seal(b'{"threat":"direct"}', **PLACE)
    for at in range(len(sealed)):
        for bit in range(8):
            forged = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
            with pytest.raises(SealBroken):
                VAULT.open(forged, **PLACE)


def test_every_cut_is_refused() -> None:
    sealed = VAULT.seal(b"plain", **PLACE)
    for size in range(len(sealed)):
        with pytest.raises(SealBroken):
            VAULT.open(sealed[:size], **PLACE)
        with pytest.raises(SealBroken):
            VAULT.open(sealed + bytes(size + 1), **PLACE)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("case_id", "d" * 32),
        ("domain", "medical"),
        ("place", "answer.sealed:" + "b" * 32),
        ("place", "draft.sealed:" + "a" * 32),
    ],
)
def test_a_moved_value_is_refused(name: str, other: str) -> None:
    sealed = VAULT.seal(b"plain", **PLACE)
    with pytest.raises(SealBroken, match="changed outside the engine"):
        VAULT.open(sealed, **{**PLACE, name: other})


def test_the_border_between_place_names_cannot_be_shifted() -> None:
    class OneKey:
        def data_key(self, case_id: str, domain: str) -> bytes:
            return MASTER

    vault = Vault(OneKey())
    sealed = vault.seal(b"plain", case_id="ab", domain="c", place="d")
    for shifted in (("a", "bc", "d"), ("abc", "d", "d"), ("ab", "cd", "d"), ("a", "b", "cd")):
        case_id, domain, place = shifted
        with pytest.raises(SealBroken):
            vault.open(sealed, case_id=case_id, domain=domain, place=place)
    assert vault.open(sealed, case_id="ab", domain="c", place="d") == b"plain"


def test_another_installation_cannot_open() -> None:
    with pytest.raises(SealBroken):
        Vault(bytes(32)).open(VAULT.seal(b"plain", **PLACE), **PLACE)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_a_foreign_version_is_refused(version: int) -> None:
    sealed = VAULT.seal(b"plain", **PLACE)
    with pytest.raises(SealBroken, match="version"):
        VAULT.open(bytes([version]) + sealed[1:], **PLACE)


def test_what_is_not_sealed_is_refused_before_it_is_parsed() -> None:
    for plain in (b"", b"{}", b'{"v":1}', b"\x01", b"\x01" + b"{}" * 20):
        with pytest.raises(SealBroken):
            VAULT.open_json(plain, **PLACE)


@pytest.mark.parametrize("missing", ["case_id", "domain", "place"])
def test_a_value_without_a_place_is_not_sealed(missing: str) -> None:
    with pytest.raises(ValueError, match="belongs to"):
        VAULT.seal(b"plain", **{**PLACE, missing: ""})
    with pytest.raises(ValueError, match="belongs to"):
        VAULT.open(b"", **{**PLACE, missing: ""})


def test_a_bad_master_key_is_refused_at_once() -> None:
    with pytest.raises(KeyUnusable):
        Vault(b"short")


def test_json_is_the_same_for_the_same_value_and_dates_are_iso() -> None:
    value = {
        "b": date(2026, 1, 2),
        "a": [datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "\u043f\u0440\u0438\u044e\u0442"],
    }
    sealed = VAULT.seal_json(value, **PLACE)
    text = VAULT.open(sealed, **PLACE).decode()
    assert text == '{"a":["2026-01-02T03:04:00+00:00","\u043f\u0440\u0438\u044e\u0442"],"b":"2026-01-02"}'


@pytest.mark.parametrize("value", [math.nan, math.inf, {"a": [-math.inf]}, {"a": ({"b": math.nan},)}, {1: 2}, object()])
def test_a_value_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        VAULT.seal_json(value, **PLACE)


def test_a_commitment_binds_value_case_place_and_salt() -> None:
    salt = bytes(range(SALT_SIZE))

    def of(value: bytes = b"yes", case_id: str = "c", place: str = "p", salted: bytes = salt) -> str:
        return commitment(value, case_id=case_id, place=place, salt=salted)

    assert of() == "cc235a43d8c0115a99e8fb3d8da47a0d5815495b981c5e6aab3735ead155c82f"
    others = {of(b"no"), of(case_id="d"), of(place="q"), of(salted=bytes(SALT_SIZE)), of(b"", place="pyes")}
    assert len(others) == 5
    assert of() not in others


def test_a_salt_has_128_random_bits() -> None:
    assert {len(new_salt()) for _ in range(100)} == {SALT_SIZE}
    assert len({new_salt() for _ in range(100)}) == 100
    for wrong in (b"", bytes(15), bytes(17)):
        with pytest.raises(ValueError, match="16 bytes"):
            commitment(b"yes", case_id="c", place="p", salt=wrong)
