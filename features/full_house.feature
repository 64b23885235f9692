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
