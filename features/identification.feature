Feature: No single office decides whether somebody is a victim
  Rights come first, then a screening for signs, then the opinion of a second agency. The criteria are the same
  for everyone, and a person, not a table, has the last word.

  Scenario: Rights and a lawyer come before the first question
    Given a woman, taken in by the police unit of Osh
    Then the police unit of Osh owes the rights talk
    And the screening is not yet owed
    When the police unit of Osh completes the rights talk: she agrees to be identified
    Then the police unit of Osh owes the screening

  Scenario: The rights talk is not done until a lawyer has been offered
    Given a woman, taken in by the police unit of Osh
    When the police unit of Osh tries to complete the rights talk without offering a lawyer
    Then this is refused because no lawyer was offered
    And the police unit of Osh still owes the rights talk

  Scenario: Nobody agrees to what they cannot understand
    Given a woman, taken in by the police unit of Osh
    When the police unit of Osh tries to complete the rights talk without an interpreter
    Then this is refused because nobody interprets
    And the police unit of Osh still owes the rights talk

  Scenario: A second agency looks again
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh accepts the second opinion
    And the foundation in Osh completes the second opinion: she is presumed a victim
    Then the coordinator in Osh owes the needs assessment
    And the record says "the foundation in Osh completed “Second opinion on identification”"

  Scenario: An agency never confirms its own screening
    Given a woman, taken in by the foundation in Osh
    And the case has come to the second opinion
    Then the foundation in Osh was never asked for the second opinion
    And the hotline is asked for the second opinion

  Scenario: The second agency sees it differently from the criteria
    Given a woman, taken in by the police unit of Osh
    And there are no signs in the screening
    And the case has come to the second opinion
    Then the criteria do not speak for a victim
    When the foundation in Osh accepts the second opinion
    And the foundation in Osh completes the second opinion: she is presumed a victim
    Then the coordinator in Osh owes the needs assessment

  Scenario: More must be known before anybody decides
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh accepts the second opinion
    And the foundation in Osh completes the second opinion: more must be known
    Then the police unit of Osh owes the screening again
    When the police unit of Osh completes the screening
    Then the auditor is shown the case among the repeated steps

  Scenario: Not presumed a victim, and not sent away empty-handed
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the second opinion
    When the foundation in Osh accepts the second opinion
    And the foundation in Osh completes the second opinion: she is not presumed a victim
    Then the coordinator in Osh owes the referral elsewhere
    And the shelter in Osh owes the review of the stay

  Scenario: An adult refuses to be identified and keeps the help
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    When the police unit of Osh completes the rights talk: she refuses to be identified
    And every agency does its part
    Then the screening was never owed
    And the shelter in Osh owes the review of the stay
    And the record says "The person refused: identification"

  Scenario: The formal decision needs two agencies as well
    Given a woman, taken in by the police unit of Osh
    And the case has come to the formal confirmation
    And the time to recover passes
    When the case has come to the formal confirmation
    Then the foundation in Osh is asked for the formal confirmation
    When the foundation in Osh accepts the formal confirmation
    And the foundation in Osh completes the formal confirmation: the agencies cannot agree yet
    Then the coordinator in Osh owes the formal opinion again
