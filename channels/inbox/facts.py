"""Facts about conversations, for rules."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.inbox.models import Conversation
from crm.accounts.models import User
from segments.contact_facts import channels
from segments.facts import ALWAYS_FILLED, Group, Kind, Test, register
from segments.rows import Having, Repeated, fact


def may_see(user: User) -> bool:
    return user.may("conversation", "view")


def register_all() -> None:
    register(
        fact(
            "conversation.status",
            _("Has a conversation that is"),
            Group.CONTACT,
            Kind.CHOICE,
            Having(lambda test: Conversation.objects.filter(status__in=test.value)),
            choices=lambda: Conversation.Status.choices,
            without=ALWAYS_FILLED,
            open_to=may_see,
        )
    )
    register(
        fact(
            "conversation.waiting",
            _("Waits for our answer"),
            Group.CONTACT,
            Kind.FLAG,
            Having(lambda test: Conversation.objects.open().exclude(waiting_since=None)),
            open_to=may_see,
        )
    )
    register(
        fact(
            "conversation.times",
            _("Conversations begun"),
            Group.CONTACT,
            Kind.TIMES,
            Repeated(_begun, "opened_at"),
            of=Kind.CHOICE,
            choices=channels,
            open_to=may_see,
        )
    )


def _begun(test: Test) -> QuerySet[Conversation]:
    of = test.value.of
    return Conversation.objects.filter(kind__in=of) if of else Conversation.objects.all()
