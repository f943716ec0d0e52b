"""Saved pivots, and their e-mails: once an occasion, as whoever gets them, and no longer than they may."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.desk.pivot import mailing, services
from crm.desk.pivot.models import SavedPivot, Schedule, Sending
from crm.lib.errors import BadInput, Refused
from customers.models import Customer
from segments.models import Segment

pytestmark = pytest.mark.django_db
URL = "/pivot/"
QUERY = "subject=customers&rows=kind&column=&period=all"


@pytest.fixture
def kept(marketer: User) -> SavedPivot:
    return services.keep("Kinds", QUERY, by=marketer, audience="all")


def due(kept: SavedPivot, user: User, **fields: Any) -> Schedule:
    one = services.plan(Schedule(pivot=kept, user=user, **fields), by=user)
    Schedule.objects.filter(pk=one.pk).update(next_at=timezone.now() - timedelta(minutes=1))
    return one


def total(message: Any) -> int:
    """The last number of the file that came along."""
    _name, content, _kind = message.attachments[0]
    rows = list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    return int(rows[-1][-1])


def test_what_the_table_shows_is_kept_under_a_name(as_marketer: Client, base: list[Customer]) -> None:
    answer = as_marketer.post(
        f"{URL}new/", {"name": " By  kind ", "query": f"{QUERY}&foo=1", "audience": "all"}
    )

    kept = SavedPivot.objects.get()
    assert (kept.name, kept.query) == ("By kind", "subject=customers&measure=customers&period=all&rows=kind")
    page = as_marketer.get(answer.headers["Location"])
    assert (page.context["saved"], page.context["is_changed"]) == (kept, False)
    assert as_marketer.get(f"{URL}?subject=orders&saved={kept.pk}").context["is_changed"] is True


def test_nothing_is_kept_that_cannot_be_shown(marketer: User) -> None:
    with pytest.raises(BadInput):
        services.keep("Bad", "subject=orders&rows=owner__password", by=marketer)


def test_two_of_one_name_are_refused(kept: SavedPivot, marketer: User) -> None:
    with pytest.raises(Refused):
        services.keep("Kinds", QUERY, by=marketer)


def test_shared_with_a_team_or_with_nobody(marketer: User, seller: User, teams: list[Team]) -> None:
    own = services.keep("Own", QUERY, by=marketer)
    north = services.keep("North", QUERY, by=marketer, audience="team", team=teams[0])
    south = services.keep("South", QUERY, by=marketer, audience="team", team=teams[1])

    assert set(SavedPivot.objects.visible_to(seller)) == {north}
    assert set(SavedPivot.objects.visible_to(marketer)) == {own, north, south}
    assert not SavedPivot.objects.visible_to(seller, "edit").exists()
    assert not SavedPivot.objects.visible_to(people.user(Role.AUDITOR)).exists()


def test_each_occasion_is_sent_once_as_its_reader(
    base: list[Customer], kept: SavedPivot, marketer: User, seller: User
) -> None:
    due(kept, marketer)
    due(kept, seller)

    assert [mailing.sweep(), mailing.sweep()] == [2, 0]

    assert Sending.objects.filter(status="sent").count() == 2
    sent = {one.to[0]: one for one in mail.outbox}
    assert total(sent[marketer.email]) == len(base)
    assert total(sent[seller.email]) == Customer.objects.filter(owner=seller).count()
    assert f"saved={kept.pk}" in str(sent[seller.email].body)


def test_an_occasion_is_never_twice_in_the_database(kept: SavedPivot, marketer: User) -> None:
    one = due(kept, marketer)
    now = timezone.now()
    Sending.objects.create(schedule=one, occasion=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sending.objects.create(schedule=one, occasion=now)


def test_it_ends_when_a_right_is_lost(
    base: list[Customer], marketer: User, seller: User, kept: SavedPivot
) -> None:
    leaves, loses, shut_out = people.user(Role.MARKETING), people.user(Role.OPERATIONS), seller
    for user in (leaves, loses, shut_out):
        due(kept, user)
    User.objects.filter(pk=leaves.pk).update(is_active=False)
    User.objects.filter(pk=loses.pk).update(roles=[Role.SERVICE])
    kept.audience = "private"
    services.change(kept, by=marketer, was="all")

    assert mailing.sweep() == 0

    assert not mail.outbox
    assert set(Schedule.objects.values_list("is_active", "ended")) == {(False, "rights")}
    Schedule.objects.update(next_at=timezone.now() - timedelta(days=1))
    mailing.sweep()
    assert Sending.objects.count() == 3


def test_who_dies_before_the_mail_is_followed_and_after_it_is_not(
    base: list[Customer], kept: SavedPivot, marketer: User
) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    one = services.plan(Schedule(pivot=kept, user=marketer), by=marketer)
    Sending.objects.create(
        schedule=one, occasion=long_ago, status="building", attempts=1, lease_until=long_ago
    )
    handed = Sending.objects.create(
        schedule=one, occasion=timezone.now(), status="handed", attempts=1, lease_until=long_ago
    )

    assert mailing.sweep() == 1

    handed.refresh_from_db()
    assert handed.status == "unknown"
    assert len(mail.outbox) == 1


def test_a_table_whose_segment_is_gone_is_not_sent(marketer: User) -> None:
    segment = Segment.objects.create(name="Few", created_by=marketer)
    kept = services.keep("Few", f"{QUERY}&segment={segment.pk}", by=marketer)
    due(kept, marketer)
    segment.delete()

    mailing.sweep()

    assert Sending.objects.values_list("status", "problem").get() == ("failed", "question")


@pytest.mark.parametrize(
    ("every", "expected"),
    [("day", "2026-11-24T08"), ("week", "2026-11-30T08"), ("month", "2026-12-01T08")],
)
def test_the_next_time_is_by_the_clock_of_the_company(every: str, expected: str) -> None:
    # Monday, 23 November, 08:00 in Shanghai: this moment is over.
    at = mailing.next_time(Schedule(every=every, hour=8), datetime(2026, 11, 23, 0, 0, tzinfo=UTC))
    assert at.isoformat().startswith(expected)
    assert str(at.utcoffset()) == "8:00:00"


def test_what_was_slept_through_comes_once(base: list[Customer], kept: SavedPivot, marketer: User) -> None:
    one = due(kept, marketer, every="day")
    Schedule.objects.filter(pk=one.pk).update(next_at=timezone.now() - timedelta(days=4))

    assert mailing.sweep() == 1
    one.refresh_from_db()
    assert one.next_at > timezone.now()


def test_the_page_plans_sends_now_and_stops(
    as_marketer: Client, base: list[Customer], kept: SavedPivot
) -> None:
    page = f"{URL}{kept.pk}/email/"
    assert as_marketer.get(page).status_code == 200
    as_marketer.post(page, {"every": "week", "hour": "7", "format": "csv"})
    as_marketer.post(f"{page}sendings/")
    assert as_marketer.post(f"{page}sendings/").status_code == 409
    assert mailing.sweep() == 1
    assert mail.outbox[0].attachments[0][0].endswith(".csv")
    assert 'class="dot ok"' in as_marketer.get(page).content.decode()

    as_marketer.post(f"{page}end/")
    one = Schedule.objects.get()
    assert (one.is_active, one.ended) == (False, "stopped")
    assert as_marketer.post(f"{page}sendings/").status_code == 409
