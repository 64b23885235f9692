Feature: Full house
  A place is a promise of a bed. Where every bed is taken a shelter may still say yes, and says why. A number that
  nobody has confirmed for a day is not believed, and turns nobody away.

  Scenario: Beyond the last bed, with a reason
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh has 0 free places for women
    When the shelter in Osh tries to accept the place in a shelter
    Then this is refused: "last free place was taken"
    When the shelter in Osh accepts the place in a shelter all the same, as an emergency
    Then the shelter in Osh is one beyond its places for women
    And the record says "the shelter in Osh: a place was taken"

  Scenario: The coordinator asks a full house
    Given the shelter in Osh has 0 free places for women
    And the shelter in Bishkek has 0 free places for women
    And a woman who needs a safe place, taken in by the police unit of Osh
    Then the coordinator in Osh may choose the shelter in Osh for the place in a shelter, which is full
    When the coordinator in Osh chooses the shelter in Osh for the place in a shelter
    Then the shelter in Osh is asked for the place in a shelter
    And the offer of the place in a shelter to the clinic is recalled
    When the shelter in Osh tries to accept the place in a shelter
    Then this is refused: "last free place was taken"
    When the shelter in Osh accepts the place in a shelter all the same, as an emergency
    Then the shelter in Osh is one beyond its places for women

  Scenario: The next best, in order, while the national desk is called
    Given a woman who needs a safe place, taken in by the police unit of Osh
    Then the shelter in Osh and the shelter in Bishkek are asked for the place in a shelter
    When the shelter in Osh and the shelter in Bishkek decline the place in a shelter because it has no place
    Then the clinic is asked for the place in a shelter
    And the clinic is asked for a hospital bed instead
    And the national desk is alarmed: nobody takes her
    When the clinic declines the place in a shelter because it has no place
    Then the foundation in Osh is asked for the place in a shelter
    And the foundation in Osh is asked for a paid room instead
    When the foundation in Osh declines the place in a shelter because it has no place
    Then the coordinator in Osh is accountable for the place in a shelter
    And one place not found is counted

  Scenario: She sleeps in the hospital
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh and the shelter in Bishkek decline the place in a shelter because it has no place
    And the clinic accepts the place in a shelter
    Then the police unit of Osh is accountable for the place in a shelter
    When she sets out from the police unit of Osh
    And she arrives at the clinic
    Then the clinic is accountable for the place in a shelter

  Scenario: A yes to a shelter is no yes to a hospital
    Given a woman, taken in by the police unit of Osh
    And she asks for a shelter in the plan
    And the case has come to the place in a shelter
    When nobody answers the offer of the place in a shelter in time
    And nobody answers the offer of the place in a shelter in time
    Then the clinic was never asked for the place in a shelter
    And the national desk is alarmed: nobody takes her

  Scenario: A number nobody has confirmed for a day
    Given every shelter is full, and nobody has confirmed it for a day
    When a woman who needs a safe place is taken in by the police unit of Osh
    Then the shelter in Osh and the shelter in Bishkek are asked for the place in a shelter

  Scenario: Ten days, and longer where it is needed
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the stay in the shelter goes on
    And the case has come to the case plan
    When the shelter in Osh gives 10 more days for the review of the stay because of her health
    Then the review of the stay is due 10 days later than before
    And the record says "the shelter in Osh extended a clock: Stay in the shelter"
    When the shelter in Osh tries to give 10 more days for the case plan because of her health
    Then this is refused: "Only a coordinator may do this"
