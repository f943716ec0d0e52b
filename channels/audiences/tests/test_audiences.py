"""Ads audiences: who is in the file and who is not, who agrees, what changed, what is told."""

import os
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels.audiences import refreshing, services, tasks, writing
from channels.audiences.models import Audience, AudienceRun
from channels.consent import services as consent
from channels.consent import suppression
from channels.consent.models import Purpose, Suppression
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers.models import Customer
from customers.privacy.models import Protection
from segments import services as segments

pytestmark = pytest.mark.slow


@pytest.fixture
def marketer(db: None, settings: Any, tmp_path: Any) -> User:
    settings.MEDIA_ROOT = tmp_path
    return people.user(Role.MARKETING, name="Su")


@pytest.fixture
def audience(marketer: User) -> Audience:
    """Seven people: allowed by e-mail, by both, one mailbox twice, none, withdrawn, blocked, restricted."""
    rows = {
        "mail": ("mail@a.test", ""),
        "both": ("both@a.test", "+8613812345678"),
        "twin": ("mail@a.test", ""),
        "none": ("none@a.test", "+8613812345670"),
        "gone": ("gone@a.test", ""),
        "blocked": ("blocked@a.test", ""),
        "held": ("held@a.test", ""),
        "bare": ("", ""),
    }
    made = {
        name: Customer.objects.create(name=name, email=email, phone=phone, touched_at=timezone.now())
        for name, (email, phone) in rows.items()
    }
    for name in ("mail", "both", "twin", "gone", "blocked", "held"):
        consent.grant(made[name], Purpose.ADS, "email", source="test")
    consent.grant(made["both"], Purpose.ADS, "sms", source="test")
    consent.grant(made["none"], Purpose.MARKETING, "email", source="test")
    consent.withdraw(made["gone"], Purpose.ADS, "email", source="test")
    suppression.suppress("email", "blocked@a.test", Suppression.Reason.COMPLAINT)
    Protection.objects.create(customer=made["held"], restricted_at=timezone.now())
    segment = segments.make_list("All of them", [one.pk for one in made.values()], by=marketer)
    return services.make(
        Audience(name="Spring", segment=segment, network="tiktok", refresh="daily", reason="Spring sale"),
        by=marketer,
    )


def work(audience: Audience) -> AudienceRun:
    run = audience.runs.latest("pk")
    writing.work(run.pk)
    run.refresh_from_db()
    audience.refresh_from_db()
    return run


def lines(run: AudienceRun, part: str) -> set[str]:
    return set(writing.path_of(run, part).read_text().splitlines()[1:])


def hashed(*values: str) -> str:
    return ",".join(sha256(one.encode()).hexdigest() if one else "" for one in values)


def test_only_who_allows_it_goes_out_and_only_hashed(audience: Audience, marketer: User) -> None:
    counted = work(audience)
    assert (counted.members, counted.identified, counted.consented) == (8, 6, 3)
    assert not counted.folder
    services.ask(audience, by=marketer)
    audience.refresh_from_db()
    assert audience.state == Audience.State.WAITING
    with pytest.raises(Refused):
        services.decide(audience, by=marketer, allowed=True)
    services.decide(audience, by=people.user(Role.OPERATIONS), allowed=True)
    run = work(audience)
    assert (run.status, run.exported, run.added, run.removed) == ("done", 2, None, None)
    assert lines(run, "whole") == {hashed("mail@a.test", ""), hashed("both@a.test", "+8613812345678")}
    text = writing.path_of(run, "whole").read_text()
    assert "@" not in text
    assert "138" not in text.replace(sha256(b"+8613812345678").hexdigest(), "")
    written = AuditEntry.objects.get(action="audience.written")
    assert written.detail["rows"] == 2


def test_the_next_file_says_who_came_in_and_who_is_to_be_taken_out(
    audience: Audience, marketer: User
) -> None:
    work(audience)
    services.ask(audience, by=marketer)
    services.decide(audience, by=people.user(Role.OPERATIONS), allowed=True)
    work(audience)
    consent.grant(Customer.objects.get(name="none"), Purpose.ADS, "email", source="test")
    consent.withdraw(Customer.objects.get(name="both"), Purpose.ADS, "sms", source="test")
    Audience.objects.update(next_at=timezone.now() - timedelta(hours=1))
    refreshing.begin_due()
    refreshing.begin_due()  # it is planned anew at once
    assert audience.runs.filter(writes=True).count() == 2
    run = work(audience)
    assert (run.exported, run.added, run.removed) == (3, 2, 1)
    assert lines(run, "added") == {hashed("none@a.test", ""), hashed("both@a.test", "")}
    assert lines(run, "removed") == {hashed("both@a.test", "+8613812345678")}
    AudienceRun.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    tasks.sweep()
    assert not list((writing.path_of(run, "").parent).iterdir())
    run.refresh_from_db()
    assert (run.status, run.folder) == ("expired", "")


def test_a_segment_that_outgrew_what_was_agreed_to_stops(audience: Audience, marketer: User) -> None:
    work(audience)
    services.ask(audience, by=marketer)
    services.decide(audience, by=people.user(Role.OPERATIONS), allowed=True)
    Audience.objects.update(limit=7)
    run = work(audience)
    assert (run.status, run.error, run.folder) == ("failed", "grew", "")
    assert audience.next_at is None


def test_files_that_are_still_written_count_against_what_one_may_take_alone(
    audience: Audience, marketer: User
) -> None:
    taker = people.user(Role.OPERATIONS)
    for _number in range(3):
        fields = {"name": "x", "segment": audience.segment, "network": "meta", "reason": "x"}
        work(services.make(Audience(**fields), by=taker))
    first, second, third = Audience.objects.filter(created_by=taker).order_by("pk")
    services.ask(first, by=taker)
    first.refresh_from_db()
    assert (first.state, first.limit) == (Audience.State.ON, 20)
    assert services.left_of(taker) == 5_000 - 20
    Audience.objects.filter(pk=first.pk).update(limit=4_990)
    services.ask(second, by=taker)
    second.refresh_from_db()
    # Agreed to by nobody, it may not grow beyond what is left.
    assert (second.state, second.limit) == (Audience.State.ON, 10)
    services.ask(third, by=taker)
    third.refresh_from_db()
    assert third.state == Audience.State.WAITING
    work(first)
    work(second)
    assert services.left_of(taker) == 5_000 - 16


def test_what_a_dead_worker_began_is_removed(audience: Audience, marketer: User) -> None:
    work(audience)
    services.ask(audience, by=marketer)
    services.decide(audience, by=people.user(Role.OPERATIONS), allowed=True)
    run = work(audience)
    place = writing.path_of(run, "").parent
    for name, age in (("dead", 25), ("alive", 1)):
        (place / name).mkdir()
        (place / name / "whole").write_text("half")
        then = (timezone.now() - timedelta(hours=age)).timestamp()
        os.utime(place / name, (then, then))
    os.utime(place / run.folder, (0, 0))
    tasks.sweep()
    assert {one.name for one in place.iterdir()} == {"alive", run.folder}


def test_a_count_that_failed_is_made_again(audience: Audience, marketer: User) -> None:
    AudienceRun.objects.update(status="failed", error="interrupted")
    client = Client()
    client.force_login(marketer)
    client.cookies["django_language"] = "en"
    page = client.get(f"/audiences/{audience.pk}/").content.decode()
    assert "Count again" in page
    assert "Write the file" not in page
    stranger = people.user(Role.MARKETING)
    for verb in (services.repeat, services.ask, services.end):
        with pytest.raises(Refused, match="Only who made"):
            verb(audience, by=stranger)
    assert client.post(f"/audiences/{audience.pk}/repetition/").status_code == 302
    assert client.post(f"/audiences/{audience.pk}/repetition/").status_code == 409
    assert work(audience).consented == 3
    assert "Ask for approval" in client.get(f"/audiences/{audience.pk}/").content.decode()


def test_a_file_that_was_interrupted_is_written_again(audience: Audience, marketer: User) -> None:
    work(audience)
    services.ask(audience, by=marketer)
    services.decide(audience, by=people.user(Role.OPERATIONS), allowed=True)
    audience.refresh_from_db()
    AudienceRun.objects.filter(writes=True).update(status="failed", error="interrupted")
    services.repeat(audience, by=marketer)
    assert work(audience).exported == 2
    with pytest.raises(Refused):
        services.repeat(audience, by=marketer)


def test_only_a_file_that_is_there_is_noted_as_fetched(audience: Audience, marketer: User) -> None:
    work(audience)
    services.ask(audience, by=marketer)
    services.decide(audience, by=people.user(Role.OPERATIONS), allowed=True)
    run = work(audience)
    client = Client()
    client.force_login(marketer)
    for part, status in (("added", 404), ("whole", 200)):
        assert client.get(f"/audiences/{audience.pk}/files/{run.pk}/{part}/").status_code == status
    noted = AuditEntry.objects.filter(action="audience.downloaded")
    assert [one.detail["part"] for one in noted] == ["whole"]
    run.refresh_from_db()
    assert run.downloads == 1


def test_pages_files_and_strangers(audience: Audience, marketer: User) -> None:
    client = Client()
    client.force_login(marketer)
    client.cookies["django_language"] = "en"
    given = {"name": "New", "segment": audience.segment_id, "network": "meta", "refresh": "", "reason": "x"}
    assert client.post("/audiences/new/", {**given, "reason": ""}).status_code == 422
    assert client.post("/audiences/new/", given).status_code == 302
    work(audience)
    assert "Ask for approval" in client.get(f"/audiences/{audience.pk}/").content.decode()
    client.post(f"/audiences/{audience.pk}/asking/")
    approver = Client()
    approver.force_login(people.user(Role.OPERATIONS))
    assert client.post(f"/audiences/{audience.pk}/decision/", {"allowed": "1"}).status_code == 404
    approver.post(f"/audiences/{audience.pk}/decision/", {"allowed": "1"})
    run = work(audience)
    address = f"/audiences/{audience.pk}/files/{run.pk}"
    fetched = client.get(f"{address}/whole/")
    content = b"".join(fetched.streaming_content)  # type: ignore[attr-defined]
    assert content.decode().startswith("Email_SHA256,Phone_SHA256\n")
    assert fetched.headers["Cache-Control"] == "private, no-store"
    assert approver.get(f"{address}/whole/").status_code == 404
    assert client.get(f"{address}/added/").status_code == 404
    page = client.get(f"/audiences/{audience.pk}/").content.decode()
    assert re.search(r"<td>In the file</td>\s*<td class=\"number\">2</td>", page)
    client.post(f"/audiences/{audience.pk}/ending/")
    audience.refresh_from_db()
    assert (audience.state, audience.next_at) == ("ended", None)
    seller = Client()
    seller.force_login(people.user(Role.SALES))
    assert seller.get("/audiences/").status_code == 404
