"""Facts about conversations, for rules."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.inbox.models import Conversation
from crm.accounts.models import User
from segments.contact_facts import channels
from segments.facts import ALWAYS_FILLED, Group, Kind, Test, register
from segments.rows import Having, Pool, Repeated, fact, times


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
            Repeated(Pool(lambda: Conversation.objects.all()), _over, "opened_at", times),
            of=Kind.CHOICE,
            choices=channels,
            open_to=may_see,
        )
    )


def _over(test: Test) -> Q:
    return Q(kind__in=test.value.of) if test.value.of else Q()
