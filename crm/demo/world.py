"""Everything the demo consists of, as arrays of numbers, ready to be written."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Model

from channels.consent.models import Consent, ConsentEntry
from crm.demo import buying, knowing, owning, people, seasons, touching
from crm.demo.company import Staff
from crm.demo.dice import Ints
from crm.demo.words.catalogue import ARTICLES
from customers.identity.models import Identity, Profile
from customers.models import Customer, SearchDocument, Share
from customers.orders.models import Order, OrderLine, Product
from customers.timeline.models import Entry

# In the order in which rows refer to each other.
TABLES: list[type[Model]] = [
    Customer,
    SearchDocument,
    Share,
    Profile,
    Identity,
    ConsentEntry,
    Consent,
    Order,
    OrderLine,
    Entry,
]


@dataclass(frozen=True)
class World:
    """Row n of a table gets the number `first[table] + n`."""

    people: people.People
    ownership: owning.Ownership
    orders: buying.Orders
    lines: buying.Lines
    touches: touching.Touches
    profiles: knowing.Profiles
    handles: knowing.Handles
    permissions: knowing.Permissions
    touched: Ints
    articles: list[int]
    first: dict[type[Model], int] = field(default_factory=dict)

    def sizes(self) -> dict[type[Model], int]:
        return {
            Customer: len(self.people),
            SearchDocument: len(self.people),
            Share: len(self.people),
            Profile: len(self.profiles),
            Identity: len(self.handles),
            ConsentEntry: len(self.permissions),
            Consent: len(self.permissions.current),
            Order: len(self.orders),
            OrderLine: len(self.lines),
            Entry: len(self.touches),
        }


# Up to this many rows, doing without indexes for a while saves nothing.
SMALL = 1_000_000


@dataclass(frozen=True)
class Wish:
    """How large a company is asked for, and when its story ends."""

    customers: int
    orders: int
    touchpoints: int
    seed: int
    until: datetime

    @property
    def is_small(self) -> bool:
        return 10 * self.customers + 3 * self.orders + self.touchpoints <= SMALL


def imagine(wish: Wish, staff: Staff) -> World:
    seed, calendar = wish.seed, seasons.calendar(wish.until)
    everybody = people.meet(wish.customers, seed, calendar)
    ownership = owning.hand_out(everybody, seed, staff)
    bought, lines = buying.buy(everybody, wish.orders, seed, calendar)
    talked = touching.touch(everybody, bought, wish.touchpoints, seed, calendar, ownership.owner, staff)
    touched = everybody.created.copy()
    for moments, of in ((bought.placed, bought.customer), (talked.at, talked.customer)):
        latest = everybody.created.copy()
        latest[of] = moments  # both are oldest first, so the newest stays
        touched = touched.clip(min=latest)
    profiles, handles = knowing.know(everybody, touched, seed)
    return World(
        everybody,
        ownership,
        bought,
        lines,
        talked,
        profiles,
        handles,
        knowing.allow(everybody, seed, calendar),
        touched,
        _articles(),
        {table: _next_number(table) for table in TABLES},
    )


def _articles() -> list[int]:
    """The keys of our articles, in the catalogue's order."""
    keys = dict(Product.objects.values_list("sku", "pk"))
    return [keys[article.sku] for article in ARTICLES]


def _next_number(table: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max({table._meta.pk.column}), 0) + 1 FROM {table._meta.db_table}")
        return int(cursor.fetchone()[0])
