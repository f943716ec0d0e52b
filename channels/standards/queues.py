"""The inbox's queue of conversations whose promises are near their end or over, and their marks in lists."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from channels.inbox import lines, queues, tools
from channels.inbox.models import Conversation, ConversationQuerySet
from channels.standards import reading, sweeping
from channels.standards.models import Clock
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.accounts.policy import Scope


def at_risk(user: User) -> list[ConversationQuerySet]:
    """One's own and those of one's departments; all of them where one sees all."""
    near = Clock.objects.at_risk(timezone.now())
    few = list(near.values_list("conversation", flat=True)[: queues.FEW + 1])
    # Few are looked up by number; of many, the next one is soon met on the way.
    met = Q(Exists(near.filter(conversation=OuterRef("pk"))))
    ticking = Q(pk__in=few) if len(few) <= queues.FEW else met
    base = Conversation.objects.filter(ticking & ~Q(status="closed"))
    scope = user.scope("conversation", "view")
    if scope is Scope.ALL:
        return [base]
    teams = user.team_tree_ids if scope is Scope.TEAM_TREE else user.team_ids
    return [base.filter(assignee=user), *(base.filter(team=team) for team in teams)]


def marks(user: User, pks: list[int]) -> Mapping[int, tools.Mark]:
    return {
        pk: tools.Mark(due.text, due.tone, due.tip)
        for pk, due in reading.due(pks).items()
        if due.tone in ("warn", "bad")
    }


def clocks(request: UserRequest, conversation: Conversation) -> Mapping[str, Any] | None:
    found = reading.clocks_of(conversation)
    return {"clocks": found} if found else None


def register() -> None:
    queues.register(queues.Queue("at-risk", pgettext_lazy("queue", "At risk"), "timer", at_risk, order=50))
    tools.mark(marks)
    tools.block(
        tools.Block(
            "promises",
            pgettext_lazy("conversation", "Promises"),
            "standards/_clocks.html",
            clocks,
            order=10,
        )
    )
    lines.register(sweeping.BROKEN, "timer-off", _broken)
    lines.register(sweeping.WARNED, "timer", _warned)


def _broken(data: Mapping[str, Any]) -> str:
    kind = _kind(data)
    if not data.get("told"):
        return _("Promised time missed: %(kind)s") % {"kind": kind}
    return _("Promised time missed: %(kind)s. Told: %(names)s") % {
        "kind": kind,
        "names": ", ".join(data["told"]),
    }


def _warned(data: Mapping[str, Any]) -> str:
    return _("The promised time is nearly over: %(kind)s") % {"kind": _kind(data)}


def _kind(data: Mapping[str, Any]) -> str:
    """After an erasure a line has no data any more."""
    kind = data.get("clock")
    return str(Clock.Kind(kind).label) if kind in Clock.Kind.values else "–"
