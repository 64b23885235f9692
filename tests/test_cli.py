"""What the command says when it is called wrongly: one sentence, no traceback, exit code 1."""

import socket
import sys

import pytest

from engine import cli
from engine.config import settings
from engine.database import Store
from engine.errors import EngineError
from engine.vault import Vault
from tests.factories import make_case

pytestmark = pytest.mark.once


@pytest.fixture
def nrm(monkeypatch, tmp_path, capsys):
    """Run a command as a shell would; what it said, on one line, and its exit code."""
    monkeypatch.setenv("NRM_KEY_FILE", str(tmp_path / "nrm.key"))
    monkeypatch.setenv("NRM_DATABASE_URL", f"sqlite:///{tmp_path}/nrm.db")

    def run(*words, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr(sys, "argv", ["nrm", *words])
        settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        settings.cache_clear()
        said = capsys.readouterr()
        return " ".join((said.out + said.err).split()), ended.value.code

    return run


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["serve", "--host", "0.0.0.0"], {}, "does not listen on 0.0.0.0"),
        (["serve"], {"NRM_PORT": "abc"}, "NRM_PORT"),
        (["check", "/no/such/folder"], {}, "There is no folder /no/such/folder"),
        (["check"], {"NRM_COUNTRY": "zz"}, "NRM_COUNTRY"),
        (["forms", "export", "nosuch", "x.xlsx"], {}, "There is no form “nosuch”"),
        (["forms", "export", "intake", "/no/such/folder/x.xlsx"], {}, "No such file or directory"),
        (["forms", "import", "intake", "/no/such/file.xlsx"], {}, "cannot be read"),
        (["migrate"], {"NRM_DATABASE_URL": "garbage"}, "NRM_DATABASE_URL is not a store"),
        (["migrate"], {"NRM_DATABASE_URL": "mysql://x/y"}, "NRM_DATABASE_URL is not a store"),
        (["migrate"], {"NRM_DATABASE_URL": "postgresql://nrm@127.0.0.1:1/nrm"}, "cannot be used"),
        (["audit", "verify"], {}, "Run nrm migrate first"),
        (["audit", "export", "log"], {}, "Run nrm migrate first"),
        (["worker", "--once"], {}, "Run nrm migrate first"),
    ],
)
def test_a_wrong_call_is_answered_with_a_sentence(nrm, words, environment, sentence):
    said, code = nrm(*words, **environment)
    assert (sentence in said, "Traceback" in said, code) == (True, False, 1), said


def test_a_port_in_use_is_said_before_an_address_is_announced(nrm):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said, code = nrm("serve", "--port", str(taken.getsockname()[1]))
    assert ("is not free" in said, "system is at" in said, code) == (True, False, 1), said


def test_another_key_than_the_one_it_was_written_with_is_refused(store):
    make_case(store)
    cli.check_key(store)
    other = Store(store.url.render_as_string(hide_password=False), Vault(bytes(32)))
    try:
        with pytest.raises(EngineError, match="does not open this database"):
            cli.check_key(other)
    finally:
        other.close()
