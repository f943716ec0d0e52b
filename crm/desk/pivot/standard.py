"""What can be counted from the start: orders, what was in them, customers, contacts with them."""

from typing import Any

from django.conf import settings
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.desk.pivot.dimensions import Dimension, chosen, plain, record, times
from crm.desk.pivot.subjects import AVERAGE, COUNT, DISTINCT, SUM, Measure, Subject, register
from customers.models import Customer, of_visible
from customers.orders.models import Order, OrderLine, Product
from customers.timeline import kinds
from customers.timeline.models import Entry
from segments.scoring.models import Group, Stage

ORDERS, SCORES = ("order", "view"), ("score", "view")
CUSTOMER = pgettext_lazy("pivot", "Customer")
TIME = pgettext_lazy("pivot", "Time")
ORDER = pgettext_lazy("pivot", "Order")
TOUCH = pgettext_lazy("pivot", "Contact")
PEOPLE = _("Customers")
NET = F("amount") - F("refunded")


def _bought(prefix: str = "") -> Q:
    """The orders that count as purchases, in the company's currency."""
    gone = Q(**{f"{prefix}status__in": [Order.Status.CANCELLED, Order.Status.REFUNDED]})
    return ~gone & _ours(prefix)


def _ours(prefix: str = "") -> Q:
    return Q(**{f"{prefix}currency": settings.DEFAULT_CURRENCY})


OF_ORDERS = (
    Measure(
        "revenue",
        _("Revenue"),
        _(
            "Amounts less refunds of orders that count: not cancelled, not given back, "
            "in the company's currency."
        ),
        SUM,
        NET,
        _bought(),
        is_money=True,
    ),
    Measure("orders", _("Orders"), _("All orders, whatever became of them."), COUNT),
    Measure(
        "average",
        _("Average order"),
        _("Revenue of an order that counts, in the company's currency."),
        AVERAGE,
        NET,
        _bought(),
        is_money=True,
    ),
    Measure("customers", PEOPLE, _("Different customers with an order."), DISTINCT, F("customer")),
    Measure(
        "refunded",
        _("Refunds"),
        _("What was given back, in the company's currency."),
        SUM,
        F("refunded"),
        _ours() & Q(refunded__gt=0),
        is_money=True,
    ),
    Measure("items", _("Items"), _("Items in orders that count."), SUM, F("items"), _bought()),
)

OF_LINES = (
    Measure(
        "revenue",
        _("Revenue"),
        _(
            "Amounts of lines in orders that count, in the company's currency; "
            "refunds are not told apart by product."
        ),
        SUM,
        F("amount"),
        _bought("order__"),
        is_money=True,
    ),
    Measure(
        "quantity",
        _("Pieces"),
        _("Pieces in orders that count."),
        SUM,
        F("quantity"),
        _bought("order__"),
    ),
    Measure("orders", _("Orders"), _("Different orders with such a product."), DISTINCT, F("order")),
    Measure("customers", PEOPLE, _("Different customers with an order."), DISTINCT, F("order__customer")),
)

OF_CUSTOMERS = (
    Measure("customers", PEOPLE, _("Customers one may see. Their time is when they were entered."), COUNT),
    Measure(
        "spent",
        _("Total spent"),
        _("What their orders add up to so far, in the company's currency."),
        SUM,
        F("rollup__total"),
        Q(rollup__orders__gt=0),
        is_money=True,
        needs=ORDERS,
    ),
    Measure(
        "average",
        _("Average spent"),
        _("Total spent by a customer who has bought."),
        AVERAGE,
        F("rollup__total"),
        Q(rollup__orders__gt=0),
        is_money=True,
        needs=ORDERS,
    ),
    Measure(
        "orders",
        _("Orders"),
        _("Orders that count, of all time."),
        SUM,
        F("rollup__orders"),
        Q(rollup__orders__gt=0),
        needs=ORDERS,
    ),
)

OF_TOUCHES = (
    Measure(
        "touches",
        pgettext_lazy("with customers", "Contacts"),
        _("Entries of the timeline on all channels but the internal one."),
        COUNT,
    ),
    Measure("customers", PEOPLE, _("Different customers with a contact."), DISTINCT, F("customer")),
)


def register_all() -> None:
    for subject in (_orders(), _lines(), _customers(), _touches()):
        register(subject)


def _orders() -> Subject:
    return Subject(
        "orders",
        _("Orders"),
        "shopping-bag",
        lambda user: Order.objects.visible_to(user),
        "customer",
        "placed_at",
        "12m",
        ("month", "channel"),
        table(times("placed_at", TIME), _order(""), of_customer("customer__")),
        by_key(OF_ORDERS),
        ORDERS,
    )


def _lines() -> Subject:
    return Subject(
        "lines",
        _("Products sold"),
        "package",
        lambda user: OrderLine.objects.filter(of_visible(user, field="order__customer")),
        "order__customer",
        "order__placed_at",
        "12m",
        ("category", "month"),
        table(
            [
                plain("category", _("Category"), ORDER, "product__category"),
                record("product", _("Product"), ORDER, "product", Product),
            ],
            times("order__placed_at", TIME),
            _order("order__"),
            of_customer("order__customer__"),
        ),
        by_key(OF_LINES),
        ORDERS,
    )


def _customers() -> Subject:
    return Subject(
        "customers",
        PEOPLE,
        "users",
        lambda user: Customer.objects.visible_to(user),
        "pk",
        "created_at",
        "all",
        ("stage", "kind"),
        table(of_customer(""), times("created_at", TIME)),
        by_key(OF_CUSTOMERS),
    )


def _touches() -> Subject:
    return Subject(
        "touches",
        pgettext_lazy("with customers", "Contacts"),
        "messages-square",
        lambda user: Entry.objects.visible_to(user).exclude(channel=Entry.Channel.STAFF),
        "customer",
        "occurred_at",
        "90d",
        ("channel", "direction"),
        table(_touch(), times("occurred_at", TIME), of_customer("customer__")),
        by_key(OF_TOUCHES),
    )


def of_customer(prefix: str) -> list[Dimension]:
    return [
        chosen("kind", _("Kind"), CUSTOMER, f"{prefix}kind", Customer.Kind),
        _stage(prefix),
        chosen("group", _("RFM group"), CUSTOMER, f"{prefix}score__group", Group, needs=SCORES),
        plain("country", _("Country"), CUSTOMER, f"{prefix}country"),
        plain("province", _("Province"), CUSTOMER, f"{prefix}province"),
        plain("city", _("City"), CUSTOMER, f"{prefix}city"),
        plain("source", _("Came from"), CUSTOMER, f"{prefix}source"),
        chosen("gender", _("Gender"), CUSTOMER, f"{prefix}gender", Customer.Gender),
        record("team", _("Team"), CUSTOMER, f"{prefix}team", Team),
        record("owner", _("Owner"), CUSTOMER, f"{prefix}owner", User),
    ]


def _stage(prefix: str) -> Dimension:
    """Who has no score has bought nothing."""
    path = f"{prefix}score__stage"
    scored = chosen("stage", _("Lifecycle stage"), CUSTOMER, path, Stage, needs=SCORES)

    def match(key: str) -> Q:
        nobody = Q(**{f"{path}__isnull": True}) if key == Stage.PROSPECT else Q()
        return scored.match(key) | nobody if nobody else scored.match(key)

    value = Coalesce(F(path), Value(Stage.PROSPECT.value))
    return Dimension(
        "stage",
        scored.label,
        CUSTOMER,
        value,
        match,
        names=scored.names,
        natural=scored.natural,
        needs=SCORES,
    )


def _order(prefix: str) -> list[Dimension]:
    return [
        chosen("channel", _("Channel"), ORDER, f"{prefix}channel", Entry.Channel),
        chosen("status", _("State"), ORDER, f"{prefix}status", Order.Status),
        plain("origin", _("Shop or system"), ORDER, f"{prefix}source"),
        plain("currency", _("Currency"), ORDER, f"{prefix}currency"),
    ]


def _touch() -> list[Dimension]:
    def names(keys: Any) -> dict[str, str]:
        return {key: str(kinds.of(key).label or key) for key in keys}

    return [
        chosen("channel", _("Channel"), TOUCH, "channel", Entry.Channel),
        chosen("direction", _("Direction"), TOUCH, "direction", Entry.Direction),
        plain("touch", pgettext_lazy("of a contact", "Kind"), TOUCH, "kind", names=names),
        record("actor", _("Colleague"), TOUCH, "actor", User),
    ]


def table(*lists: list[Dimension]) -> dict[str, Dimension]:
    return {one.key: one for found in lists for one in found}


def by_key(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    return {one.key: one for one in measures}
