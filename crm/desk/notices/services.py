"""What people ask: follow, stop following, mark as read."""

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.desk.notices import telling
from crm.desk.notices.models import Follow, Notice
from customers.models import Customer


def follow(customer: Customer, *, by: User) -> None:
    Follow.objects.get_or_create(user=by, customer=customer)


def unfollow(customer: Customer, *, by: User) -> None:
    Follow.objects.filter(user=by, customer=customer).delete()


@transaction.atomic
def mark_read(user: User, *, notice: Notice | None = None, customer: Customer | None = None) -> int:
    """One notice, those of one customer, or all."""
    waiting = Notice.objects.unread().filter(user=user)
    if notice is not None:
        waiting = waiting.filter(pk=notice.pk)
    if customer is not None:
        waiting = waiting.filter(customer=customer)
    number = waiting.update(read_at=timezone.now())
    telling.forget([user.pk])
    return number
