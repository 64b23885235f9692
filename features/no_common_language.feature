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

  Scenario: No plan and no meeting with the lawyer without a named interpreter
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the coordinator in Osh tries to complete the case plan in Russian, with nobody interpreting
    Then this is refused because nobody is named who interprets
    When the case has come to the first meeting with the lawyer
    And the legal aid centre tries to complete the first meeting with the lawyer in Russian, with nobody interpreting
    Then this is refused because nobody is named who interprets

  Scenario: No free decision to go home without a named interpreter
    Given a woman, taken in by the police unit of Osh
    And the coordinator in Osh begins the return home early
    When the coordinator in Osh tries to complete the free decision to go home in Russian, with nobody interpreting
    Then this is refused because nobody is named who interprets

  Scenario: What she says outside any form
    Given a woman, taken in by the police unit of Osh
    When the coordinator in Osh tries to enter that she agrees to protection, with nobody interpreting
    Then this is refused because nobody is named who interprets for her
    When the coordinator in Osh enters that she agrees to protection, through a named interpreter
    Then the record says "The person agreed: witness protection"

  Scenario: A correction does not take the interpreter away
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the police unit of Osh tries to correct the rights talk: nobody interpreted
    Then this is refused because nobody is named who interprets
