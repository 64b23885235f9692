Feature: Two people at the same moment
  Whoever comes second is told so and loses nothing.

  Scenario: Two houses accept the same woman
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh and the shelter in Bishkek accept the place in a shelter at the same moment
    Then exactly one of them holds the place in a shelter
    And the other is told that somebody came first
    And 1 place for women is taken in all

  Scenario: Two colleagues take the same duty
    Given a woman, taken in by the police unit of Osh
    And the case has come to the needs assessment
    And the coordinator in Osh takes the needs assessment
    When a colleague at the coordinator in Osh tries to take the needs assessment
    Then this is refused: "A colleague has already taken this task"

  Scenario: Acting on what is no longer so
    Given a woman, taken in by the police unit of Osh
    And the case has come to the needs assessment
    And the coordinator in Osh has the needs assessment before them
    And a colleague at the coordinator in Osh takes the needs assessment
    When the coordinator in Osh tries to take what they have before them
    Then this is refused: "This has changed since you opened it"

  Scenario: Side by side without getting in each other's way
    Given a woman who needs a doctor, clothes, taken in by the police unit of Osh
    When everybody who is asked for the help accepts it at the same moment
    Then each help is held by exactly one agency
    And the record is intact
