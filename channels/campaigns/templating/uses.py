"""Where templates are used, and which templates ask about a segment. Features above register what they know
in `AppConfig.ready()`, and name only what the reader may see:

    uses.register(journeys_of)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from channels.campaigns.models import Campaign
from channels.campaigns.templating.conditions import SEGMENT
from channels.campaigns.templating.models import Template
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Rows

MOST = 20


@dataclass(frozen=True)
class Carrier:
    """What says what a version says, such as a campaign."""

    name: str
    url: str
    icon: str
    number: int


Finder = Callable[[Template, User], Iterable[Carrier]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    _finders.append(finder)


def of_template(template: Template, user: User) -> list[Carrier]:
    """What has one of its versions, the newest of each kind."""
    return [one for finder in (_campaigns, *_finders) for one in finder(template, user)]


def _campaigns(template: Template, user: User) -> list[Carrier]:
    """In their own words, a variant's or a short text."""
    visible = Campaign.objects.visible_to(user).order_by("-created_at", "-pk")
    mine = visible.filter(version__template=template).values_list("pk", "version__number")
    tried = visible.filter(variants__version__template=template)
    texted = visible.filter(ways__version__template=template).values_list("pk", "ways__version__number")
    tested = tried.values_list("pk", "variants__version__number")
    numbers = dict([*texted[:MOST], *tested[:MOST], *mine[:MOST]])
    rows = visible.filter(pk__in=numbers)
    return [
        Carrier(one.name, reverse("campaigns:detail", args=[one.pk]), "megaphone", numbers[one.pk])
        for one in rows[:MOST]
    ]


def _asking(segment: Segment, user: User) -> QuerySet[Any]:
    found = Template.objects.visible_to(user).in_use()
    asks = f'$.**.when ? (@.subject == "{SEGMENT}" && @.value == "{int(segment.pk)}")'
    return found.extra(where=["templating_template.design @? %s::jsonpath"], params=[asks])


TEMPLATES = Rows(pgettext_lazy("message", "Template"), "templating:detail", "layout-template", _asking)
