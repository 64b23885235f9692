"""Identifiers in tests: random as ever, or the same ones again where a failing run must be had again."""

import random
import secrets
import uuid

import pytest
from SpiffWorkflow import task


def repeat(patch: pytest.MonkeyPatch, seed: int | str) -> None:
    """Identifiers and case references follow from the seed, and with them the order of whatever is sorted by them."""
    draw = random.Random(seed)
    patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=draw.getrandbits(128), version=4))
    patch.setattr(task, "uuid4", lambda: uuid.uuid4())  # it has taken the name for itself
    patch.setattr(secrets, "choice", draw.choice)
    patch.setattr(secrets, "token_hex", lambda size: draw.randbytes(size).hex())
