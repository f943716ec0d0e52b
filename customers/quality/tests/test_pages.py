"""Data quality as colleagues see it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels import factories as channels
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer
from customers.quality import assessing, running
from customers.quality.models import Assessment, Refresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def office(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def assess() -> None:
    run = running.queue(by=None)
    assert run
    running.run(run.pk)


def test_the_base_leads_to_the_customers_behind_each_number(office: Client) -> None:
    factories.customer(name="Nothing Known")
    assess()
    text = office.get(reverse("quality:base")).content.decode()
    assert "problem=no_phone" in text
    found = office.get(reverse("customers:list") + "?problem=no_phone&quality=low")
    assert "Nothing Known" in found.content.decode()
    assert "Nothing Known" not in office.get(reverse("customers:list") + "?quality=good").content.decode()


def test_before_the_first_assessment_the_page_says_so(office: Client) -> None:
    assert office.get(reverse("quality:base")).status_code == 200


def test_the_work_list_begins_with_the_worst_and_stays_cheap(office: Client) -> None:
    factories.customer(name="Better", phone="+8613900000001", city="Bonn")
    factories.customer(name="Worse", phone="+8613900000001")
    for number in range(5):
        factories.customer(name=f"Worst {number}")
    assessing.keep(Customer.objects.all(), timezone.now())
    office.get(reverse("quality:worst"))
    with CaptureQueriesContext(connection) as queries:
        text = office.get(reverse("quality:worst")).content.decode()
    assert text.index("Worst 0") < text.index("Worse") < text.index("Better")
    assert len(queries) <= 8
    assert "Worst" not in office.get(reverse("quality:worst") + "?mine=1").content.decode()


def test_a_seller_sees_their_own_customers_only(client: Client) -> None:
    seller = people.user(Role.SALES)
    factories.customer(name="Mine", owner=seller)
    factories.customer(name="Theirs")
    assess()
    client.force_login(seller)
    text = client.get(reverse("quality:worst")).content.decode()
    assert "Mine" in text
    assert "Theirs" not in text
    assert client.get(reverse("quality:base")).status_code == 200
    assert client.post(reverse("quality:assessments")).status_code == 404


def test_the_panel_says_why(office: Client) -> None:
    one = factories.customer(name="Nothing Known")
    text = office.get(reverse("customers:panel", args=[one.pk, "quality"])).content.decode()
    assert text.count("−") >= 5


def test_asking_from_the_work_list_leads_back_to_it(office: Client) -> None:
    channels.channel()
    one = factories.customer(email="li@example.com")
    answer = office.post(reverse("quality:refreshes", args=[one.pk]), {"next": "worst"})
    assert answer.url == reverse("quality:worst")  # type: ignore[attr-defined]
    assert Refresh.objects.get().customer == one


def test_an_assessment_is_started_and_watched(office: Client) -> None:
    office.post(reverse("quality:assessments"))
    run = Assessment.objects.get()
    url = reverse("quality:assessment", args=[run.pk])
    assert "HX-Refresh" not in office.get(url, headers={"HX-Request": "true"}).headers
    running.run(run.pk)
    assert office.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_list_can_show_and_sort_by_it(office: Client) -> None:
    factories.customer(name="Nothing Known")
    assess()
    answer = office.get(reverse("customers:list") + "?sort=quality&cols=quality")
    assert answer.status_code == 200
    assert "Nothing Known" in answer.content.decode()
