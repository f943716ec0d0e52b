"""Where else questions about customers are shown: on the home page, and behind entries of the timeline."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.lib import blocks
from crm.lib.labels import label
from customers.inquiries.models import Inquiry
from customers.inquiries.services import SOURCE
from customers.timeline import origins
from customers.timeline.models import Entry

AT_HOME = 4
# An answer is news for so long.
NEWS = timedelta(days=5)


def register_all() -> None:
    title = gettext_lazy("Questions about customers")
    needs = ("inquiry", "view")
    blocks.register(blocks.Block("inquiries", title, "inquiries/_home.html", at_home, needs, order=30))
    origins.register(SOURCE, gettext_lazy("Question about a customer"), origin)


def at_home(request: UserRequest) -> Mapping[str, Any] | None:
    waiting = Inquiry.objects.answerable_by(request.user).select_related("customer", "asked_by")
    answered = Inquiry.objects.visible_to(request.user).filter(
        asked_by=request.user, state__in=Inquiry.ANSWERED, closed_at__gt=timezone.now() - NEWS
    )
    to_answer = list(waiting.order_by("due_at", "pk")[:AT_HOME])
    answers = list(answered.order_by("-closed_at", "-pk")[:AT_HOME])
    return {"to_answer": to_answer, "answers": answers} if to_answer or answers else None


def origin(user: User, entry: Entry) -> origins.Origin | None:
    number = entry.source_id.partition(":")[0]
    if not number.isdecimal():
        return None
    inquiry = Inquiry.objects.visible_to(user).select_related("asked_by").filter(pk=int(number)).first()
    if inquiry is None:
        return None
    facts = [
        (_("Asked by"), str(inquiry.asked_by)),
        (_("Asks to"), label("inquiry-wish", inquiry.wish)),
        (_("Why"), inquiry.note),
        (_("State"), label("inquiry", inquiry.state)),
    ]
    if inquiry.answer:
        facts.append((_("Answer"), inquiry.answer))
    return origins.Origin(
        facts=facts, url=reverse("inquiries:inquiry", args=[inquiry.pk]), url_label=_("Open the question")
    )
