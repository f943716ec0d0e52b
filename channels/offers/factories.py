"""Offers for tests: required fields only."""

from itertools import count
from typing import Any

from channels.offers import codes, services
from channels.offers.models import Offer
from crm.accounts import factories as people
from crm.accounts.policy import Role

_numbers = count(1)


def offer(*, number: int = 5, word: str = "", **fields: Any) -> Offer:
    """Ten per cent off, with a few codes of their own; with a word, one code for everybody."""
    gives = {} if "gives" in fields else {"gives": "percent", "percent": 10}
    kind = Offer.Codes.SHARED if word else Offer.Codes.UNIQUE
    made = Offer(**{"name": f"Offer {next(_numbers)}", "codes": kind, **gives, **fields})
    services.begin(made, number=number, word=word, by=people.user(Role.MARKETING))
    codes.make_waiting(made.pk)
    made.refresh_from_db()
    return made
