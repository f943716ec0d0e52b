"""What was suggested to the customers of the world, and what they said about it."""

from typing import TYPE_CHECKING

from customers.orders.models import Product
from segments.grouping.models import Belonging, Grouping, Lookalike, NaturalGroup
from segments.recommending.models import Exclusion, Learning, OptOut, Rejection

if TYPE_CHECKING:
    from crm.tests.access.world import World


def fill(world: "World") -> None:
    marketer = world.users["marketing-north"]
    world.learning = Learning.objects.create(status="done", method="popularity")
    world.exclusion = Exclusion.objects.create(category="Parts", created_by=marketer)
    world.grouping = Grouping.objects.create(status="done")
    world.group = NaturalGroup.objects.create(number=1)
    assert world.segment
    world.lookalike = Lookalike.objects.create(
        status="done", name="Similar", segment=world.segment, report={"auc": 0.7, "members": 30, "found": 1}
    )
    product = Product.objects.get()
    for customer in world.customers.values():
        Belonging.objects.create(customer=customer, group=world.group)
        OptOut.objects.create(customer=customer, said_to=marketer)
        Rejection.objects.create(customer=customer, product=product, created_by=marketer)
