"""Single messages as a subject of pivot tables: how many went out over which account, and what they cost."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.consent.models import Purpose
from channels.direct.models import DirectMessage, DirectMessageQuerySet
from channels.models import Channel
from crm.accounts.models import User
from crm.desk.pivot.dimensions import chosen, record, times
from crm.desk.pivot.standard import PEOPLE, TIME, by_key, of_customer, table
from crm.desk.pivot.subjects import COUNT, DISTINCT, SUM, Measure, Subject, register

KEY = "messages"
MESSAGE = pgettext_lazy("pivot", "Message")
MEASURES = (
    Measure(
        "cost",
        _("Cost of the messages"),
        _("What the provider took, at the price of that day, in the company's currency."),
        SUM,
        F("cost"),
        is_money=True,
        in_cents=True,
    ),
    Measure(
        "parts",
        _("Messages as charged"),
        _("As providers count them: a long SMS is several."),
        SUM,
        F("parts"),
    ),
    Measure(
        "messages",
        _("Single messages"),
        _("Sent by colleagues, journeys and the product itself. Campaigns count their own."),
        COUNT,
    ),
    Measure("customers", PEOPLE, _("Different customers who were written to."), DISTINCT, F("customer")),
)


def register_all() -> None:
    own = [
        record("account", _("Channel"), MESSAGE, "channel", Channel),
        chosen("purpose", _("Purpose"), MESSAGE, "purpose", Purpose),
        record("writer", _("Colleague"), MESSAGE, "by", User),
    ]
    register(
        Subject(
            KEY,
            _("Single messages"),
            "send",
            _rows,
            "customer",
            "sent_at",
            "90d",
            ("account", "month"),
            table(own, times("sent_at", TIME), of_customer("customer__")),
            by_key(MEASURES),
            ("message", "view"),
        )
    )


def _rows(user: User) -> DirectMessageQuerySet:
    return DirectMessage.objects.visible_to(user).filter(state=DirectMessage.State.ACCEPTED)
