Feature: Every decision can be explained to the person it is about
  The tables are the same for everyone, and the rules that applied are kept with the decision.

  Scenario: Why somebody is presumed a victim
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    Then the criteria speak for a victim
    And they explain it: "There are signs of an act, of a means and of exploitation"

  Scenario: Why somebody is not
    Given a woman, taken in by the police unit of Osh
    And there are no signs in the screening
    And the case has come to the second opinion
    Then the criteria do not speak for a victim
    And they explain it: "no signs of recruitment"

  Scenario: A child needs no means
    Given a girl of 15, taken in by the police unit of Osh
    And no means was seen in the screening
    And the case has come to the second opinion
    Then the criteria speak for a victim
    And they explain it: "no means is needed"

  Scenario: How great the danger is
    Given a woman, taken in by the police unit of Osh
    And she is threatened directly
    And the case has come to the case plan
    Then the risk is "high"
    And they explain it: "threatens the person or the family directly"

  Scenario: What nobody knows is never taken as safe
    Given a woman, taken in by the police unit of Osh
    And nobody knows whether she is threatened
    And the case has come to the case plan
    Then the risk is "medium"

  Scenario: What was decided on is kept, sealed
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    Then the decision keeps what it was based on, and nobody can read it in the store
    And the record says "A decision table was applied"
