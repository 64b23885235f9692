"""What things of a case are called on a page, in the reader's language: tasks, roles, grounds, earlier answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..language import Text, Translator
from ..models.cases import Consent
from ..models.work import Handoff, UserTask
from ..process.definitions import Bundle


@dataclass(frozen=True)
class Words:
    """The names of one bundle in one language."""

    bundle: Bundle
    t: Translator

    def element(self, element: str) -> Text:
        """A user task by the title of its form, which is translated; anything else as it is drawn."""
        found = self.bundle.elements.get(element)
        if found is None:
            return self._drawn(element)
        form = self.bundle.forms.get(found.form or "")
        return self.t.choose(form.title.words) if form and form.title else self._drawn(found.name or found.id)

    def task(self, task: UserTask) -> str:
        """A user task; where it is about one service, with the service."""
        name = self.element(task.element)
        if not task.service or task.place:
            return name
        return f"{name}: {self.t.plain(f'service.{task.service}')}"

    def handoff(self, handoff: Handoff) -> str:
        """What a handoff is about, called as its task is."""
        name = self.element(handoff.element)
        if not handoff.service or handoff.place_id:
            return name
        return f"{name}: {self.t.plain(f'service.{handoff.service}')}"

    def step(self, thing: UserTask | Handoff) -> str:
        """A user task or a handoff."""
        return self.task(thing) if isinstance(thing, UserTask) else self.handoff(thing)

    def owed(self, element: str) -> Text:
        """What is owed to the person at this step."""
        found = self.bundle.elements.get(element)
        return self._drawn(found.documentation if found else "")

    def process(self, process: str) -> Text:
        """A process by its name."""
        return self._drawn(self.bundle.processes[process].name)

    def role(self, lane: str) -> Text:
        """What an agency in this lane is."""
        return self.t.choose(self.bundle.country.roles[lane].label)

    def region(self, code: str) -> str:
        """A region of the country."""
        found = self.bundle.country.regions.get(code)
        return self.t.choose(found.label) if found else code

    def purpose(self, code: str) -> str:
        """What a person consents to."""
        found = self.bundle.country.purposes.get(code)
        return self.t.choose(found.label) if found else code

    def ground(self, consent: Consent | None, ground: str) -> str:
        """On what a handoff rests."""
        if consent is not None:
            return self.t.plain("offer.by_consent", purpose=self.purpose(consent.purpose))
        found = self.bundle.country.grounds.get(ground)
        if found is None:
            return self.t.plain("offer.own_lane")
        return self.t.plain("offer.by_ground", ground=self.t.choose(found.label), source=found.source)

    def field(self, path: str) -> str:
        """The question behind `form.question`."""
        form, _, name = path.partition(".")
        found = self.bundle.forms.get(form)
        return self.t.choose(found[name].label.words) if found and name in found else path

    def answer(self, form: str, name: str, value: Any) -> str:
        """An answer as a person reads it: labels for codes, a date in words."""
        if value in (None, "", []):
            return ""
        found = self.bundle.forms.get(form)
        question = found[name] if found and name in found else None
        if question is None or not question.kind.is_select:
            return self.t.date(value) if isinstance(value, date) else str(value)
        codes = value if isinstance(value, list) else [value]
        chosen = [(question.choice(str(code)), str(code)) for code in codes]
        return ", ".join(self.t.choose(c.label.words) if c else code for c, code in chosen)

    def code(self, fact: str, value: Any) -> str:
        """A code that no form was asked for: in the words of the question that asks for it, or may ask for it."""
        asked = [q for form in self.bundle.forms.values() for q in form.questions if q.choice(str(value))]
        for question in sorted(asked, key=lambda q: q.fact != fact):
            choice = question.choice(str(value))
            if choice is not None:
                return self.t.choose(choice.label.words)
        return str(value).replace("_", " ")

    def package(self, answers: Mapping[str, Any]) -> list[dict[str, str]]:
        """Earlier answers, each under its question."""
        rows = []
        for path, value in answers.items():
            form, _, name = path.partition(".")
            rows.append({"label": self.field(path), "value": self.answer(form, name, value)})
        return rows

    def _drawn(self, text: str) -> Text:
        return self.t.drawn(text)
