"""PROOF.md is read again as it was written: a line stands until the same is proved anew."""

from tests import proof


def test_every_line_is_read_as_it_was_written() -> None:
    lines = {"API: random bodies": "requests 3,000 (5 s, 0123456789)", "**FAILED** tests/a.py::b[1]": "0123456789"}
    told = "\n\n".join(["# What was proved", proof._section("SQLite", lines)]) + "\n"
    assert proof._parts(told) == {"SQLite": lines}
