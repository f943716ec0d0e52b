"""Customers for tests: required fields only."""

from itertools import count

from customers.models import Customer
from customers.orders.models import Rollup

_numbers = count(1)


def customer(**fields: object) -> Customer:
    made = Customer.objects.create(**{"name": f"Customer {next(_numbers)}", **fields})
    Rollup.objects.create(customer=made)
    return made
