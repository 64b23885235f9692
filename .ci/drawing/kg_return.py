"""The two ways home of the Kyrgyz mechanism, as first drawn."""

from .description import Process
from .words import ASKED, end, one_of, otherwise, path, start, task, when

RETURN = {"purpose": "return", "accept": "accept_normal"}

RETURN_FROM_ABROAD = Process(
    "return_from_abroad", "Return from abroad",
    "A citizen found abroad: facts verified, document issued, risk assessed, return and reception.",
    (("consulate", 1), ("verification", 1), ("return_organiser", 2), ("receiving_partner", 1)),
    (
        start("return_from_abroad_start", "Citizen is abroad", (0, 0)),
        task("request_verification", "Ask home to verify", (1, 0), "verification_request",
             "The consulate asks home only what is needed, and never through people the person fears.", **RETURN,
             interpreter="interpreter_name"),
        task("verify_facts", "Verify the facts", (2, 1), "verification",
             "Identity is confirmed within days and nobody at home is told why.", **RETURN),
        task("travel_document", "Issue a travel document", (3, 0), "travel_document",
             "A document to travel with, at no cost.", **RETURN),
        task("pre_return_risk", "Assess the risk of return", (4, 2), "return_risk",
             "Nobody is sent back into danger: both ends of the journey are checked first.", **RETURN, **ASKED),
        one_of("is_return_safe", "Safe to return?", (5, 2), label="top"),
        end("return_not_safe", "Return is not safe", (6, 3), "failed"),
        task("return_departure", "Organise the journey", (6, 2), "return_departure",
             "Ticket, escort and a contact on the way; the person knows every step.", **RETURN),
        task("reception", "Receive the person", (7, 4), "arrival_international",
             "Somebody waits at the arrival and the arrival is confirmed.", **RETURN,
             moves="arrival_international"),
        end("returned", "Returned and received", (8, 4)),
    ),
    (
        *path("return_from_abroad_start", "request_verification", "verify_facts", "travel_document",
              "pre_return_risk", "is_return_safe"),
        when("is_return_safe", "return_departure", "Safe",
             '=return_safe = "yes" and best_interests != "return_excluded"'),
        otherwise("is_return_safe", "return_not_safe", "Not safe"),
        *path("return_departure", "reception", "returned"),
    ),
)  # fmt: skip

REPATRIATION = Process(
    "repatriation", "Repatriation",
    "A foreign person who wishes to go home: free decision, document, risk, clearance, journey, arrival.",
    (("coordinator", 2), ("return_organiser", 1), ("receiving_partner", 1)),
    (
        start("repatriation_start", "Return considered", (0, 1)),
        task("return_decision", "Ask for a free decision", (1, 1), "return_decision",
             "Return is the person's own wish, given without pressure and free to be taken back.", **ASKED),
        one_of("is_return_wanted", "Wants to return?", (2, 1), label="lowleft"),
        end("stays", "Stays", (3, 0), "failed", label="right"),
        task("foreign_travel_document", "Obtain a travel document", (3, 2), "travel_document",
             "A document to travel with, asked for without telling what happened.", **RETURN),
        task("foreign_return_risk", "Assess the risk of return", (4, 2), "return_risk",
             "Nobody is sent back into danger: both ends of the journey are checked first.", **RETURN, **ASKED),
        task("return_clearance", "Clear the return", (5, 1), "return_clearance",
             "The coordinator makes sure that safety, consent and reception are settled before a ticket is bought."),
        one_of("is_cleared", "Safe and cleared?", (6, 1), label="lowleft"),
        end("repatriation_stopped", "Return stopped", (7, 0), "failed", label="right"),
        task("repatriation_departure", "Organise the journey", (7, 2), "return_departure",
             "Ticket, escort and a contact on the way; the person knows every step.", **RETURN),
        task("arrival_confirmation", "Confirm the arrival", (8, 3), "arrival_international",
             "Somebody waits at the arrival, and silence raises an alarm.", **RETURN,
             moves="arrival_international"),
        end("repatriated", "Returned safely", (9, 3)),
    ),
    (
        *path("repatriation_start", "return_decision", "is_return_wanted"),
        when("is_return_wanted", "foreign_travel_document", "Yes", '=return_wanted = "yes"'),
        otherwise("is_return_wanted", "stays", "No"),
        *path("foreign_travel_document", "foreign_return_risk", "return_clearance", "is_cleared"),
        when("is_cleared", "repatriation_departure", "Yes",
             '=return_safe = "yes" and return_cleared = "yes" and best_interests != "return_excluded"'),
        otherwise("is_cleared", "repatriation_stopped", "No"),
        *path("repatriation_departure", "arrival_confirmation", "repatriated"),
    ),
)  # fmt: skip
