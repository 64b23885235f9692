"""A task's form on a person's desk: its sections, what is typed so far, and the pages that show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi.responses import HTMLResponse

from .. import act as acts
from .. import answers, consents, drafts
from ..access import rules, visibility
from ..act import Act
from ..errors import Invalid, NotFound
from ..forms import FormDefinition, Kind, Section, read_post, relevant_names, validate
from ..models.work import UserTask
from . import drafting, partners
from .desk import Desk
from .questions import QuestionView, question_views, to_show
from .words import Words


@dataclass(frozen=True)
class Filling:
    """What a page of the form needs. `values` are the drafts of all sections, over the form's defaults."""

    desk: Desk
    act: Act
    task: UserTask
    form: FormDefinition
    values: dict[str, Any]
    saved_at: datetime | None
    today: date

    @property
    def words(self) -> Words:
        """The names of the case's law in the reader's language."""
        return Words(self.act.bundle, self.desk.t)

    @property
    def sections(self) -> list[Section]:
        """The sections that are asked, by what is known so far."""
        asked = relevant_names(self.form, self.values, today=self.today)
        return [s for s in self.form.sections if any(question.name in asked for question in s.questions)]

    def section(self, name: str) -> Section:
        """A section by its name; NotFound for any other word."""
        found = self.form.section(name)
        if found is None:
            raise NotFound()
        return found

    def typed(self, section: Section) -> dict[str, Any]:
        """All answers, with what was just posted in place of the section's draft. Strange names stay, to be refused."""
        here = {question.name for question in section.questions}
        kept = {name: value for name, value in self.values.items() if name not in here}
        return kept | read_post(self.form, drafting.pairs(self.desk.form))

    def after(self, section: Section) -> str:
        """Where "continue" leads: the next section, or the page to check all answers."""
        later = [s.name for s in self.sections if self.form.sections.index(s) > self.form.sections.index(section)]
        return self.address(later[0]) if later else f"/tasks/{self.task.id}/check"

    def wrong(self, section: Section) -> dict[str, str]:
        """What must be mended in a section before one goes on: by its form, and by who had to interpret."""
        asked = relevant_names(self.form, self.values, today=self.today)
        here, found = {question.name for question in section.questions}, {}
        try:
            consents.check_interpreter(self.act, self.task, {n: v for n, v in self.values.items() if n in asked})
        except Invalid as refused:
            found = {name: text for name, text in refused.fields.items() if name in here}
        try:
            language = self.desk.by.language
            validate(self.form, self.values, today=self.today, language=language, section=section.name)
        except Invalid as refused:
            found |= refused.fields
        return found

    def needed(self) -> Collection[str]:
        """What the form leaves open and this person's case does not: who interpreted, where somebody must."""
        language = self.act.bundle.elements[self.task.element].properties.get("nrm:language", "")
        try:
            consents.check_interpreter(self.act, self.task, {language: self.act.facts.get("language") or "unknown"})
        except Invalid as refused:
            return refused.fields.keys()
        return ()

    def start(self) -> str:
        """The page of the first section."""
        return self.address(self.sections[0].name)

    def address(self, section: str) -> str:
        """The page of a section."""
        return f"/tasks/{self.task.id}/form/{section}"

    def head(self) -> dict[str, Any]:
        """What every page of the form says about its task."""
        return {
            "id": self.task.id,
            "name": self.words.task(self.task),
            "reference": self.act.case.reference,
            "revision": self.task.revision,
            "due_at": self.task.due_at,
            "giver": partners.giver_of(self.desk, self.task),
        }

    def page(
        self,
        section: Section,
        *,
        values: Mapping[str, Any] | None = None,
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        """The page of one section, with everything typed kept in place."""
        asked = self.sections
        names = [s.name for s in asked]
        number = names.index(section.name) if section.name in names else 0
        one = len(self.form.sections) == 1
        return self.desk.render(
            "task_form.html",
            status=status,
            task=self.head(),
            section={
                "title": self.desk.t.choose(section.label.words),
                "number": number + 1,
                "count": len(asked) or 1,
            },
            questions=self._questions(section, self.values if values is None else values, self.said(errors or {})),
            package=[],
            action=f"/tasks/{self.task.id}/completion" if one else self.address(section.name),
            draft_action=f"/tasks/{self.task.id}/draft",
            back=self.address(names[number - 1]) if number else None,
            saved_at=self.saved_at,
            last=one,
            hidden={"section": section.name},
            later=self.later(),
            errors=_told(self.form, self.said(errors or {})),
        )

    def later(self) -> dict[str, str]:
        """What was filled in about the time it happened and the paper it was written on."""
        return {name: self.desk.text(name) for name in ("_happened_at", "_sheet")}

    def said(self, errors: Mapping[str, str]) -> dict[str, str]:
        """Complaints in the reader's language: a form's own are, those of the rules are said in English first."""
        told = {name: self.desk.t.said(text) for name, text in errors.items()}
        return {name: errors[name] if text.foreign else text for name, text in told.items()}

    def _questions(self, section: Section, values: Mapping[str, Any], errors: Mapping[str, str]) -> list[QuestionView]:
        known = relevant_names(self.form, values, today=self.today)
        earlier = answers.package(self.act, self.task)
        told = {
            q.name: self.words.answer(*q.from_, earlier[".".join(q.from_)])
            for q in section.questions
            if q.from_ and ".".join(q.from_) in earlier
        }
        shown = [q for q in to_show(section, known) if q.from_ is None or told.get(q.name)]
        return question_views(shown, values, self.desk.t, errors=errors, shown=told, needed=self.needed())

    def check(self, *, errors: Mapping[str, str] | None = None, status: int = 200) -> HTMLResponse:
        """All answers on one page, before the task is completed."""
        asked = relevant_names(self.form, self.values, today=self.today)
        sections = self.sections
        return self.desk.render(
            "task_check.html",
            status=status,
            task=self.head(),
            later=self.later(),
            errors=self.said(errors or {}),
            sections=[
                {
                    "title": self.desk.t.choose(s.label.words),
                    "href": self.address(s.name),
                    "rows": [
                        {
                            "label": self.desk.t.choose(q.label.words),
                            "value": self.words.answer(self.form.key, q.name, self.values.get(q.name)),
                        }
                        for q in s.questions
                        if q.name in asked and q.kind is not Kind.NOTE
                    ],
                }
                for s in sections
            ],
            action=f"/tasks/{self.task.id}/completion",
            back=self.address(sections[-1].name),
        )


def take_up(desk: Desk, task_id: str) -> Filling:
    """The form of a task this person has claimed; refused where it is not theirs to fill."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    rules.check_complete(desk.by, task)
    act = acts.look(desk.session, task.case_id, desk.by)
    form = act.bundle.forms[task.form]
    today = act.bundle.country.day(act.at)
    typed, saved_at = drafts.load(desk.session, task, by=desk.by)
    return Filling(desk, act, task, form, form.defaults(today) | typed, saved_at, today)


def _told(form: FormDefinition, errors: Mapping[str, str]) -> dict[str, str]:
    """Errors under the question they belong to; what belongs to none stands alone."""
    told = {name: text for name, text in errors.items() if name in form}
    strange = [text for name, text in errors.items() if name not in form]
    return told | ({"": strange[0]} if strange else {})
