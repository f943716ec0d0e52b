"""How long data is kept: what would go, and what goes at night."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories, retention
from customers.imports.models import ImportProblem
from customers.models import Customer
from customers.privacy import retaining, services
from customers.privacy.models import Protection, RetentionRule, RetentionRun
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 5, 4, 4, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LONG_AGO = NIGHT - timedelta(days=4000)


@pytest.fixture(autouse=True)
def _night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NIGHT)


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


def rule(key: str, days: int, by: User, *, on: bool = True) -> retention.Kind:
    kind = retention.find(key)
    assert kind
    services.set_rule(kind, days, on=on, by=by)
    return kind


def test_nothing_goes_before_a_rule_is_switched_on(operator: User) -> None:
    factories.entry(factories.customer(), occurred_at=LONG_AGO, body="old words")
    rule("timeline-texts", 30, operator, on=False)
    retaining.run_if_due()
    assert Entry.objects.get().body == "old words"
    assert not RetentionRun.objects.exists()


def test_the_preview_changes_nothing_and_counts_what_the_night_takes(operator: User) -> None:
    one = factories.customer()
    for day in (1, 29, 31, 400):
        factories.entry(one, occurred_at=NIGHT - timedelta(days=day), body="words")
    kind = rule("timeline-texts", 30, operator)
    seen = retaining.preview(kind, 30)
    assert (seen.number, len(seen.samples)) == (2, 2)
    assert Entry.objects.exclude(body="").count() == 4
    retaining.run_if_due()
    assert Entry.objects.exclude(body="").count() == 2
    assert RetentionRun.objects.get().counts == {"timeline-texts": 2}
    assert retaining.preview(kind, 30).number == 0


def test_a_night_is_worked_on_once(operator: User) -> None:
    one = factories.customer()
    rule("timeline-texts", 30, operator)
    retaining.run_if_due()
    factories.entry(one, occurred_at=LONG_AGO, body="words")
    retaining.run_if_due()
    assert Entry.objects.get().body == "words"


def test_a_run_that_a_crash_left_goes_on(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "CHUNK", 1)
    one = factories.customer()
    for _ in range(3):
        factories.entry(one, occurred_at=LONG_AGO, body="words")
    rule("timeline-texts", 30, operator)
    retaining.run_if_due(seconds=0)
    assert Entry.objects.exclude(body="").count() == 2
    retaining.run_if_due()
    assert RetentionRun.objects.get().counts == {"timeline-texts": 3}


def test_not_before_its_hour(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rule("timeline-texts", 30, operator)
    monkeypatch.setattr(timezone, "now", lambda: NIGHT.replace(hour=2))
    retaining.run_if_due()
    assert not RetentionRun.objects.exists()


def test_customers_in_the_bin_and_long_silent_ones_are_erased(operator: User) -> None:
    binned = factories.customer(name="Binned", deleted_at=LONG_AGO)
    silent = factories.customer(name="Silent", touched_at=LONG_AGO)
    lately = factories.customer(name="Lately", touched_at=NIGHT)
    for key in ("deleted-customers", "sleeping-customers"):
        rule(key, 90, operator)
    retaining.run_if_due()
    assert set(Protection.objects.values_list("customer", flat=True)) == {binned.pk, silent.pk}
    assert Customer.objects.get(pk=lately.pk).name == "Lately"


def test_rows_that_could_not_be_imported_go(operator: User) -> None:
    job = factories.import_job(by=operator, status="done", finished_at=LONG_AGO)
    ImportProblem.objects.create(job=job, line=1, reason="empty", cells=["a@b.cn"])
    rule("import-rows", 30, operator)
    retaining.run_if_due()
    assert not ImportProblem.objects.exists()


def test_rules_are_seen_and_changed_by_operations_only(client: Client, operator: User) -> None:
    url = reverse("privacy:retention")
    client.force_login(people.user(Role.SALES))
    assert client.get(url).status_code == 404
    client.force_login(operator)
    assert client.get(url).status_code == 200
    edit = reverse("privacy:retention-rule", args=["timeline-texts"])
    assert client.post(edit, {"days": "0"}).status_code == 400
    assert client.post(edit, {"days": "77", "is_on": "on"}).status_code == 302
    assert RetentionRule.objects.get().days == 77
    assert client.get(reverse("privacy:retention-preview", args=["timeline-texts"])).status_code == 200
    assert client.get(reverse("privacy:retention-preview", args=["nothing"])).status_code == 404


def test_a_rule_keeps_at_least_a_day() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.create(kind="x", days=0)
