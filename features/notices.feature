Feature: A notice says that there is work, and nothing else
  Whoever reads along learns nothing: no name, no case, no reason. And when a notice does not arrive, somebody is
  told whom to call.

  Scenario: Nothing about anybody leaves the building
    Given the foundation in Osh is told by e-mail
    And a woman, taken in by the police unit of Osh
    When the case has come to the second opinion
    And the post is sent
    Then the foundation in Osh has 1 notice
    And the notice says neither the case, nor an agency, nor what it is about
    And the offer of the second opinion to the foundation in Osh is delivered

  Scenario: The same notice, whatever it is about
    Given the foundation in Osh is told by e-mail
    And a woman, taken in by the police unit of Osh
    When the case has come to the second opinion
    And nobody answers the offer of the second opinion in time
    And the coordinator in Osh chooses the foundation in Osh for the second opinion
    And the post is sent
    Then all notices to the foundation in Osh say the same

  @web
  Scenario: The notice did not arrive
    Given the post office refuses everything for the foundation in Osh
    And a woman, taken in by the police unit of Osh
    When the case has come to the second opinion
    And the post is sent
    Then the police unit of Osh is shown the number of the foundation in Osh
    And the police unit of Osh is accountable for the second opinion

  Scenario: The post office is closed for a while
    Given the foundation in Osh is told by e-mail
    And the post office is closed
    And a woman, taken in by the police unit of Osh
    When the case has come to the second opinion
    And the post is sent
    Then the offer stands all the same, and the notice waits
    When the post office opens again
    And 2 minutes pass
    Then the foundation in Osh has 1 notice
