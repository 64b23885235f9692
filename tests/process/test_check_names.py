"""Every name that leads nowhere is refused, and every file that cannot be trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.check import check
from tests.process.small_bundle import (
    COUNTRY,
    EACH,
    FACTS,
    FORM,
    MULTI,
    RULE,
    SOUND,
    TABLE,
    bundle,
    call,
    draw,
    extended,
    node,
    only,
    paths,
    user,
)

pytestmark = pytest.mark.once

NAMES: dict[str, tuple[str, str, bytes]] = {
    "an unknown lane": ("l_spine", "no role", draw(user("ask"), path="start ask end", lane="police")),
    "a user task without a lane": (
        "ask",
        "stands in no lane",
        SOUND.replace(b"<bpmn:flowNodeRef>ask</bpmn:flowNodeRef>", b""),
    ),
    "a user task without a form": (
        "ask",
        "no form",
        SOUND.replace(b'<zeebe:formDefinition externalReference="nrm-form:ask"/>', b""),
    ),
    "a user task without a due rule": (
        "ask",
        "no due rule",
        SOUND.replace(b'<zeebe:taskSchedule dueDate="=clock(&quot;soon&quot;)"/>', b""),
    ),
    "a user task without documentation": ("ask", "no documentation", SOUND.replace(b"An answer.", b" ")),
    "an unknown form": ("ask", "no form “asked”", SOUND.replace(b"nrm-form:ask", b"nrm-form:asked")),
    "an unknown clock": ("ask", "later", SOUND.replace(b"soon", b"later")),
    "a due rule that is no clock": ("ask", "clock", SOUND.replace(b"=clock(&quot;soon&quot;)", b"=age_band")),
    "an expression without =": ("ask", "does not begin", SOUND.replace(b"=clock(", b"clock(")),
    "a handoff without ground": (
        "ask",
        "no purpose",
        draw(user("ask"), path="start ask end", lane="shelter"),
    ),
    "an unknown purpose": ("ask", "no purpose “fun”", draw(user("ask", purpose="fun"), path="start ask end")),
    "an unknown purpose in FEEL": (
        "ask",
        "no purpose “fun”",
        draw(
            user("ask", purpose="=if age_band = &quot;adult&quot; then &quot;fun&quot; else &quot;help&quot;"),
            path="start ask end",
        ),
    ),
    "an unknown service": ("ask", "no service “spa”", draw(user("ask", service="spa"), path="start ask end")),
    "an unknown clock of acceptance": (
        "ask",
        "no clock",
        draw(user("ask", accept="never"), path="start ask end"),
    ),
    "an urgency that is no condition": (
        "ask",
        "needs a boolean",
        draw(user("ask", urgent="=needs"), path="start ask end"),
    ),
    "an independence by half": (
        "ask",
        "nrm:independent",
        draw(user("ask", independent="rather"), path="start ask end"),
    ),
    "a last step by half": ("ask", "nrm:last", draw(user("ask", last="no"), path="start ask end")),
    "an interpreter the form does not ask for": (
        "ask",
        "nrm:interpreter names “whoever”",
        draw(user("ask", interpreter="whoever"), path="start ask end"),
    ),
    "an unknown property": ("ask", "nrm:colour", draw(user("ask", colour="red"), path="start ask end")),
    "a wrong word in a property": (
        "ask",
        "nrm:place",
        draw(user("ask", place="maybe"), path="start ask end"),
    ),
    "separation from nobody": (
        "ask",
        "no other user task",
        draw(user("ask", not_same_person_as="ask"), path="start ask end"),
    ),
    "an unknown outcome": (
        "end",
        "nrm:outcome",
        SOUND.replace(
            b'name="end">',
            b'name="end">'
            + extended(
                '<zeebe:properties><zeebe:property name="nrm:outcome" value="good"/></zeebe:properties>'
            ).encode(),
        ),
    ),
    "an unknown decision": (
        "rule",
        "no decision “tables”",
        draw(node("businessRuleTask", "rule", extended(RULE.format("tables", "result"))), path="start rule end"),
    ),
    "a decision whose result is no fact": (
        "rule",
        "“outcome”",
        draw(node("businessRuleTask", "rule", extended(RULE.format("table", "outcome"))), path="start rule end"),
    ),
    "an unknown process": ("go", "no process “gone”", draw(call("go", "gone"), path="start go end")),
    "a process that calls itself": ("go", "calls itself", draw(call("go", "spine"), path="start go end")),
    "a list that is none": (
        "ask",
        "needs a list",
        draw(user("ask", MULTI.format(EACH.format("=age_band"))), path="start ask end"),
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_nowhere_is_refused(name: str) -> None:
    element, words, spine = NAMES[name]
    only(check(bundle(spine)), "spine.bpmn", element, words)


GUARDED = [node("exclusiveGateway", "split", default="split_end"), user("ask")]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('=agee = "adult"', "`agee` is not known"),
        ('=age_band = "adlt"', "adlt"),
        ("=count(needs)", "needs a boolean"),
        ('=__import__("os")', "__import__"),
        ('=age_band = "adult', ""),
        ("=null", "null"),
        ("age_band", "does not begin with ="),
        ("=" + "not(" * 60 + "true" + ")" * 60, ""),
    ],
)
def test_a_wrong_condition_is_refused(condition: str, words: str) -> None:
    spine = draw(*GUARDED, path=f"start split ask end [{condition}]; split end")
    spine = spine.replace(b'id="split_ask"', b'id="x"').replace(b'id="ask_end"', b'id="y"')
    moved = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>".encode()
    spine = spine.replace(moved, b"").replace(b'targetRef="ask">', b'targetRef="ask">' + moved)
    only(check(bundle(spine)), "spine.bpmn", "x", words)


INPUT = '<zeebe:input source="={}" target="{}"/>'


def test_a_called_process_may_use_what_every_call_gives() -> None:
    called = draw(user("deep", urgent="=hurry"), path="other_start deep other_end", name="other")
    one = call("one", "other", INPUT.format("true", "hurry"))
    assert check(bundle(draw(one, path="start one end"), other__bpmn=called)) == []
    both = draw(one, call("two", "other"), path="start one two end")
    only(check(bundle(both, other__bpmn=called)), "spine.bpmn", "two", "does not give hurry")
    none = draw(call("two", "other"), path="start two end")
    only(check(bundle(none, other__bpmn=called)), "other.bpmn", "deep", "`hurry` is not known")


def test_an_item_of_a_list_is_known_inside_its_subprocess_only() -> None:
    inside = user("ask", service="=need")
    body = node("startEvent", "in") + inside + node("endEvent", "out") + paths("in ask out")
    each = node("subProcess", "each", MULTI.format(EACH.format("=needs")) + body)
    assert check(bundle(draw(each, path="start each end"))) == []
    only(check(bundle(draw(inside, path="start ask end"))), "spine.bpmn", "ask", "`need` is not known")


def test_processes_that_call_each_other_are_refused() -> None:
    there = draw(call("back", "spine"), path="other_start back other_end", name="other")
    problems = check(bundle(draw(call("go", "other"), path="start go end"), other__bpmn=there))
    assert {(each.file, each.element) for each in problems} == {("spine.bpmn", "go"), ("other.bpmn", "back")}
    assert all("calls itself" in each.what for each in problems)


def test_both_ways_of_naming_the_called_process_agree() -> None:
    other = draw(path="other_start other_end", name="other")
    spine = draw(call("go", "other"), path="start go end")
    split = spine.replace(b'processId="other"', b'processId="another"')
    only(check(bundle(split, other__bpmn=other)), "spine.bpmn", "go", "do not name the same process")
    taken = spine.replace(b'Variables="false"', b'Variables="true"')
    only(check(bundle(taken, other__bpmn=other)), "spine.bpmn", "go", "all variables")


def test_an_id_stands_once_in_the_bundle() -> None:
    other = draw(user("ask"), path="other_start ask other_end", name="other")
    problems = check(bundle(SOUND, other__bpmn=other))
    assert [(each.file, each.element) for each in problems] == [("spine.bpmn", "ask")]
    assert "other.bpmn too" in problems[0].what


BILLION = b'<!DOCTYPE a [<!ENTITY x "xx">]>'
FILES: dict[str, tuple[str, bytes, str]] = {
    "a document type": ("spine.bpmn", BILLION + SOUND, "DOCTYPE"),
    "a document type in a table": ("table.dmn", BILLION + TABLE.encode(), "DOCTYPE"),
    "an entity": ("spine.bpmn", SOUND.replace(b"An answer.", b"<!ENTITY x>"), "DOCTYPE"),
    "an endless file": ("spine.bpmn", SOUND + b" " * 1024 * 1024, "1,048,576"),
    "broken XML": ("spine.bpmn", SOUND[:-5], "not well-formed"),
    "an empty file": ("spine.bpmn", b"", "not well-formed"),
    "another encoding": ("spine.bpmn", SOUND.decode().encode("utf-16"), "not UTF-8"),
    "another language": ("spine.bpmn", TABLE.encode(), "not a BPMN"),
    "a diagram as a table": ("table.dmn", SOUND, "not a DMN"),
    "no executable process": ("spine.bpmn", SOUND.replace(b'"true"', b'"false"'), "exactly one"),
    "broken TOML": ("facts.toml", b"[age_band", "not TOML"),
    "broken country": ("country.toml", b"\xff", "not TOML"),
    "a fact without a type": ("facts.toml", FACTS.replace('type = "codes"', "").encode(), ""),
    "a clock without a source": (
        "country.toml",
        COUNTRY.replace('unit = "hours"\nsource = "unconfirmed"', 'unit = "hours"').encode(),
        "",
    ),
    "broken CSV": ("forms/ask.csv", b'survey\n,type\n,"text', ""),
    "an unknown file": ("notes.txt", b"hello", "no part of a bundle"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_refused(name: str) -> None:
    file, content, words = FILES[name]
    mine = [each for each in check(bundle(SOUND) | {file: content}) if each.file == file]
    assert mine
    assert words in mine[0].what
    assert all(each.remedy for each in mine)


@pytest.mark.parametrize("name", ["facts.toml", "country.toml"])
def test_a_missing_file_is_named(name: str) -> None:
    files = bundle(SOUND)
    del files[name]
    assert ("The file is missing.") in [each.what for each in check(files) if each.file == name]


def test_file_process_and_pool_are_one() -> None:
    renamed = SOUND.replace(b'id="spine"', b'id="spin"')
    only(check(bundle(renamed))[:1], "spine.bpmn", "spin", "the file is not")
    pool = SOUND.replace(b'processRef="spine"', b'processRef="x"')
    only(check(bundle(pool)), "spine.bpmn", "spine", "exactly one pool")


COUNTRIES = {
    "an unknown spine": ('spine = "spine"', 'spine = "bone"', "spine", "no process"),
    "an unknown role of a purpose": ('roles = ["shelter"]', 'roles = ["police"]', "purposes.help", "no role"),
    "an unknown role of a ground": (
        'roles = ["coordinator"]',
        'roles = ["police"]',
        "grounds.child",
        "no role",
    ),
    "an unknown fact of a ground": ('=age_band = "child"', '=age = "child"', "grounds.child", "not known"),
    "a ground that is no condition": ('=age_band = "child"', "=needs", "grounds.child", "needs a boolean"),
    "an alarm for an unknown message": (
        "\n[purposes",
        '\n[alarms]\nfire = { kind = "danger", to = ["duty_desk"] }\n[purposes',
        "alarms.fire",
        "No diagram knows",
    ),
    "a clock from no date": (
        "amount = 1\n",
        'amount = 1\nfrom = "needs"\n',
        "clocks.soon",
        "no fact of type date",
    ),
}


@pytest.mark.parametrize("name", COUNTRIES)
def test_a_wrong_name_in_the_country_is_refused(name: str) -> None:
    old, new, element, words = COUNTRIES[name]
    assert old in COUNTRY
    only(check(bundle(SOUND, country__toml=COUNTRY.replace(old, new))), "country.toml", element, words)


@pytest.mark.parametrize(
    ("borrowed", "consent", "column", "words"),
    [
        ("tell.said", "", "bind::nrm:from", "no form asks"),
        ("ask.heard", "", "bind::nrm:from", "no form asks"),
    ],
)
def test_a_form_names_only_what_exists(borrowed: str, consent: str, column: str, words: str) -> None:
    form = FORM.format(key="ask", borrowed=borrowed, consent=consent).replace("text,said", "note,said")
    form = form.replace("operational", "")
    form = form.replace("\nsettings", "\n,text,more,More,operational,,\nsettings")
    only(check(bundle(SOUND) | {"forms/ask.csv": form.encode()}), "forms/ask.csv", column, words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<text>age_band</text>", "<text>age</text>"),
        ("<text>age_band</text>", "<text>eval(age_band)</text>"),
        ('<text>"yes"</text>', '<text>"perhaps"</text>'),
        ('<text>"yes"</text>', "<text>7</text>"),
        ('<text>"adult"</text>', '<text>"adlt"</text>'),
        ('name="result" typeRef="string"', 'name="result" typeRef="number"'),
    ],
)
def test_a_wrong_table_is_refused(old: str, new: str) -> None:
    assert old in TABLE
    rule = node("businessRuleTask", "rule", extended(RULE.format("table", "result")))
    spine = draw(rule, path="start rule end")
    assert check(bundle(spine)) == []
    assert check(bundle(spine, table__dmn=TABLE.replace(old, new)))


@given(st.data())
def test_nothing_in_a_file_makes_the_check_fail(data: st.DataObject) -> None:
    files = bundle(SOUND)
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 60)))
    files[name] = content[:begin] + data.draw(st.binary(max_size=12)) + content[end:]
    for problem in check(files):
        assert problem.what, problem
        assert problem.remedy, problem
