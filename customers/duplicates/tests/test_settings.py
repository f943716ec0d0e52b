"""When customers may be joined by themselves, seen against what this company's people decided."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.matching.models import Pair, Run, Settings

pytestmark = pytest.mark.django_db
GIVEN = {"gate": "sure", "join_from": "7", "ask_from": "0", "largest": "20", "most": "5"}


@pytest.fixture
def page() -> str:
    return reverse("duplicates:settings")


def test_they_are_kept_and_audited(office: Client, page: str) -> None:
    assert office.post(page, GIVEN).status_code == 302
    assert office.post(page, GIVEN | {"gate": "likely"}).status_code == 302
    assert Settings.objects.get().gate == "likely"
    told = AuditEntry.objects.filter(action="duplicate.settings_changed").latest("pk").detail
    assert told == {"gate": ["sure", "likely"]}


def test_asking_above_joining_makes_no_sense(office: Client, page: str) -> None:
    answer = office.post(page, GIVEN | {"ask_from": "9"})
    assert answer.status_code == 422
    assert "This must not be above what is joined by itself." in answer.content.decode()
    assert not Settings.objects.exists()


def test_the_preview_counts_what_people_decided(office: Client, operator: User, page: str) -> None:
    for bits, state in ((10.0, "joined"), (11.0, "joined"), (12.0, "apart"), (8.0, "joined")):
        pair = factories.pair(factories.customer(), factories.customer(), bits=bits)
        decided = {"state": state, "decided_by": operator, "decided_at": "2026-01-01T00:00Z"}
        Pair.objects.filter(pk=pair.pk).update(**decided)
    factories.pair(factories.customer(), factories.customer(), bits=10.0)
    answer = office.get(page, GIVEN | {"join_from": "9.5"})
    assert answer.context["preview"] == answer.context["preview"].__class__(1, 2, 3)
    bands = {one.name: (one.right, one.reviewed) for one in answer.context["bands"]}
    assert (bands["10 – 13"], bands["7 – 10"], bands["20 +"]) == ((2, 3), (1, 1), (0, 0))
    assert not Settings.objects.exists()


def test_without_decisions_it_promises_nothing(office: Client, page: str) -> None:
    assert "No decisions yet." in office.get(page).content.decode()


def test_who_may_not_configure_finds_neither_settings_nor_runs(client: Client, page: str) -> None:
    client.force_login(people.user(Role.MANAGER))
    assert client.get(page).status_code == 404
    assert client.post(reverse("duplicates:runs")).status_code == 404


def test_a_run_is_started_once(office: Client) -> None:
    runs = reverse("duplicates:runs")
    assert office.post(runs).status_code == 302
    assert office.post(runs).status_code == 409
    run = Run.objects.get()
    progress = office.get(reverse("duplicates:run", args=[run.pk]), headers={"HX-Request": "true"})
    assert "All customers are being compared." in progress.content.decode()
    assert "Standardise" in office.get(runs).content.decode()
