Feature: A case keeps the law it began under
  Rules change. Whoever is on the way already goes on under the rules that were promised.

  Scenario: A shorter time for the next, the promised time for the one before
    Given today is Monday 1 February 2027
    And a woman, taken in by the police unit of Osh
    When the time for the screening is shortened to 3 working days
    And the police unit of Osh completes the rights talk
    Then the screening is due at the end of Monday 8 February 2027
    When the next woman is taken in by the police unit of Osh
    And the police unit of Osh completes the rights talk
    Then the screening is due at the end of Thursday 4 February 2027
    And the record is intact
