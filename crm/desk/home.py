"""The first page of the day."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from channels.campaigns.models import Campaign
from crm.accounts.http import UserRequest, needs
from crm.accounts.models import User
from crm.desk import figures
from crm.desk.figures import Figures
from crm.lib import blocks, charts
from crm.lib.templatetags.ui import rounded_money
from customers.imports.models import ImportJob
from customers.models import Customer
from customers.timeline.models import Entry
from segments.models import Segment
from segments.scoring.models import Score

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Step:
    label: "_StrPromise"
    icon: str
    address: str
    grant: tuple[str, str]
    rows: Any


STEPS = (
    Step(gettext_lazy("Bring in your customers"), "upload", "imports:new", ("import", "create"), Customer),
    Step(gettext_lazy("Score what they bought"), "grid-3x3", "scoring:rfm", ("score", "configure"), Score),
    Step(gettext_lazy("Describe a segment"), "shapes", "segments:new", ("segment", "create"), Segment),
    Step(gettext_lazy("Write to it"), "megaphone", "campaigns:new", ("campaign", "create"), Campaign),
)


@require_GET
def home(request: UserRequest) -> HttpResponse:
    user = request.user
    counted = figures.known(user) if user.may("customer", "view") else None
    context = {
        "greeting": greeting(user),
        "today": date_format(timezone.localdate(), "DATE_FORMAT"),
        "steps": first_steps(user),
        "blocks": blocks.for_home(request),
        "shows_figures": user.may("customer", "view"),
        "campaigns": Campaign.objects.visible_to(user).order_by("-created_at")[:4],
        "imports": ImportJob.objects.visible_to(user).order_by("-created_at")[:4],
        **(pictures(counted) if counted else {}),
    }
    return render(request, "desk/home.html", context)


@require_GET
@needs("customer", "view")
def home_figures(request: UserRequest) -> HttpResponse:
    """The figures alone, for a home page that came up before they were counted."""
    counted = figures.known(request.user) or figures.count(request.user)
    return render(request, "desk/_figures.html", pictures(counted))


def greeting(user: User) -> str:
    hour = timezone.localtime().hour
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": user}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": user}
    return _("Good evening, %(name)s") % {"name": user}


def first_steps(user: User) -> list[tuple[str, str, str, bool]]:
    """What a new company does first: (label, icon, address, done). Empty once all is done."""
    offered = [step for step in STEPS if user.may("customer", "view") and user.may(*step.grant)]
    # One question for all of them: it is asked with every look at home, long after the last was done.
    there = (Exists(step.rows.objects.visible_to(user)) for step in offered)
    answers = User.objects.filter(pk=user.pk).values_list(*there).get() if offered else ()
    steps = [
        (str(step.label), step.icon, reverse(step.address), bool(done))
        for step, done in zip(offered, answers, strict=True)
    ]
    return steps if not all(done for *_, done in steps) else []


def pictures(counted: Figures) -> dict[str, Any]:
    """The counted figures as cards and charts."""
    return {
        "kpis": _kpis(counted),
        "revenue_chart": charts.line(
            _("Revenue"),
            [_day(day) for day in counted["days"]],
            [
                charts.Series(_("These 30 days"), counted["revenue"], 1),
                charts.Series(_("The 30 days before"), counted["before"], 0),
            ],
            height=220,
            fmt=_money,
        ),
        "channel_chart": charts.stacked(
            _("Touches by channel"),
            [_day(day) for day in counted["channel_days"]],
            [
                charts.Series(str(Entry.Channel(channel).label), values, tone)
                for tone, (channel, values) in enumerate(counted["channels"], 1)
            ],
            height=220,
        ),
        "heat": heat_rows(counted["cells"]),
        "heat_columns": [f"F{number}" for number in range(1, 6)],
    }


def _kpis(counted: Figures) -> list[dict[str, Any]]:
    revenue, before = sum(counted["revenue"]), sum(counted["before"])
    listing = reverse("customers:list")
    return [
        {
            "label": _("Revenue, 30 days"),
            "value": _money(revenue),
            "spark": charts.spark(counted["revenue"]),
            **_change(revenue, before),
        },
        {"label": _("Bought in the last 90 days"), "value": f"{counted['active']:,}", "url": listing},
        {
            "label": _("New customers, 30 days"),
            "value": f"{counted['new']:,}",
            "url": f"{listing}?sort=-created_at",
            **_change(counted["new"], counted["new_before"]),
        },
        {
            "label": _("At risk of leaving"),
            "value": f"{counted['slipping']:,}",
            "note": _("They have spent %(money)s so far.") % {"money": _money(counted["slipping_money"])},
            "url": f"{listing}?group=risk&group=cannot_lose",
        },
    ]


def _change(now: float, before: float) -> dict[str, str]:
    if not before:
        return {}
    change = (now - before) / before * 100
    return {"change": f"{change:+.1f}%", "tone": "ok" if change >= 0 else "bad"}


def heat_rows(cells: list[list[float]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows for the heat map, the most recent buyers on top."""
    known = {(recency, frequency): (number, money) for recency, frequency, number, money in cells}
    top = max((number for number, _ in known.values()), default=0)
    listing = reverse("customers:list")
    return [
        (
            f"R{recency}",
            [
                {
                    "name": f"R{recency} F{frequency}",
                    "text": charts.short(number),
                    "level": charts.level(number, top),
                    "url": f"{listing}?r={recency}&f={frequency}",
                    "tip": _("%(cell)s: %(number)s customers, %(money)s spent")
                    % {"cell": f"R{recency} F{frequency}", "number": f"{number:,}", "money": _money(money)},
                }
                for frequency in range(1, 6)
                for number, money in [known.get((recency, frequency), (0, 0))]
            ],
        )
        for recency in range(5, 0, -1)
    ]


def _money(amount: float) -> str:
    return rounded_money(amount, settings.DEFAULT_CURRENCY)


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.month}/{day.day}"
