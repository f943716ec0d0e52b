"""Facts about what customers bought. Figures come from the rollup, products from the orders themselves."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.db.models import DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.orders.models import Order, OrderLine, Product
from segments.facts import Build, Fact, Group, Kind, Test, Text, column, moment, register

MOST_SUGGESTIONS = 100


def register_all() -> None:
    figures: tuple[tuple[str, Text, Kind, Build], ...] = (
        ("orders", _("Number of orders"), Kind.NUMBER, column("rollup__orders")),
        ("days", _("Days with an order"), Kind.NUMBER, column("rollup__days")),
        ("total", _("Total spent"), Kind.MONEY, column("rollup__total")),
        ("first", _("First order"), Kind.DATE, moment("rollup__first_order_at")),
        ("last", _("Last order"), Kind.DATE, moment("rollup__last_order_at")),
    )
    for key, label, kind, build in figures:
        register(Fact(f"orders.{key}", label, Group.ORDERS, kind, build))
    register(
        Fact(
            "orders.average",
            _("Average order"),
            Group.ORDERS,
            Kind.MONEY,
            _average,
            # An average is hardly ever a round amount.
            without=frozenset({"is", "is_not"}),
        )
    )
    bought: tuple[tuple[str, Text, str], ...] = (
        ("product", _("Product bought"), "name"),
        ("sku", _("Article number bought"), "sku"),
        ("category", _("Category bought"), "category"),
    )
    for key, label, path in bought:
        register(
            Fact(
                f"orders.{key}",
                label,
                Group.ORDERS,
                Kind.TEXT,
                _bought(path),
                suggest=_catalogue(path),
                without=frozenset({"filled", "empty"}),
            )
        )


def _average(test: Test) -> Q:
    """total ÷ orders ≥ value, asked as total ≥ value x orders: exact, and nothing is divided by nothing."""
    low, high = test.value if test.operator == "between" else (test.value, test.value)
    at_least, at_most = Q(rollup__total__gte=_times_orders(low)), Q(rollup__total__lte=_times_orders(high))
    parts = {"at_least": at_least, "at_most": at_most, "between": at_least & at_most}
    return Q(rollup__orders__isnull=False, rollup__orders__gt=0) & parts[test.operator]


def _times_orders(value: Decimal) -> Combinable:
    return ExpressionWrapper(
        F("rollup__orders") * Value(value), output_field=DecimalField(max_digits=30, decimal_places=2)
    )


def _bought(path: str) -> Build:
    """Whether an order that counts has a line with such a product."""

    def build(test: Test) -> Q:
        products = Product.objects.filter(column(path)(test))
        lines = OrderLine.objects.filter(
            order__customer=OuterRef("pk"), order__in=Order.objects.counted(), product__in=products
        )
        return Q(Exists(lines))

    return build


def _catalogue(path: str) -> Callable[[User], Sequence[str]]:
    def suggest(user: User) -> Sequence[str]:
        found = Product.objects.exclude(**{path: ""}).order_by(path).values_list(path, flat=True).distinct()
        return list(found[:MOST_SUGGESTIONS])

    return suggest
