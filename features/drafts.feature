Feature: Nothing typed is lost
  A talk is interrupted, a line breaks, somebody else is called away. What was written waits.

  Scenario: Begun today, finished tomorrow
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh has begun the rights talk and written "She wants to speak to her sister"
    When 20 hours pass
    Then the police unit of Osh finds "She wants to speak to her sister" again

  Scenario: A refused form keeps what was written
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh has begun the rights talk and written "She wants to speak to her sister"
    When the police unit of Osh tries to complete the rights talk without offering a lawyer
    Then this is refused because no lawyer was offered
    And the police unit of Osh finds "She wants to speak to her sister" again

  Scenario: What is half written belongs to who wrote it
    Given a woman, taken in by the police unit of Osh
    And the case has come to the needs assessment
    And the coordinator in Osh has begun the needs assessment and written "She is afraid of her uncle"
    When the coordinator in Osh hands the needs assessment back to the desk
    Then a colleague at the coordinator in Osh finds nothing written
    And the coordinator in Osh finds "She is afraid of her uncle" again

  Scenario: What is half written is gone when the duty is done
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh has begun the rights talk and written "She wants to speak to her sister"
    When the police unit of Osh completes the rights talk: she agrees to be identified
    Then nothing half written is kept

  Scenario: What is half written cannot be read in the store
    Given a woman, taken in by the police unit of Osh
    And the police unit of Osh has begun the rights talk and written "She wants to speak to her sister"
    Then nowhere in the store are the words "speak to her sister"
