Feature: Agencies are suspended, closed and renamed, and nobody falls between them
  Its offers are taken back, its work goes to others, and the people in its care are urgent. What was done stays under
  the name it had then.

  Scenario: A house is suspended
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When the national desk suspends the shelter in Osh
    Then the shelter in Bishkek is asked for the review of the stay
    And the coordinator in Osh is called because care was interrupted
    And the shelter in Osh has 0 places for women taken

  Scenario: An open offer of a suspended agency is taken back
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the national desk suspends the shelter in Osh
    Then the offer of the place in a shelter to the shelter in Osh is recalled

  Scenario: A house closes and another one goes on
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When the national desk closes the shelter in Osh, and the shelter in Bishkek goes on
    Then the shelter in Bishkek holds the review of the stay
    And the coordinator in Osh is accountable for the review of the stay

  Scenario: A house closes, and what goes on after it is no house for her
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When the national desk closes the shelter in Osh, and the men's shelter goes on
    Then the shelter in Bishkek is asked for the review of the stay
    And the coordinator in Osh is called because care was interrupted

  Scenario: The desk that leads the case is suspended
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the national desk suspends the coordinator in Osh
    Then the national desk owes the case plan
    And the record says "the national desk leads the case now"

  Scenario: Who handed her on is suspended
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the national desk suspends the police unit of Osh
    Then the coordinator in Osh is accountable for the help

  Scenario: A new name
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When the national desk calls the shelter in Osh "House of the road"
    Then the handoff of the place in a shelter still names it as it was called then
    And the coordinator in Osh reads the name of then in the case, in the letter and by a program

  Scenario: Only the national desk keeps the directory
    When the coordinator in Osh tries to suspend the shelter in Osh
    Then this is refused: "Only the national coordinator keeps the directory"
