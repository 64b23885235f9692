"""Case references: random, unambiguous letters and a check character; no date, region, agency or counter."""

import secrets

ALPHABET = "234679CDFGHJKLMNPQRTVWXYZ"  # no vowels, no look-alikes, no accidental words
LENGTH = 8


def new() -> str:
    """A reference such as `K7TX-9CDQ-4`: 37 random bits and a check character."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return _shown(letters + _check(letters))


def read(text: str) -> str | None:
    """What somebody typed, in its shown form; None where the check character does not fit."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    valid = len(letters) == LENGTH + 1 and set(letters) <= set(ALPHABET)
    return _shown(letters) if valid and _check(letters[:-1]) == letters[-1] else None


def _shown(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _check(letters: str) -> str:
    """Luhn's rule over the alphabet: finds every wrong letter and most swapped neighbours."""
    size = len(ALPHABET)
    total = 0
    for place, letter in enumerate(reversed(letters)):
        value = ALPHABET.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // size + value % size
    return ALPHABET[-total % size]
