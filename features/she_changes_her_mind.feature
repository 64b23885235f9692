Feature: She changes her mind
  Whatever a person allowed, the person can take back: at once, in part or whole, and nobody asks why. What nobody has
  begun ends. What she still wants goes on. Somebody who has no part in the case asks whether she was pressed.

  Background:
    Given a woman who needs a safe place and a doctor, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the first meeting with the lawyer and the help

  Scenario: She takes back one consent
    When the coordinator in Osh records that she no longer agrees to urgent help
    Then the offer of the help to the clinic is withdrawn by her
    But the clinic is asked for the help
    And the shelter in Osh still owes the review of the stay
    And the record says "The person withdrew the consent: urgent help now. Entered by the coordinator in Osh"

  Scenario: Who has begun stops using what it was given
    When the coordinator in Osh records that she no longer agrees to legal aid
    Then the legal aid centre is alarmed: she took a consent back
    And the legal aid centre still owes the first meeting with the lawyer
    And the legal aid centre is shown nothing further about her

  Scenario: The agency that works on a consent cannot alone say that it was taken back
    When the shelter in Osh records that she no longer agrees to shelter
    Then the coordinator in Osh is alarmed: somebody reports that she withdrew
    And the shelter in Osh still owes the review of the stay
    And the record says "the shelter in Osh reported that the person withdrew: shelter"

  Scenario: There is no other way to take a consent back for her
    When the shelter in Osh tries to record that she refuses legal aid
    Then this is refused: "What happened"
    And the legal aid centre still owes the first meeting with the lawyer

  Scenario: Somebody independent asks whether she was pressed
    When the coordinator in Osh records that she no longer agrees to everything
    Then only agencies without any part in the case are asked for the question about pressure
    When whoever is asked about pressure learns that she was pressed
    Then the coordinator in Osh owes the safety plan
    And the national desk is alarmed: she is in danger

  Scenario: She does not want one of the services
    When the coordinator in Osh records that she does not want the first meeting with the lawyer
    Then the first meeting with the lawyer ends as her wish
    And the shelter in Osh still owes the review of the stay
    And the clinic is asked for the help

  Scenario: Who works with her says that she does not want the service, and does not say it alone
    When the shelter in Osh records that she does not want the review of the stay
    Then the review of the stay ends as her wish
    And the coordinator in Osh is alarmed: somebody reports that she withdrew
    And only agencies without any part in the case are asked for the question about pressure
    And the record says "The person declined a service: shelter. Entered by the shelter in Osh"
