Feature: Three in the morning in a police station
  One person on duty, a phone, and somebody who needs a bed. Five answers are enough, each may be "not known", and
  all who could help are asked at once. Nobody is left to find out in the morning that no one had answered.

  Background:
    Given it is three in the morning

  Scenario: Hardly anything is known, and all who can help are asked at once
    Given a woman, met by the police unit of Osh
    When the police unit of Osh gives these answers at the intake
      | question    | answer    |
      | age         | not known |
      | sex         | female    |
      | safe place  | yes       |
      | language    | not known |
      | detained    | not known |
    Then the shelter in Osh and the shelter in Bishkek are asked for the place in a shelter
    And child protection is asked for the visit to the child
    And the place in a shelter is asked for as urgent
    And the offer of the place in a shelter rests on the legal ground of childhood
    And no consent was asked for

  Scenario: The first who says yes has her
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Bishkek accepts the place in a shelter
    Then the offer of the place in a shelter to the shelter in Osh is recalled

  Scenario: The paper follows
    Given a woman who needs a safe place, taken in by the police unit of Osh
    Then the police unit of Osh owes the signed paper
    And the signed paper is due in 72 hours

  Scenario: No shelter has a bed, so the next best is asked, in the order the country has laid down
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh and the shelter in Bishkek decline the place in a shelter because it has no place
    Then the clinic is asked for the place in a shelter
    But the foundation in Osh was never asked for the place in a shelter
    And the national desk is alarmed: nobody takes her
    And the record says "Nobody gives what “Arrival in the shelter” needs; asked instead: a hospital bed"
    When the clinic declines the place in a shelter because it has no place
    Then the foundation in Osh is asked for the place in a shelter
    When the foundation in Osh accepts the place in a shelter
    Then the offer of the place in a shelter to the clinic is declined
    And nobody is alarmed any more

  Scenario: Nobody answers, and the national desk is called until it says that it has heard
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When nobody answers the offer of the place in a shelter in time
    Then the national desk is alarmed: nobody takes her
    And the clinic is asked for the place in a shelter
    When 13 hours pass
    Then the national desk is called again because nobody takes her
    And one place not found is counted
    When the national desk acknowledges every alarm
    And 13 hours pass
    Then the national desk is called no more because nobody takes her
