"""Facts about what customers bought. Figures come from the rollup, products from the orders themselves."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.conf import settings
from django.db.models import DecimalField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.orders.models import Order, OrderLine, Product
from customers.orders.rollups import UNCOUNTED
from customers.timeline.models import Entry
from segments.facts import ALWAYS_FILLED, Build, Fact, Group, Kind, Test, Text, column, moment, register
from segments.rows import Found, Pool, Repeated, Where, different, fact, times, total

MOST_SUGGESTIONS = 100
# Only what counts as bought.
ORDERS = Pool(lambda: Order.objects.counted())
LINES = Pool(lambda: OrderLine.objects.exclude(order__status__in=UNCOUNTED), "order__customer")
Named = tuple[tuple[str, Text, str], ...]
BOUGHT: Named = (
    ("product", _("Product bought"), "name"),
    ("sku", _("Article number bought"), "sku"),
    ("category", _("Category bought"), "category"),
)
OFTEN: Named = (
    ("product", _("Orders of a product"), "name"),
    ("sku", _("Orders of an article number"), "sku"),
    ("category", _("Orders in a category"), "category"),
)
WORTH: Named = (
    ("product", _("Spent on a product"), "name"),
    ("sku", _("Spent on an article number"), "sku"),
    ("category", _("Spent in a category"), "category"),
)


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
    for key, label, path in BOUGHT:
        register(
            fact(
                f"orders.{key}",
                label,
                Group.ORDERS,
                Kind.TEXT,
                Found(LINES, _bought(path)),
                suggest=_catalogue(path),
                without=ALWAYS_FILLED,
            )
        )
    _register_windows()


def _register_windows() -> None:
    """How often, and for how much, in a span of time: of any order, and of what they hold."""
    anything = {"of": Kind.CHOICE, "choices": lambda: Entry.Channel.choices}
    times_ = Repeated(ORDERS, _over, "placed_at", times)
    register(fact("orders.times", _("Orders over time"), Group.ORDERS, Kind.TIMES, times_, **anything))
    spent = Repeated(ORDERS, _in_own_money(_over, ""), "placed_at", total(F("amount") - F("refunded")))
    register(fact("orders.spent", _("Spent over time"), Group.ORDERS, Kind.SPENT, spent, **anything))
    for key, label, path in OFTEN:
        often = Repeated(LINES, _named(path), "order__placed_at", different("order"))
        more = {"of": Kind.TEXT, "suggest": _catalogue(path)}
        register(fact(f"orders.times_{key}", label, Group.ORDERS, Kind.TIMES, often, **more))
    for key, label, path in WORTH:
        spent = Repeated(LINES, _in_own_money(_named(path), "order__"), "order__placed_at", total("amount"))
        more = {"of": Kind.TEXT, "suggest": _catalogue(path)}
        register(fact(f"orders.spent_{key}", label, Group.ORDERS, Kind.SPENT, spent, **more))


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


def _bought(path: str) -> Where:
    """Lines with such a product."""
    return lambda test: Q(product__in=Product.objects.filter(column(path)(test)))


def _named(path: str) -> Where:
    def where(test: Test) -> Q:
        of = test.value.of
        return Q(product__in=Product.objects.filter(**{f"{path}__in": of})) if of else Q()

    return where


def _over(test: Test) -> Q:
    """Orders over one of the channels."""
    return Q(channel__in=test.value.of) if test.value.of else Q()


def _in_own_money(where: Where, order: str) -> Where:
    """As the total of a customer: amounts in other currencies are not added."""
    return lambda test: where(test) & Q(**{f"{order}currency": settings.DEFAULT_CURRENCY})


def _catalogue(path: str) -> Callable[[User], Sequence[str]]:
    def suggest(user: User) -> Sequence[str]:
        found = Product.objects.exclude(**{path: ""}).order_by(path).values_list(path, flat=True).distinct()
        return list(found[:MOST_SUGGESTIONS])

    return suggest
