Feature: Several people of one event, and twice the same person
  Each person has a case, consents and clocks of their own, and no file shows another's. Where two cases turn out to be
  one person, one leads; both histories stay, and the coordinators can undo it.

  Scenario: Several people of one event
    When the border guard meets 4 people at once
    Then each of the 4 has a case and an intake of their own
    When the border guard takes each of the 4 in, and each tells a name
    Then none of the 4 cases shows another, nor another's name

  Scenario: Two cases turn out to be one person
    Given a woman, taken in by the police unit of Osh
    And also a woman, taken in by the border guard
    When the coordinator in Osh says that both are one person
    Then both cases are of one person
    And the record says "the coordinator in Osh: this case and another are of one person"

  Scenario: They are two people after all
    Given a woman, taken in by the police unit of Osh
    And also a woman, taken in by the border guard
    And the coordinator in Osh says that both are one person
    When the coordinator in Osh undoes it
    Then both cases are of two persons

  Scenario: The desk of the leading case gets the open duties of both
    Given a woman, taken in by the police unit of Bishkek
    And the case has come to the case plan
    And also a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the national desk says that both are one person
    Then the coordinator in Bishkek owes the case plan

  Scenario: Only who sees both cases can say so
    Given a woman, taken in by the police unit of Bishkek
    And also a woman, taken in by the police unit of Osh
    When the coordinator in Bishkek tries to say that both are one person
    Then the other case is unknown there

  Scenario: The police did not know of her earlier case
    Given a woman, taken in by the police unit of Osh
    And the coordinator in Osh has closed the case as opened in error
    And also a woman, taken in by the border guard
    When the coordinator in Osh says that she is the person of the earlier case
    Then both cases are of one person
    And nothing of the earlier case is opened again
    When the coordinator in Osh undoes it
    Then both cases are of two persons

  Scenario: Every case of a person goes along, and comes back
    Given a woman, taken in by the police unit of Osh
    And the coordinator in Osh has closed the case as opened in error
    And the coordinator in Osh begins a new episode
    And also a woman, taken in by the border guard
    When the coordinator in Osh says that she is the person of the earlier case
    Then all 3 cases are of one person
    When the coordinator in Osh undoes it
    Then the newest case is of a person of its own, and the other 2 are of one

  Scenario: A desk is not shown a case that is led elsewhere
    Given a woman, taken in by the police unit of Bishkek
    And also a woman, taken in by the police unit of Osh
    When the national desk says that both are one person
    Then the coordinator in Osh learns that a case elsewhere leads, and not which
    When the coordinator in Osh undoes it
    Then both cases are of two persons

  Scenario: A desk opens cases of its own region
    When the coordinator in Osh tries to open a case for somebody in Bishkek
    Then this is refused: "Call the coordinator of that region or the national desk"

  Scenario: Found again after the case was closed
    Given a woman, taken in by the police unit of Osh
    And the coordinator in Osh has closed the case as opened in error
    When the coordinator in Osh begins a new episode
    Then both cases are of one person
    And the coordinator in Osh owes the intake
