Feature: A safe bed, and somebody who is expecting them
  A place is taken the moment it is promised and free again when the person leaves. Being accepted is not being
  there: until the arrival is confirmed, whoever sent the person stays accountable.

  Scenario: A place is taken at acceptance and freed at departure
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh accepts the place in a shelter
    Then the shelter in Osh has 1 place for women taken
    When she arrives at the shelter in Osh
    And every agency does its part
    Then the shelter in Osh has 0 places for women taken
    And the record says "the shelter in Osh: a place was taken"
    And the record says "the shelter in Osh: a place became free"

  Scenario: A full house is not asked
    Given the shelter in Osh has 0 free places for women
    And a woman who needs a safe place, taken in by the police unit of Osh
    Then only the shelter in Bishkek is asked for the place in a shelter

  Scenario: The last place, wanted twice
    Given the shelter in Osh has 1 free place for women
    And a woman who needs a safe place, taken in by the police unit of Osh
    And also a woman who needs a safe place, taken in by the border guard
    When the shelter in Osh accepts the place in a shelter for both at the same moment
    Then one of them has the place, and the shelter is told that it was the last one
    And the shelter in Osh has 1 place for women taken

  Scenario: A mother and her children stay together
    Given a mother of two who needs a safe place, taken in by the border guard
    When the shelter in Osh accepts the place in a shelter
    Then the shelter in Osh has 3 places for families taken

  Scenario: A house with too few places for the family is not asked
    Given the shelter in Osh has 2 free places for families
    And a mother of two who needs a safe place, taken in by the border guard
    Then only the shelter in Bishkek is asked for the place in a shelter

  Scenario: A man is brought to a house for men
    Given a man who needs a safe place, taken in by the police unit of Bishkek
    Then only the men's shelter is asked for the place in a shelter

  Scenario: No house has a place
    Given the shelter in Osh has 0 free places for women
    And the shelter in Bishkek has 0 free places for women
    And a woman who needs a safe place, taken in by the police unit of Osh
    Then only the clinic is asked for the place in a shelter
    When the clinic declines the place in a shelter because it has no place
    And the foundation in Osh declines the place in a shelter because it has no place
    Then the national desk is alarmed: nobody takes her
    And one place not found is counted

  Scenario: Accepted is not arrived
    Given a woman who needs a safe place, taken in by the police unit of Osh
    When the shelter in Osh accepts the place in a shelter
    Then the police unit of Osh is accountable for the place in a shelter
    When she sets out from the police unit of Osh
    And she arrives at the shelter in Osh
    Then the shelter in Osh is accountable for the place in a shelter
    And the record says "The person left the police unit of Osh"
    And the record says "The person arrived at the shelter in Osh"

  Scenario: Nobody is received who is not there yet
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When the shelter in Osh tries to complete the place in a shelter
    Then this is refused: "The person has not arrived yet"

  Scenario: Only the house itself can say that she is there
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When the police unit of Osh tries to confirm her arrival
    Then this is refused: "Only the agency that receives the person"

  Scenario: She does not arrive
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    And she sets out from the police unit of Osh
    When 13 hours pass
    Then the police unit of Osh is alarmed: she has not arrived
    And the coordinator in Osh is alarmed: she has not arrived
    And the national desk is alarmed: she has not arrived
    And the auditor is shown the case among the people who did not arrive
    And the record says "Nobody confirmed the arrival at the shelter in Osh"

  Scenario: She dies on the way
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    And she sets out from the police unit of Osh
    When the coordinator in Osh says that she has died
    And 13 hours pass
    Then nobody is alarmed that she has not arrived

  Scenario: Who brought her cannot take her out again
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the shelter in Osh accepts the place in a shelter
    When she arrives at the shelter in Osh
    And the police unit of Osh tries to take the place in a shelter back from the shelter in Osh
    Then this is refused: "The other agency answers for the person now"
    And the shelter in Osh is accountable for the place in a shelter

  Scenario: The stay is reviewed, and goes on as long as it is needed
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When the shelter in Osh completes the review of the stay: the stay goes on
    Then the shelter in Osh owes the review of the stay again
    And the shelter in Osh has 1 place for women taken

  Scenario: She leaves without a word
    Given a woman who needs a safe place, taken in by the police unit of Osh
    And the case has come to the review of the stay
    When the shelter in Osh completes the review of the stay: she left without a word
    Then the police unit of Osh learns that the place in a shelter is done in part
    And the shelter in Osh has 0 places for women taken
