Feature: Whoever speaks is protected
  The danger is assessed at once, the prosecutor decides in time, and protection lasts as long as the danger does.

  Scenario: Assessed within a day, decided by the prosecutor
    Given a woman, taken in by the police unit of Osh
    And she wants protection as a witness in the plan
    And the case has come to the threat assessment
    When the witness protection unit accepts the threat assessment
    Then the threat assessment is due in 24 hours
    When the witness protection unit completes the threat assessment
    Then the prosecutor is asked for the decision on protection

  Scenario: Granted, and reviewed as long as the danger lasts
    Given a woman, taken in by the police unit of Osh
    And she wants protection as a witness in the plan
    And the case has come to the review of the protection
    When the witness protection unit completes the review of the protection: the danger goes on
    Then the witness protection unit owes the review of the protection again
    When the witness protection unit completes the review of the protection: the danger is over
    Then the coordinator in Osh learns that the threat assessment is done

  Scenario: Refused
    Given a woman, taken in by the police unit of Osh
    And she wants protection as a witness in the plan
    And the case has come to the decision on protection
    When the prosecutor accepts the decision on protection
    And the prosecutor completes the decision on protection: protection is refused
    Then the coordinator in Osh learns that the threat assessment is failed
    And the protection measures were never owed

  Scenario: Only with her consent
    Given a woman, taken in by the police unit of Osh
    And she wants protection as a witness in the plan
    And the case has come to the threat assessment
    Then the offer of the threat assessment rests on her consent to witness protection

  Scenario: The police do not learn of it
    Given a woman, taken in by the police unit of Osh
    And she wants protection as a witness in the plan
    And the case has come to the review of the protection
    Then nothing the police unit of Osh sees of the case speaks of "witness protection"
