"""The picture of a case over time."""

from datetime import timedelta

import pytest
from lxml import etree

from engine.timelines import Span, Stretch
from engine.web.timeline import timeline_svg
from tests.web import examples
from tests.web.example_cases import SPANS

pytestmark = pytest.mark.once

NAME = {"s": "http://www.w3.org/2000/svg"}


def drawn(spans: list[Span], language: str = "en") -> etree._Element:
    text = timeline_svg(spans, now=examples.NOW, translate=examples.frame(language).translator)
    return etree.fromstring(str(text))


def bars(picture: etree._Element) -> list[etree._Element]:
    return [bar for bar in picture.iterfind(".//s:rect", NAME) if "timeline__bar" in bar.get("class", "")]


def test_no_spans_no_picture():
    assert timeline_svg([], now=examples.NOW, translate=examples.frame().translator) == ""


def test_every_agency_has_a_row_and_every_span_a_bar():
    picture = drawn(SPANS)
    agencies = picture.xpath("//s:text[@class='timeline__agency']/text()", namespaces=NAME)
    assert agencies == ["Police of Osh", "Shelter of Osh", "Shelter of Bishkek"]
    assert len(bars(picture)) == len(SPANS)


def test_bars_stay_inside_and_never_vanish():
    long = [*SPANS, Span("IOM", examples.hours(-119.999), examples.hours(-119.998), Stretch.WAITING, "x")]
    for bar in bars(drawn(long)):
        assert float(bar.get("width")) >= 3
        assert float(bar.get("x")) >= 0 and float(bar.get("x")) + float(bar.get("width")) <= 720


def test_waiting_and_working_differ_by_more_than_colour():
    fills = {bar.get("class").split("--")[1]: bar.get("fill") for bar in bars(drawn(SPANS))}
    assert fills["working"] is None and "waiting" in fills["waiting"] and "moving" in fills["moving"]


def test_a_bar_says_itself():
    said = drawn(SPANS).xpath("string(//s:rect[contains(@class, 'bar--moving')]/s:title)", namespaces=NAME)
    assert said == "Shelter of Bishkek, on the way: Arrival in the shelter, 18 November 2026, 02:02, 12 hours"


def test_names_are_escaped_and_nothing_is_inline():
    hostile = [Span('<script>"&', examples.hours(-2), None, Stretch.WORKING, "</title><b>")]
    text = timeline_svg(hostile, now=examples.NOW, translate=examples.frame().translator)
    assert "<script" not in text and "<b>" not in text and "style=" not in text


def test_two_pictures_share_no_names():
    both = [drawn(SPANS), drawn(SPANS)]
    ids = [one for picture in both for one in picture.xpath("//@id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("days", [0.01, 1, 20, 400, 4000])
def test_the_axis_has_few_ticks_however_long_the_case(days: float):
    start = examples.NOW - timedelta(days=days)
    picture = drawn([Span("Police", start, None, Stretch.WORKING, "x")])
    assert len(picture.xpath("//s:line", namespaces=NAME)) <= 8


def test_a_case_that_begins_now_is_drawn():
    assert len(bars(drawn([Span("Police", examples.NOW, None, Stretch.WORKING, "Intake")]))) == 1
