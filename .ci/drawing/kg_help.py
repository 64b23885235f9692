"""The processes of help and protection of the Kyrgyz mechanism, as first drawn."""

from .description import Process
from .words import ASKED, end, one_of, otherwise, path, send, start, task, wait, when

SERVICE = {
    "purpose": '=if urgent then "urgent_help" else "services"',
    "accept": '=if urgent then clock("accept_urgent") else clock("accept_normal")',
    "service": "=service",
}
SHELTER_STAY = {
    "purpose": '=if urgent then "urgent_help" else "shelter"',
    "accept": '=if urgent then clock("accept_urgent") else clock("accept_place")',
    "service": "shelter",
}
LEGAL = {"purpose": "legal_aid", "accept": "accept_normal"}
PROTECTION = {"purpose": "protection", "accept": "accept_urgent"}
CHILD = {"accept": "accept_urgent"}

SERVICE_REFERRAL = Process(
    "service_referral", "Service referral", "One service for one person, from the first contact to its outcome.",
    (("service_provider", 3),),
    (
        start("service_referral_start", "Service wanted", (0, 1)),
        task("service_first_contact", "Meet the person", (1, 1),
             '=if urgent then clock("urgent_service") else clock("service_start")',
             "Somebody comes in person and says what will happen next.", **SERVICE, urgent="=urgent"),
        task("service_report", "Report the outcome", (2, 1), "service_report",
             "The person gets what was agreed, and whoever asked for it learns the outcome.", **SERVICE),
        one_of("service_how", "How did it end?", (3, 1), label="left"),
        end("service_done", "Done", (4, 0), "done"),
        end("service_partly_done", "Partly done", (4, 1), "partly_done"),
        end("service_failed", "Not done", (4, 2), "failed"),
    ),
    (
        *path("service_referral_start", "service_first_contact", "service_report", "service_how"),
        when("service_how", "service_done", "Done", '=service_outcome = "done"'),
        when("service_how", "service_partly_done", "In part", '=service_outcome = "partly_done"'),
        otherwise("service_how", "service_failed", "Failed"),
    ),
)  # fmt: skip

SHELTER = Process(
    "shelter", "Shelter", "A place to stay: arrival, care plan, reviews of the stay, departure.",
    (("shelter", 3),),
    (
        start("shelter_start", "Place wanted", (0, 1)),
        task("shelter_arrival", "Receive the person", (1, 1), "arrival",
             "A bed, food, a locked door, and somebody who is expecting them.", **SHELTER_STAY, urgent="=urgent",
             place="yes", moves="arrival"),
        task("stay_care_plan", "Plan the care", (2, 1), "shelter_care_plan",
             "The person decides with the shelter what daily life and care will look like.", **SHELTER_STAY),
        one_of("stay_again", "Stay goes on", (3, 1), label="bottom"),
        task("stay_review", "Review the stay", (4, 1), "shelter_stay",
             "The stay never ends by itself: before its time is over the person is asked what comes next.",
             **SHELTER_STAY),
        one_of("stay_how", "What next?", (5, 1), label="left"),
        task("shelter_departure", "Prepare the departure", (6, 1), "shelter_departure",
             "Nobody leaves without a safe place to go and a number to call.", **SHELTER_STAY),
        end("shelter_ended", "Stay ended", (7, 1)),
        end("shelter_left_alone", "Left without notice", (6, 2), "partly_done", label="right"),
    ),
    (
        *path("shelter_start", "shelter_arrival", "stay_care_plan", "stay_again", "stay_review", "stay_how"),
        when("stay_how", "stay_again", "Stays longer", '=stay_decision = "extend"', route="over:70"),
        when("stay_how", "shelter_left_alone", "Left alone", '=stay_decision = "left_alone"'),
        otherwise("stay_how", "shelter_departure", "Leaves"),
        *path("shelter_departure", "shelter_ended"),
    ),
)  # fmt: skip

LEGAL_AID = Process(
    "legal_aid", "Legal aid", "A lawyer without conflict of interest, from appointment to final report.",
    (("legal_aid", 1), ("attorney", 1)),
    (
        start("legal_aid_start", "Lawyer wanted", (0, 0)),
        one_of("appoint_again", "Appoint", (1, 0), label="bottom"),
        task("appoint_attorney", "Appoint an attorney", (2, 0), "legal_appointment",
             "A free lawyer who speaks for this person only, never for those who exploited them.", **LEGAL),
        one_of("is_conflict_free", "Free of conflict?", (3, 0), label="right"),
        task("legal_first_meeting", "Meet the person", (3, 1), "legal_meeting",
             "The lawyer meets the person alone, explains the choices and listens.", **LEGAL, **ASKED),
        task("legal_report", "Report the outcome", (4, 1), "legal_report",
             "The person knows what was done for them, compensation and non-punishment included.", **LEGAL),
        one_of("legal_how", "How did it end?", (5, 1), label="bottom"),
        end("legal_done", "Legal aid given", (6, 1)),
        end("legal_failed", "Legal aid failed", (6, 0), "failed"),
    ),
    (
        *path("legal_aid_start", "appoint_again", "appoint_attorney", "is_conflict_free"),
        when("is_conflict_free", "legal_first_meeting", "Yes", '=conflict_free = "yes"'),
        otherwise("is_conflict_free", "appoint_again", "No", route="over:54", label="bottom"),
        *path("legal_first_meeting", "legal_report", "legal_how"),
        when("legal_how", "legal_failed", "Failed", '=legal_outcome = "failed"'),
        otherwise("legal_how", "legal_done", "Given"),
    ),
)  # fmt: skip

WITNESS_PROTECTION = Process(
    "witness_protection", "Witness protection", "Threat, decision, measures, and regular review.",
    (("witness_protection", 1), ("prosecutor", 2)),
    (
        start("witness_protection_start", "Protection asked for", (0, 0)),
        task("threat_assessment", "Assess the threat", (1, 0), "threat_assessment",
             "The danger to the person and the family is taken seriously and assessed at once.", **PROTECTION),
        task("protection_decision", "Decide on protection", (1, 1), "protection_decision",
             "A decision in time, with reasons, by somebody who may decide.",
             purpose="protection", accept="accept_decision"),
        one_of("is_granted", "Granted?", (2, 1), label="right"),
        end("protection_refused", "Protection refused", (3, 2), "failed"),
        task("protection_measures", "Put measures in place", (3, 0), "protection_measures",
             "The person knows what protects them and whom to call day and night.", **PROTECTION),
        one_of("protect_again", "Protected", (4, 0), label="top"),
        task("protection_review", "Review the measures", (5, 0), "protection_review",
             "Protection lasts as long as the danger does; the person is heard before it changes.", **PROTECTION),
        one_of("is_still_needed", "Still needed?", (6, 0), label="top"),
        end("protection_ended", "Protection ended", (7, 0)),
    ),
    (
        *path("witness_protection_start", "threat_assessment", "protection_decision", "is_granted"),
        when("is_granted", "protection_measures", "Granted", '=protection_decision = "granted"'),
        otherwise("is_granted", "protection_refused", "Refused"),
        *path("protection_measures", "protect_again", "protection_review", "is_still_needed"),
        when("is_still_needed", "protect_again", "Yes", '=protection_continues = "yes"', route="under:60"),
        otherwise("is_still_needed", "protection_ended", "No"),
    ),
)  # fmt: skip

CHILD_PROTECTION = Process(
    "child_protection", "Child protection", "For everyone under 18 or whose age is in doubt.",
    (("child_protection", 3),),
    (
        start("child_protection_start", "Child or age in doubt", (0, 1)),
        task("child_notice", "Take notice and go", (1, 1), "child_notice",
             "A child is never left alone with this: child protection comes at once.", urgent="=true", **CHILD),
        task("guardian", "Name a guardian", (2, 1), "guardian",
             "An adult with no other interest than the child's speaks for the child.", **CHILD),
        one_of("what_age", "What age?", (3, 1), label="left"),
        send("announce_majority", "Note the 18th birthday", (4, 1), "coming_of_age",
             "On the 18th birthday the young person decides for themselves, without losing any help."),
        end("not_a_child", "Found to be adult", (4, 2), label="right"),
        one_of("age_settled", "Goes on as a child", (5, 1), label="bottom"),
        task("best_interests", "Assess best interests", (6, 1), "best_interests",
             "What is best for this child decides, and the child is heard.", **CHILD, **ASKED),
        end("child_protected", "Child protected", (7, 1)),
    ),
    (
        *path("child_protection_start", "child_notice", "guardian", "what_age"),
        when("what_age", "announce_majority", "Child, birth date known",
             '=age_band = "child" and birth_date != null'),
        when("what_age", "not_a_child", "Adult", '=age_band = "adult"'),
        otherwise("what_age", "age_settled", "Still in doubt", route="over:70"),
        *path("announce_majority", "age_settled", "best_interests", "child_protected"),
    ),
)  # fmt: skip

COMING_OF_AGE = Process(
    "coming_of_age", "Coming of age", "Waits beside the case for the 18th birthday.",
    (("coordinator", 1),),
    (
        start("coming_of_age_start", "Birth date is known", (0, 0), message="coming_of_age"),
        wait("eighteenth_birthday", "18th birthday", (1, 0), "majority",
             "Until this day the child's best interests decide, from this day the person does."),
        task("consent_at_18", "Ask the new adult", (2, 0), "majority_review",
             "The young adult is asked for consent to every service, and keeps the place they have.", **ASKED),
        end("of_age", "Of age", (3, 0)),
    ),
    path("coming_of_age_start", "eighteenth_birthday", "consent_at_18", "of_age"),
)  # fmt: skip
