Feature: A Kyrgyz man in Kazakhstan is brought home first, then helped
  The second journey: identified abroad, returned at no cost, received by somebody who waits for him, and only
  then asked what he wants from life.

  Scenario: The whole way, from the consulate to a life of his own
    Given a Kyrgyz man abroad, met by the consulate
    When every agency does its part
    And the time to recover passes
    And every agency does its part
    Then the case is closed: he is integrated
    And internal security, IOM, the men's shelter, the witness protection unit and the prosecutor have done their parts
    And the free decision to go home was never owed
    And the record is intact

  Scenario: He is home before anything is planned
    Given a Kyrgyz man abroad, met by the consulate
    When every agency does its part
    Then the reception at home was done before the needs assessment began
    And the consulate did the consular document

  Scenario: The international organisation meets him, the consulate is asked
    Given a Kyrgyz man abroad, met by IOM
    And the case has come to the request to verify
    Then the consulate is asked for the request to verify
    And IOM did the screening
    And the hotline did the second opinion
