"""Server time of the pages people open all day, for colleagues who see all, a region or their own.

The baseline is an empty view behind the same middleware and sign-in, asked by the same test client.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from urllib.parse import urlencode

from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from pypinyin import lazy_pinyin

from channels.campaigns.models import Campaign
from crm.accounts.models import User
from crm.bench import inboxes, insights, talking
from crm.bench.harness import Baseline, Result, bench, milliseconds, queries, spread
from crm.bench.running import fill
from crm.lib.paging import SIZE, keyset
from customers import panels
from customers.models import Customer, CustomerQuerySet
from segments.models import Segment

HOST = "127.0.0.1"
TIMES = 40
# A base smaller than this only shows that the benchmark runs.
REHEARSAL, ONCE = 1000, 1
# A page that takes half a second shows in ten times what it takes.
SLOW, FEW_TIMES = 500, 10
# Whoever pages on reaches this page one day.
DEEP = 1000
SOME = 12
EMPTY = "/bench/empty/"
# User names of the demo company, with how far they see.
READERS = {"all": "tianye", "region": "linyue", "own": "hejun"}

CONDITIONS = (
    '{"match":"all","rules":[{"fact":"profile.city","op":"any_of","value":["杭州"]},'
    '{"fact":"orders.orders","op":"at_least","value":5}]}'
)

Addresses = Callable[[User], list[str]]


@dataclass(frozen=True)
class Page:
    """A page with some of its addresses, so that no single row is asked for again and again."""

    name: str
    addresses: Addresses
    needs: tuple[str, str] = ("customer", "view")
    # Fields to POST, for questions that must not stand in an address.
    fields: Callable[[User], list[dict[str, str]]] | None = None


@bench("pages", rows=1_000_000)
def pages(rows: int) -> Iterator[Result]:
    fill(rows)
    talking.fill(rows)
    yield from _all(_pages())


@bench("inbox", rows=1_000_000)
def inbox(rows: int) -> Iterator[Result]:
    """Of those, only what people open who answer customers."""
    fill(rows)
    talking.fill(rows)
    yield from _all([Page(*entry) for entry in inboxes.entries()])


def _all(asked: list[Page]) -> Iterator[Result]:
    number = Customer.objects.count()
    with override_settings(ROOT_URLCONF="crm.bench.urls"):
        for reach, username in READERS.items():
            user = User.objects.get(username=username)
            client = Client(SERVER_NAME=HOST)
            client.force_login(user)
            for page in asked:
                if user.may(*page.needs):
                    yield _measure(page, client, user, f"{page.name} ({reach})", number)


def _measure(page: Page, client: Client, user: User, name: str, rows: int) -> Result:
    addresses = page.addresses(user)
    asked = (
        [(addresses[0], fields) for fields in page.fields(user)]
        if page.fields
        else [(one, None) for one in addresses]
    )
    rehearsed = rows < REHEARSAL
    asked = asked[:1] if rehearsed else asked
    turns = cycle(asked)
    most = max(queries(lambda: _ask(client, *next(turns))) for _ in asked)
    ours, empty = [], []
    # Turn about, so that whatever else the machine does meets both alike.
    is_slow = milliseconds(lambda: _ask(client, *next(turns))) > SLOW
    for _ in range(ONCE if rehearsed else FEW_TIMES if is_slow else TIMES):
        ours.append(milliseconds(lambda: _ask(client, *next(turns))))
        empty.append(milliseconds(lambda: _ask(client, EMPTY)))
    (p50, p95), (p50_of_empty, _p95) = spread(ours), spread(empty)
    return Result(
        name,
        rows,
        rate=1000 / p50,
        unit="pages/s",
        baseline=Baseline("empty view", 1000 / p50_of_empty),
        ratio=p50_of_empty / p50,
        p50_ms=p50,
        p95_ms=p95,
        queries=most,
    )


def _ask(client: Client, address: str, fields: dict[str, str] | None = None) -> None:
    answer = client.post(address, fields) if fields else client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")


def _list(**query: str | list[str]) -> Addresses:
    """The customer list as a filter, view or sorting shows it."""
    address = f"{reverse('customers:list')}?{urlencode(query, doseq=True)}"
    return lambda user: [address]


def _count(**query: str | list[str]) -> Addresses:
    """How many such a list has, which it asks for once it is there."""
    address = f"{reverse('customers:count')}?{urlencode(query, doseq=True)}"
    return lambda user: [address]


def _deep(sort: str, order: str, *, value: str) -> Addresses:
    """The list's page number DEEP, reached by the cursor that page before it would have given."""

    def addresses(user: User) -> list[str]:
        rows = Customer.objects.visible_to(user)
        place = min(DEEP * SIZE, rows.count() // 2)
        sign = "-" if order.startswith("-") else ""
        start = rows.order_by(order, f"{sign}pk").values_list(value, flat=True)[place]
        side = "lte" if sign else "gte"
        cursor = keyset(rows.filter(**{f"{value}__{side}": start}), order).next
        return [f"{reverse('customers:list')}?{urlencode({'sort': sort, 'cursor': cursor})}"]

    return addresses


def _search(words: Callable[[Customer], str]) -> Addresses:
    return lambda user: [
        f"{reverse('desk:search')}?{urlencode({'q': word})}" for one in some(user) if (word := words(one))
    ]


def _two_characters(customer: Customer) -> str:
    return customer.name[:2] if "\u4e00" <= customer.name[0] <= "\u9fff" else ""


def _three_letters(customer: Customer) -> str:
    """The beginning of a name, or of its pinyin."""
    return "".join(lazy_pinyin(customer.name))[:3].lower()


def _last_digits(customer: Customer) -> str:
    return customer.phone[-4:]


def _details(user: User) -> list[str]:
    return [reverse("customers:detail", args=[one.pk]) for one in some(user)]


def _panels(user: User) -> list[str]:
    keys = [one.key for place in (panels.FACTS, panels.INSIGHTS) for one in panels.all_for(user, place)]
    return [reverse("customers:panel", args=[one.pk, key]) for one in some(user) for key in keys]


def _narrowed(user: User) -> list[str]:
    return [f"{reverse('customers:detail', args=[one.pk])}?tab=talk&words=ok" for one in some(user)]


def _previews(user: User) -> list[str]:
    return [reverse("customers:preview", args=[one.pk]) for one in some(user)]


def _handles(user: User) -> list[dict[str, str]]:
    return [{"phone": one.phone, "email": one.email} for one in some(user) if one.phone]


def _of(address: str, model: type[Segment | Campaign]) -> Addresses:
    return lambda user: [reverse(address, args=[row.pk]) for row in model.objects.visible_to(user)[:SOME]]


def _at(name: str) -> Addresses:
    return lambda user: [reverse(name)]


@cache
def some(user: User) -> list[Customer]:
    """Customers of this colleague from all over the table, among them the one with the longest history."""
    visible = Customer.objects.visible_to(user)
    nearest = (_nearest(visible, share / SOME) for share in range(SOME))
    found = [one for one in nearest if one]
    busiest = (
        visible.filter(rollup__orders__isnull=False).order_by("-rollup__total", "-rollup__customer").first()
    )
    return [*found, busiest] if busiest else found


def _nearest(visible: CustomerQuerySet, share: float) -> Customer | None:
    """The first visible customer behind this share of all keys; in a small base there may be none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers_customer")
        most = cursor.fetchone()[0]
    return visible.filter(pk__gte=int(most * share)).order_by("pk").first()


def _sortings() -> list[Page]:
    return [
        Page("customers, first page", _list()),
        Page("customers, page 1,000", _deep("-activity", "-touched_at", value="touched_at")),
        Page("customers by name, first page", _list(sort="name")),
        Page("customers by name, page 1,000", _deep("name", "name", value="name")),
        Page("customers by total, first page", _list(sort="-total")),
        Page("customers by total, page 1,000", _deep("-total", "-rollup__total", value="rollup__total")),
        Page("customers by orders, page 1,000", _deep("-orders", "-rollup__orders", value="rollup__orders")),
        Page("customers by last order, first page", _list(sort="-last_order")),
        Page("customers, two conditions", _list(rule=CONDITIONS, sort="-total")),
    ]


def _work() -> list[Page]:
    return [
        Page("search, a word that many hold", _search(lambda one: one.name[:1])),
        Page("search, a mail provider", lambda user: [f"{reverse('desk:search')}?q=qq.com"]),
        Page("customers, never contacted", _list(follow_up="never")),
        Page("customers, not contacted for 90 days", _list(follow_up="90")),
        Page("my day", _at("tasks:day"), ("task", "view")),
        Page("all tasks", _at("tasks:list"), ("task", "view")),
        Page("team today", _at("tasks:team"), ("workload", "view")),
    ]


def _pages() -> list[Page]:
    segment, campaign = ("segment", "view"), ("campaign", "view")
    return [
        Page("home", _at("desk:home")),
        Page("home, its figures", _at("desk:figures")),
        *_sortings(),
        Page("customers, tab “recently active”", _list(view="active")),
        Page("customers, tab “with orders”", _list(view="buyers")),
        Page("customers in a city", _list(city="上海")),
        Page("customers in a rare city", _list(city="Denver")),
        Page("customers with a tag", _list(tag="手冲")),
        Page("customers, three filters", _list(city=["上海", "杭州"], tag="VIP", kind="organisation")),
        Page("customers, filtered and by name", _list(city="杭州", sort="name")),
        Page("customers, two Chinese characters", _list(q="文静")),
        Page("customers, frequent letters and a city", _list(q="wang", city="成都")),
        Page(
            "customers, how many of three filters",
            _count(city=["上海", "杭州"], tag="VIP", kind="organisation"),
        ),
        Page("customers, how many of frequent letters and a city", _count(q="wang", city="成都")),
        Page("search, two Chinese characters", _search(_two_characters)),
        Page("search, three letters", _search(_three_letters)),
        Page("search, last four digits", _search(_last_digits)),
        *_work(),
        Page("customer", _details),
        Page("customer, one panel", _panels),
        Page("customer, timeline narrowed", _narrowed),
        Page("customer, preview", _previews),
        Page("duplicate hint", _at("customers:duplicates"), ("customer", "create"), _handles),
        Page("rfm grid", _at("scoring:rfm"), ("score", "view")),
        Page("segments", _at("segments:list"), segment),
        Page("segment", _of("segments:detail", Segment), segment),
        Page("campaigns", _at("campaigns:list"), campaign),
        Page("campaign", _of("campaigns:detail", Campaign), campaign),
        *(Page(*entry) for entry in insights.entries()),
        *(Page(*entry) for entry in inboxes.entries()),
    ]
