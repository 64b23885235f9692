Feature: A foreign woman found in Osh goes home in safety
  The first journey from beginning to end: help before questions, two agencies who look, a lawyer, time to
  recover, and a way home that is her own wish.

  Scenario: The whole way, agency by agency
    Given a foreign woman who needs a safe place and a doctor, met by the police unit of Osh
    When every agency does its part
    And the time to recover passes
    And every agency does its part
    Then the case is closed: she returned safely
    And the shelter in Osh, the clinic, the foundation in Osh, the legal aid centre and IOM have done their parts
    And every handoff names who gave, who took, when, why and on what ground
    And the record is intact

  Scenario: Help comes before any question about the crime
    Given a foreign woman who needs a safe place and a doctor, met by the police unit of Osh
    When the police unit of Osh completes the intake
    Then the shelter in Osh and the shelter in Bishkek are asked for the place in a shelter
    And the clinic is asked for the help
    And the screening is not yet owed

  Scenario: One agency declines, another stays silent, and she still gets home
    Given a foreign woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh declines the place in a shelter because it has no place
    And the case has come to the second opinion
    When nobody answers the offer of the second opinion in time
    And every agency does its part
    And the time to recover passes
    And every agency does its part
    Then the case is closed: she returned safely
    And the record says "the shelter in Osh declined: No place, no capacity"
    And the record says "the foundation in Osh did not answer in time"

  Scenario: Nobody asks her to cooperate while she recovers
    Given a foreign woman, taken in by the police unit of Osh
    And the case has come to the review of the recovery
    When 29 days pass
    Then the review of the recovery is not yet owed
    When 2 days pass
    Then the coordinator in Osh owes the review of the recovery
