Feature: What is on paper is entered once
  There are days without a network, and agencies without a screen. A letter names no person; a sheet has a code of its
  own, and what is written on it is entered once, wherever it is typed.

  @web
  Scenario: An offer is a letter of one sheet
    Given a woman who needs a doctor, taken in by the police unit of Osh
    When the police unit of Osh prints the offer of the help to the clinic as a letter
    Then the letter shows the reference, what is asked, by when, on what ground and whom to call
    And the letter leaves room for an answer, a signature and a stamp

  @web
  Scenario: The consular sheet in three languages
    When the consulate prints the request to verify in Kyrgyz, Russian and English
    Then each of the three sheets has a code of its own and tells its version

  Scenario: A sheet is entered a second time
    Given the police unit of Osh has printed a sheet of the screening
    And a woman, taken in by the police unit of Osh
    And the case has come to the screening
    And the police unit of Osh enters the sheet into the screening
    And also a woman, taken in by the police unit of Osh
    And the case has come to the screening
    When the police unit of Osh tries to enter the same sheet into the screening
    Then this is refused: "This sheet was already entered"
    And the police unit of Osh still owes the screening

  Scenario: A sheet of another form
    Given the police unit of Osh has printed a sheet of the rights talk
    And a woman, taken in by the police unit of Osh
    And the case has come to the screening
    When the police unit of Osh tries to enter the same sheet into the screening
    Then it is asked for the right code

  Scenario: Help does not wait for the paper
    Given a woman who needs a safe place, taken in by the police unit of Osh
    Then the police unit of Osh owes the signed paper
    And the signed paper is due in 72 hours
    And the shelter in Osh is asked for the place in a shelter
    When the shelter in Osh accepts the place in a shelter
    And she arrives at the shelter in Osh
    Then the police unit of Osh still owes the signed paper

  Scenario: That she did not sign is an answer, too
    Given a woman, taken in by the police unit of Osh
    When the police unit of Osh completes the signed paper: she did not want to sign
    Then the police unit of Osh did the signed paper
    And the police unit of Osh still owes the rights talk

  Scenario: The paper is forgotten
    Given a woman, taken in by the police unit of Osh
    When 73 hours pass
    Then the police unit of Osh is alarmed: a duty is late
    When the police unit of Osh completes the signed paper: it is in its own file
    Then the record shows that the signed paper was done late
