Feature: A citizen found abroad comes home at no cost
  Home is asked only who he is, never why. The document is free, the journey is checked, and the arrival confirmed.

  Background:
    Given a Kyrgyz man abroad, met by the consulate

  Scenario: Home is asked who he is, and nothing else
    Given the case has come to the verification
    Then internal security is asked for the verification
    And the offer of the verification shares nothing of the domain of testimony
    And the offer of the verification shares nothing of the domain of daily work

  Scenario: Nobody verifies, another authority is asked
    Given the case has come to the verification
    When nobody answers the offer of the verification in time
    Then the police unit of Bishkek is asked for the verification
    And the consulate is accountable for the verification

  Scenario: He pays nothing for the document
    Given the case has come to the consular document
    When the consulate tries to complete the consular document for a fee of 10
    Then this is refused because the document is free

  Scenario: Not safe yet
    Given the case has come to the risk assessment before the return
    When IOM accepts the risk assessment before the return
    And IOM completes the risk assessment before the return: it is not safe
    Then the journey home was never owed
    And the lead coordinator owes the needs assessment
