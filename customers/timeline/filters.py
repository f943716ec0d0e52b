"""What part of a timeline somebody wants to see, read from the address and written back into links."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.lib.errors import BadInput
from customers.models import Customer
from customers.timeline import kinds
from customers.timeline.models import Entry, EntryQuerySet

LONGEST_WORDS = 100
# Who wrote lately is offered as a filter; nobody remembers who wrote before that.
LOOKED_AT = 400


@dataclass(frozen=True)
class Tab:
    key: str
    label: str | Promise
    query: str
    is_current: bool


@dataclass(frozen=True)
class TimelineFilter:
    """Raises BadInput for what no link of ours could ask."""

    tab: str = ""
    channels: list[str] = field(default_factory=list)
    person: int | None = None
    words: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "TimelineFilter":
        tab, channels = query.get("tab", ""), list(dict.fromkeys(query.getlist("channel")))
        if tab and tab not in kinds.GROUPS:
            raise BadInput(_("The timeline has no such tab."))
        if not set(Entry.Channel.values).issuperset(channels):
            raise BadInput(_("There is no such channel."))
        person = query.get("person", "")
        if person and not (person.isascii() and person.isdecimal() and len(person) < 10):
            raise BadInput(_("There is no such colleague."))
        words = query.get("words", "").replace("\x00", "").strip()[:LONGEST_WORDS]
        return cls(tab, channels, int(person) if person else None, words)

    def apply(self, entries: EntryQuerySet) -> EntryQuerySet:
        if self.tab:
            entries = entries.filter(kinds.in_group(self.tab))
        if self.channels:
            entries = entries.filter(channel__in=self.channels)
        if self.person:
            entries = entries.filter(actor=self.person)
        if self.words:
            entries = entries.filter(Q(summary__icontains=self.words) | Q(body__icontains=self.words))
        return entries

    @property
    def is_narrow(self) -> bool:
        return bool(self.tab or self.channels or self.person or self.words)

    @property
    def tabs(self) -> list[Tab]:
        named = {"": gettext_lazy("All"), **kinds.GROUPS}
        return [Tab(key, label, self._with_tab(key), key == self.tab) for key, label in named.items()]

    @cached_property
    def channel_choices(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Entry.Channel.choices]

    def _with_tab(self, tab: str) -> str:
        query = QueryDict(mutable=True)
        if tab:
            query["tab"] = tab
        query.setlist("channel", self.channels)
        if self.person:
            query["person"] = str(self.person)
        if self.words:
            query["words"] = self.words
        return query.urlencode()


def people_in(customer: Customer) -> list[tuple[int, str]]:
    """Colleagues with an entry among the latest of this customer, whom the reader was let see already."""
    latest = Entry.objects.filter(customer=customer).order_by("-occurred_at", "-pk")
    authors = latest.values_list("actor", flat=True)[:LOOKED_AT]
    found = User.objects.filter(pk__in=set(filter(None, authors)))
    return list(found.order_by("name").values_list("pk", "name"))
