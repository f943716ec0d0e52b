"""The records that the search box finds, of the apps below the desk that have no search of their own."""

from collections.abc import Collection, Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign
from crm.accounts.models import User
from crm.lib import labels
from crm.lib.finding import Finder, Hit, register
from crm.lib.templatetags.ui import mask_phone, money
from customers import search
from customers.models import Customer
from customers.orders.models import Order
from customers.orders.numbers import numbered
from customers.tasks.models import Task
from segments.models import Segment

# Shorter beginnings of order numbers fit too many.
SHORTEST_NUMBER = 4


def register_all() -> None:
    customer, order, segment = ("customer", "view"), ("order", "view"), ("segment", "view")
    register(
        Finder("customers", _("Customers"), customers, customer, "customers:detail", named_customers, 8, 10)
    )
    register(Finder("orders", _("Orders"), orders, order, order=20))
    register(Finder("tasks", _("Tasks"), tasks, ("task", "view"), order=30))
    register(
        Finder("segments", _("Segments"), segments, segment, "segments:detail", named_segments, order=40)
    )
    register(
        Finder(
            "campaigns", _("Campaigns"), campaigns, ("campaign", "view"), "campaigns:detail", named_campaigns
        )
    )


def customers(user: User, text: str, most: int) -> list[Hit]:
    return _customers(search.find(Customer.objects.visible_to(user), text, most))


def named_customers(user: User, pks: Collection[int]) -> list[Hit]:
    return _customers(Customer.objects.visible_to(user).filter(pk__in=pks))


def orders(user: User, text: str, most: int) -> list[Hit]:
    if len(text) < SHORTEST_NUMBER:
        return []
    found = numbered(Order.objects.visible_to(user), text).select_related("customer").order_by("external_id")
    return [
        Hit(
            one.pk,
            one.external_id,
            f"{one.customer.name} · {money(one.amount, one.currency)}",
            reverse("customers:detail", args=[one.customer_id]),
            "shopping-bag",
        )
        for one in found[:most]
    ]


def tasks(user: User, text: str, most: int) -> list[Hit]:
    """One's own open tasks: those of all others are found on their customers."""
    rows = Task.objects.visible_to(user).open().filter(assignee=user, title__icontains=text)
    return [
        Hit(
            one.pk,
            one.title,
            one.customer.name if one.customer else "",
            reverse("tasks:edit", args=[one.pk]),
            one.icon,
        )
        for one in rows.select_related("customer").in_order()[:most]
    ]


def segments(user: User, text: str, most: int) -> list[Hit]:
    return _segments(Segment.objects.visible_to(user).filter(name__icontains=text)[:most])


def named_segments(user: User, pks: Collection[int]) -> list[Hit]:
    return _segments(Segment.objects.visible_to(user).filter(pk__in=pks))


def campaigns(user: User, text: str, most: int) -> list[Hit]:
    rows = Campaign.objects.visible_to(user).filter(name__icontains=text).order_by("-pk")
    return _campaigns(rows[:most])


def named_campaigns(user: User, pks: Collection[int]) -> list[Hit]:
    return _campaigns(Campaign.objects.visible_to(user).filter(pk__in=pks))


def _customers(rows: Iterable[Customer]) -> list[Hit]:
    return [
        Hit(
            one.pk,
            one.name,
            " · ".join(filter(None, (one.company or one.city, mask_phone(one.phone) if one.phone else ""))),
            reverse("customers:detail", args=[one.pk]),
            "building-2" if one.kind == Customer.Kind.ORGANISATION else "",
        )
        for one in rows
    ]


def _segments(rows: Iterable[Segment]) -> list[Hit]:
    return [
        Hit(one.pk, one.name, one.description, reverse("segments:detail", args=[one.pk]), "shapes")
        for one in rows
    ]


def _campaigns(rows: Iterable[Campaign]) -> list[Hit]:
    return [
        Hit(
            one.pk,
            one.name,
            labels.label("campaign", one.status),
            reverse("campaigns:detail", args=[one.pk]),
            "megaphone",
        )
        for one in rows
    ]
