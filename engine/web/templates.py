"""The pages' templates: one strict environment of ours, and the GOV.UK macros in an environment of their own.

Ours refuses an undefined name: a page that lacks something fails in a test, not on a screen. The macros of the
component library probe for options that are not there, so they live apart and are handed over as functions.
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .. import clock
from ..language import NAMES, Translator
from .questions import QuestionView
from .timeline import timeline_svg

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

COMPONENTS = {
    "button": "Button",
    "checkboxes": "Checkboxes",
    "error-summary": "ErrorSummary",
    "input": "Input",
    "inset-text": "InsetText",
    "notification-banner": "NotificationBanner",
    "radios": "Radios",
    "select": "Select",
    "tag": "Tag",
    "textarea": "Textarea",
}


@dataclass(frozen=True)
class Link:
    """An entry of the navigation: a catalogue key, where it leads, and how much waits there."""

    key: str
    href: str
    count: int | None = None


@dataclass(frozen=True)
class Frame:
    """What surrounds every page. The session dependency puts one at `request.state.frame`."""

    translator: Translator = field(default_factory=Translator)
    csrf: str = ""
    user: str | None = None
    agency: str | None = None
    navigation: Sequence[Link] = ()
    # Shown once after an act: a text of the person's language.
    success: str | None = None
    training: bool = True
    demo: bool = False
    # Demo mode only: when the next deadline falls, None if there is none.
    next_deadline: datetime | None = None


def render(request: Request, name: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page as a response. `errors` (field name to sentence) and `breadcrumbs` may be left out."""
    frame = getattr(request.state, "frame", None) or Frame()
    return HTMLResponse(page(name, frame, address=request.url.path, status=status, **context), status)


def page(name: str, frame: Frame, /, *, address: str = "/", status: int = 200, **context: Any) -> str:
    """A page as text; what `render` sends, without a request. `address` is the page's own path."""
    translator = frame.translator
    known: dict[str, Any] = {
        "frame": frame,
        "t": translator,
        "address": address,
        "status": status,
        "now": clock.now(),
        "errors": {},
        "breadcrumbs": [],
        "languages": NAMES,
        "form_id": new_form_id,
    }
    return environment().get_template(name).render(known | context)


@cache
def environment() -> Environment:
    """Our environment: strict, escaping, with the components and what templates may call."""
    loader = PackageLoader(__package__)
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.globals |= {"ui": components(), "static": static, "timeline_svg": timeline_svg, "error_list": error_list}
    return found


@cache
def components() -> SimpleNamespace:
    """The GOV.UK macros as functions: `ui.input({...})`; dashes in names become underscores."""
    package = "govuk_frontend_jinja"
    lenient = Environment(
        loader=PrefixLoader({package: PackageLoader(package)}),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = SimpleNamespace()
    for folder, name in COMPONENTS.items():
        macro = getattr(lenient.get_template(f"{package}/components/{folder}/macro.html").module, f"govuk{name}")
        # White space inside a text area is what the person typed.
        setattr(found, folder.replace("-", "_"), macro if folder == "textarea" else _slim(macro))
    return found


def static(name: str) -> str:
    """The address of a static file, changing with its content, so that it may be kept for ever."""
    return f"/static/{name}?v={digest(name)}"


@cache
def digest(name: str) -> str:
    """The first letters of a static file's SHA-256."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def new_form_id() -> str:
    """A new idempotency key for one rendering of a form."""
    return uuid.uuid4().hex


def error_list(errors: Mapping[str, str], questions: Sequence[QuestionView] = ()) -> list[dict[str, str]]:
    """Errors as the error summary wants them: each names its question and links to it; the key "" has no field."""
    asked = {question.name: str(question.label) for question in questions}
    return [
        {"text": f"{asked[name]} {text}" if name in asked else text, **({"href": f"#{name}"} if name else {})}
        for name, text in errors.items()
    ]


def _slim(macro: Callable[[dict[str, Any]], Markup]) -> Callable[[dict[str, Any]], Markup]:
    def slim(parameters: dict[str, Any]) -> Markup:
        # The library's own scripts are not used, so neither are their hooks.
        text = re.sub(r'\s*\n\s*| data-module="[a-z-]+"', _closed_up, macro(parameters)).strip()
        return Markup(text.replace(">\n", ">").replace("\n<", "<"))

    return slim


def _closed_up(found: re.Match[str]) -> str:
    return "\n" if "\n" in found[0] else ""
