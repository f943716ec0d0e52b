"""Recommendations and customers that are joined: a wish for none of them holds for both."""

from typing import Any

from customers.merging import rules
from customers.merging.rules import Joining, Parting, Rule
from segments.recommending.models import OptOut


def register() -> None:
    rules.register(Rule("recommending.optout", moves=False, join=join, part=part))


def join(joining: Joining) -> list[Any]:
    held = OptOut.objects.filter(customer=joining.absorbed).first()
    if held is None:
        return []
    given = {"since": held.since, "said_to": held.said_to}
    _row, is_new = OptOut.objects.get_or_create(customer=joining.survivor, defaults=given)
    return [{"opted_out": joining.survivor.pk}] if is_new else []


def part(parting: Parting) -> None:
    """What the survivor said since is not known apart from the other's word: then it stays."""
    if len(parting.holders) == 1:
        OptOut.objects.filter(customer__in=[kept["opted_out"] for kept in parting.rows]).delete()
