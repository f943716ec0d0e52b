"""What else came of a campaign, told by the features above that know: submissions of pages it led to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from channels.campaigns.models import Campaign
from crm.accounts.models import User


@dataclass(frozen=True)
class Came:
    """So many submissions at one place, and how many of them made a customer."""

    name: str
    sent: int
    new: int
    url: str


Teller = Callable[[Campaign, User], Iterable[Came]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    _tellers.append(teller)


def of(campaign: Campaign, user: User) -> list[Came]:
    return [one for tell in _tellers for one in tell(campaign, user)]
