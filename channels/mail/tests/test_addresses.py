"""Addresses and Message-IDs that only we can give."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.addresses import key_in, message_id, reply_address, token_in

TOKEN = UUID("5d1f1c9e-5d2f-4c0f-8c7e-1f2a3b4c5d6e")


def test_a_reply_address_names_its_conversation() -> None:
    address = reply_address(TOKEN, "help@example.com")
    assert address.startswith("help+")
    assert address.endswith("@example.com")
    assert len(address.partition("@")[0]) <= 64
    assert token_in(address) == str(TOKEN)


def test_a_server_may_fold_its_case() -> None:
    address = reply_address(TOKEN, "help@example.com")
    assert token_in(f"Shop <{address.upper()}>") == str(TOKEN)


def test_a_domain_alone_gets_a_reply_mailbox() -> None:
    assert token_in(reply_address(TOKEN, "example.com")) == str(TOKEN)
    assert reply_address(TOKEN, "example.com").startswith("reply+")


def test_there_is_no_address_where_the_tag_has_no_room() -> None:
    assert reply_address(TOKEN, "x" * 60 + "@example.com") == ""


def test_each_changed_letter_is_noticed() -> None:
    address = reply_address(TOKEN, "help@example.com")
    tag = address[5 : address.index("@")]
    for place, letter in enumerate(tag):
        other = "a" if letter != "a" else "b"
        forged = f"help+{tag[:place]}{other}{tag[place + 1 :]}@example.com"
        # The last letter of the name carries three bits only; every other letter is another name or proof.
        assert token_in(forged) == "" or place == 25


def test_another_installation_gives_other_addresses(settings: Any) -> None:
    address, mail = reply_address(TOKEN, "help@example.com"), message_id("key", "example.com")
    settings.SECRET_KEY = "other" * 20
    assert token_in(address) == key_in(mail) == ""
    settings.SECRET_KEY_FALLBACKS = ["only-for-tests-" + "x" * 50]
    assert (token_in(address), key_in(mail)) == (str(TOKEN), "key")


def test_a_message_id_names_its_message() -> None:
    key = uuid4().hex
    mail = message_id(key, "example.com")
    assert key_in(mail) == key_in(f"<{mail}>") == key
    assert key_in(mail.replace(key, uuid4().hex)) == ""
    assert key_in(f"{key}@example.com") == ""


@pytest.mark.slow
@given(st.text(max_size=200))
def test_nothing_else_is_taken_for_ours(text: str) -> None:
    assert token_in(text) == key_in(text) == ""
