Feature: She leaves, is missing, is in danger, or dies
  Whoever knows may say it, from the case itself, and it starts or stops exactly what it should.

  Background:
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the case plan

  Scenario: She leaves
    When the shelter in Osh says that she has left
    Then the review of the stay ends as her wish
    And the shelter in Osh has 0 places for women taken
    And the coordinator in Osh owes the proposal to close
    And the shelter in Osh can no longer see the case
    And the record says "The person has left"

  Scenario: Nobody knows where she is
    When the shelter in Osh says that she is missing
    Then the national desk is alarmed: she is missing
    And the coordinator in Osh owes the search
    And the search is due in 1 hours
    And the shelter in Osh still owes the review of the stay

  Scenario: It is already known that she is missing
    Given the shelter in Osh says that she is missing
    When the coordinator in Osh tries to say that she is missing
    Then this is refused: "already known and under way"

  Scenario: She is found in danger
    Given the shelter in Osh says that she is missing
    When the coordinator in Osh searches and finds her in danger
    Then the coordinator in Osh owes the safety plan

  Scenario: She is in danger
    When the shelter in Osh says that she is in danger
    Then the national desk is alarmed: she is in danger
    And the coordinator in Osh owes the safety plan
    And the coordinator in Osh still owes the case plan

  Scenario: She has died
    When the shelter in Osh says that she has died
    Then the national desk is alarmed: she has died
    And the coordinator in Osh is alarmed: she has died
    And the coordinator in Osh owes the proposal to close
    And the record says "The person has died"
