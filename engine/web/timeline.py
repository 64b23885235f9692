"""Who held a case when, as a picture: one row per agency, waiting hatched, working solid, a person on the way dotted.

The picture never stands alone: the page always tells the same as sentences. It carries no inline style; colours are
in `app.css`, and hatching tells the kinds apart without colour.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count

from markupsafe import Markup, escape

from ..language import Translator
from ..timelines import Span, Stretch

WIDTH = 720
MARGIN = 8
ROW = 44
BAR = 16
AXIS = 26
NARROWEST = 3
MOST_TICKS = 6
STEPS = tuple(timedelta(hours=h) for h in (1, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760))

_numbers = count(1)


def timeline_svg(rows: Sequence[Span], *, now: datetime, translate: Translator) -> Markup:
    """The picture as SVG, or nothing where there is nothing to show."""
    if not rows:
        return Markup("")
    agencies = list(dict.fromkeys(span.agency for span in rows))
    first = min(span.start for span in rows)
    last = max(*(span.end or now for span in rows), first + timedelta(hours=1))
    height = AXIS + ROW * len(agencies) + MARGIN

    def place(moment: datetime) -> float:
        share = (moment - first) / (last - first)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    # Two pictures on one page must not share the names of their patterns.
    name = f"timeline-{next(_numbers)}"
    parts = [
        *_head(name, height, translate),
        *_axis(first, last, height, place, translate),
        *(part for number, agency in enumerate(agencies) for part in _row(number, agency)),
        *(_bar(span, agencies.index(span.agency), place, now, name, translate) for span in rows),
        Markup("</svg>"),
    ]
    return Markup("\n").join(parts)


def _head(name: str, height: int, translate: Translator) -> Iterator[Markup]:
    yield Markup(
        '<svg class="timeline" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' role="img" aria-labelledby="{name}-title">\n<title id="{name}-title">{title}</title>'
    ).format(w=WIDTH, h=height, name=name, title=translate.plain("timeline.title"))
    yield Markup(
        '<defs><pattern id="{name}-waiting" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect class="timeline__paper" width="6" height="6"/>'
        '<path class="timeline__hatch" d="M0 6 6 0M-1 1 1-1M5 7 7 5"/></pattern>'
        '<pattern id="{name}-moving" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect class="timeline__paper" width="6" height="6"/><circle class="timeline__dot" cx="3" cy="3" r="1.6"/>'
        "</pattern></defs>"
    ).format(name=name)


def _axis(
    first: datetime, last: datetime, height: int, place: Callable[[datetime], float], translate: Translator
) -> Iterator[Markup]:
    step = next((step for step in STEPS if (last - first) / step <= MOST_TICKS), STEPS[-1] * 4)
    hours = step < timedelta(days=1)
    start = translate.local(first)
    tick = start.replace(minute=0, second=0, microsecond=0, hour=start.hour if hours else 0)
    while tick <= last:
        if tick >= first:
            local = translate.local(tick)
            text = f"{local:%d.%m. %H:%M}" if hours else f"{local:%d.%m.%Y}"
            x = place(tick)
            near_end = x > WIDTH - 90
            yield Markup(
                '<line class="timeline__tick" x1="{x}" x2="{x}" y1="16" y2="{bottom}"/>'
                '<text class="timeline__time" x="{tx}" y="12"{anchor}>{text}</text>'
            ).format(
                x=x,
                tx=x - 3 if near_end else x + 3,
                bottom=height - MARGIN,
                anchor=Markup(' text-anchor="end"') if near_end else "",
                text=text,
            )
        tick += step


def _row(number: int, agency: str) -> Iterator[Markup]:
    top = AXIS + number * ROW
    yield Markup('<text class="timeline__agency" x="{x}" y="{y}">{agency}</text>').format(
        x=MARGIN, y=top + 16, agency=agency
    )
    yield Markup('<rect class="timeline__lane" x="{x}" y="{y}" width="{w}" height="{h}"/>').format(
        x=MARGIN, y=top + 22, w=WIDTH - 2 * MARGIN, h=BAR
    )


def _bar(
    span: Span,
    row: int,
    place: Callable[[datetime], float],
    now: datetime,
    name: str,
    translate: Translator,
) -> Markup:
    end = span.end or max(now, span.start)
    left = place(span.start)
    width = max(round(place(end) - left, 1), NARROWEST)
    pattern = "" if span.kind is Stretch.WORKING else f"url(#{name}-{span.kind})"
    fill = Markup(' fill="{}"').format(pattern) if pattern else ""
    return Markup(
        '<rect class="timeline__bar timeline__bar--{kind}" x="{x}" y="{y}" width="{w}" height="{h}"{fill}>'
        "<title>{title}</title></rect>"
    ).format(
        kind=span.kind,
        x=left,
        y=AXIS + row * ROW + 22,
        w=min(width, WIDTH - MARGIN - left) if left < WIDTH - MARGIN - NARROWEST else NARROWEST,
        h=BAR,
        fill=fill,
        title=escape(_told(span, end, translate)),
    )


def _told(span: Span, end: datetime, translate: Translator) -> str:
    return translate.plain(
        "timeline.span",
        agency=span.agency,
        kind=translate.plain(f"timeline.{span.kind}"),
        label=span.label,
        start=translate.date_time(span.start),
        duration=translate.duration(end - span.start),
    )
