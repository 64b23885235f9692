"""From the text of an expression to its tree, within bounds, with errors that say where and what to write."""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from ..errors import EngineError

MAX_LENGTH = 500
MAX_DEPTH = 20
Node = Tree[Token]

_NESTING = frozenset({"group", "call", "list", "range", "conditional", "negative", "negation", "tests"})
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))")
_ESCAPED = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
# What people write from other languages, and what FEEL wants there.
_HABITS = (
    ("==", "Write one = to compare."),
    ("&&", "Write and."),
    ("||", "Write or."),
    ("!", "Write not(...) or !=."),
    ("<>", "Write !=."),
    ("'", 'Texts stand in straight double quotes: "yes".'),
    ("“", 'Texts stand in straight double quotes: "yes".'),
    ("”", 'Texts stand in straight double quotes: "yes".'),
    ("«", 'Texts stand in straight double quotes: "yes".'),
    ('"', 'Close the text with a double quote, on the same line; write \\" for a quote inside.'),
    ("@", 'Write a literal as @"2026-11-22", @"10:30:00" or @"P3D".'),
    ("{", "Contexts are not read; use a declared fact."),
    ("..", "A range stands behind `in` or in a cell of a table; elsewhere list the values."),
    (".", "Use a declared fact; parts of a value are not read."),
    ("%", "Write modulo(a, b)."),
)


class FeelError(EngineError):
    """An expression is not right. Mend it in the diagram or table.

    `position` counts characters of `text` from 0; `what` is the message without its `remedy`.
    """

    def __init__(self, problem: str, remedy: str, text: str, position: int) -> None:
        self.problem, self.remedy, self.text, self.position = problem, remedy, text, position
        shown = text if len(text) <= MAX_LENGTH else text[:60] + "..."
        self.what = f"In the expression `{shown}`, character {position + 1}: {problem}"
        super().__init__(f"{self.what} {remedy}")


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("feel.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        start=["text", "tests", "negated"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def parse(text: str, start: str) -> Node:
    """The tree of a text, read from one of the start symbols `text`, `tests`, `negated`.

    A leading `=` is dropped. Raises `FeelError` for what is too long, too deep or not FEEL.
    """
    if len(text) > MAX_LENGTH:
        problem = f"it has {len(text)} characters."
        raise FeelError(problem, f"Keep it to {MAX_LENGTH}; a decision table holds more.", text, MAX_LENGTH)
    # Blanks in place of the leading "=" keep every position that of the text as it was written.
    source = re.sub(r"^(\s*)=", r"\1 ", text) if start == "text" else text
    if not source.strip():
        remedy = 'Write a condition or value, for instance age_band = "child".'
        raise FeelError("nothing is written here.", remedy, text, 0)
    try:
        tree: Any = _parser().parse(source, start=start)
    except UnexpectedInput as error:
        raise _explained(error, text) from None
    _check_depth(tree, text)
    return tree  # type: ignore[no-any-return]


def _explained(error: UnexpectedInput, text: str) -> FeelError:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        at = len(text.rstrip())
        return FeelError("it ends too early.", "Complete it, or close what is open.", text, at)
    position = min(max(error.pos_in_stream or 0, 0), len(text) - 1)
    for written, remedy in _HABITS:
        if text.startswith(written, position) or (written == "==" and text.startswith(written, position - 1)):
            return FeelError(f"`{written}` is not FEEL here.", remedy, text, position)
    found = text[position] if isinstance(error, UnexpectedCharacters) else getattr(error, "token", "")
    return FeelError(f"`{found}` is not expected here.", "Look at what stands before it.", text, position)


def _check_depth(tree: Node, text: str) -> None:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += node.data in _NESTING
        if depth > MAX_DEPTH:
            problem = f"brackets, calls and ifs are nested more than {MAX_DEPTH} deep."
            raise FeelError(problem, "Write it as a decision table.", text, start_of(node))
        waiting.extend((child, depth) for child in node.children if isinstance(child, Tree))


def start_of(node: Node) -> int:
    """Where a node begins in the text, from 0."""
    return int(getattr(node.meta, "start_pos", 0))


def unquoted(token: Token, text: str) -> str:
    r"""The text between the quotes, escapes resolved: \n \t \r \" \' \\ and code points \uXXXX, \UXXXXXX."""
    position = token.start_pos or 0

    def resolved(found: re.Match[str]) -> str:
        short, long, single = found.groups()
        code = int(short or long or "0", 16)
        if single is None and code <= sys.maxunicode:
            return chr(code)
        if single not in _ESCAPED:
            at, remedy = position + 1 + found.start(), 'Write \\\\ for a backslash, \\" for a quote.'
            raise FeelError(f"`{found[0]}` is no escape.", remedy, text, at)
        return _ESCAPED[single]

    written = _ESCAPE.sub(resolved, token[1:-1])
    try:
        # Two \u halves of one character become that character; a lone half is no text at all.
        return written.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        remedy = "Write the character itself."
        raise FeelError("a code point does not exist.", remedy, text, position) from None
