"""The figures of the home page: a few queries over recent facts, kept for some minutes per reach."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Scope
from customers.models import Customer, CustomerQuerySet
from customers.orders.models import Order, Rollup
from customers.timeline.models import Entry
from segments.scoring.models import Group, Score

DAYS = 30
CHANNEL_DAYS = 14
ACTIVE_DAYS = 90
KEPT = 15 * 60

Figures = dict[str, Any]


def known(user: User) -> Figures | None:
    """What was counted lately for this user's reach; None when it has to be counted first."""
    figures: Figures | None = cache.get(_key(user))
    return figures


def count(user: User) -> Figures:
    """Counts now and keeps the answer. Sums and counts only: no cache ever holds personal data."""
    figures = _figures(Customer.objects.visible_to(user))
    cache.set(_key(user), figures, KEPT)
    return figures


def refresh_for_everybody() -> None:
    """Counts for all who see every customer, so that none of them ever waits for it."""
    cache.set(EVERYBODY, _figures(Customer.objects.present()), KEPT)


EVERYBODY = "home:all"


def _key(user: User) -> str:
    return EVERYBODY if user.scope("customer", "view") is Scope.ALL else f"home:{user.reach('customer')}"


def _figures(customers: CustomerQuerySet) -> Figures:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        **_revenue(customers, today),
        "active": Rollup.objects.filter(
            customer__in=customers, last_order_at__gte=today - timedelta(days=ACTIVE_DAYS)
        ).count(),
        **_new(customers, today),
        **_channels(customers, today),
        **_scores(customers),
    }


def _revenue(customers: CustomerQuerySet, today: datetime) -> Figures:
    """Net sales per day for this period and the one before, in the company's currency."""
    start = today - timedelta(days=2 * DAYS - 1)
    rows = (
        Order.objects.counted()
        .filter(customer__in=customers, placed_at__gte=start, currency=settings.DEFAULT_CURRENCY)
        .annotate(day=TruncDate("placed_at"))
        .values_list("day")
        .annotate(net=Sum(F("amount") - F("refunded")))
        .order_by()
    )
    per_day = {day: float(net) for day, net in rows}
    days = [(start + timedelta(days=number)).date() for number in range(2 * DAYS)]
    values = [per_day.get(day, 0) for day in days]
    return {
        "days": [day.isoformat() for day in days[DAYS:]],
        "revenue": values[DAYS:],
        "before": values[:DAYS],
    }


def _new(customers: CustomerQuerySet, today: datetime) -> Figures:
    edge, start = today - timedelta(days=DAYS), today - timedelta(days=2 * DAYS)
    return customers.filter(created_at__gte=start).aggregate(
        new=Count("pk", filter=Q(created_at__gte=edge)), new_before=Count("pk", filter=Q(created_at__lt=edge))
    )


def _channels(customers: CustomerQuerySet, today: datetime) -> Figures:
    """Touches per day and channel, the busiest channels first."""
    start = today - timedelta(days=CHANNEL_DAYS - 1)
    rows = (
        Entry.objects.filter(customer__in=customers, occurred_at__gte=start)
        .exclude(channel=Entry.Channel.STAFF)
        .annotate(day=TruncDate("occurred_at"))
        .values_list("channel", "day")
        .annotate(touches=Count("pk"))
        .order_by()
    )
    touches = {(channel, day): number for channel, day, number in rows}
    totals = Counter({channel: 0 for channel, _ in touches})
    for (channel, _), number in touches.items():
        totals[channel] += number
    days = [(start + timedelta(days=number)).date() for number in range(CHANNEL_DAYS)]
    return {
        "channel_days": [day.isoformat() for day in days],
        "channels": [
            [channel, [touches.get((channel, day), 0) for day in days]]
            for channel, _ in totals.most_common(5)
        ],
    }


def _scores(customers: CustomerQuerySet) -> Figures:
    scores = Score.objects.filter(customer__in=customers).order_by()
    cells = scores.values_list("recency", "frequency").annotate(Count("pk"), Sum("customer__rollup__total"))
    slipping = scores.filter(group__in=[Group.RISK, Group.CANNOT_LOSE]).aggregate(
        number=Count("pk"), money=Sum("customer__rollup__total")
    )
    return {
        "cells": [
            [recency, frequency, number, float(money or 0)] for recency, frequency, number, money in cells
        ],
        "slipping": slipping["number"],
        "slipping_money": float(slipping["money"] or 0),
    }
