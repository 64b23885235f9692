"""Texts, dates and plurals in the languages of the pages.

A text that is missing in one language is shown in the next one, and says so: it carries its own language (for screen
readers) and a mark (for the eye). Catalogues are flat JSON files, one per language, in `engine/locale`.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from .config import settings

NAMES = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
DEFAULT = "en"
# The language of diagrams and tables.
DRAWN_IN = "en"
# The language in which errors are raised.
SAID_IN = "en"
# What stands in for a missing text: most readers of Kyrgyz also read Russian.
FALLBACKS = {"ky": ("ru", "en"), "ru": ("en", "ky"), "en": ("ru", "ky")}

Entry = str | dict[str, str]


class Text(str):
    """A text of the page; where its language is not the page's, HTML shows which it is."""

    language: str
    foreign: bool

    def __new__(cls, text: str, language: str, page: str) -> "Text":
        """`language` is that of the text, `page` that of the page it stands on."""
        self = super().__new__(cls, text)
        self.language = language
        self.foreign = language != page
        return self

    def __html__(self) -> Markup:
        """Escaped; wrapped with `lang` where it is in another language than the page."""
        if not self.foreign:
            return escape(str(self))
        return Markup('<span lang="{}" class="untranslated">{}</span>').format(self.language, str(self))


class Translator:
    """Everything a page says in one language, with times of one zone. One per request."""

    def __init__(self, language: str = DEFAULT, time_zone: str = "UTC") -> None:
        self.language = language if language in NAMES else DEFAULT
        self.zone = ZoneInfo(time_zone)
        self.fell_back = False
        self.missing: set[str] = set()

    def __call__(self, key: str, /, **values: object) -> Text:
        """The text of a key with its values filled in; an unknown key shows itself."""
        text, language = self._find(key)
        return Text(_single(text).format(**values), language, self.language)

    def plain(self, key: str, /, **values: object) -> str:
        """The same without marks, for attributes, options and titles."""
        return str.__str__(self(key, **values))

    def rich(self, key: str, /, **values: object) -> Markup:
        """The same as HTML: values may be markup (a `<time>`, a link), anything else in them is escaped."""
        text, language = self._find(key)
        return Text("{0}", language, self.language).__html__().format(escape(_single(text)).format(**values))

    def plural(self, key: str, number: int, /, **values: object) -> Text:
        """The form of a key that fits a number; the number itself is `{number}`."""
        forms, language = self._find(key)
        if isinstance(forms, str):
            forms = {"other": forms}
        form = forms.get(plural_form(language, number), forms["other"])
        return Text(form.format(number=number, **values), language, self.language)

    def knows(self, key: str) -> bool:
        """Whether any language has this key."""
        return any(key in catalogue(language) for language in NAMES)

    def choose(self, labels: Mapping[str, str]) -> Text:
        """One of several labels, `{"en": ..., "ru": ...}`, in the page's language or the next best."""
        for language in (self.language, *FALLBACKS[self.language]):
            if labels.get(language):
                self.fell_back |= language != self.language
                return Text(labels[language], language, self.language)
        return Text("", self.language, self.language)

    def drawn(self, text: str) -> Text:
        """A text of a diagram or a decision table, which are drawn in English, in the page's language."""
        return self.choose({DRAWN_IN: text} | drawn_words(settings().folder("workflows")).get(text, {}))

    def said(self, refusal: str) -> Text:
        """The sentence of an error, which the code says in English, in the page's language.

        What it names is told as it is drawn in that language: a step, for example.
        """
        drawn = drawn_words(settings().folder("workflows"))
        for pattern, others in refusals():
            if found := pattern.fullmatch(refusal):
                named = {language: [drawn.get(n, {}).get(language, n) for n in found.groups()] for language in others}
                told = {language: text.format(*named[language]) for language, text in others.items()}
                return self.choose({SAID_IN: refusal} | told)
        return self.choose({SAID_IN: refusal})

    def said_all(self, fields: Mapping[str, str], otherwise: str) -> dict[str, str]:
        """The complaints about fields, in the page's language; `otherwise` for a field without words of its own."""
        return {name: self.said(text or otherwise) for name, text in fields.items()}

    def code(self, family: str, value: object) -> Text:
        """The word for a code: `code("handoff.state", "offered")`."""
        return self(f"{family}.{value}")

    def local(self, moment: datetime) -> datetime:
        """An aware instant in the zone of the pages. A naive one is an error of ours."""
        if moment.tzinfo is None:
            raise ValueError("a naive datetime has no place on a page")
        return moment.astimezone(self.zone)

    def date(self, day: date) -> str:
        """22 November 2026; an instant is first taken to the zone of the pages."""
        if isinstance(day, datetime):
            day = self.local(day)
        month = self.plain(f"month.{day.month}")
        return self.plain("format.date", day=day.day, month=month, year=day.year)

    def time(self, moment: datetime) -> str:
        """14:02."""
        return f"{self.local(moment):%H:%M}"

    def date_time(self, moment: datetime) -> str:
        """22 November 2026, 14:02."""
        return f"{self.date(moment)}, {self.time(moment)}"

    def moment(self, moment: datetime) -> Markup:
        """Date and time as a `<time>` element that a machine can read too."""
        return Markup('<time datetime="{}">{}</time>').format(
            self.local(moment).isoformat(timespec="seconds"), self.date_time(moment)
        )

    def read_local(self, text: str) -> datetime:
        """The instant that a `datetime-local` field means here; ValueError for anything else."""
        read = datetime.fromisoformat(text.strip())
        if read.tzinfo is not None:
            raise ValueError("a local time carries no zone")
        return read.replace(tzinfo=self.zone)

    def duration(self, span: timedelta) -> str:
        """A length of time in its largest fitting unit: minutes, hours up to two days, then days."""
        minutes = int(abs(span).total_seconds() // 60)
        if minutes < 60:
            return str.__str__(self.plural("duration.minutes", minutes))
        if minutes < 48 * 60:
            return str.__str__(self.plural("duration.hours", minutes // 60))
        return str.__str__(self.plural("duration.days", minutes // (24 * 60)))

    def remaining(self, due_at: datetime, now: datetime) -> str:
        """How long is left, or how late it is."""
        key = "clock.left" if due_at >= now else "clock.late"
        return self.plain(key, duration=self.duration(due_at - now))

    def _find(self, key: str) -> tuple[Entry, str]:
        for language in (self.language, *FALLBACKS[self.language]):
            found = catalogue(language).get(key)
            if found is not None:
                self.fell_back |= language != self.language
                return found, language
        self.missing.add(key)
        return key.replace("{", "{{").replace("}", "}}"), self.language


@cache
def catalogue(language: str) -> dict[str, Entry]:
    """All texts of one language, by key."""
    text = files(__package__).joinpath("locale", f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, Entry] = json.loads(text)
    return found


@cache
def refusals() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Sentences of errors as patterns, each with its other languages."""
    text = files(__package__).joinpath("locale", "refusals.toml").read_text(encoding="utf-8")
    known: dict[str, dict[str, str]] = tomllib.loads(text)
    return [(re.compile("(.+)".join(map(re.escape, said.split("{}")))), others) for said, others in known.items()]


@cache
def drawn_words(folder: Path) -> dict[str, dict[str, str]]:
    """The country's translations of what is drawn, by the English text; empty where it has none."""
    file = folder / "translations.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def plural_form(language: str, number: int) -> str:
    """The plural category (CLDR) of a whole number: one, few, many or other."""
    number = abs(number)
    if language != "ru":
        return "one" if number == 1 else "other"
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        return "few"
    return "many"


def negotiate(header: str | None, offered: Iterable[str] = NAMES) -> str:
    """The first language of an Accept-Language header that we have, by its weights; else the default."""
    known = set(offered)
    wishes: list[tuple[float, str]] = []
    for part in (header or "")[:500].split(","):
        tag, _, weight = part.partition(";q=")
        wishes.append((-_weight(weight), tag.strip().split("-")[0].lower()))
    # `sorted` keeps the header's own order among equal weights.
    ranked = sorted(wishes, key=lambda wish: wish[0])
    return next((tag for _, tag in ranked if tag in known), DEFAULT)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _single(entry: Entry) -> str:
    return entry if isinstance(entry, str) else entry["other"]
