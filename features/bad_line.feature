Feature: On a bad line
  A phone in a village, a line that is slow and breaks off. What was written is kept, what was sent is done once,
  and nobody waits so long that they give up.

  @web
  Scenario: An intake on a slow line
    Given a woman who needs a safe place, met by the police unit of Osh
    When the police unit of Osh fills in the intake over a slow line
    Then the questions are there within 8 seconds
    And the intake is saved within 20 seconds
    And the intake was recorded once

  @web
  Scenario: The answer gets lost on the way
    Given a woman who needs a safe place, met by the police unit of Osh
    When the police unit of Osh sends the intake, and the line breaks before the answer comes
    And the police unit of Osh sends the intake again
    Then the police unit of Osh reads when the intake was received
    And the intake was recorded once
    And each shelter was asked once for the place in a shelter

  @web
  Scenario: A case is opened, and nobody hears that it is
    When the police unit of Osh opens a case, and the line breaks before the answer comes
    And the police unit of Osh opens the case again
    Then there is one case, and the police unit of Osh has its intake in hand

  @web
  Scenario: The line breaks while somebody writes
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh has begun the rights talk and written "She wants to speak to her sister"
    When the line of the police unit of Osh breaks, and comes back
    Then the police unit of Osh reads "She wants to speak to her sister" where it was written
