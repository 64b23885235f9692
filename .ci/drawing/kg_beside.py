"""What accompanies the path of the Kyrgyz mechanism: begun by a message, as often as life asks for it."""

from .description import Process
from .words import ASKED, call, end, one_of, otherwise, path, send, start, task, when

PAPER_RECORD = Process(
    "paper_record", "Paper record", "Help begins with five answers; the signed paper follows.",
    (("first_responder", 1),),
    (
        start("paper_record_start", "Person was taken in", (0, 0), message="intake_done"),
        task("paper_follow_up", "Put the paper in its place", (1, 0), "paper",
             "Nobody waits for help because of a paper, and what the person signed is not lost."),
        end("paper_settled", "Paper is settled", (2, 0)),
    ),
    path("paper_record_start", "paper_follow_up", "paper_settled"),
)  # fmt: skip

CHILD_FOUND = Process(
    "child_found", "Child found later", "For a person who was taken in as an adult and may be a child.",
    (("child_protection", 1),),
    (
        start("child_found_start", "Child found after intake", (0, 0), message="child_found"),
        call("late_child_path", "Protect the child", (1, 0), "child_protection",
             "Whoever is found to be a child later is protected from that hour as one found at once."),
        end("late_child_protected", "Child path ended", (2, 0)),
    ),
    path("child_found_start", "late_child_path", "late_child_protected"),
)  # fmt: skip

MISSING = Process(
    "missing", "Missing person",
    "From the first hour until the person is found, in danger or not, or the search stops.",
    (("coordinator", 3),),
    (
        start("missing_start", "Person is missing", (0, 1), message="person_missing"),
        task("missing_search", "Search at once", (1, 1), "missing_search",
             "Somebody looks for the person within the hour, and tells nobody who could harm them."),
        one_of("search_again", "Search", (2, 1), label="bottom"),
        task("missing_review", "Review the search", (3, 1), "missing_review",
             "Every day somebody asks again where the person is, until it is known."),
        one_of("is_search_over", "Search over?", (4, 1), label="lowleft"),
        end("search_stopped", "Search stopped", (5, 2), "partly_done"),
        one_of("is_found_safe", "Safe?", (5, 1), label="bottom"),
        send("announce_found_in_danger", "Report the danger", (6, 0), "person_in_danger",
             "Whoever is found in danger is made safe before anything else."),
        one_of("found_again", "Found", (7, 1), label="bottom"),
        end("found", "Person found", (8, 1)),
    ),
    (
        *path("missing_start", "missing_search", "search_again", "missing_review", "is_search_over"),
        when("is_search_over", "is_found_safe", "Found",
             '=missing_state = "found_safe" or missing_state = "found_in_danger"'),
        when("is_search_over", "search_stopped", "Stopped", '=missing_state = "stopped"'),
        otherwise("is_search_over", "search_again", "Still missing", route="over:70"),
        when("is_found_safe", "announce_found_in_danger", "In danger", '=missing_state = "found_in_danger"'),
        otherwise("is_found_safe", "found_again", "Safe"),
        *path("announce_found_in_danger", "found_again", "found"),
    ),
    gaps={3: 70},
)  # fmt: skip

DANGER = Process(
    "danger", "Person in danger", "A safety plan within the hour, reviewed daily until the danger is over.",
    (("coordinator", 2),),
    (
        start("danger_start", "Person is in danger", (0, 1), message="person_in_danger"),
        task("safety_plan", "Make the person safe", (1, 1), "safety_plan",
             "First the person is brought out of danger, then it is written down.", safety_first="yes"),
        one_of("asks_protection", "Protection asked for?", (2, 1), label="bottom"),
        send("announce_protection", "Ask for protection", (3, 0), "protection_asked",
             "Protection is asked for at once, and nobody stops watching while it is decided."),
        one_of("safety_again", "Keep safe", (4, 1), label="lowleft"),
        task("safety_review", "Review the safety", (5, 1), "safety_review",
             "Every day the person is asked whether they are safe, until they say so."),
        one_of("is_danger_over", "Danger over?", (6, 1), label="top"),
        end("danger_ended", "Danger is over", (7, 1)),
    ),
    (
        *path("danger_start", "safety_plan", "asks_protection"),
        when("asks_protection", "announce_protection", "Yes", '=protection_now = "yes"'),
        otherwise("asks_protection", "safety_again", "No"),
        *path("announce_protection", "safety_again", "safety_review", "is_danger_over"),
        when("is_danger_over", "danger_ended", "Yes", '=danger_over = "yes"'),
        otherwise("is_danger_over", "safety_again", "No", route="under:60"),
    ),
)  # fmt: skip

PROTECTION_ASKED = Process(
    "protection_asked", "Protection asked for",
    "For a person in danger who asks for witness protection outside the plan.",
    (("witness_protection", 1),),
    (
        start("protection_asked_start", "Protection asked for", (0, 0), message="protection_asked"),
        call("protect_now", "Protect at once", (1, 0), "witness_protection",
             "Protection for the person and the family, asked for in the hour of danger."),
        end("protection_answered", "Request was answered", (2, 0)),
    ),
    path("protection_asked_start", "protect_now", "protection_answered"),
)  # fmt: skip

WITHDRAWAL = Process(
    "withdrawal", "After a withdrawal", "Somebody independent asks whether the person was pressed or paid to withdraw.",
    (("independent_advocate", 2),),
    (
        start("withdrawal_start", "Consent withdrawn", (0, 1), message="consent_withdrawn"),
        task("ask_about_pressure", "Ask about pressure", (1, 1), "pressure_question",
             "A withdrawal counts at once and needs no reason; somebody independent asks only whether it was free.",
             accept="accept_normal", independent="yes", **ASKED),
        one_of("is_pressed", "Pressed or paid?", (2, 1), label="bottom"),
        send("announce_pressure", "Report the danger", (3, 0), "person_in_danger",
             "Whoever was pressed or paid to withdraw is made safe."),
        end("withdrawal_pressed", "Safety is planned", (4, 0)),
        end("withdrawal_asked", "Person was asked", (4, 1)),
    ),
    (
        *path("withdrawal_start", "ask_about_pressure", "is_pressed"),
        when("is_pressed", "announce_pressure", "Yes", '=pressure_reported = "yes"'),
        otherwise("is_pressed", "withdrawal_asked", "No, or not known"),
        *path("announce_pressure", "withdrawal_pressed"),
    ),
)  # fmt: skip
