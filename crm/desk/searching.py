"""One box for everything: records, pages, what can be made; and before anything is typed, where one was."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.desk import commands
from crm.desk.commands import Command
from crm.desk.navigation import NAVIGATION
from crm.lib import finding
from crm.lib.finding import Hit
from customers.models import Customer
from customers.search import LONGEST_QUESTION

RECENT, SHOWN_COMMANDS = 8, 5


@dataclass(frozen=True)
class Group:
    key: str
    label: str | Promise
    hits: Sequence[Hit]
    commands: Sequence[Command] = ()


@require_GET
def search(request: UserRequest) -> HttpResponse:
    """The options of the search palette."""
    text = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    found = _found(request.user, text) if text else _offered(request.user, request.GET.get("recent", ""))
    groups = [group for group in found if group.hits or group.commands]
    return render(request, "desk/_search.html", {"groups": groups, "q": text})


def _found(user: User, text: str) -> list[Group]:
    groups = [Group(one.key, one.label, one.find(user, text, one.most)) for one in finding.all_for(user)]
    making = [one for one in commands.to_create(user) if commands.fits(str(one.label), text)]
    going = [one for one in _pages(user) if commands.fits(one.title, text)]
    pages = Group("pages", pgettext("palette", "Go to"), going[:SHOWN_COMMANDS])
    return [*groups, Group("create", pgettext("palette", "Create"), [], making[:SHOWN_COMMANDS]), pages]


def _offered(user: User, addresses: str) -> list[Group]:
    recent = _recent(user, addresses.split(",")[:RECENT])
    groups = [Group("recent", pgettext("palette", "Recent"), recent)]
    if not recent and user.may("customer", "view"):
        latest = Customer.objects.visible_to(user).order_by("-touched_at").values_list("pk", flat=True)[:5]
        groups = [
            Group("active", pgettext("customers", "Recently active"), _named(user, "customers", list(latest)))
        ]
    create = Group("create", pgettext("palette", "Create"), [], commands.to_create(user))
    return [*groups, create, Group("pages", pgettext("palette", "Go to"), _pages(user))]


def _recent(user: User, addresses: Sequence[str]) -> list[Hit]:
    """The records at these addresses, in this order, as far as they are still there for `user`."""
    asked: dict[str, list[int]] = defaultdict(list)
    pages = {one.page: one.key for one in finding.all_for(user) if one.page}
    for address in addresses:
        try:
            match = resolve(address)
        except Resolver404:
            continue
        if match.view_name in pages and (pk := match.kwargs.get("pk", 0)) < 2**63:
            asked[pages[match.view_name]].append(pk)
    hits = {hit.url: hit for key, pks in asked.items() for hit in _named(user, key, pks)}
    return [hits[address] for address in addresses if address in hits]


def _named(user: User, key: str, pks: list[int]) -> list[Hit]:
    """The records with these keys, in this order."""
    finder = next(one for one in finding.all_for(user) if one.key == key)
    hits = {hit.pk: hit for hit in finder.named(user, pks)} if finder.named and pks else {}
    return [hits[pk] for pk in dict.fromkeys(pks) if pk in hits]


def _pages(user: User) -> list[Hit]:
    offered = (item for item in NAVIGATION if item.needs is None or user.may(*item.needs))
    return [Hit(0, str(item.label), "", reverse(item.url_name), item.icon) for item in offered]
