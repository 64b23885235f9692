Feature: Five answers are enough to begin
  Nobody is questioned before they are safe. Every answer may be "not known" or "does not want to say".

  Scenario: The first five answers
    Given a woman, met by the police unit of Osh
    When the police unit of Osh gives these answers at the intake
      | question    | answer  |
      | age         | adult   |
      | sex         | female  |
      | safe place  | yes     |
      | language    | uz      |
      | detained    | no      |
    Then the police unit of Osh owes the rights talk

  Scenario: Nothing is known, or she does not want to say
    Given a woman, met by the border guard
    When the border guard gives these answers at the intake
      | question    | answer  |
      | age         | not known |
      | sex         | not known |
      | safe place  | refused |
      | language    | not known |
      | detained    | refused |
    Then the border guard owes the rights talk
    And nobody was asked for the place in a shelter
    And child protection is asked for the visit to the child

  Scenario Outline: A form with a fault is refused, and says where
    Given a woman, met by the police unit of Osh
    When the police unit of Osh tries the intake with <fault>
    Then this is refused because of <answer>
    And the police unit of Osh still owes the intake

    Examples:
      | fault                          | answer                         |
      | no language                    | the language                   |
      | an age that does not exist     | the age                        |
      | a question that does not exist | a question that does not exist |
      | minus two children             | the children                   |

  Scenario: A refusal speaks the person's language
    Given a woman, met by the police unit of Osh
    And the police unit of Osh reads Russian
    When the police unit of Osh tries the intake with no language
    Then this is refused in Russian because the language is missing

  Scenario: Answers are kept apart by what they are about
    Given a woman, met by the police unit of Osh
    When the police unit of Osh writes "Aigul" as the name to use at the intake
    Then the name to use is kept with the domain of identity
    And the language is kept with the domain of daily work
    And nowhere in the store are the words "Aigul"
    And the record names the question but not what it says
