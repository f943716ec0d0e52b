"""What colleagues asked each other about customers that both of them wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from crm.accounts.models import User
from crm.demo.company import Staff
from customers.inquiries import deadlines
from customers.inquiries.models import Inquiry
from customers.inquiries.services import SOURCE
from customers.models import Customer, Share
from customers.timeline.models import Entry

State, Wish = Inquiry.State, Inquiry.Wish


@dataclass(frozen=True)
class Asked:
    """Who asked whom, so many hours ago, and what became of it."""

    by: str
    owner: str
    wish: Inquiry.Wish
    note: str
    hours: int
    state: Inquiry.State = Inquiry.State.OPEN
    answer: str = ""


ASKED = (
    Asked("hejun", "shenyutong", Wish.COOPERATE, "他们的上海门店一直找我下单，想一起跟进。", 3),
    Asked("xuqing", "gaoyuan", Wish.TAKE_OVER, "公司已搬到苏州，以后由我这边拜访更方便。", 20),
    Asked("zhangkai", "hejun", Wish.COOPERATE, "展会上认识了他们的采购。", 150),
    Asked(
        "chenjiahao",
        "liangpeishan",
        Wish.COOPERATE,
        "他们在深圳开了新店。",
        260,
        State.GRANTED,
        "一起做，周五碰一下。",
    ),
    Asked(
        "gaoyuan",
        "hejun",
        Wish.TAKE_OVER,
        "老客户介绍来的，想接手。",
        330,
        State.REFUSED,
        "合同下周就签，先不转。",
    ),
    Asked("olivia", "lucas", Wish.COOPERATE, "Their London office called me.", 28),
    Asked(
        "lucas",
        "olivia",
        Wish.TAKE_OVER,
        "They moved to Prague.",
        400,
        State.GRANTED,
        "Yes, they are close to you.",
    ),
)


def inquire(staff: Staff, *, until: datetime) -> None:
    users = {user.username: user for user in User.objects.filter(pk__in=staff.users.values())}
    used: set[int] = set()
    rows = []
    for one in ASKED:
        customer = _wanted(users[one.owner], users[one.by], used)
        if customer is not None:
            used.add(customer.pk)
            rows.append(_inquiry(one, customer, users, until))
    Inquiry.objects.bulk_create(rows)
    Entry.objects.bulk_create([entry for row in rows for entry in _entries(row)])
    Share.objects.bulk_create(
        [
            Share(customer=row.customer, user=row.asked_by, level=Share.Level.EDIT)
            for row in rows
            if (row.state, row.wish) == (State.GRANTED, Wish.COOPERATE)
        ],
        ignore_conflicts=True,
    )
    for row in rows:
        _touch(row)


def _wanted(owner: User, asker: User, used: set[int]) -> Customer | None:
    """A company the owner was last busy with, unless both work on it already."""
    owned = Customer.objects.present().filter(owner=owner, kind=Customer.Kind.ORGANISATION)
    taken = Inquiry.objects.filter(asked_by=asker).values("customer")
    free = owned.exclude(pk__in=used).exclude(shares__user=asker).exclude(pk__in=taken)
    return free.order_by("-touched_at", "-pk").first()


def _inquiry(one: Asked, customer: Customer, users: dict[str, User], until: datetime) -> Inquiry:
    asked_at = until - timedelta(hours=one.hours)
    due_at = deadlines.due(asked_at)
    is_open = one.state == State.OPEN
    taken_over = one.state == State.GRANTED and one.wish == Wish.TAKE_OVER
    if taken_over:
        customer.owner = users[one.by]
        customer.save(update_fields=["owner"])
    return Inquiry(
        customer=customer,
        wish=one.wish,
        about=customer.name,
        note=one.note,
        asked_by=users[one.by],
        asked_at=asked_at,
        due_at=due_at,
        passed_on_at=due_at if is_open and due_at < until else None,
        state=one.state,
        answered_by=None if is_open else users[one.owner],
        closed_at=None if is_open else asked_at + timedelta(hours=5),
        answer=one.answer,
    )


def _entries(row: Inquiry) -> list[Entry]:
    told: list[tuple[str, datetime, User | None]] = [("asked", row.asked_at, row.asked_by)]
    if row.passed_on_at:
        told.append(("passed_on", row.passed_on_at, None))
    if row.closed_at:
        told.append((row.state, row.closed_at, row.answered_by))
    return [
        Entry(
            customer=row.customer,
            kind=f"inquiry.{what}",
            channel=Entry.Channel.STAFF,
            occurred_at=at,
            summary="",
            actor=by,
            source=SOURCE,
            source_id=f"{row.pk}:{what}",
            data={"inquiry": row.pk, "asks": [], "answers": []},
        )
        for what, at, by in told
    ]


def _touch(row: Inquiry) -> None:
    """The last activity of a customer is what the timeline shows last."""
    entries = Entry.objects.filter(customer=row.customer)
    latest = entries.aggregate(latest=Max("occurred_at"))["latest"]
    Customer.objects.filter(pk=row.customer_id, touched_at__lt=latest).update(touched_at=latest)
