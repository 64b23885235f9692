"""From a sheet to a form: what is read, and what is refused with its place and remedy."""

import pytest

from engine.forms import FormInvalid, Kind, Text, compile_form
from tests.forms.samples import FACTS, TODAY, Fact, form, row, sample, source

pytestmark = pytest.mark.once


def problems(content: bytes, key: str = "try") -> list[str]:
    with pytest.raises(FormInvalid) as refusal:
        compile_form(key, content, FACTS)
    assert all(each.what and each.remedy for each in refusal.value.problems)
    return [str(each) for each in refusal.value.problems]


def test_sections_questions_and_what_they_carry() -> None:
    read = sample()
    assert [section.name for section in read.sections] == ["main", "who", "what"]
    assert read.sections[0].implicit and not read.sections[1].implicit
    assert [question.name for question in read.sections[1].questions] == ["child", "age", "born", "height"]
    assert read["needs"].kind is Kind.SELECT_MULTIPLE
    assert read["needs"].codes == {"medical", "interpreter", "material"}
    assert read["age"].row == 6 and read["age"].section == "who"
    assert read["story"].required is not True and read["story"].required
    assert read.borrowed == (("intake", "story"),)
    assert read.purposes == ("urgent_help",)
    assert read.facts == ("wanted", "people", "birth_date", "needs", "seen")
    assert "earlier" not in [question.name for question in read.stored]


def test_the_hash_is_of_the_source() -> None:
    content = source(row("text", "story"))
    assert compile_form("try", content).hash == compile_form("try", content).hash
    assert compile_form("try", content).hash != compile_form("try", content + b"\n").hash


def test_loose_questions_between_groups_keep_their_place() -> None:
    read = form(
        row("text", "a"),
        row("begin_group", "g"),
        row("text", "b"),
        row("end_group", ""),
        row("text", "c", relevant="${b} = 'x'"),
    )
    assert [(section.name, len(section.questions)) for section in read.sections] == [
        ("main", 1),
        ("g", 1),
        ("main_3", 1),
    ]


def test_missing_words_fall_back_to_russian_then_english() -> None:
    text = Text({"en": "Name", "ru": "Имя"})
    assert [text.get(language) for language in ("en", "ru", "ky", "uz")] == ["Name", "Имя", "Имя", "Имя"]
    assert [text.translated(language) for language in ("en", "ru", "ky")] == [True, True, False]
    assert Text({"en": "Name"}).get("ky") == "Name" and Text({}).get("ky") == "" and Text({}).translated("ky")
    read = form(row("text", "a", label_ru="А", label_ky="А"), row("text", "b"))
    assert read.untranslated("ky") == ("title", "b") and read.languages == ("en", "ru", "ky")


def test_the_title_in_several_languages() -> None:
    settings = {"nrm:title::Русский (ru)": "Проба"}
    read = compile_form("try", source(row("text", "a"), settings=settings))
    assert read.title.get("en") == "Try" and read.title.get("ky") == "Проба"


def test_defaults_may_be_today() -> None:
    read = form(row("date", "day", default="today()"), row("select_one yes_no", "safe", default="no"))
    assert read.defaults(TODAY) == {"day": "2026-11-22", "safe": "no"}


def test_without_facts_types_are_taken_from_the_question() -> None:
    content = source(
        row("select_one truth", "seen", fact="seen"),
        row("integer", "people", fact="people"),
        row("text", "note_of"),
    )
    read = compile_form("try", content)
    assert (read["seen"].fact_type, read["people"].fact_type) == ("boolean", "number")


REFUSED = {
    "unknown type": ([row("geopoint", "a")], "row 3, column type: “geopoint” is not a type"),
    "repeat": ([row("begin_repeat", "a")], "“begin_repeat” is not a type"),
    "calculation": ([row("calculate", "a")], "“calculate” is not a type"),
    "unknown column": (
        [row("text", "a") | {"calculation": "1"}],
        "column calculation: The sheet “survey” has no",
    ),
    "media column": ([row("text", "a") | {"media::image::English (en)": "x"}], "has no such column"),
    "unknown list": ([row("select_one nowhere", "a")], "There is no list “nowhere”"),
    "unknown domain": ([row("text", "a", domain="gossip")], "“gossip” is not a domain"),
    "no domain": ([row("text", "a", domain="")], "has no domain"),
    "unknown fact": ([row("text", "a", fact="nothing")], "There is no fact “nothing”"),
    "fact of another type": (
        [row("text", "a", fact="people")],
        "cannot set the fact “people” of type number",
    ),
    "code that is no value": (
        [row("select_one consent", "a", fact="wanted")],
        "“given” is not a value of the fact",
    ),
    "truth otherwise": (
        [row("select_one yes_no", "a", fact="seen")],
        "“no” is not a value of the fact “seen”",
    ),
    "duplicate": ([row("text", "a"), row("text", "a")], "row 4, column name: “a” is used twice"),
    "name": ([row("text", "A b")], "“A b” is not a name"),
    "reserved": ([row("text", "csrf_token")], "belongs to the system"),
    "reserved section": ([row("text", "main_2")], "belongs to the system"),
    "no label": ([row("text", "a", label_en="")], "has no label"),
    "function": ([row("text", "a", constraint="pulldata('x') = 1")], "unknown function 'pulldata'"),
    "path": ([row("text", "a", relevant="/data/x = 1")], "column relevant: “/data/x = 1” cannot be read"),
    "later question": ([row("text", "a", relevant="${b} = 'x'"), row("text", "b")], "no question “b” above"),
    "a note's answer": ([row("note", "n"), row("text", "b", relevant="${n} = 'x'")], "no question “n” above"),
    "required nonsense": ([row("text", "a", required="perhaps")], "column required: “perhaps” stands alone"),
    "message alone": ([row("text", "a", message_en="No")], "has no constraint"),
    "required note": ([row("note", "a", required="yes")], "A note asks nothing"),
    "nested group": ([row("begin_group", "a"), row("begin_group", "b"), row("end_group", "")], "do not pair"),
    "open group": ([row("begin_group", "a"), row("text", "b")], "This group does not end"),
    "stray end": ([row("text", "a"), row("end_group", "")], "do not pair"),
    "required group": (
        [row("begin_group", "a", required="yes"), row("text", "b")],
        "A group has no such thing",
    ),
    "consent otherwise": (
        [row("select_one yes_no", "a", consent="shelter")],
        "A consent is answered otherwise",
    ),
    "purpose": ([row("select_one consent", "a", consent="Two words")], "is not a purpose"),
    "from": ([row("note", "a", from_="intake")], "cannot be shown here"),
    "from on a question": ([row("text", "a", from_="intake.story")], "cannot be shown here"),
    "default": ([row("integer", "a", default="many")], "is no answer"),
    "default code": ([row("select_one yes_no", "a", default="maybe")], "is no answer"),
    "nothing asked": ([row("begin_group", "a"), row("end_group", "")], "asks nothing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_place_and_remedy(name: str) -> None:
    rows, wanted = REFUSED[name]
    found = problems(source(*rows))
    assert any(wanted in each for each in found), found
    assert all(each.startswith("forms/try.csv") for each in found)


def test_a_hostile_cell_does_not_make_the_refusal_endless() -> None:
    assert len(problems(source(row("text", "a" * 9000)))[0]) < 1000


def test_every_problem_is_told_at_once() -> None:
    found = problems(source(row("geopoint", "a"), row("text", "b", domain="x"), row("text", "b")))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("lists", "wanted"),
    [
        ({"yes_no": ["yes", "yes"]}, "“yes_no” has “yes” twice"),
        ({"yes_no": ["yes"], "spare": ["x"]}, "No question uses the list “spare”"),
        ({"yes_no": ["not one"]}, "“not one” is not a code"),
        ({"yes_no": ["yes"], "Bad List": ["x"]}, "is not a name of a list"),
    ],
)
def test_lists_are_checked(lists: dict[str, list[str]], wanted: str) -> None:
    found = problems(source(row("select_one yes_no", "a"), lists=lists))
    assert any(wanted in each for each in found), found


GOOD = source(row("text", "a"))


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "The sheet “survey” is missing"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"x" * (1 << 20) + b"x", "larger than 1 MiB"),
        (GOOD + b'"open', "cannot be read"),
        (GOOD + b"surprise\n,a,b\n,1,2\n", "There is no sheet “surprise”"),
        (GOOD + b"survey\n,type,name\n,text,b\n", "begins twice"),
        (b",type,name\n" + GOOD, "belongs to no sheet"),
        (GOOD.replace(b",A,", b",A\x07,"), "invisible character U+0007"),
        (GOOD.replace(b",A,", b"," + b"A" * 10_001 + b","), "longer than 10000"),
        (GOOD.replace(b"operational\n", b"operational,,extra\n"), "more cells than the sheet has columns"),
        (GOOD.replace(b",label::English (en)", b","), "under no heading"),
        (GOOD.replace(b"form_title", b"form_id"), "has this column twice"),
        (GOOD.replace(b"Try", b""), "The form has no title"),
        (GOOD.replace(b",try,", b",other,"), "not named like its file"),
        (GOOD + b",Second,try,1,\n", "exactly one row"),
        (GOOD + b"\n" * 3001, "More than 3000 rows"),
    ],
)
def test_what_is_no_form_is_refused(content: bytes, wanted: str) -> None:
    found = problems(content)
    assert any(wanted in each for each in found), found


def test_a_mark_and_other_line_ends_change_nothing() -> None:
    other = compile_form("try", b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"))
    assert [question.name for question in other.questions] == ["a"]


def test_a_fact_without_listed_values_takes_any_code() -> None:
    content = source(row("select_one yes_no", "a", fact="open"))
    assert compile_form("try", content, {"open": Fact("code")})["a"].fact_type == "code"
