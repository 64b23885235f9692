Feature: The path bends
  Life does not follow a drawing. A coordinator may skip a step, begin a stage early or again, or take over a case that
  has been running on paper: always with a reason, and never by making something up.

  Scenario: A step is skipped
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the coordinator in Osh skips the case plan because it was done elsewhere
    Then the record says "the coordinator in Osh skipped “Plan agreed with the person”: It was done elsewhere"
    And the legal aid centre is asked for the appointment of a lawyer

  Scenario: Nobody skips without a reason
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the coordinator in Osh tries to skip the case plan without a reason
    Then this is refused: "Choose why the path bends"

  Scenario: A stage begins early
    Given a woman, taken in by the police unit of Osh
    And the case has come to the needs assessment
    When the coordinator in Osh begins the return home early
    Then the coordinator in Osh owes the free decision to go home
    And the coordinator in Osh still owes the needs assessment

  Scenario: A stage begins once more
    Given a woman, taken in by the police unit of Osh
    And the case has come to the lawyer's report
    And the legal aid centre completes the lawyer's report: no lawyer could help
    When the coordinator in Osh begins legal aid again because a court decided so
    Then the appointment of a lawyer is owed a second time, and the first one stays as it was
    And the record says "the coordinator in Osh began a stage once more: Legal aid. A court has decided so"

  Scenario: No stage begins once more without a reason
    Given a woman, taken in by the police unit of Osh
    And the case has come to the lawyer's report
    When the coordinator in Osh tries to begin legal aid again without a reason
    Then this is refused: "Choose why the path bends"

  Scenario: A case has been running on paper
    When the coordinator in Osh takes over a case that stands at the formal identification
    Then the coordinator in Osh owes the formal opinion
    And everything before is recorded as before the system, and nothing is made up
    And on the way nobody was asked, nothing was decided, and nobody was alarmed

  Scenario: A case on paper stands at a shelter
    When the coordinator in Osh takes over a case of a woman for whom the plan asks for a shelter
    Then everything before is recorded as before the system, and nothing is made up
    And the place in a shelter waits for her consent

  Scenario: A case is not closed over what is still owed
    Given a woman, taken in by the police unit of Osh
    And she is not presumed a victim
    And the case has come to the approval of the closure
    And the coordinator in Osh begins the return home early
    When a colleague at the coordinator in Osh tries to approve the closure
    Then this is refused: "Not everything owed to the person is done"
