"""Who of a segment may be matched on a network, asked page by page by the rules that hold for messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone

from channels.audiences.formats import EMAIL, PHONE, Network, Person
from channels.audiences.models import Audience
from channels.consent.gate import Judge, Question, Reason
from channels.consent.models import Purpose
from customers.models import Customer
from segments import services as segments

PAGE = 2_000
# Permissions are given per channel; the number's is the one given for messages to it.
CHANNELS = {EMAIL: "email", PHONE: "sms"}
COLUMNS = ("email", "phone", "name", "city", "country", "kind")
# Verdicts on whom it makes no sense to speak of an identifier.
WITHOUT = (Reason.GONE, Reason.RESTRICTED, Reason.NO_ADDRESS)


@dataclass
class Page:
    """The members of one page: how far each came, and the rows of those who came through."""

    last: int = 0
    members: int = 0
    identified: int = 0
    consented: int = 0
    rows: list[tuple[str, ...]] = field(default_factory=list)


def pages(audience: Audience, network: Network) -> Iterator[Page]:
    """Everybody once, by rising number: what is added meanwhile comes at the end or the next time."""
    members = segments.members(audience.segment).visible_to(audience.created_by).order_by("pk")
    last = 0
    while ids := list(members.filter(pk__gt=last).values_list("pk", flat=True)[:PAGE]):
        yield _judged(ids, network)
        last = ids[-1]


def _judged(ids: list[int], network: Network) -> Page:
    now, page = timezone.now(), Page(last=ids[-1], members=len(ids))
    verdicts: dict[int, dict[str, str]] = {pk: {} for pk in ids}
    people: dict[int, Person] = {}
    for key in network.keys:
        # Nothing is sent: night is no reason.
        question = Question(CHANNELS[key], Purpose.ADS, now, is_answer=True)
        for pk, verdict, *columns in Judge(question, *COLUMNS).ask(ids):
            verdicts[pk][key], people[pk] = verdict, _person(columns)
    for pk in ids:
        if pk in people:
            _count(page, people[pk], verdicts[pk], network)
    return page


def _person(columns: list[str]) -> Person:
    email, phone, name, city, country, kind = columns
    return Person(email, phone, name, city, country, kind == Customer.Kind.PERSON)


def _count(page: Page, person: Person, verdicts: dict[str, str], network: Network) -> None:
    known = [
        key for key, verdict in verdicts.items() if verdict not in WITHOUT and network.usable(key, person)
    ]
    allowed = {key for key in known if not verdicts[key]}
    page.identified += bool(known)
    page.consented += bool(allowed)
    row = network.row(
        Person(
            person.email if EMAIL in allowed else "",
            person.phone if PHONE in allowed else "",
            person.name,
            person.city,
            person.country,
            person.is_person,
        )
    )
    if allowed and row:
        page.rows.append(row)
