"""The grammar of expressions in a form: a small, closed part of XPath 1.0.

The parser is elementpath's, with its symbol table replaced by a whitelist, so that paths, axes, predicates,
documents and every function not named here are syntax errors. It is used to read only: what a tree *means* is
in `expressions`, where no operation can fail, reach a document or run without end.
"""

import re
from collections.abc import Iterator
from typing import Any

from elementpath import ElementPathError, XPath1Parser
from elementpath.tdop import Parser

MAX_LENGTH = 500
MAX_DEPTH = 20
PREFIX = "q_"
FUNCTIONS: dict[str, int | tuple[int, int | None]] = {
    "not": 1,
    "selected": 2,
    "count-selected": 1,
    "today": 0,
    "if": 3,
    "coalesce": 2,
    "regex": 2,
    "string-length": 1,
    "contains": 2,
    "starts-with": 2,
    "concat": (2, None),
    "round": (1, 2),
}
_OPERATORS = "or and = != < <= > >= + - * div mod $ . ( ) ,"
_SPECIAL = "(start) (end) (invalid) (unknown) (string) (float) (decimal) (integer) (name)"
_PIECES = re.compile(r"""('[^']*'|"[^"]*")|\$\{([^}]*)\}|([$'"{}])""")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class ExpressionInvalid(ValueError):
    """An expression that this engine does not run: `what` is wrong and the `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


class FormParser(XPath1Parser):
    """XPath 1.0 without paths, and with the functions of XLSForm that are listed here."""

    # The parent class declares this for instances, so it cannot be marked as the class variable it is.
    symbol_table = {  # noqa: RUF012
        symbol: XPath1Parser.symbol_table[symbol] for symbol in f"{_OPERATORS} {_SPECIAL}".split()
    }

    def parse(self, source: str) -> Any:
        """Read without the trial evaluation of the parent class: reading never computes."""
        return Parser.parse(self, source)


for _symbol, _arguments in FUNCTIONS.items():
    FormParser.function(_symbol, nargs=_arguments)
FormParser.build()


def parse(source: str) -> Any:
    """The tree of an expression; questions appear in it as variables named `q_<question>`."""
    if len(source) > MAX_LENGTH:
        raise ExpressionInvalid(
            f"The expression has {len(source)} characters.", f"Use at most {MAX_LENGTH}: split the question."
        )
    try:
        tree = FormParser().parse(_with_variables(source))
    except (ElementPathError, SyntaxError, ValueError) as error:
        if isinstance(error, ExpressionInvalid):
            raise
        raise ExpressionInvalid(
            f"“{source}” cannot be read: {_reason(error)}.",
            f"Use ${{question}}, . and {', '.join(FUNCTIONS)}.",
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    if _depth(tree) > MAX_DEPTH:
        raise _too_deep()
    return tree


def _with_variables(source: str) -> str:
    return _PIECES.sub(_piece, source)


def _piece(match: re.Match[str]) -> str:
    literal, name, stray = match.groups()
    if literal is not None:
        return str(literal)
    if stray is not None:
        raise ExpressionInvalid(f"“{stray}” stands alone.", "Write a question as ${name} and a text as 'text'.")
    if not _NAME.fullmatch(name.strip()):
        raise ExpressionInvalid(f"“${{{name}}}” is not a question.", "Write ${name} with the question's name.")
    return f"${PREFIX}{name.strip()}"


def _reason(error: Exception) -> str:
    text = str(error).split("] ", 1)[-1]
    return text.replace(f"${PREFIX}", "$").rstrip(".")


def _too_deep() -> ExpressionInvalid:
    return ExpressionInvalid(
        f"The expression is nested more than {MAX_DEPTH} deep.",
        "Split it over two questions, or use fewer brackets.",
    )


def _depth(tree: Any) -> int:
    """Depth of a tree; a chain of the same `and` or `or` counts as one level, however long."""
    deepest = 0
    waiting: list[tuple[Any, int]] = [(tree, 1)]
    while waiting:
        token, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + step) for child, step in _children(token))
    return deepest


def _children(token: Any) -> Iterator[tuple[Any, int]]:
    for place, child in enumerate(token):
        chained = place == 0 and child.symbol == token.symbol and token.symbol in ("and", "or")
        yield child, 0 if chained else 1
