Feature: Sending twice is doing once
  On a bad line people send again. Nothing happens twice, and they are told so.

  Scenario: The same form again
    Given a woman, taken in by the police unit of Osh
    When the police unit of Osh sends the rights talk twice
    Then the second time it is told that it was received already
    And the rights talk was recorded once

  Scenario: Another form for a duty that is done
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh completes the rights talk
    When the police unit of Osh tries to complete the rights talk
    Then this is refused: "This task has already ended"

  Scenario: Accepting twice takes one place
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When the shelter in Osh tries to accept the place in a shelter
    Then this is refused: "already been answered"
    And the shelter in Osh has 1 place for women taken

  Scenario: The same request under the same key
    When the police unit of Osh sends the same request to open a case twice
    Then one case is open, and both answers name it

  Scenario: Another request under the same key
    When the police unit of Osh tries to use one key for two different requests
    Then this is refused: "Use a new key for a new act"
