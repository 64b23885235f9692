Feature: Moving inside a role
  Shelter to shelter, lawyer to lawyer, coordinator to coordinator: an offer like any other. Until it is accepted
  nothing changes, and where the person moves, whoever gives answers for her until she has arrived.

  Background:
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the case plan

  Scenario: From shelter to shelter
    When the shelter in Osh offers to hand the review of the stay over to the shelter in Bishkek
    Then the shelter in Osh still owes the review of the stay
    When the shelter in Bishkek accepts the review of the stay
    Then the shelter in Osh is accountable for the review of the stay
    When she travels on to the shelter in Bishkek
    Then the shelter in Bishkek is accountable for the review of the stay
    And the shelter in Osh has 0 places for women taken
    And the shelter in Bishkek has 1 place for women taken

  Scenario: The other shelter has no room
    Given the shelter in Osh offers to hand the review of the stay over to the shelter in Bishkek
    When the shelter in Bishkek declines the review of the stay because it has no place
    Then the shelter in Osh still owes the review of the stay

  Scenario: From lawyer to lawyer
    Given the case has come to the lawyer's report
    When the legal aid centre offers to hand the lawyer's report over to the private attorney
    Then the legal aid centre still owes the lawyer's report
    When the private attorney accepts the lawyer's report
    Then the private attorney owes the lawyer's report
    And the legal aid centre has no part in the lawyer's report any more
    When the private attorney completes the lawyer's report: she was represented
    Then the private attorney did the lawyer's report

  Scenario: The lead coordinator changes
    When the coordinator in Osh offers to hand the case plan over to the coordinator in Bishkek
    And the coordinator in Bishkek accepts the case plan
    Then the coordinator in Bishkek owes the case plan
    And the record says "the coordinator in Bishkek leads the case now"
