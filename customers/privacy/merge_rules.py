"""Privacy and customers that are joined: the stricter wins, and nobody who is to be erased disappears."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from customers.merging import rules
from customers.merging.rules import Joining, Parting, Rule
from customers.privacy.models import Erasure, Protection


def register() -> None:
    rules.register(Rule("privacy.protection", moves=False, join=restrict, part=release))
    # What was done to somebody under the law stays theirs.
    rules.register(Rule("privacy.erasure", moves=False, refuse=refuse))


def restrict(joining: Joining) -> list[Any]:
    """Whose data was not to be used is not used under another number either."""
    held = Protection.objects.filter(customer=joining.absorbed).first()
    if held is None:
        return []
    given = {"restricted_at": held.restricted_at, "erased_at": held.erased_at}
    _row, is_new = Protection.objects.get_or_create(customer=joining.survivor, defaults=given)
    return [{"restricted": joining.survivor.pk}] if is_new else []


def release(parting: Parting) -> None:
    """The survivor's own restriction, given since, is not known apart from the other's: it stays then."""
    if len(parting.holders) == 1:
        Protection.objects.filter(customer__in=[kept["restricted"] for kept in parting.rows]).delete()


def refuse(customer_ids: Collection[int]) -> str:
    if Protection.objects.filter(customer__in=customer_ids).exclude(erased_at=None).exists():
        return _("One of these customers was erased.")
    if Erasure.objects.waiting().filter(customer__in=customer_ids).exists():
        return _("Somebody has asked to erase one of these customers. Please decide about that first.")
    return ""
