Feature: A lawyer who speaks for this person only
  A lawyer is offered before anybody asks what happened, costs nothing, and has no tie to those who exploited her.

  Scenario: Appointed, met, represented
    Given a woman, taken in by the police unit of Osh
    And the case has come to the appointment of a lawyer
    When the legal aid centre accepts the appointment of a lawyer
    And the legal aid centre completes the appointment of a lawyer: the lawyer speaks for nobody else
    And the case has come to the lawyer's report
    And the legal aid centre completes the lawyer's report: she was represented
    Then the coordinator in Osh learns that the appointment of a lawyer is done

  Scenario: A lawyer with a conflict of interest is replaced
    Given a woman, taken in by the police unit of Osh
    And the case has come to the appointment of a lawyer
    When the legal aid centre accepts the appointment of a lawyer
    And the legal aid centre completes the appointment of a lawyer: the lawyer also speaks for a trafficker
    Then the legal aid centre owes the appointment of a lawyer again
    And the first meeting with the lawyer was never owed

  Scenario: No lawyer could help, and the coordinator learns it
    Given a woman, taken in by the police unit of Osh
    And the case has come to the lawyer's report
    When the legal aid centre completes the lawyer's report: no lawyer could help
    Then the coordinator in Osh learns that the appointment of a lawyer is failed

  Scenario: The lawyer does not see what the screening found out before they meet
    Given a woman, taken in by the police unit of Osh
    And the case has come to the appointment of a lawyer
    Then the offer of the appointment of a lawyer shares nothing of the domain of testimony
