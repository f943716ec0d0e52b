"""Tells customers that their order can be fetched, on the channel they prefer and have not forbidden."""

from collections.abc import Iterator

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from channels.connectors import registry
from channels.connectors.registry import NoSuchConnector
from channels.consent import gate
from channels.consent.models import Purpose
from channels.direct import services as direct
from channels.inbox import reaching
from channels.inbox.models import Conversation
from channels.models import Channel
from channels.store.models import Pickup
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers.models import Customer

# Where one looks first for such news, if the customer prefers nothing.
KINDS = ("wechat", "whatsapp", "sms", "email")


def ready(pickup: Pickup, *, by: User | None, again: bool = False) -> bool:
    """Whether the customer is told; nobody is where no channel is allowed and works."""
    customer = pickup.order.customer
    with translation.override(customer.language or None):
        subject, text = _reminder(pickup) if again else _news(pickup)
    for channel, to in _ways(customer):
        try:
            direct.write(
                customer,
                channel,
                purpose=Purpose.SERVICE,
                subject=subject[:200],
                body=text,
                by=by,
                thread=direct.Thread(to=to),
                is_automatic=by is None,
            )
        except Refused:
            continue
        now = timezone.now()
        Pickup.objects.filter(pk=pickup.pk).update(**{"reminded_at" if again else "told_at": now})
        return True
    return False


def _ways(customer: Customer) -> Iterator[tuple[Channel, str]]:
    """Channels that may be used, with the customer's handle there; the preferred one first."""
    kinds = list(dict.fromkeys([customer.preferred_channel, *KINDS]))
    rows = Channel.objects.enabled().filter(kind__in=kinds).order_by("pk")
    senders = sorted(rows, key=lambda one: kinds.index(one.kind))
    talk = Conversation.objects.filter(customer=customer).order_by("-last_at", "-pk").first()
    if talk is not None:
        ways = [one for one in reaching.ways(talk, senders) if not one.code and not one.is_closed]
        yield from ((one.channel, one.to) for one in sorted(ways, key=lambda one: not one.is_proposed))
        return
    for channel in senders:
        # Nobody was ever heard on an account's own handle.
        if _sends(channel) and _verdict(customer, channel) in ("", gate.Reason.QUIET):
            yield channel, ""


def _verdict(customer: Customer, channel: Channel) -> str:
    return gate.verdict_on(customer, gate.Question(channel.kind, Purpose.SERVICE, timezone.now()))


def _sends(channel: Channel) -> bool:
    try:
        connector = registry.get(channel.connector)
    except NoSuchConnector:
        return False
    return connector.caps.sends and connector.caps.window is None


def _news(pickup: Pickup) -> tuple[str, str]:
    told = _told(pickup)
    return (
        _("Your order %(number)s is ready") % told,
        _(
            "Your order %(number)s is ready for you at %(shop)s. "
            "Please bring this pick-up code: %(code)s. %(where)s"
        )
        % told,
    )


def _reminder(pickup: Pickup) -> tuple[str, str]:
    told = _told(pickup)
    return (
        _("Your order %(number)s is still waiting for you") % told,
        _(
            "Your order %(number)s is still waiting for you at %(shop)s. "
            "Please bring this pick-up code: %(code)s. %(where)s"
        )
        % told,
    )


def _told(pickup: Pickup) -> dict[str, str]:
    shop = pickup.shop
    return {
        "number": pickup.order.external_id,
        "shop": shop.name,
        "code": pickup.code,
        "where": " · ".join(part for part in (shop.address, shop.opening_hours) if part),
    }
