Feature: An agency without an account is reached by phone or letter
  A court, a hospital or a private attorney may have no account. Somebody brings it the offer and enters what it says:
  who said it, how it was heard, and when. The record shows it as such, and the agency can confirm or dispute it.

  Scenario: Somebody must bring it the offer
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    Then the police unit of Osh must bring the clinic the offer of the help
    And the coordinator in Osh must bring the clinic the offer of the help

  Scenario: The national desk takes a hospital into the directory
    Given the national desk adds a hospital in Osh that is reached by telephone
    And a woman who needs a doctor, taken in by the police unit of Osh
    Then the police unit of Osh must bring the new hospital the offer of the help

  Scenario: Later the hospital gets an account
    Given the national desk adds a hospital in Osh that is reached by telephone
    When the national desk adds the first manager of the new hospital
    Then the colleague can sign in with the first password

  Scenario: Nobody else takes an agency into the directory
    When the coordinator in Osh tries to add a hospital in Osh that is reached by telephone
    Then this is refused: "Only the national coordinator keeps the directory"

  Scenario: It accepts by phone
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    When the police unit of Osh enters that the clinic accepted the help by phone
    Then the clinic is accountable for the help
    And the record says "the police unit of Osh entered this for the clinic (by telephone)"
    And the record says "the clinic accepted from the police unit of Osh"

  Scenario: What it did is entered for it
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    And the police unit of Osh enters that the clinic accepted the help by phone
    When the police unit of Osh enters that the clinic completed the help, from a letter kept in folder 7
    Then the clinic did the help
    And it is known that the letter about the help lies in folder 7

  Scenario: A letter lies somewhere
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    When the police unit of Osh tries to enter a letter of the clinic about the help without saying where it lies
    Then it is asked where the letter lies
    And the police unit of Osh is accountable for the help

  Scenario: It confirms later
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    And the police unit of Osh enters that the clinic accepted the help by phone
    When the clinic confirms what was entered for it
    Then the record says "the clinic confirmed what was entered for it"

  Scenario: It says that it was not so
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    And the police unit of Osh enters that the clinic accepted the help by phone
    When the clinic disputes what was entered for it
    Then the record says "the clinic disputed what was entered for it"
    And the coordinator in Osh is called about it
    And the clinic is accountable for the help

  Scenario: Nobody else speaks for it
    Given the clinic has no account
    And a woman who needs a doctor, taken in by the police unit of Osh
    When the border guard tries to enter that the clinic accepted the help
    Then there is nothing to be found

  Scenario: A house that can speak for itself says itself that she is there
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When the police unit of Osh tries to enter for the shelter in Osh that she has arrived
    Then there is nothing to be found

  Scenario: What happened earlier is entered with both times
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the clinic enters after 3 hours that it accepted the help at once
    Then the record keeps when the clinic accepted the help, and that it was entered 3 hours later

  Scenario: A house without an account says that she is missing
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    And the shelter in Osh has no account
    When the coordinator in Osh enters that the shelter in Osh said 3 hours ago that she is missing
    Then the coordinator in Osh owes the search
    And the record says "the coordinator in Osh entered this for the shelter in Osh (by telephone)"
    And what the shelter in Osh said is entered 3 hours after it happened

  Scenario: Who brought her does not say for the house that she left
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    And the shelter in Osh has no account
    When the police unit of Osh tries to enter that the shelter in Osh said that she left
    Then this is refused: "Only a coordinator may enter this for another agency"
