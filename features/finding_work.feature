Feature: Finding work
  A coordinator with two hundred cases finds the ones to look at: by step, role, agency, clock, language, and by whom
  one is waiting for. What was found can be kept under a name; the name and the address say nothing of a person.

  Background:
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the rights talk and the place in a shelter

  Scenario Outline: The board finds her by what is asked
    Then the coordinator in Osh finds the case by <word>
    And the coordinator in Osh does not find the case by <other>

    Examples:
      | word                              | other                            |
      | the step "rights_and_consent"     | the step "case_plan"             |
      | the role "first_responder"        | the role "attorney"              |
      | the agency "police_osh"           | the agency "health"              |
      | the language "uz"                 | the language "ky"                |
      | the region "osh"                  | the region "bishkek"             |
      | waiting for "shelter_osh"         | waiting for "health"             |

  Scenario: What is late
    Given the coordinator in Osh does not find the case by what is "late"
    When 30 hours pass
    Then the coordinator in Osh finds the case by what is "late"

  Scenario: A view is kept
    When the coordinator in Osh keeps what was found by the step "rights_and_consent" as "Rights today"
    Then the coordinator in Osh has a view "Rights today" that names nobody
