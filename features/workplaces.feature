Feature: What people see at their workplaces
  On a bad line, in a hurry, in their own language: nothing is lost, and nothing is shown that is not theirs.

  @web
  Scenario: The offer tells what is needed to answer, and not who she is
    Given a woman who needs a safe place, met by the police unit of Osh
    And she is called "Aigul", and can be reached at "0555 123 456"
    When the shelter in Osh reads the offer of the place in a shelter
    Then it reads "woman or girl", "adult" and "Uzbek"
    But it reads neither "Aigul" nor "0555 123 456"

  @web
  Scenario: The offer tells whom to call, and when somebody answers
    Given the police unit of Osh can be reached under "0322 700 700", "day and night"
    And a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh reads the offer of the place in a shelter
    Then it reads "0322 700 700" and "day and night"

  @web
  Scenario: Accepted, and now the shelter knows whom to expect
    Given a woman who needs a safe place, met by the police unit of Osh
    And she is called "Aigul", and can be reached at "0555 123 456"
    When the shelter in Osh accepts the place in a shelter
    And the shelter in Osh reads the place in a shelter
    Then it reads "Aigul"

  @web
  Scenario: An agency that has no part in it finds nothing at all
    Given a woman who needs a safe place, taken in by the police unit of Osh
    Then neither the case, nor the duty, nor the offer exists for the private attorney

  @web
  Scenario: The time to sign in again came in the middle of writing
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh has begun the rights talk and written "She wants to speak to her sister"
    When the police unit of Osh is away for an hour and sends what was written since, "And to her mother"
    Then the police unit of Osh is asked to sign in again
    And the police unit of Osh finds "And to her mother" again

  @web
  Scenario: Sent twice on a bad line
    Given a woman, taken in by the police unit of Osh
    And the case has come to the screening
    When the police unit of Osh sends the screening twice from its workplace
    Then the police unit of Osh reads that it was received already, and when
    And the screening was recorded once

  @web
  Scenario: In the language of the person at the desk
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh works in Russian
    When the shelter in Osh reads the offer of the place in a shelter
    Then it reads "женщина" and "узбекский"

  @web
  Scenario: The auditor reads times and agencies under another name
    Given a woman who needs a safe place, met by the police unit of Osh
    And she is called "Aigul", and can be reached at "0555 123 456"
    When the auditor reads the timeline of the case
    Then it reads "opened the case"
    But it reads neither "Aigul" nor the reference of the case

  @web
  Scenario: Light enough for a bad line
    Given a woman, met by the police unit of Osh
    When the police unit of Osh reads the first questions
    Then they weigh at most 60 kilobytes and need nothing else to be answered
