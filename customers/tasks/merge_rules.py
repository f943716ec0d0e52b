"""The last contact of customers that are joined is read from the timeline anew."""

from collections.abc import Collection

from django.db import connection

from customers.merging import rules
from customers.tasks.contacts import FOLD, KINDS
from customers.tasks.models import LastContact


def register() -> None:
    rules.register(rules.Rule("tasks.lastcontact", moves=False, refresh=read_again))


def read_again(customer_ids: Collection[int]) -> None:
    pks = list(customer_ids)
    LastContact.objects.filter(customer__in=pks).update(at=None, channel="")
    with connection.cursor() as cursor:
        cursor.execute(FOLD.format(which="customer_id = ANY(%s)"), [pks, KINDS])
