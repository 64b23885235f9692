Feature: A return is a free decision, and a safe one
  Nobody is sent home. Who wishes to go is asked again, both ends of the journey are checked, and somebody waits
  at the arrival.

  Background:
    Given a foreign woman, taken in by the police unit of Osh
    And the case has come to the free decision to go home
    And the time to recover passes
    And the case has come to the free decision to go home

  Scenario: She may say no until the last moment
    When the coordinator in Osh completes the free decision to go home: she wants to stay
    Then the travel document was never owed
    And the coordinator in Osh owes the proposal to close

  Scenario: Too dangerous
    When the coordinator in Osh completes the free decision to go home: she wants to go home
    And the case has come to the risk assessment of the return
    And IOM completes the risk assessment of the return: it is not safe
    And the coordinator in Osh completes the clearance of the return
    Then the journey was never owed
    And the coordinator in Osh learns that the travel document is failed

  Scenario: Safe, but not cleared
    When the case has come to the clearance of the return
    And the coordinator in Osh completes the clearance of the return: something stands in the way
    Then the journey was never owed

  Scenario: She goes, and somebody waits
    Given IOM organises journeys and receives nobody itself
    When the case has come to the confirmation of the arrival
    And the shelter in Osh accepts the confirmation of the arrival
    Then IOM is accountable for the confirmation of the arrival
    When she arrives at the shelter in Osh
    Then the shelter in Osh is accountable for the confirmation of the arrival

  Scenario: Silence after the journey raises an alarm
    Given IOM organises journeys and receives nobody itself
    When the case has come to the confirmation of the arrival
    And the shelter in Osh accepts the confirmation of the arrival
    And 25 hours pass
    Then IOM is alarmed: she has not arrived
    And the national desk is alarmed: she has not arrived
