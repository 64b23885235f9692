Feature: Each agency sees its own stretch of the path, and no more
  What one may not see does not exist. Who is asked sees just enough to answer; who has done its part sees nothing
  more; and an auditor sees timelines without names.

  Scenario: An agency that has no part in it
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the private attorney tries to look at the case
    Then there is nothing to be found

  Scenario: Asked, but not yet accepted
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh tries to look at the case
    Then there is nothing to be found
    But the shelter in Osh sees the offer of the place in a shelter
    And the shelter in Osh cannot see the place in a shelter itself

  Scenario: Only who was asked sees the offer
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the men's shelter tries to look at the offer of the place in a shelter to the shelter in Osh
    Then there is nothing to be found

  Scenario: Its own stretch
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the second opinion
    Then the shelter in Osh sees of the case only the place in a shelter, the care plan and the review of the stay

  Scenario: The part is over
    Given a woman who needs a doctor, taken in by the police unit of Osh
    And the clinic accepts the help
    And the clinic can see the case
    When the clinic completes the help
    And the clinic completes the report on the help: all was given
    Then the clinic can no longer see the case

  Scenario: Who brought her does not learn where she is
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    And the police unit of Osh can print the letter of the place in a shelter
    When she arrives at the shelter in Osh
    And the police unit of Osh tries to print the letter of the place in a shelter
    Then there is nothing to be found
    And the police unit of Osh reads nowhere how many places the shelter in Osh has
    But the coordinator in Osh can print the letter of the place in a shelter

  Scenario: A coordinator of another region
    Given a woman, taken in by the police unit of Osh
    When the coordinator in Bishkek tries to look at the case
    Then there is nothing to be found
    But the coordinator in Osh can see the case
    And the national desk can see the case

  Scenario: A duty of another agency
    Given a woman, taken in by the police unit of Osh
    When the police unit of Bishkek tries to complete the rights talk
    Then there is nothing to be found

  Scenario: The auditor sees times and agencies, not people
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the auditor tries to look at the case
    Then there is nothing to be found
    But the auditor sees a timeline under another name than the reference
    And the waiting times show the police unit of Osh

  Scenario: Only the auditor sees the exceptions
    Given a woman, taken in by the police unit of Osh
    When the coordinator in Osh tries to see the auditor's exceptions
    Then there is nothing to be found

  Scenario: Who may open a case
    When the prosecutor tries to open a case
    Then this is refused: "not a first responder"
