"""Forms: XLSForm sources compiled once, answers checked against them. No session, no table, no clock."""

from .answers import Answers, read_post, relevant_names, validate
from .changes import diff
from .compiler import compile_form
from .definition import Choice, FormDefinition, FormInvalid, Problem, Question, Section, Text
from .expressions import Expression
from .kinds import Domain, FactType, Kind
from .messages import MESSAGES, Reason, message
from .questions import FactLike
from .schema import json_schema

__all__ = [
    "MESSAGES",
    "Answers",
    "Choice",
    "Domain",
    "Expression",
    "FactLike",
    "FactType",
    "FormDefinition",
    "FormInvalid",
    "Kind",
    "Problem",
    "Question",
    "Reason",
    "Section",
    "Text",
    "compile_form",
    "diff",
    "json_schema",
    "message",
    "read_post",
    "relevant_names",
    "validate",
]
