"""The quality of customers that are joined is assessed at once."""

from collections.abc import Collection

from django.utils import timezone

from customers.merging import rules
from customers.models import Customer
from customers.quality import assessing
from customers.quality.models import Quality


def register() -> None:
    rules.register(rules.Rule("quality.quality", moves=False, refresh=assess_again))


def assess_again(customer_ids: Collection[int]) -> None:
    """Whoever was never assessed waits for the night like everybody else."""
    known = Quality.objects.filter(customer__in=customer_ids).values("customer")
    assessing.keep(Customer.objects.filter(pk__in=known), timezone.now())
