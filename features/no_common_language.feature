Feature: No common language
  Nobody consents, and nobody is heard, in a language the person does not speak. Safety does not wait for an interpreter.

  Scenario: No consent without a named interpreter
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the rights talk
    When the police unit of Osh tries to complete the rights talk in Russian, with nobody interpreting
    Then this is refused because nobody is named who interprets

  Scenario: No hearing without a named interpreter
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the screening
    When the police unit of Osh tries to complete the screening in Russian, with nobody interpreting
    Then this is refused because nobody is named who interprets

  Scenario: Safety does not wait
    Given a woman who needs a safe place, taken in by the police unit of Osh
    Then the shelter in Osh is asked for the place in a shelter
