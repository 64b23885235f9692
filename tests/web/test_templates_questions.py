"""Questions as a page shows them."""

import pytest

from engine.forms import compile_form
from engine.language import Translator
from engine.web.questions import condition, question_views, to_show

pytestmark = pytest.mark.once

HEADER = (
    "survey,,,,,,,\n,type,name,label::English (en),label::Русский (ru),required,relevant,appearance,bind::nrm:domain\n"
)


def form(*rows: str) -> object:
    choices = "choices,,,,\n,list_name,name,label::English (en)\n,yn,yes,Yes\n,yn,no,No\n"
    settings = "settings,,\n,form_title,form_id\n,Example,example\n"
    return compile_form("example", (HEADER + "\n".join(rows) + "\n" + choices + settings).encode())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("${a} = 'x'", "a=x"),
        ("${a} != 'x' and ${b}='y'", "a!=x and b=y"),
        ("selected(${a}, 'x') or ${b} = 'y'", "a=x or b=y"),
        ("not(selected(${a}, 'x'))", "a!=x"),
        ("${a} > 3", ""),
        ("${a} = 'x' and ${b} = 'y' or ${c} = 'z'", ""),
        ("(${a} = 'x')", ""),
        ("not(${a} = 'x')", ""),
    ],
)
def test_a_simple_condition_is_told_to_the_page(source: str, said: str):
    assert condition(source) == said


def test_values_errors_and_languages_are_kept():
    made = form(
        ",select_one yn,a,Question a,Вопрос а,yes,,,operational",
        ",text,b,Question b,,,${a} = 'yes',multiline,operational",
    )
    views = question_views(made.questions, {"a": "no", "b": "typed\ntext"}, Translator("ru"), errors={"b": "Wrong."})
    first, second = views
    assert [option.checked for option in first.choices] == [False, True] and first.control == "radios"
    assert first.label == "Вопрос а" and first.required
    assert second.label.language == "en" and second.label.foreign
    assert second.control == "area" and second.value == "typed\ntext" and second.error == "Wrong."
    assert second.condition == "a=yes" and not second.required


def test_what_may_come_to_apply_on_this_page_is_shown():
    made = form(
        ",select_one yn,a,A,А,yes,,,operational",
        ",text,b,B,Б,,${a} = 'yes',,operational",
        ",text,c,C,В,,${b} = 'x',,operational",
    )
    (section,) = made.sections
    assert [question.name for question in to_show(section, {"a"})] == ["a", "b", "c"]
