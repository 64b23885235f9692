Feature: People come and go, duties stay
  Every duty lies with an agency. Whoever is away has a deputy, and whoever has gone takes nothing along.

  Scenario: A leave begins
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    And the coordinator in Osh has taken the case plan in hand
    When the coordinator in Osh enters a leave from tomorrow on, with a deputy
    And 2 days pass
    Then the deputy of the coordinator in Osh has the case plan in hand
    And the record says "The system gave “Plan agreed with the person” to a colleague"

  Scenario: Before the leave nothing moves
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    And the coordinator in Osh has taken the case plan in hand
    When the coordinator in Osh enters a leave from tomorrow on, with a deputy
    And 2 hours pass
    Then the coordinator in Osh has the case plan in hand

  Scenario: Somebody has gone for good
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    And the coordinator in Osh has taken the case plan in hand
    When a colleague at the coordinator in Osh ends the access of who has it in hand
    Then nobody has the case plan in hand
    And the coordinator in Osh owes the case plan

  Scenario: Everything at once to a colleague
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    And the coordinator in Osh has taken the case plan in hand
    When the coordinator in Osh gives everything in hand to a colleague
    Then the deputy of the coordinator in Osh has the case plan in hand

  Scenario: A desk is never left empty
    When the coordinator in Osh tries to end the access of everybody
    Then this is refused: "This is the last active coordinator"

  Scenario: Where nobody is left, nobody is asked
    Given everybody at the shelter in Osh has gone
    And a woman who needs a safe place, taken in by the police unit of Osh
    Then only the shelter in Bishkek is asked for the place in a shelter

  Scenario: The last one goes, and somebody is in their care
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When everybody at the shelter in Osh goes
    Then the shelter in Bishkek is asked for the review of the stay
    And the coordinator in Osh is called because care was interrupted

  Scenario: Who works alone goes on leave
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When the shelter in Osh enters a leave from tomorrow on, without a deputy
    And 2 days pass
    Then the coordinator in Osh is called because nobody is at the desk
    And the shelter in Osh owes the review of the stay

  Scenario: A house where everybody is on leave is not asked
    Given the shelter in Osh enters a leave from now on, without a deputy
    And a woman who needs a safe place, taken in by the police unit of Osh
    Then only the shelter in Bishkek is asked for the place in a shelter

  Scenario: A new colleague
    When the shelter in Osh adds a colleague
    Then the colleague can sign in with the first password

  Scenario: A colleague leaves the house
    Given the shelter in Osh adds a colleague
    When the manager of the shelter in Osh ends the access of the colleague
    Then the colleague can no longer sign in

  Scenario: A manager keeps how the house is reached, and its places
    When the shelter in Osh can be reached under "0312 900 900", "day and night"
    And the shelter in Osh confirms 3 places for women
    Then the directory says "0312 900 900" and "day and night" of the shelter in Osh
    And the shelter in Osh has room for 3 women

  Scenario: Only a manager does
    Given the shelter in Osh adds a colleague
    When the colleague tries to confirm 9 places for women
    Then this is refused: "Only a manager of your agency may do this"
