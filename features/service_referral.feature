Feature: Who asks for help learns what came of it
  Every service is asked for on its own, side by side, and its outcome goes back to whoever asked for it, without
  a word about health.

  Scenario: Each need is a referral of its own
    Given a woman who needs a doctor, clothes, met by the police unit of Osh
    When the police unit of Osh completes the intake
    Then 2 helps are asked for: medical and material

  Scenario: Somebody comes within three hours
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the clinic accepts the help
    Then the help is due in 3 hours

  Scenario: Done
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the clinic accepts the help
    And the clinic completes the help
    And the clinic completes the report on the help: all was given
    Then the police unit of Osh learns that the help is done
    And the record says "the clinic reported to the police unit of Osh: done"

  Scenario: Done in part, and health stays with the clinic
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the clinic accepts the help
    And the clinic completes the help
    And the clinic reports help given in part, and notes "insulin twice a day" about her health
    Then the police unit of Osh learns that the help is done in part
    But the police unit of Osh finds nowhere "insulin twice a day"

  Scenario: It could not be given
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the clinic accepts the help
    And the clinic completes the help
    And the clinic completes the report on the help: it could not be given
    Then the police unit of Osh learns that the help is failed

  Scenario: One service does not wait for another
    Given a woman, taken in by the police unit of Osh
    And she wants psychological and social help in the plan
    And the case has come to the report on the help
    Then 2 reports on help are owed at the same time
