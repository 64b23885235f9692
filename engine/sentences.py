"""An entry of the record as a sentence, in the reader's language.

The words come from the catalogues, the names from the entry itself, as they were then. Nothing else of a case enters:
a leaf holds codes and names of agencies, elements and fields only.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .language import Text, Translator

# What a page about one case tells; the rest (clocks starting, answers stored) is for the auditor.
TOLD = frozenset(
    [
        "case.opened",
        "case.closed",
        "case.linked",
        "case.unlinked",
        "case.new_episode",
        "case.led",
        "task.completed",
        "task.released",
        "task.reassigned",
        "task.cancelled",
        "task.late",
        "task.accountable",
        "task.exhausted",
        "task.rerouted",
        "task.offered_again",
        "handoff.offered",
        "handoff.opened",
        "handoff.accepted",
        "handoff.in_work",
        "handoff.declined",
        "handoff.expired",
        "handoff.recalled",
        "handoff.succeeded",
        "handoff.done",
        "handoff.partly_done",
        "handoff.failed",
        "handoff.withdrawn",
        "movement.departed",
        "movement.arrived",
        "movement.late",
        "consent.given",
        "consent.refused",
        "consent.withdrawn",
        "decision.made",
        "alarm.raised",
        "alarm.acknowledged",
        "deadline.passed",
        "deadline.extended",
        "message.expired",
        "fault.raised",
        "fault.settled",
        "answers.corrected",
        "relay.entered",
        "relay.confirmed",
        "relay.disputed",
        "sheet.entered",
        "case.taken_over",
        "consent.withdrawal_reported",
        "consent.agreement_reported",
        "correction.made",
        "correction.stand",
        "correction.redo",
        "person.left",
        "person.reported",
        "person.left_reported",
        "person.death_reported",
        "person.died",
        "service.declined",
        "stage.begun_early",
        "stage.repeated",
        "task.fell_back",
        "task.skipped",
    ]
)

# In which catalogue a code of an entry is a word; `reason` depends on the action.
FAMILIES = {
    "kind": ("alarm",),
    "clock": ("clock_name",),
    "escort": ("escort",),
    "condition": ("condition",),
    "domain": ("domain",),
    "channel": ("channel",),
    "service": ("service",),
    "reason": ("decline", "recall", "alarm", "closure", "bend", "correct", "mistake"),
}
BLANKS = dict.fromkeys(
    [
        "agency",
        "giver",
        "receiver",
        "to",
        "task",
        "reason",
        "clock",
        "purpose",
        "decision",
        "process",
        "stage",
        "service",
        "name",
        "domain",
        "kind",
        "escort",
        "condition",
    ],
    "…",
)


def sentence(
    leaf: Mapping[str, Any],
    t: Translator,
    *,
    name: Callable[[str, str], str] | None = None,
    about: Mapping[str, str] | None = None,
) -> Text:
    """What an entry says.

    `leaf` is the parsed leaf of an `AuditEntry`. `name` turns the id of a drawn thing into words: it gets the kind
    (`element`, `process`, `decision`, `purpose`) and the id. `about` adds words that the leaf lacks, such as
    `{"task": ...}` for an entry about a handoff.
    """
    action = str(leaf["action"])
    key = f"sentence.{action}"
    words = BLANKS | _words(leaf, t, name or _as_written) | dict(about or {})
    if not t.knows(key):
        return t("sentence.unknown", action=action.replace(".", ": ").replace("_", " "))
    told = t(key, **words)
    if action.startswith("handoff.") and words["task"] != BLANKS["task"]:
        whole = f"{told} ({words['task']})" if ": " in told else f"{told}: {words['task']}"
        return Text(whole, told.language, t.language)
    return told


def _words(leaf: Mapping[str, Any], t: Translator, name: Callable[[str, str], str]) -> dict[str, str]:
    agency = str(leaf["actor"]["agency_name"])
    words = {"actor": t.plain("word.system") if agency == "system" else agency}
    for key, value in leaf["data"].items():
        if key == "element":
            words["task"] = name(key, str(value))
        elif key in ("process", "decision", "purpose"):
            words[key] = name(key, str(value))
        elif key == "stage":
            words[key] = name("process", str(value))
        else:
            words[key] = _word(t, key, str(value))
    return words


def _word(t: Translator, key: str, value: str) -> str:
    for family in FAMILIES.get(key, ()):
        if t.knows(f"{family}.{value}"):
            return t.plain(f"{family}.{value}")
    return value


def _as_written(kind: str, key: str) -> str:
    return key.replace("_", " ")
