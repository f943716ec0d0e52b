"""The frame around every page: what the sidebar offers, whose CRM it is, which colours it wears."""

from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk import commands
from crm.desk.notices import telling

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Item:
    label: "_StrPromise"
    icon: str
    url_name: str
    needs: tuple[str, str] | None = None
    group: "_StrPromise | str" = ""
    # The address that says how much waits there, asked for once the page is there.
    counter: str = ""


INSIGHT = pgettext_lazy("navigation", "Insight")
MARKETING = pgettext_lazy("navigation", "Marketing")
SERVICE = pgettext_lazy("navigation", "Service")
DATA = pgettext_lazy("navigation", "Data")
CONNECTIONS = pgettext_lazy("navigation", "Connections")

# Entries of a group stand together; its name stands above the first that somebody may open.
NAVIGATION = (
    Item(_("Home"), "layout-dashboard", "desk:home"),
    Item(_("Inbox"), "inbox", "inbox:list", ("conversation", "view"), counter="inbox:waiting"),
    Item(_("Customers"), "users", "customers:list", ("customer", "view")),
    Item(_("Tasks"), "list-checks", "tasks:day", ("task", "view")),
    Item(_("Insights"), "chart-spline", "insights:overview", ("insight", "view"), INSIGHT),
    Item(_("Segments"), "shapes", "segments:list", ("segment", "view"), INSIGHT),
    Item(pgettext_lazy("navigation", "RFM"), "grid-3x3", "scoring:rfm", ("score", "view"), INSIGHT),
    Item(_("Natural groups"), "chart-scatter", "grouping:groups", ("score", "view"), INSIGHT),
    Item(_("Recommendations"), "sparkles", "recommending:card", ("score", "view"), INSIGHT),
    Item(_("Goals"), "target", "goals:list", ("goal", "view"), INSIGHT),
    Item(_("Pivot tables"), "table-2", "pivot:table", ("pivot", "view"), INSIGHT),
    Item(_("Campaigns"), "megaphone", "campaigns:list", ("campaign", "view"), MARKETING),
    Item(_("Journeys"), "waypoints", "journeys:list", ("journey", "view"), MARKETING),
    Item(_("Landing pages"), "panels-top-left", "landing:list", ("landing", "view"), MARKETING),
    Item(_("Offers"), "ticket-percent", "offers:list", ("offer", "view"), MARKETING),
    Item(pgettext_lazy("gatherings", "Events"), "calendar-days", "events:list", ("event", "view"), MARKETING),
    Item(_("Ads audiences"), "radio-tower", "audiences:list", ("audience", "view"), MARKETING),
    Item(_("Social posts"), "share-2", "social:calendar", ("social", "view"), MARKETING),
    Item(_("Shop counter"), "store", "store:board", ("store", "view"), SERVICE),
    Item(_("Knowledge base"), "book-open", "knowledge:list", ("knowledge", "view"), SERVICE),
    Item(_("Routing and standards"), "route", "routing:rules", ("routing", "view"), SERVICE),
    Item(_("Service reports"), "chart-column", "reports:service", ("report", "view"), SERVICE),
    Item(_("Imports"), "upload", "imports:list", ("import", "view"), DATA),
    Item(_("Exports"), "download", "exports:list", ("export", "view"), DATA),
    Item(_("Check a customer"), "search-check", "inquiries:check", ("inquiry", "create"), DATA),
    Item(_("Duplicates"), "merge", "duplicates:list", ("duplicate", "view"), DATA),
    Item(_("Data quality"), "gauge", "quality:base", ("quality", "view"), DATA),
    Item(_("Privacy"), "shield-check", "privacy:list", ("privacy", "view"), DATA),
    Item(_("Channels"), "cable", "channels:list", ("channel", "view"), CONNECTIONS),
    Item(_("Webhooks"), "webhook", "webhooks:list", ("webhook", "view"), CONNECTIONS),
    Item(
        pgettext_lazy("programming interface", "API"),
        "key-round",
        "api:tokens",
        ("token", "view"),
        CONNECTIONS,
    ),
)


@dataclass(frozen=True)
class Link:
    label: "_StrPromise"
    icon: str
    url: str
    is_current: bool
    keys: str = ""
    counter: str = ""
    # The name of the group that begins here.
    heading: "_StrPromise | str" = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Costs no query of its own beyond loading the signed-in user."""
    frame: dict[str, Any] = {
        "brand": settings.COMPANY_NAME,
        "theme": theme_of(request),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        # Masked once for all forms of a page.
        "csrf_token": SimpleLazyObject(partial(get_token, request)),
    }
    # An error before the authentication middleware leaves a request without a user.
    user = getattr(request, "user", None)
    if isinstance(user, User):
        # Parts of pages have no sidebar, and most pages find theirs drawn already.
        frame["nav"] = cache(partial(links, user, request.path))
        frame["section"] = cache(partial(section, user, request.path))
        frame["create"] = cache(partial(commands.to_create, user))
        frame["user_role"] = role_name(user)
        frame["has_tasks"] = user.may("task", "view")
        frame["hears_news"] = user.may("conversation", "view")
        # Only an asynchronous server holds streams open; pages of others ask now and then.
        frame["has_streams"] = hasattr(request, "scope")
        if user.may("customer", "view"):
            # Asked only where the bell is drawn: parts of pages have none.
            frame["unread_notices"] = cache(partial(telling.unread, user))
    return frame


def links(user: User, path: str) -> list[Link]:
    """What `user` may open."""
    offered, urls, current = _offered(user), _addresses(settings.ROOT_URLCONF), section(user, path)
    before = ["", *(item.group for item in offered)]
    return [
        Link(
            item.label,
            item.icon,
            urls[item.url_name],
            urls[item.url_name] == current,
            commands.GO.get(item.url_name, ""),
            urls[item.counter] if item.counter else "",
            item.group if item.group is not previous else "",
        )
        for item, previous in zip(offered, before, strict=False)
    ]


def section(user: User, path: str) -> str:
    """Of the entries that `path` lies under, the address of the most exact one."""
    urls = _addresses(settings.ROOT_URLCONF)
    under = [url for url in (urls[item.url_name] for item in _offered(user)) if path.startswith(url)]
    return max((url for url in under if url == path or url != urls["desk:home"]), key=len, default="")


def _offered(user: User) -> list[Item]:
    return [item for item in NAVIGATION if item.needs is None or user.may(*item.needs)]


@lru_cache(maxsize=4)
def _addresses(urlconf: str) -> dict[str, str]:
    """Where the entries and their counters are; asking the resolver for each on every page is slow."""
    names = [name for item in NAVIGATION for name in (item.url_name, item.counter) if name]
    return {name: reverse(name, urlconf) for name in names}


def role_name(user: User) -> str:
    return user.job_title or ", ".join(str(Role(role).label) for role in user.roles)


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"
