Feature: A child is never left alone with this
  Under 18, or age in doubt: child protection is told at once, nobody asks the child for consent to be protected,
  and no place for adults is offered.

  Scenario: Child protection is told within the hour
    Given a girl of 15 who needs a safe place, taken in by the police unit of Osh
    Then child protection is asked for the visit to the child
    And child protection has 1 hour to answer the offer of the visit to the child
    And the offer of the visit to the child rests on the legal ground of childhood

  Scenario: A child is not asked to consent
    Given a girl of 15 who needs a safe place, taken in by the police unit of Osh
    And the case has come to the second opinion
    Then no consent was asked for
    And the offer of the second opinion rests on the legal ground of childhood

  Scenario: Age in doubt counts as childhood
    Given a woman of doubtful age who needs a safe place, taken in by the border guard
    Then child protection is asked for the visit to the child
    And only places for children are offered

  Scenario: A child is offered a child's place only
    Given a girl of 15 who needs a safe place, taken in by the police unit of Osh
    Then the shelter in Osh and the shelter in Bishkek are asked for the place in a shelter
    And only places for children are offered

  Scenario: A boy is not brought to a house for men
    Given a boy of 16 who needs a safe place, taken in by the police unit of Bishkek
    Then the men's shelter was never asked for the place in a shelter
    And only the clinic is asked for the place in a shelter

  Scenario: The 18th birthday is a clock from the day the birth date is known
    Given a girl of 15, taken in by the police unit of Osh
    When child protection accepts the visit to the child
    And child protection completes the visit to the child
    And child protection completes the choice of a guardian: she is a child, born on 5 May 2011
    Then the clock of the 18th birthday runs until 5 May 2029

  Scenario: On the 18th birthday the young woman is asked herself
    Given a girl of 15, taken in by the police unit of Osh
    And the case has come to the best-interests assessment
    When it is 6 May 2029
    Then the coordinator in Osh owes the talk at the 18th birthday

  Scenario: Found to be an adult
    Given a woman of doubtful age, taken in by the police unit of Osh
    When child protection accepts the visit to the child
    And child protection completes the visit to the child
    And child protection completes the choice of a guardian: she is an adult
    Then the best-interests assessment was never owed
    And child protection can no longer see the case

  Scenario: Child protection does not answer
    Given a girl of 15, taken in by the police unit of Osh
    When nobody answers the offer of the visit to the child in time
    Then the national desk is alarmed: nobody takes her
    And the coordinator in Osh is accountable for the visit to the child
