"""What colleagues changed about customers, the papers they keep with them, and who was deleted by mistake."""

from datetime import datetime, timedelta

import numpy as np
from django.core.files.base import ContentFile
from django.db.models import F

from crm.accounts.models import User
from crm.demo.company import Staff
from crm.demo.dice import dice
from crm.demo.words.papers import PAPERS, ROADS, TITLES
from customers import services
from customers.files.models import Attachment
from customers.files.services import digest_of
from customers.models import Customer
from customers.record.models import Change
from customers.record.recording import TELLER, teller_key
from customers.timeline.models import Entry

# How many of the liveliest customers were changed, have papers, keep quiet hours, were deleted.
CHANGED, PAPERED, QUIET, DELETED = 240, 30, 60, 3
BACK = 60


def correct(staff: Staff, *, seed: int, until: datetime) -> None:
    rng = dice(seed, "corrections")
    owned = Customer.objects.present().exclude(owner=None).filter(version=1).select_related("owner")
    customers = list(owned.order_by("-touched_at", "-pk")[:CHANGED])
    _change(rng, customers, until)
    _keep_papers(rng, customers[:PAPERED], until)
    for customer in customers[:QUIET]:
        customer.quiet_from, customer.quiet_until = int(rng.choice([20, 21, 22])), int(rng.choice([8, 9, 10]))
    Customer.objects.bulk_update(customers[:QUIET], ["quiet_from", "quiet_until"])
    boss = User.objects.get(pk=staff.users["zhoumin"])
    strangers = Customer.objects.present().filter(owner=None, rollup__orders__lte=1).exclude(team=None)
    for customer in strangers.order_by("-pk")[:DELETED]:
        services.remove(customer, by=boss)


def _change(rng: np.random.Generator, customers: list[Customer], until: datetime) -> None:
    changes: list[Change] = []
    for customer in customers:
        at = until - timedelta(minutes=int(rng.integers(30, BACK * 24 * 60)))
        # Nobody's last activity moves by it.
        at = min(max(at, customer.created_at), customer.touched_at)
        before = _before(rng, customer)
        source = str(rng.choice([Change.Source.INLINE, Change.Source.INLINE, Change.Source.FORM]))
        changes += [
            Change(
                customer=customer,
                version=2,
                field=field,
                old=old,
                new=getattr(customer, field),
                source=source,
                by=customer.owner,
                at=at,
            )
            for field, old in before.items()
        ]
    Change.objects.bulk_create(changes, batch_size=1000)
    Customer.objects.filter(pk__in={one.customer_id for one in changes}).update(version=F("version") + 1)
    _tell(changes)


def _before(rng: np.random.Generator, customer: Customer) -> dict[str, object]:
    """What stood there before; fields that are empty now have no story."""
    could: dict[str, object] = {
        "job_title": str(rng.choice(TITLES)),
        "address": f"{rng.choice(ROADS)}{rng.integers(1, 300)}号",
        "preferred_channel": "",
        "tags": customer.tags[:-1],
        "language": "",
    }
    told = [field for field, old in could.items() if getattr(customer, field) not in ("", [], old)]
    chosen = rng.permutation(len(told))[: int(rng.integers(1, 3))]
    return {told[place]: could[told[place]] for place in chosen.tolist()}


def _tell(changes: list[Change]) -> None:
    by_customer: dict[int, list[Change]] = {}
    for one in changes:
        by_customer.setdefault(one.customer_id, []).append(one)
    Entry.objects.bulk_create(
        [
            Entry(
                customer_id=pk,
                kind="customer.changed",
                channel=Entry.Channel.STAFF,
                occurred_at=rows[0].at,
                summary="",
                actor=rows[0].by,
                source=TELLER,
                source_id=teller_key(pk, 2),
                data={"changes": {one.field: [_shown(one, one.old), _shown(one, one.new)] for one in rows}},
            )
            for pk, rows in by_customer.items()
        ],
        batch_size=1000,
    )


def _shown(change: Change, value: object) -> object:
    return services.shown(change.field, value)


def _keep_papers(rng: np.random.Generator, customers: list[Customer], until: datetime) -> None:
    kept = []
    for customer in customers:
        name, text = PAPERS[int(rng.integers(len(PAPERS)))]
        content = text.format(name=customer.name).encode()
        paper = Attachment(
            customer=customer,
            name=name,
            size=len(content),
            media_type="text/plain",
            digest=digest_of([content]),
            by=customer.owner,
            at=until - timedelta(hours=int(rng.integers(2, BACK * 24))),
        )
        paper.file.save(name, ContentFile(content), save=False)
        kept.append(paper)
    Attachment.objects.bulk_create(kept)
