"""Every address × every colleague × every method, judged by the oracle."""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.tests.access import oracle
from crm.tests.access.world import HOLDINGS, World

METHODS = ("get", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Rule:
    """What an address asks for.

    `on` names the thing in its path, such as "customer"; `extra` are further parts of the path. `writes` says
    that GET is refused; `shows_contacts`, that phone and e-mail stand there in clear on purpose.
    """

    resource: str = ""
    action: str = "view"
    on: str = ""
    writes: bool = False
    shows_contacts: bool = False
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
        if self.holding:
            return oracle.may_customer(user, self.rule.action, self.holding) and oracle.may(
                user, self.rule.resource, self.rule.action
            )
        return oracle.may(user, self.rule.resource, self.rule.action)


def names(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    """The full names of our addresses; the admin and the sign-in pages have tests of their own."""
    found: list[str] = []
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found.append(f"{prefix}{pattern.name}")
        elif str(pattern.pattern) not in ("admin/", "account/"):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            found += names(pattern, prefix + space)
    return found


def addresses(world: World, rules: dict[str, Rule]) -> list[Address]:
    return [address for name, rule in rules.items() for address in _of(world, name, rule)]


def _of(world: World, name: str, rule: Rule) -> list[Address]:
    if rule.on == "customer":
        return [
            Address(
                name,
                reverse(name, kwargs={"pk": world.customers[holding].pk, **dict(rule.extra)}),
                rule,
                holding,
            )
            for holding in HOLDINGS
        ]
    arguments: dict[str, dict[str, int | None]] = {
        "": {},
        "segment": {"pk": getattr(world.segment, "pk", None)},
        "campaign": {"pk": getattr(world.campaign, "pk", None)},
        "channel": {"pk": getattr(world.channel, "pk", None)},
        "run": {"pk": getattr(world.run, "pk", None)},
        "arrival": {"pk": getattr(world.arrival, "pk", None)},
        "job": {"pk": getattr(world.job, "pk", None)},
    }
    return [Address(name, reverse(name, kwargs=arguments[rule.on] | dict(rule.extra)), rule)]
