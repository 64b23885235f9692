Feature: Finding work
  A coordinator with two hundred cases finds the ones to look at: by step, role, agency, clock, language, and by whom
  one is waiting for. An agency finds its duties by the same words. What was found can be kept; it is called by what it
  shows, so that neither its name nor its address can say anything of a person.

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

  Scenario: What is asked is asked of one duty
    Then the coordinator in Osh finds the case by the step "shelter_arrival", waiting for "shelter_osh"
    But the coordinator in Osh does not find the case by the step "rights_and_consent", waiting for "shelter_osh"

  Scenario: Nothing is missed while new cases come
    Given 5 women, taken in by the police unit of Osh
    When the coordinator in Osh reads the first 2 cases
    And also a woman, taken in by the border guard
    And the coordinator in Osh reads on
    Then each earlier case was read once, and the new one stands before the first

  Scenario: What is late
    Given the coordinator in Osh does not find the case by what is "late"
    When 30 hours pass
    Then the coordinator in Osh finds the case by what is "late"

  Scenario: A view is kept
    When the coordinator in Osh keeps what was found by the step "rights_and_consent", and types her name with it
    Then the coordinator in Osh has a view of the step "rights_and_consent" that names nobody

  Scenario Outline: An agency finds its duties
    Then the police unit of Osh finds the rights talk among its duties by <word>
    And the police unit of Osh does not find the rights talk among its duties by <other>

    Examples:
      | word                          | other                    |
      | the step "rights_and_consent" | the step "screening"     |
      | the role "first_responder"    | the role "shelter"       |
      | the language "uz"             | the language "ky"        |
      | the region "osh"              | the region "bishkek"     |
      | waiting for "shelter_osh"     | waiting for "health"     |
      | who has it "nobody"           | who has it "me"          |

  Scenario: By whom a duty was handed over
    Given she has come to the shelter in Osh
    Then the shelter in Osh finds the place in a shelter among its duties by handed over by "police_osh"
    And the shelter in Osh does not find the place in a shelter among its duties by handed over by "border_guard"
    And the police unit of Osh does not find its handoff by waiting for "shelter_osh"

  Scenario: What is awaited, and from whom
    Then the police unit of Osh finds its handoff by waiting for "shelter_osh"
    And the police unit of Osh does not find its handoff by waiting for "legal_aid_centre"
