"""The pages of those who answer customers, as `pages` asks for them."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.urls import reverse

from channels.inbox import queues
from channels.inbox.models import Conversation
from crm.accounts.models import User
from crm.bench import talking
from crm.lib.paging import keyset_of

DEEP, SOME = 1000, 12
SEES = ("conversation", "view")
Addresses = Callable[[User], list[str]]
Entry = tuple[str, Addresses, tuple[str, str]]


def entries() -> Iterator[Entry]:
    for key, name in (
        ("mine", "mine"),
        ("unassigned", "unassigned"),
        ("all", "all open"),
        ("closed", "closed"),
    ):
        yield f"inbox, {name}, first page", _queue(key), SEES
        yield f"inbox, {name}, page 1,000", _deep(key), SEES
    yield "inbox, a department", _of_team, SEES
    yield "inbox, how much is in each queue", lambda user: [reverse("inbox:queues")], SEES
    yield "conversation", _conversations, SEES
    yield (
        "conversation of 5,000 messages",
        lambda user: [_address("conversation", talking.longest().pk)],
        SEES,
    )
    yield "conversation of 5,000 messages, further back", _older, SEES
    yield "conversation, its customer", _panels, SEES
    yield "shop counter", lambda user: [reverse("store:board")], ("store", "view")
    report = reverse("reports:service")
    for days in (30, 90, 365):
        yield f"service report, {days} days", _at(f"{report}?days={days}"), ("report", "view")
    behind = reverse("reports:conversations")
    yield "conversations behind a figure", _at(f"{behind}?measure=missed&days=90"), ("report", "view")


def _at(address: str) -> Addresses:
    return lambda user: [address]


def _queue(key: str) -> Addresses:
    return lambda user: [f"{reverse('inbox:list')}?{urlencode({'queue': key})}"]


def _deep(key: str) -> Addresses:
    """The queue's page number DEEP, or its middle, reached by the cursor the page before would have given."""

    def addresses(user: User) -> list[str]:
        parts = queues.find(key, user).rows(user)
        moments = [one.order_by(queues.ORDER).values_list("last_at", "pk") for one in parts]
        together = moments[0] if len(moments) == 1 else moments[0].union(*moments[1:]).order_by("-last_at")
        most = DEEP * queues.SIZE + 1
        found = [moment for moment, _pk in together[:most]]
        if not found:
            return _queue(key)(user)
        place = most - 1 if len(found) == most else len(found) // 2
        before = [one.filter(last_at__lte=found[place]) for one in parts]
        cursor = keyset_of(before, queues.ORDER, size=queues.SIZE).next
        return [f"{reverse('inbox:list')}?{urlencode({'queue': key, 'cursor': cursor})}"]

    return addresses


def _of_team(user: User) -> list[str]:
    keys = [f"team-{pk}" for pk in user.team_ids] or ["mine"]
    return [f"{reverse('inbox:list')}?{urlencode({'queue': key})}" for key in keys]


def _conversations(user: User) -> list[str]:
    return [_address("conversation", pk) for pk in _some(user)]


def _panels(user: User) -> list[str]:
    return [_address("panel", pk) for pk in _some(user)]


def _older(user: User) -> list[str]:
    """Page after page into the past of the longest one."""
    long_one = talking.longest()
    numbers = list(long_one.messages.order_by("-pk").values_list("pk", flat=True))
    steps = numbers[:: max(1, len(numbers) // SOME)][1:] or numbers[:1]
    return [f"{_address('messages', long_one.pk)}?before={pk}" for pk in steps]


def _some(user: User) -> list[int]:
    """Of the queue of all open ones, some from its beginning and from all over it."""
    rows = queues.find("all", user).rows(user)
    found = [pk for part in rows for pk in part.order_by("-last_at").values_list("pk", flat=True)[:500]]
    fallback = Conversation.objects.visible_to(user).values_list("pk", flat=True)[:1]
    chosen = found[:: max(1, len(found) // SOME)] or list(fallback)
    return [pk for pk in chosen if pk != talking.longest().pk][:SOME] or chosen


def _address(name: str, pk: int) -> str:
    return reverse(f"inbox:{name}", args=[pk])
