"""Conversations in the search box: by number, or by how their subject begins."""

from collections.abc import Collection, Sequence

from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.inbox.models import Conversation
from crm.accounts.models import User
from crm.lib import finding
from crm.lib.finding import Hit

SHORTEST = 3
LOOKED_AT = 40


def register() -> None:
    finding.register(
        finding.Finder(
            "conversations",
            _("Conversations"),
            find,
            ("conversation", "view"),
            "inbox:conversation",
            named,
            order=60,
        )
    )


def find(user: User, text: str, limit: int) -> Sequence[Hit]:
    typed = text.strip().removeprefix("#")
    if typed.isdecimal() and len(typed) < 18:
        return _hits(user, [int(typed)])[:limit]
    if len(typed) < SHORTEST:
        return []
    # A few by the index first; whose they are is asked of those alone.
    rows = Conversation.objects.alias(folded=Lower("subject")).filter(
        folded__startswith=typed.lower(), merged_into=None
    )
    # Said for the index, which holds only those.
    rows = rows.exclude(subject="")
    return _hits(user, rows.order_by("folded").values_list("pk", flat=True)[:LOOKED_AT])[:limit]


def named(user: User, pks: Collection[int]) -> Sequence[Hit]:
    return _hits(user, list(pks))


def _hits(user: User, pks: Collection[int]) -> list[Hit]:
    rows = Conversation.objects.visible_to(user).filter(pk__in=list(pks)).select_related("customer")
    return [
        Hit(
            one.pk,
            one.subject or one.customer.name,
            f"#{one.pk} · {one.customer.name} · {one.get_status_display()}",
            reverse("inbox:conversation", args=[one.pk]),
            "messages-square",
        )
        for one in rows.order_by("-last_at")
    ]
