Feature: A case is closed by two people, when nothing is owed any more

  Scenario: Proposed by one, approved by another
    Given a woman, taken in by the police unit of Osh
    And the case has come to the proposal to close
    And the time to recover passes
    And the case has come to the proposal to close
    When the coordinator in Osh completes the proposal to close
    And a colleague at the coordinator in Osh completes the approval of the closure: the closure is approved
    Then the case is closed: she returned safely
    And the record says "The case was closed"

  Scenario: Nobody approves their own proposal
    Given a woman, taken in by the police unit of Osh
    And she is not presumed a victim
    And the case has come to the approval of the closure
    When the coordinator in Osh tries to complete the approval of the closure
    Then this is refused: "this step needs a second person"
    And the case is still open

  Scenario: Not approved: back to the proposal
    Given a woman, taken in by the police unit of Osh
    And she is not presumed a victim
    And the case has come to the approval of the closure
    When a colleague at the coordinator in Osh completes the approval of the closure: the closure is not approved
    Then the coordinator in Osh owes the proposal to close again

  Scenario: Not while somebody still helps
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And she is not presumed a victim
    When every agency does its part
    Then the proposal to close is not yet owed
    And the shelter in Osh owes the review of the stay

  Scenario: Nothing can be done in a closed case
    Given a woman, taken in by the police unit of Osh
    And she is not presumed a victim
    And every agency does its part
    When the coordinator in Osh tries to complete the approval of the closure
    Then this is refused: "This task has already ended"

  Scenario: What only waited beside the case ends with it
    Given a girl of 15, taken in by the police unit of Osh
    And she is not presumed a victim
    When every agency does its part
    Then the case is closed: she returned safely
    And no clock of the case runs any more
