Feature: Nothing that is owed is forgotten
  Every duty has a clock with a source. When it runs out, somebody is told, then somebody else, until the national
  desk says that it has seen it.

  Scenario: Working days skip weekends and public holidays
    Given today is Thursday 30 April 2026
    And a woman, taken in by the police unit of Osh
    When the police unit of Osh completes the rights talk: she agrees to be identified
    Then the screening is due at the end of Monday 11 May 2026

  Scenario: Nooruz is not a working day
    Given Nooruz is kept on Monday 23 March 2026
    And today is Thursday 19 March 2026
    And a woman, taken in by the police unit of Osh
    When the police unit of Osh completes the rights talk: she agrees to be identified
    Then the screening is due at the end of Friday 27 March 2026

  Scenario: Hours run through the night and the holiday
    Given today is Saturday 21 March 2026
    And a woman, taken in by the police unit of Osh
    Then the rights talk is due in 24 hours

  Scenario: Every clock says where it comes from
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    Then the clock of the review of the stay comes from "Law No 55 of 2005"
    And every clock of the case names a source or says that it is unconfirmed

  Scenario: More time, for a reason that is written down
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the coordinator in Osh gives 3 more days for the case plan because of her health
    Then the case plan is due 3 days later than before
    And the record shows who gave more time, from when, until when and why
    And the auditor is shown the case among the overridden rules

  Scenario: More time without a reason is refused
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the coordinator in Osh tries to give 3 more days for the case plan because of a holiday
    Then this is refused: "for one of these reasons"

  Scenario: Only a coordinator gives more time
    Given a woman, taken in by the police unit of Osh
    When the police unit of Osh tries to give 3 more days for the rights talk because of her health
    Then this is refused: "Only a coordinator may do this"

  Scenario: The ladder
    Given a woman, met by the police unit of Osh
    When 25 hours pass
    Then only the police unit of Osh is alarmed: a duty is late
    When 12 hours pass
    Then the coordinator in Osh is alarmed: a duty is late
    When 12 hours pass
    Then the national desk is alarmed: a duty is late

  Scenario: The alarm is repeated until somebody says that they have seen it
    Given a woman, met by the police unit of Osh
    When 4 days pass
    Then each alarm at the national desk was repeated
    When the national desk acknowledges every alarm
    And 4 days pass
    Then no alarm at the national desk was repeated again
    And the record says "the national desk acknowledged the alarm: A duty is late"

  Scenario: Nobody can acknowledge an alarm for somebody else
    Given a woman, met by the police unit of Osh
    And 2 days pass
    When the coordinator in Osh tries to acknowledge the alarm at the national desk
    Then this is refused: "This alarm is for"

  Scenario: Late, but done
    Given a woman, taken in by the police unit of Osh
    And 25 hours pass
    When the police unit of Osh completes the rights talk
    Then nobody is alarmed any more
    And the record shows that the rights talk was done late
    And the auditor is shown the case among the late duties

  Scenario: An urgent duty reaches the national desk at once
    Given a woman who needs a doctor, taken in by the police unit of Osh
    And the clinic accepts the help
    When 4 hours pass
    Then the clinic is alarmed: a duty is late
    And the national desk is alarmed: a duty is late

  Scenario: The time to recover is extended for her sake
    Given a woman, taken in by the police unit of Osh
    And the case has come to the review of the recovery
    And the time to recover passes
    When the coordinator in Osh completes the review of the recovery: she needs more time
    Then the time to recover runs for another 30 days
