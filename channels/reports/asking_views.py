"""Over which channels customers are asked for a rating by themselves."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from channels import services as channels
from channels.connectors.registry import NoSuchConnector
from channels.direct.sending import OURS
from channels.models import Channel
from channels.reports.models import Asking, AskingRule
from crm.accounts.http import UserRequest, get_visible, needs
from crm.audit import services as audit
from customers.touches.views import cleaned

LATELY = timedelta(days=30)


class AskingForm(forms.Form):
    is_on = forms.BooleanField(label=gettext_lazy("Ask by itself"), required=False)
    hours = forms.IntegerField(label=gettext_lazy("Hours after it was closed"), min_value=1, max_value=168)
    days = forms.IntegerField(label=gettext_lazy("Days until one is asked again"), min_value=1, max_value=365)

    def __init__(self, channel: Channel, data: Any = None) -> None:
        rule: AskingRule | None = getattr(channel, "asking_rule", None)
        shown = rule or AskingRule(channel=channel)
        initial = {"is_on": rule is not None, "hours": shown.hours, "days": shown.days}
        super().__init__(data, initial=initial, prefix=f"c{channel.pk}")
        for name in ("hours", "days"):
            self.fields[name].widget.attrs["class"] = "form-control compact"


@require_GET
@needs("channel", "configure")
def askings(request: UserRequest) -> HttpResponse:
    rows = Channel.objects.visible_to(request.user).select_related("asking_rule").order_by("name", "pk")
    since = timezone.now() - LATELY
    counts = Asking.objects.filter(at__gt=since).values_list("conversation__channel", "outcome")
    counted: dict[int | None, list[tuple[Any, int]]] = defaultdict(list)
    for channel, outcome, number in counts.annotate(number=Count("pk")):
        counted[channel].append((Asking.Outcome(outcome).label, number))
    lines = [(one, AskingForm(one), counted[one.pk]) for one in rows if _can_ask(one)]
    return render(request, "reports/askings.html", {"lines": lines})


@require_POST
@needs("channel", "configure")
def asking_rule(request: UserRequest, pk: int) -> HttpResponse:
    channel = get_visible(Channel.objects.visible_to(request.user), pk)
    fields = cleaned(AskingForm(channel, request.POST))
    if fields.pop("is_on"):
        AskingRule.objects.update_or_create(channel=channel, defaults=fields)
    else:
        AskingRule.objects.filter(channel=channel).delete()
    audit.record("asking.changed", channel, by=request.user, **fields)
    messages.success(request, _("Saved."))
    return redirect("reports:askings")


def _can_ask(channel: Channel) -> bool:
    """The chat asks in its own window, and who only listens asks nobody."""
    try:
        return channel.kind not in OURS and channels.connector_of(channel).caps.sends
    except NoSuchConnector:
        return False
