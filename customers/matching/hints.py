"""Whether somebody is so much alike that a person should look: as the company's settings have it."""

from customers.matching.models import Settings
from customers.matching.scorer import Scored


def least() -> float:
    """The score from which people are asked. One query."""
    return (Settings.objects.first() or Settings()).ask_from


def is_alike(scored: Scored, ask_from: float) -> bool:
    """Whoever has another full name or birthday is of the same household at most."""
    return scored.is_sure or (scored.bits >= ask_from and not scored.is_vetoed)
