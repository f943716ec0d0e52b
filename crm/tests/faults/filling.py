"""Runs inside the company under fire: puts work into it and says which."""

from itertools import chain
from pathlib import Path

from django.core.files import File
from django.utils import timezone

from channels.campaigns.models import Campaign
from channels.campaigns.services import launch
from channels.consent.models import Consent, ConsentEntry, Purpose, State
from channels.models import Channel
from channels.services import ensure_sandbox_channels
from crm.accounts.models import User
from customers.imports import services as imports
from customers.imports.models import ImportJob
from customers.models import Customer
from customers.orders.models import Rollup
from segments.models import Segment

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
