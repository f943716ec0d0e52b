"""The demo's rows as lines for COPY: which columns, and who makes the lines."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.db.models import Model

from channels.consent.models import Consent, ConsentEntry
from crm.demo import about_events, about_people, loading
from crm.demo.dice import Ints
from crm.demo.texts import Lines
from crm.demo.world import World
from customers.identity.models import Identity, Profile
from customers.models import Customer, SearchDocument, Share
from customers.orders.models import Order, OrderLine
from customers.timeline.models import Entry


@dataclass(frozen=True)
class Writer:
    columns: list[str]
    lines: Callable[[World, Ints], Lines]


def _writer(columns: str, lines: Callable[[World, Ints], Lines]) -> Writer:
    return Writer(columns.split(), lines)


WRITERS: dict[type[Model], Writer] = {
    Customer: _writer(
        "id kind name organisation_id company job_title phone email gender birthday country province "
        "city address language preferred_channel tags source owner_id team_id restricted created_at "
        "updated_at touched_at",
        about_people.customers,
    ),
    SearchDocument: _writer("customer_id tokens", about_people.documents),
    Share: _writer("id customer_id user_id level", about_people.shares),
    Profile: _writer(
        "id customer_id source source_key raw first_seen_at last_seen_at", about_people.profiles
    ),
    Identity: _writer(
        "id profile_id kind scope value source confidence verified_at first_seen_at last_seen_at",
        about_people.handles,
    ),
    ConsentEntry: _writer(
        "id customer_id purpose channel state source text_version evidence at", about_people.consent_entries
    ),
    Consent: _writer("id customer_id purpose channel state entry_id at", about_people.consents),
    Order: _writer(
        "id customer_id source external_id channel status placed_at amount refunded currency items",
        about_events.orders,
    ),
    OrderLine: _writer("id order_id product_id quantity amount", about_events.order_lines),
    Entry: _writer(
        "id customer_id kind channel direction occurred_at summary body actor_id source source_id data",
        about_events.entries,
    ),
}


def write(world: World, table: type[Model], start: int, stop: int) -> None:
    writer = WRITERS[table]
    loading.copy(table, writer.columns, writer.lines(world, np.arange(start, stop)))
