"""Passwords at rest."""

from typing import Any

import pytest

from channels import secrets, services
from channels.connectors.base import Payload, Retry, Trouble
from channels.factories import channel

OLD, NEW = "old-key-" + "x" * 50, "new-key-" + "y" * 50


def test_a_sealed_secret_is_unreadable_and_comes_back() -> None:
    sealed = secrets.seal({"password": "pässword"})
    assert "pässword" not in sealed
    assert secrets.unseal(sealed) == {"password": "pässword"}
    assert sealed != secrets.seal({"password": "pässword"})


def test_nothing_stays_nothing() -> None:
    assert secrets.seal({}) == ""
    assert secrets.unseal("") == {}
    assert secrets.is_current("")


def test_a_changed_secret_key_still_reads_what_the_old_one_sealed(settings: Any) -> None:
    settings.SECRET_KEY = OLD
    sealed = secrets.seal({"password": "x"})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert secrets.unseal(sealed) == {"password": "x"}
    assert not secrets.is_current(sealed)
    assert secrets.is_current(secrets.seal({"password": "x"}))


@pytest.mark.parametrize("text", ["x", "x:y", ":", "00000000:gAAAA", "\x00"])
def test_damaged_text_is_unreadable(text: str) -> None:
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(text)


def test_a_tampered_secret_is_unreadable() -> None:
    sealed = secrets.seal({"password": "x"})
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(sealed[:-4] + "AAA=")


@pytest.mark.django_db
def test_a_lost_key_makes_messages_wait(settings: Any) -> None:
    settings.SECRET_KEY = OLD
    one = channel(connector="smtp", secret=secrets.seal({"password": "x"}), config={"host": "127.0.0.1"})
    settings.SECRET_KEY = NEW
    with services.open_session(one) as session:
        outcome = session.send(Payload("a@b.test", "c@d.test", b""), "key", 1)
    assert isinstance(outcome, Retry)
    assert outcome.channel_down
    assert outcome.reason.startswith(Trouble.SETUP)
