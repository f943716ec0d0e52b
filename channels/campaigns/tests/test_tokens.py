"""Signed links: ours are read, everything else is nothing."""

import random
import string
from typing import Any
from uuid import uuid4

import pytest

from channels.campaigns import tokens

ALPHABET = string.ascii_letters + string.digits + "-_=.%/+ \x00ü"


def test_a_link_says_whose_it_is_and_which() -> None:
    key = uuid4()
    assert tokens.read("click", tokens.make("click", key, 7)) == (key, 7)


def test_a_link_serves_one_purpose() -> None:
    token = tokens.make("open", uuid4())
    assert tokens.read("unsubscribe", token) is None
    assert tokens.read("click", token) is None


@pytest.mark.slow
def test_no_changed_link_is_taken() -> None:
    chance, token = random.Random(1), tokens.make("click", uuid4(), 1)
    for _ in range(20_000):
        place, kind = chance.randrange(len(token)), chance.randrange(4)
        letter = chance.choice(ALPHABET)
        changed = {
            0: token[:place] + letter + token[place + 1 :],
            1: token[:place] + letter + token[place:],
            2: token[:place] + token[place + 1 :],
            3: "".join(chance.choices(ALPHABET, k=48)),
        }[kind]
        assert changed == token or tokens.read("click", changed) is None


def test_links_outlive_a_new_secret_key(settings: Any) -> None:
    token = tokens.make("unsubscribe", key := uuid4())
    old, settings.SECRET_KEY = settings.SECRET_KEY, "new " * 20
    assert tokens.read("unsubscribe", token) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.read("unsubscribe", token) == (key, 0)
