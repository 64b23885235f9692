"""The small marks of BPMN as SVG shapes: what kind of task, event or gateway, and the badge of a state."""

Mark = tuple[str, dict[str, str]]
Marks = tuple[Mark, ...]


def _line(path: str, width: str = "1.3") -> Mark:
    return "path", {"d": path, "fill": "none", "stroke": "#0b0c0c", "stroke-width": width}


def _solid(path: str, fill: str = "#0b0c0c") -> Mark:
    return "path", {"d": path, "fill": fill}


def _white(path: str, width: str = "2.2") -> Mark:
    return "path", {
        "d": path,
        "fill": "none",
        "stroke": "#ffffff",
        "stroke-width": width,
        "stroke-linecap": "round",
    }


ENVELOPE = "M1 4h16v11h-16zM1 4l8 6l8-6"
TASK_MARKS: dict[str, Marks] = {
    "userTask": (
        ("circle", {"cx": "8", "cy": "4.5", "r": "3.5", "fill": "none", "stroke": "#0b0c0c"}),
        _line("M1.5 15c0-8 13-8 13 0z", "1"),
    ),
    "manualTask": (_line("M1 9l6-6h2l-2 3h8v2h-6M15 8v3h-8v3h-4l-2-2z", "1"),),
    "businessRuleTask": (
        _solid("M1 2h15v4h-15z", "#b1b4b6"),
        _line("M1 2h15v12h-15zM1 6h15M1 10h15M6 6v8", "1"),
    ),
    "sendTask": (_solid("M1 3h16v11h-16z"), _white("M1.5 3.5l7.5 6l7.5-6", "1.2")),
    "receiveTask": (_line(ENVELOPE, "1"),),
    "serviceTask": (
        (
            "circle",
            {
                "cx": "9",
                "cy": "9",
                "r": "5",
                "fill": "none",
                "stroke": "#0b0c0c",
                "stroke-width": "3",
                "stroke-dasharray": "2.6 1.3",
            },
        ),
    ),
}
EVENT_MARKS: dict[str, Marks] = {
    "timer": (
        ("circle", {"cx": "9", "cy": "9", "r": "8.5", "fill": "none", "stroke": "#0b0c0c"}),
        _line("M9 3.5v5.5l4 2.5M9 .8v1.6M9 15.6v1.6M.8 9h1.6M15.6 9h1.6"),
    ),
    "message": (_line(ENVELOPE, "1.1"),),
    "terminate": (("circle", {"cx": "9", "cy": "9", "r": "9", "fill": "#0b0c0c"}),),
    "error": (_line("M2 16l4-11l5 7l5-9l-4 12l-5-7z", "1.1"),),
    "signal": (_line("M9 1l8 14h-16z", "1.1"),),
    "escalation": (_line("M9 1l6 15l-6-6l-6 6z", "1.1"),),
}
GATEWAY_MARKS: dict[str, Marks] = {
    "exclusiveGateway": (_line("M6.5 5l11 14M17.5 5l-11 14", "3"),),
    "inclusiveGateway": (
        (
            "circle",
            {"cx": "12", "cy": "12", "r": "9", "fill": "none", "stroke": "#0b0c0c", "stroke-width": "3"},
        ),
    ),
    "parallelGateway": (_line("M12 2v20M2 12h20", "3.5"),),
    "eventBasedGateway": (
        ("circle", {"cx": "12", "cy": "12", "r": "11", "fill": "none", "stroke": "#0b0c0c"}),
        _line("M12 5l7 5l-2.7 8h-8.6l-2.7-8z", "1.1"),
    ),
}
REPEAT_MARKS: dict[str, Marks] = {
    "parallel": (_line("M2 2v12M7 2v12M12 2v12", "2.5"),),
    "sequential": (_line("M0 3h14M0 8h14M0 13h14", "2.5"),),
    "loop": (_line("M4 14a6 6 0 1 1 5 0M4 14h-4M4 14v-4", "1.5"),),
}
BADGES: dict[str, Marks] = {
    "done": (_white("M5 10.5l3.5 3.5l6.5-8"),),
    "active": (_solid("M7 4.5l8 5.5l-8 5.5z", "#ffffff"),),
    "waiting": (_white("M5.5 10h.1M10 10h.1M14.5 10h.1", "3"),),
    "late": (_white("M10 4.5v6.5M10 15h.1", "2.6"),),
}
