"""Names where everybody is served by everybody: whole only those of customers whom one may see."""

from collections.abc import Iterable

from crm.accounts.models import User
from customers.models import Customer


def known(user: User, customers: Iterable[int | None]) -> set[int]:
    """Whose names `user` may read."""
    asked = {pk for pk in customers if pk}
    return set(Customer.objects.visible_to(user).filter(pk__in=asked).values_list("pk", flat=True))


def shown(name: str, *, is_known: bool) -> str:
    """Enough to ask whether it is them."""
    return name if is_known or not name else f"{name[:1]}••"
