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
    And the coordinator in Osh is alarmed: somebody says that she has left
    And only agencies without any part in the case are asked for the question about pressure
    And the record says "The person has left. Entered by the shelter in Osh"

  Scenario: What keeps her safe outlives the path
    Given the shelter in Osh says that she is in danger
    When the shelter in Osh says that she has left
    Then the coordinator in Osh still owes the safety plan
    And the coordinator in Osh owes the proposal to close

  Scenario: Who has handed her on can only report that she left
    When the police unit of Osh says that she has left
    Then the coordinator in Osh is alarmed: somebody says that she has left
    And the shelter in Osh still owes the review of the stay
    And the record says "the police unit of Osh reported that the person has left"

  Scenario: Nobody knows where she is
    When the shelter in Osh says that she is missing
    Then the national desk is alarmed: she is missing
    And the coordinator in Osh owes the search
    And the search is due in 1 hours
    And the shelter in Osh still owes the review of the stay

  Scenario: It is said again that she is missing
    Given the shelter in Osh says that she is missing
    When the national desk acknowledges every alarm
    And the police unit of Osh says that she is missing
    Then the national desk is alarmed: she is missing
    And the search is owed once
    And the record says "the police unit of Osh reported: The person is missing"

  Scenario: She is found in danger
    Given the shelter in Osh says that she is missing
    When the coordinator in Osh searches and finds her in danger
    Then the coordinator in Osh owes the safety plan
    And the national desk is alarmed: she is in danger

  Scenario: She is in danger
    When the shelter in Osh says that she is in danger
    Then the national desk is alarmed: she is in danger
    And the coordinator in Osh is alarmed: she is in danger
    And the coordinator in Osh owes the safety plan
    And the coordinator in Osh still owes the case plan

  Scenario: She has died
    When the shelter in Osh says that she has died
    Then the national desk is alarmed: she has died
    And the coordinator in Osh is alarmed: she has died
    And the coordinator in Osh owes the proposal to close
    And the record says "The person has died. Entered by the shelter in Osh"
