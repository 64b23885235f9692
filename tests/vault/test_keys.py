"""Master keys come from one safe place or not at all; data keys are apart for every case and domain."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.vault import keys

pytestmark = pytest.mark.once
MASTER = bytes(range(32))


def test_data_keys_are_apart_for_every_case_and_domain() -> None:
    source = keys.DerivedKeys(MASTER)
    names = [("a", "identity"), ("a", "medical"), ("b", "identity"), ("ai", "dentity"), ("", "aidentity")]
    derived = {source.data_key(case_id, domain) for case_id, domain in names}
    assert len(derived) == len(names)
    assert all(len(key) == 32 for key in derived)
    assert MASTER not in derived
    assert keys.DerivedKeys(MASTER).data_key("a", "identity") == source.data_key("a", "identity")
    assert keys.DerivedKeys(bytes(32)).data_key("a", "identity") not in derived


def test_the_derivation_never_changes() -> None:
    """Pinned: another value here means that nothing sealed before can be opened."""
    derived = keys.DerivedKeys(MASTER).data_key("case", "identity")
    assert derived.hex() == "fe86b92cd741b0e759f7752023be6b2c792a28e4cec6fe3390dfac6f60527f11"


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(keys.KeyUnusable, match="32 bytes"):
        keys.DerivedKeys(bytes(size))


def test_lengths_keep_parts_apart() -> None:
    assert keys.joined("ab", "c") != keys.joined("a", "bc") != keys.joined("abc")
    assert keys.joined("a", b"") != keys.joined("a")


def test_base64_text_is_read_with_its_line_end() -> None:
    assert keys.decode_master_key(base64.b64encode(MASTER).decode() + "\n") == MASTER


@pytest.mark.parametrize("text", ["", "secret!", base64.b64encode(bytes(16)).decode(), "\u043a\u043b\u044e\u0447"])
def test_text_that_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(keys.KeyUnusable, match=r"NRM_KEY is not the base64 of 32 bytes") as refusal:
        keys.decode_master_key(text, source="NRM_KEY")
    assert not text or text not in refusal.value.message


def test_the_first_start_makes_a_key_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "var" / "master.key"
    made = keys.read_or_create_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["master.key"]
    assert keys.read_or_create_key_file(path) == keys.read_key_file(path) == made
    assert keys.read_or_create_key_file(tmp_path / "other.key") != made


def test_many_first_starts_at_once_end_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: keys.read_or_create_key_file(path), range(64)))
    assert len(set(made)) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["master.key"]


def test_an_absent_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyUnusable, match=r"no key file at .*Restore"):
        keys.read_key_file(tmp_path / "master.key")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    keys.read_or_create_key_file(path)
    path.chmod(mode)
    with pytest.raises(keys.KeyUnusable, match=f"chmod 600 {path}"):
        keys.read_or_create_key_file(path)


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    for content, words in (
        (b"\xff\xfe", "not a text file"),
        (b"abc", "not the base64"),
        (b"", "not the base64"),
    ):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(keys.KeyUnusable, match=words):
            keys.read_key_file(path)
    with pytest.raises(keys.KeyUnusable, match="cannot be read"):
        keys.read_key_file(tmp_path)
