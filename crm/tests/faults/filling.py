"""Runs inside the company under fire: puts work into it and says which."""

from itertools import chain
from pathlib import Path

from django.core.files import File
from django.utils import timezone

from channels import secrets
from channels.campaigns.models import Campaign
from channels.campaigns.services import launch
from channels.consent.models import Consent, ConsentEntry, Purpose, State
from channels.journeys import services as journeys
from channels.journeys.models import Journey, empty_design
from channels.models import Channel
from channels.services import ensure_sandbox_channels
from channels.webhooks import signing
from channels.webhooks.events import JOURNEY
from channels.webhooks.models import Subscription
from crm.accounts.models import User
from customers.imports import services as imports
from customers.imports.models import ImportJob
from customers.models import Customer
from customers.orders.models import Rollup
from segments import services as segments
from segments.models import Membership, Segment

TOWN = "Everywhere"
BATCH = 2000


def launch_campaign(recipients: int) -> int:
    by = User.objects.get(username="admin")
    ensure_sandbox_channels()
    _people_who_consented(recipients)
    segment = Segment.objects.create(
        name=TOWN,
        rule={"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": [TOWN]}]},
        created_by=by,
    )
    campaign = Campaign.objects.create(
        name="Under fire",
        segment=segment,
        channel=Channel.objects.get(connector="sandbox_smtp"),
        subject="Hello {{ name }}",
        body="Hello {{ name }}, look: https://shop.example.com/",
        created_by=by,
    )
    launch(campaign, by=by)
    return campaign.pk


def _people_who_consented(number: int) -> None:
    now = timezone.now()
    people = Customer.objects.bulk_create(
        (Customer(name=f"Person {n}", email=f"person{n}@example.com", city=TOWN) for n in range(number)),
        BATCH,
    )
    Rollup.objects.bulk_create((Rollup(customer=one) for one in people), BATCH)
    entries = ConsentEntry.objects.bulk_create(
        (
            ConsentEntry(
                customer=one, purpose=Purpose.MARKETING, channel="email", state=State.GRANTED, source="test"
            )
            for one in people
        ),
        BATCH,
    )
    Consent.objects.bulk_create(
        (
            Consent(customer=e.customer, purpose=e.purpose, channel="email", state=e.state, entry=e, at=now)
            for e in entries
        ),
        BATCH,
    )


def upload_customers(path: str, rows: int, city: str = "上海") -> int:
    """A file of `rows` people, some of them twice, some of them with mistakes."""
    lines = chain(
        ["客户编号,姓名,手机,邮箱,城市,邮件营销同意\n"],
        (
            f"N{n % (rows - rows // 50)},张三{n % (rows - rows // 50)},1390{n % (rows - rows // 50):07d},"
            f"{'not an address' if n % 997 == 0 else f'zhang{n % (rows - rows // 50)}@example.com'}"
            f",{city},是\n"
            for n in range(rows)
        ),
    )
    Path(path).write_text("".join(lines))
    job = ImportJob(
        kind=ImportJob.Kind.CUSTOMERS, created_by=User.objects.get(username="admin"), source="shop"
    )
    with Path(path).open("rb") as file:
        job.file_name, job.file_bytes = Path(path).name, Path(path).stat().st_size
        job.file.save(job.file_name, File(file))
    return job.pk


def cancel_import(job_id: int) -> int:
    job = ImportJob.objects.get(pk=job_id)
    imports.cancel(job, by=job.created_by)
    return job.pk


def review_revert(job_id: int) -> int:
    """What the button on the result does, without its nudge."""
    ended = ImportJob.objects.filter(pk=job_id, status=ImportJob.Status.CANCELLED)
    return ended.update(status=ImportJob.Status.TO_REVIEW, ended_as="cancelled", lease_until=None)


def revert_import(job_id: int) -> int:
    reviewed = ImportJob.objects.filter(pk=job_id, status=ImportJob.Status.REVIEWED)
    return reviewed.update(status=ImportJob.Status.TO_REVERT, lease_until=None)


def run_import(job_id: int) -> int:
    """What the button under the check does, without its nudge: the sweep must find the work."""
    previewed = ImportJob.objects.filter(pk=job_id, status=ImportJob.Status.PREVIEW)
    return previewed.update(status=ImportJob.Status.QUEUED)


def begin_journey(name: str, webhook: str) -> int:
    """Waits of a second, a lot, a message or a webhook, a segment; the same for everybody every time."""
    by = User.objects.get(username="admin")
    hook, _made = Subscription.objects.get_or_create(
        name="Receiver",
        defaults={
            "url": webhook,
            "events": [JOURNEY],
            "secret": secrets.seal({"secret": signing.new_secret()}),
        },
    )
    channel = Channel.objects.get(connector="sandbox_smtp")
    listed = segments.make_list(f"Met on {name}", [], by=by)
    wait = {"kind": "wait", "mode": "for", "number": 1, "unit": "seconds"}
    text = {"kind": "message", "channel": channel.pk, "purpose": "service", "subject": name, "body": "Hello"}
    ways = {
        "a": [{"id": 3, **text}, {"id": 4, **wait}],
        "b": [{"id": 5, "kind": "webhook", "webhook": hook.pk, "title": name}],
    }
    nodes = [
        {"id": 1, **wait},
        {"id": 2, "kind": "split", "percent": 50, "salt": "fire", "branches": ways},
        {"id": 6, **wait},
        {"id": 7, "kind": "segment", "segment": listed.pk, "takes_out": False},
        {"id": 8, **wait},
        {"id": 9, "kind": "again", "to": 6, "times": 2},
    ]
    design = empty_design() | {"trigger": {"kind": "manual"}, "nodes": nodes, "last": 9}
    made = Journey.objects.create(name=name, created_by=by, design=design)
    journeys.switch_on(made, by=by)
    journeys.put_in(made, Segment.objects.get(name=TOWN), by=by)
    return made.pk


def people_for_journeys(number: int) -> int:
    by = User.objects.get(username="admin")
    ensure_sandbox_channels()
    _people_who_consented(number)
    everybody = Customer.objects.filter(city=TOWN).values_list("pk", flat=True)
    group = segments.make_list(TOWN, list(everybody), by=by)
    Membership.objects.bulk_create(
        (Membership(segment=group, customer_id=pk) for pk in everybody), BATCH, ignore_conflicts=True
    )
    return group.pk
