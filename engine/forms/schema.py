"""The JSON Schema (2020-12) of a form's answers, for the API's description and for careful clients."""

from typing import Any

from .definition import FormDefinition, Question
from .kinds import Kind
from .values import MAX_NUMBER, MAX_TEXT


def json_schema(definition: FormDefinition, language: str) -> dict[str, Any]:
    """What the answers of a form look like as JSON, with titles in `language`.

    Only what is required unconditionally is `required` here: the rest depends on other answers.
    """
    required = [
        question.name
        for section in definition.sections
        for question in section.questions
        if section.relevant is None and question.relevant is None and question.required is True
    ]
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:nrm:form:{definition.key}:{definition.hash}",
        "title": definition.title.get(language),
        "type": "object",
        "properties": {question.name: _property(question, language) for question in definition.stored},
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def _property(question: Question, language: str) -> dict[str, Any]:
    described: dict[str, Any] = {"title": question.label.get(language)}
    if question.hint:
        described["description"] = question.hint.get(language)
    return described | _type(question, language)


def _type(question: Question, language: str) -> dict[str, Any]:
    match question.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            word = "integer" if question.kind is Kind.INTEGER else "number"
            return {"type": word, "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}
        case Kind.DATE:
            return {"type": "string", "format": "date"}
        case Kind.SELECT_ONE:
            return {"type": "string", "oneOf": _choices(question, language)}
        case Kind.SELECT_MULTIPLE:
            return {
                "type": "array",
                "uniqueItems": True,
                "items": {"type": "string", "oneOf": _choices(question, language)},
            }
    return {"type": "string", "maxLength": MAX_TEXT}


def _choices(question: Question, language: str) -> list[dict[str, str]]:
    return [{"const": choice.code, "title": choice.label.get(language)} for choice in question.choices]
