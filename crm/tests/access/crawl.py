"""Every address × every colleague × every method, judged by the oracle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.tests.access import oracle
from crm.tests.access.world import World
from customers.models import Customer

# Things of a customer that ask for the right to the customer itself.
PARTS = (
    "customer",
    "task",
    "entry",
    "change",
    "attachment",
    "share",
    "identity",
    "address",
    "relation",
    "merge",
    "talk",
    "word",
    "enclosed",
)
METHODS = ("get", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Rule:
    """What an address asks for.

    `on` names the thing in its path, such as "customer"; `extra` are further parts of the path. `writes` says
    that GET is refused; `private`, that not everybody with the right may open
    just this one; `sees`, that seeing the customer is enough besides; `shows_contacts`, that phone and e-mail
    stand there in clear on purpose; `shows_deleted`, that who may delete sees the deleted; `is_logged`, that
    reading leaves a trace: in the audit log, or of who has looked.
    """

    resource: str = ""
    action: str = "view"
    on: str = ""
    writes: bool = False
    shows_contacts: bool = False
    private: bool = False
    sees: bool = False
    shows_deleted: bool = False
    is_logged: bool = False
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Address:
    """One address to try, with the way its customer is held ("" when it is about none)."""

    name: str
    url: str
    rule: Rule
    holding: str = ""

    def allows(self, user: str) -> bool:
        if not self.rule.resource:
            return True
        if self.rule.on == "removed":
            return oracle.may_restore(user, self.holding)
        if self.holding:
            asks = self.rule.on in PARTS and not self.rule.sees
            action = self.rule.action if asks else "view"
            return oracle.may_customer(user, action, self.holding) and oracle.may(
                user, self.rule.resource, self.rule.action
            )
        return oracle.may(user, self.rule.resource, self.rule.action)


def names(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    """The full names of our addresses; the admin, the sign-in pages and the API have tests of their own."""
    found: list[str] = []
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found.append(f"{prefix}{pattern.name}")
        elif str(pattern.pattern) not in ("admin/", "account/", "api/v1/"):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            found += names(pattern, prefix + space)
    return found


def addresses(world: World, rules: dict[str, Rule]) -> list[Address]:
    return [address for name, rule in rules.items() for address in _of(world, name, rule)]


def _of(world: World, name: str, rule: Rule) -> list[Address]:
    if rule.on in (*PARTS, "pair", "removed", "message", "delivery", "subject", "correction", "journey_run"):
        return [
            Address(
                name, reverse(name, kwargs=_path(world, rule, customer) | dict(rule.extra)), rule, holding
            )
            for holding, customer in world.customers.items()
        ]
    arguments: dict[str, Any] = {"pk": getattr(world, rule.on).pk} if rule.on else {}
    return [Address(name, reverse(name, kwargs=arguments | dict(rule.extra)), rule)]


def _path(world: World, rule: Rule, customer: Customer) -> dict[str, Any]:
    """How a customer is named in an address; messages and deliveries are a campaign's, to one customer."""
    if rule.on == "correction":
        return {"pk": customer.refreshes.get().proposals.get().pk}
    if rule.on == "pair":
        return {"pk": world.pairs[customer.pk].pk}
    if rule.on == "subject":
        return {"pk": customer.subject_requests.get().pk}
    if rule.on in ("talk", "word", "enclosed"):
        return _said(customer, rule.on)
    if rule.on == "task":
        return {"pk": customer.tasks.get().pk}
    if rule.on in ("message", "delivery"):
        part = {"customer_pk": customer.pk} if rule.on == "message" else {}
        return {"pk": getattr(world.campaign, "pk", None)} | (
            part or {"delivery_pk": customer.deliveries.get().pk}
        )
    place = PLACES.get(rule.on)
    return {"pk": customer.pk} | (place(world, customer) if place else {})


def _said(customer: Customer, on: str) -> dict[str, Any]:
    """A conversation, a message of it, or a file of that."""
    talk = customer.conversations.get()
    message = talk.messages.get(direction="in")
    parts = {"word": {"message_pk": message.pk}, "enclosed": {"file_pk": message.enclosures.get().pk}}
    return {"pk": talk.pk, **parts.get(on, {})}


# Things that stand below their customer in an address.
PLACES: dict[str, Callable[[World, Customer], dict[str, Any]]] = {
    "journey_run": lambda world, customer: {
        "pk": getattr(world.journey, "pk", None),
        "run_pk": customer.journey_runs.get().pk,
    },
    "change": lambda world, customer: {"version": customer.changes.get().version},
    "attachment": lambda world, customer: {"file_pk": customer.attachments.get().pk},
    "identity": lambda world, customer: {
        "identity_pk": customer.profiles.get().identities.get(kind="phone").pk
    },
    "address": lambda world, customer: {"address_pk": customer.addresses.get().pk},
    "relation": lambda world, customer: {"relation_pk": customer.relations_from.get().pk},
    "share": lambda world, customer: {"user_pk": world.users["sales-north"].pk},
    "merge": lambda world, customer: {"merge_pk": customer.merges.get().pk},
    "entry": lambda world, customer: {"entry_pk": customer.entries.get(source="staff").pk},
}
