Feature: A mistake
  A completed form is corrected as a new version; the old one stays. Who acted on the old answer is told, and where
  something was decided on it, the coordinator says whether it stands.

  Scenario: A corrected answer
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the police unit of Osh corrects the screening: no means was seen
    Then both versions of the screening are kept, each with its author
    And the foundation in Osh is alarmed: an answer it acted on has changed
    And the coordinator in Osh is alarmed: a decision rests on an answer that has changed
    And the record says "the police unit of Osh corrected “Screening: what was seen”: Something was mistyped"

  Scenario: What was decided stands
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    And the police unit of Osh corrects the screening: no means was seen
    When the coordinator in Osh lets stand what was decided
    Then the coordinator in Osh still owes the case plan
    And the rights talk is not owed again

  Scenario: What was decided is done again
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    And the police unit of Osh corrects the screening: no means was seen
    When the coordinator in Osh has it done again
    Then the police unit of Osh owes the screening again
    And the screening begins with the corrected answers
    And the case plan is no longer owed
    And the rights talk is not owed again
    And the record says "the coordinator in Osh had “Screening: what was seen” done again after the correction"

  Scenario: Nobody loses a bed because an answer was wrong
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the case plan
    And the police unit of Osh corrects the intake: her age is in doubt
    When the coordinator in Osh tries to have it done again
    Then this is refused: "“Shelter” has begun and would end"
    And the shelter in Osh still owes the review of the stay

  Scenario: She had not agreed
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the first meeting with the lawyer and the help
    When the coordinator in Osh corrects the case plan: she agreed to none of it
    Then the legal aid centre is alarmed: she took a consent back
    And the help ends as her wish
    And only agencies without any part in the case are asked for the question about pressure
    And the record says "The person refused: legal aid. Entered by the coordinator in Osh"

  Scenario: Another agency cannot correct it
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the shelter in Bishkek tries to correct the screening
    Then there is nothing to be found

  Scenario: The case should never have been opened
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the coordinator in Osh says that the case was opened twice
    Then the case is closed: it was a duplicate
    And the offer of the place in a shelter to the shelter in Osh is recalled

  Scenario: It was the wrong person
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay and the case plan
    When the coordinator in Osh says that the case was opened in error
    Then the case is closed: it was opened in error
    And the shelter in Osh has 0 places for women taken
    And what was done stays in the record

  Scenario: Only who steers the case can say so
    Given a woman, taken in by the police unit of Osh
    When the police unit of Osh tries to say that the case was opened in error
    Then this is refused: "Only a coordinator may do this"
    And the case is still open

  Scenario: Nobody says so without saying what the mistake was
    Given a woman, taken in by the police unit of Osh
    When the coordinator in Osh tries to say that the case was opened in error, and not why
    Then this is refused: "Choose what the mistake was"

  Scenario: It is with the wrong agency
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the case plan
    When the coordinator in Osh takes the review of the stay back from the shelter in Osh, the wrong agency
    Then the shelter in Bishkek is asked for the review of the stay
    And the shelter in Osh has 0 places for women taken
