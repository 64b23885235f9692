Feature: The record tells who handed whom to whom, and cannot be rewritten unseen

  Scenario: Who, when, from, to, why, what and on whose word
    Given a woman who needs a safe place, met by the police unit of Osh
    And the police unit of Osh takes her in, and she agrees to urgent help
    When the shelter in Osh accepts the place in a shelter
    Then the record of the handoff to the shelter in Osh holds
      | who       | the shelter in Osh                |
      | from      | the police unit of Osh            |
      | to        | the shelter in Osh                |
      | what      | the place in a shelter            |
      | fields    | the age, the language             |
      | consent   | urgent help                       |
      | state     | accepted                          |

  Scenario: Entered later than it happened
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh accepts the second opinion, entering it 30 hours after it happened
    Then the record holds both times, 30 hours apart
    And the auditor is shown the case among the late entries

  Scenario: No name, no story, no free text
    Given a woman, met by the police unit of Osh
    When the police unit of Osh writes "Aigul" as the name to use at the intake
    Then the record nowhere says "Aigul"

  Scenario Outline: Somebody changes the store behind the engine's back
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When somebody with access to the store <tampers>
    Then the record is not intact, and the place is named

    Examples:
      | tampers                                      |
      | gives the handoff to another agency          |
      | turns an acceptance into a refusal           |
      | deletes the handoff                          |
      | adds a consent that nobody gave              |
      | diverts the duty phone of the shelter        |
      | makes an old number of places look confirmed |
      | widens what she allowed to be passed on      |
      | rewrites an entry                            |
      | deletes the last entry                       |

  Scenario: The same story in another language
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh accepts the second opinion
    Then the record says in Russian "принято"

  Scenario: Waiting is told apart from working
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When 5 hours pass
    And the foundation in Osh accepts the second opinion
    And the foundation in Osh completes the second opinion: she is presumed a victim
    Then the picture shows 5 hours of waiting for the foundation in Osh

  Scenario: Identified by one agency alone
    Given a woman, taken in by the police unit of Osh
    And the case has come to the needs assessment
    Then the auditor is not shown the case among those identified by one agency alone
