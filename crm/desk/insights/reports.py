"""The insight pages: what each counts, and how it shows that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.desk.insights import (
    channels,
    channels_page,
    cohorts,
    cohorts_page,
    funnel,
    funnel_page,
    overview,
    overview_page,
    spread,
    spread_page,
    trends,
    trends_page,
)
from crm.desk.insights.ground import Ground
from crm.desk.insights.sheets import Sheet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Data = dict[str, Any]


@dataclass(frozen=True)
class Report:
    """`count` gives numbers as JSON holds them; `show` makes the page of them, as the address asks."""

    key: str
    label: "_StrPromise"
    icon: str
    count: Callable[[Ground], Data]
    show: Callable[[Data, Mapping[str, str]], tuple[list[Sheet], dict[str, Any]]]

    @property
    def url(self) -> str:
        return reverse(f"insights:{self.key}")


REPORTS = (
    Report(
        "overview",
        pgettext_lazy("insights", "Overview"),
        "gauge",
        overview.count,
        overview_page.show,
    ),
    Report("cohorts", _("Retention"), "layers", cohorts.count, cohorts_page.show),
    Report("funnel", pgettext_lazy("insights", "Funnel"), "funnel", funnel.count, funnel_page.show),
    Report("trends", _("Demand"), "trending-up", trends.count, trends_page.show),
    Report(
        "channels", pgettext_lazy("insights", "Channels"), "waypoints", channels.count, channels_page.show
    ),
    Report("spread", _("Distribution and regions"), "map", spread.count, spread_page.show),
)


KEYS = tuple(one.key for one in REPORTS)


def find(key: str) -> Report:
    return next(one for one in REPORTS if one.key == key)
