Feature: Nothing is passed on that the person did not agree to
  Each purpose is asked about on its own. A refusal is kept and respected; only a coded legal ground can stand in
  where nobody could be asked.

  Scenario: What she agreed to is what the offer rests on
    Given a woman who needs a safe place, met by the police unit of Osh
    When the police unit of Osh takes her in, and she agrees to urgent help
    Then the offer of the place in a shelter rests on her consent to urgent help
    And the record says "The person agreed: urgent help now"

  Scenario: She could not be asked, and safety is at stake
    Given a woman who needs a safe place, met by the police unit of Osh
    When the police unit of Osh takes her in, and she is not asked about urgent help
    Then the offer of the place in a shelter rests on the legal ground of danger to life and health

  Scenario: She refuses, and nobody is asked
    Given a woman who needs a safe place, met by the police unit of Osh
    When the police unit of Osh takes her in, and she refuses urgent help
    Then nobody was asked for the place in a shelter
    And the coordinator in Osh is alarmed: there is no consent and no ground
    And the coordinator in Osh is accountable for the place in a shelter
    And the record says "The person refused: urgent help now"

  Scenario: A refusal cannot be overridden
    Given a woman who needs a safe place, met by the police unit of Osh
    And the police unit of Osh takes her in, and she refuses urgent help
    When the coordinator in Osh tries to choose the shelter in Osh for the place in a shelter
    Then this is refused: "no consent of the person and no legal ground"
    And nobody was asked for the place in a shelter

  Scenario: She changes her mind
    Given a woman who needs a safe place, met by the police unit of Osh
    And the police unit of Osh takes her in, and she refuses urgent help
    When she agrees to urgent help after all
    And the coordinator in Osh asks all suitable agencies again for the place in a shelter
    Then the offer of the place in a shelter rests on her consent to urgent help
    And both her answers about urgent help are kept

  Scenario: She agrees to one shelter and to no other
    Given a woman who needs a safe place, met by the police unit of Osh
    And she agreed to urgent help from the shelter in Bishkek only
    When the police unit of Osh completes the intake
    Then only the shelter in Bishkek is asked for the place in a shelter
    When the shelter in Bishkek declines the place in a shelter because it has no place
    Then the shelter in Osh was never asked for the place in a shelter
    And the coordinator in Osh is accountable for the place in a shelter

  Scenario: A plan holds nothing she did not agree to
    Given a woman, taken in by the police unit of Osh
    And the case has come to the case plan
    When the coordinator in Osh tries to agree a case plan with services she refuses
    Then this is refused because she did not agree to services
