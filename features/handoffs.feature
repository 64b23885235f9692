Feature: Every handoff is offered, answered and recorded
  Responsibility passes from one agency to another only when it is accepted. Until then whoever gives stays
  accountable, and every answer, silence included, is in the record.

  Scenario: Accepted
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh accepts the second opinion
    Then the foundation in Osh is accountable for the second opinion
    And the record says "the foundation in Osh accepted from the police unit of Osh"

  Scenario: Declined, with a reason
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh declines the second opinion because nobody there speaks the language
    Then the hotline is asked for the second opinion
    And the police unit of Osh is accountable for the second opinion
    And the record says "the foundation in Osh declined: Nobody speaks the language"

  Scenario: Not answered in time
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When nobody answers the offer of the second opinion in time
    Then the offer of the second opinion to the foundation in Osh is expired
    And the hotline is asked for the second opinion
    And the record says "the foundation in Osh did not answer in time"

  Scenario: Too late to answer
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    And nobody answers the offer of the second opinion in time
    When the foundation in Osh tries to accept the second opinion
    Then this is refused: "already been answered, recalled or has expired"

  Scenario: Urgent: all suitable agencies at once, the first acceptance wins
    Given a woman who needs a safe place, taken in by the police unit of Osh
    Then the shelter in Osh and the shelter in Bishkek are asked for the place in a shelter
    When the shelter in Bishkek accepts the place in a shelter
    Then the offer of the place in a shelter to the shelter in Osh is recalled
    And the record says "The offer to the shelter in Osh was taken back: another agency accepted"

  Scenario: Nobody is left to ask
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh, the hotline and IOM decline the second opinion because of a conflict of interest
    Then the national desk is alarmed: nobody takes her
    And the coordinator in Osh is accountable for the second opinion
    And one place not found is counted
    And the record says "No agency was left to ask"

  Scenario: The coordinator asks everybody again
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    And the foundation in Osh, the hotline and IOM decline the second opinion because of a conflict of interest
    When the coordinator in Osh asks all suitable agencies again for the second opinion
    Then the foundation in Osh is asked for the second opinion
    And nobody is alarmed any more

  Scenario: The coordinator chooses another agency
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the coordinator in Osh chooses IOM for the second opinion
    Then the offer of the second opinion to the foundation in Osh is recalled
    And IOM is asked for the second opinion
    And the record says "the coordinator in Osh chose IOM for “Second opinion on identification”"

  Scenario: Given to a colleague of the same agency
    Given a woman, taken in by the police unit of Osh
    And the case has come to the needs assessment
    When the coordinator in Osh gives the needs assessment to a colleague
    Then the colleague at the coordinator in Osh has the needs assessment in hand
    And the record says "the coordinator in Osh gave “Needs and risk” to a colleague"

  Scenario: Seen, but not answered
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    When the foundation in Osh looks at the offer of the second opinion
    Then the record says "the foundation in Osh looked at the offer"
    And the police unit of Osh is accountable for the second opinion

  Scenario: What is shared is named, and no more than the receiver needs
    Given a woman, taken in by the police unit of Osh
    And the case has come to the second opinion
    Then the offer of the second opinion shares the signs and the observations of the screening
    And the offer of the second opinion shares nothing of the domain of identity

  Scenario: At no moment is anything nobody's
    Given a foreign woman who needs a safe place and a doctor, met by the police unit of Osh
    When the case goes on act by act to its end
    Then every duty had exactly one accountable agency after every act
