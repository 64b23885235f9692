"""What is different between two versions of a form, one line each, for a person about to deploy it."""

from collections.abc import Iterator

from .definition import FormDefinition, Question, Text
from .expressions import Expression


def diff(old: FormDefinition, new: FormDefinition) -> tuple[str, ...]:
    """Lines that begin with + (added), - (removed) or ~ (changed); empty when nothing is different."""
    return tuple(_lines(old, new))


def _lines(old: FormDefinition, new: FormDefinition) -> Iterator[str]:
    before, after = _described_form(old), _described_form(new)
    yield from (f"~ form: {line}" for line in _differences(before, after))
    before_names = [question.name for question in old.questions]
    after_names = [question.name for question in new.questions]
    for name in before_names:
        if name not in new:
            yield f"- question {name} ({old[name].kind})"
    for name in after_names:
        if name not in old:
            yield f"+ question {name} ({new[name].kind})"
        else:
            lines = _differences(_described(old[name]), _described(new[name]))
            yield from (f"~ question {name}: {line}" for line in lines)
    if [name for name in before_names if name in new] != [name for name in after_names if name in old]:
        yield "~ form: the questions are in another order"


def _differences(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    for what in dict.fromkeys([*before, *after]):
        if before.get(what, "") != after.get(what, ""):
            yield f"{what}: “{before.get(what, '')}” → “{after.get(what, '')}”"


def _described_form(form: FormDefinition) -> dict[str, str]:
    described = {"version": form.version, **_words("title", form.title)}
    for section in form.sections:
        described |= _words(f"section {section.name}", section.label)
        described[f"section {section.name}, relevant"] = _source(section.relevant)
    return described


def _described(question: Question) -> dict[str, str]:
    described = {
        "type": question.kind.value,
        "section": question.section,
        "required": _source(question.required),
        "relevant": _source(question.relevant),
        "constraint": _source(question.constraint),
        "default": question.default or "",
        "appearance": question.appearance,
        "domain": question.domain or "",
        "fact": question.fact or "",
        "consent": question.consent or "",
        "htcds": question.htcds or "",
        "from": ".".join(question.from_ or ()),
        "source": question.source or "",
        "choices": " ".join(choice.code for choice in question.choices),
        **_words("label", question.label),
        **_words("hint", question.hint),
        **_words("constraint message", question.constraint_message),
    }
    for choice in question.choices:
        described |= _words(f"choice {choice.code}", choice.label)
    return described


def _source(condition: bool | Expression | None) -> str:
    if isinstance(condition, Expression):
        return condition.source
    return "yes" if condition else ""


def _words(what: str, text: Text) -> dict[str, str]:
    return {f"{what} ({language})": words for language, words in text.words.items()}
