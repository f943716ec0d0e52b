"""Events as the pages show them."""

from dataclasses import dataclass

from channels.inbound.models import Event, Taken
from channels.inbound.reasons import words
from channels.inbox.models import Conversation
from crm.accounts.models import User

LONGEST = 20_000
MOST_PARTS = 200
TONES = {"new": "warn", "done": "ok", "ignored": "", "parked": "bad"}


@dataclass(frozen=True)
class Listed:
    event: Event
    why: str

    @property
    def tone(self) -> str:
        return TONES[self.event.state]


@dataclass(frozen=True)
class Part:
    """What one part became: a message in a conversation, something else, or nothing because of `why`."""

    why: str
    conversation: int | None = None
    is_message: bool = False


def listed(event: Event) -> Listed:
    return Listed(event, words(event.reason) if event.reason else "")


def parts(event: Event, user: User) -> list[Part]:
    """The conversations are named to those who may see them."""
    rows = Taken.objects.filter(event=event).order_by("pk").values_list("why", "message__conversation")
    found = list(rows[:MOST_PARTS])
    ids = {pk for _why, pk in found if pk}
    mine = set(Conversation.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [Part(words(why) if why else "", pk if pk in mine else None, bool(pk)) for why, pk in found]


def shown(event: Event) -> str:
    """The raw form as text; whatever is no text in it stays as a mark."""
    raw = bytes(event.raw)[: 2 * LONGEST]
    return raw.decode("utf-8", "backslashreplace").replace("\x00", "\u2400")[:LONGEST]
