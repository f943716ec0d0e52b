"""GET and POST /customers/<pk>/relations/, its removal, its candidates and the panel."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.models import Customer, Share
from customers.relations.models import Relation
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(client: Client) -> User:
    user = people.user(Role.SALES)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


@pytest.fixture
def mine(seller: User) -> Customer:
    return factories.customer(name="Wang", owner=seller)


def url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/relations/"


def add(client: Client, customer: Customer, role: str, other: Customer) -> Any:
    data = {"role": role, "other": other.pk, "other_text": other.name}
    return client.post(url(customer), data, headers={"HX-Request": "true"})


def page(client: Client, customer: Customer) -> str:
    return " ".join(client.get(url(customer)).content.decode().split())


def test_each_end_is_told_in_its_own_words(client: Client, seller: User, mine: Customer) -> None:
    friend = factories.customer(name="Li", owner=seller)

    answer = add(client, mine, "referral:from", friend)

    assert "relations-changed" in answer.headers["HX-Trigger"]
    assert Relation.objects.get().one == friend
    assert 'Referred by</small><br><a class="link" href="/customers/' in page(client, mine)
    assert "Referred</small>" in page(client, friend)
    assert Entry.objects.filter(kind="relation.added").count() == 2
    assert AuditEntry.objects.get(action="relation.added").detail["customers"] == [friend.pk, mine.pk]


def test_the_other_end_is_named_only_to_who_may_see_it(client: Client, mine: Customer) -> None:
    factories.relation(mine, factories.customer(name="Secret person"), "partner")

    for text in (page(client, mine), client.get(f"/customers/{mine.pk}/panels/relations/").content.decode()):
        assert "Partner" in text
        assert "A customer you may not see" in text
        assert "Secret person" not in text


def test_the_timeline_names_nobody(client: Client, seller: User, mine: Customer) -> None:
    friend = factories.customer(name="Secret friend", owner=seller)
    add(client, mine, "family:to", friend)

    assert all("Secret friend" not in f"{one.summary}{one.body}{one.data}" for one in Entry.objects.all())


def test_who_may_not_be_seen_cannot_be_chosen(client: Client, mine: Customer) -> None:
    stranger = factories.found(name="Stranger")

    assert add(client, mine, "family:to", stranger).status_code == 422
    found = client.get(f"{url(mine)}candidates/", {"other_text": "Stranger"}).content.decode()
    assert "Stranger" not in found.replace("is called so", "")
    assert not Relation.objects.exists()


def test_candidates_are_found_as_one_types(client: Client, seller: User, mine: Customer) -> None:
    factories.found(name="李小明", owner=seller)

    assert "李小明" in client.get(f"{url(mine)}candidates/", {"other_text": "lxm"}).content.decode()
    assert "role" not in client.get(f"{url(mine)}candidates/", {"other_text": ""}).content.decode()


def test_without_scripts_the_name_is_enough(client: Client, seller: User, mine: Customer) -> None:
    factories.customer(name="Li Ming", owner=seller)

    answer = client.post(url(mine), {"role": "assistant:to", "other_text": "Li Ming"})

    assert answer.headers["Location"] == url(mine)
    assert Relation.objects.get().kind == "assistant"


def test_nobody_is_related_twice_or_to_themselves(client: Client, seller: User, mine: Customer) -> None:
    friend = factories.customer(name="Li", owner=seller)
    add(client, mine, "referral:to", friend)

    assert add(client, mine, "referral:from", friend).status_code == 409
    assert add(client, mine, "referral:to", mine).status_code == 422
    assert add(client, mine, "nonsense:to", friend).status_code == 422
    with pytest.raises(IntegrityError, match="relation_is_told_once"), transaction.atomic():
        factories.relation(friend, mine, "referral")
    with pytest.raises(IntegrityError, match="relation_is_between_two"), transaction.atomic():
        factories.relation(mine, mine)


def test_it_is_removed_from_either_end(client: Client, mine: Customer) -> None:
    relation = factories.relation(factories.customer(name="Hidden"), mine)

    answer = client.post(f"{url(mine)}{relation.pk}/removal/")

    assert answer.status_code == 302
    assert not Relation.objects.exists()
    assert client.post(f"{url(mine)}{relation.pk}/removal/").status_code == 404


def test_a_deleted_customer_is_no_relation(client: Client, mine: Customer) -> None:
    factories.relation(mine, factories.customer(name="Gone", deleted_at=timezone.now()))

    assert "Nobody yet" in page(client, mine)


def test_work_is_shown_on_both_ends(client: Client, seller: User) -> None:
    company = factories.customer(name="Lanshan", kind="organisation", owner=seller)
    person = factories.customer(name="Zhao", organisation=company, owner=seller)
    factories.customer(name="Hidden", organisation=company)

    assert "Lanshan" in page(client, person)
    assert "Zhao" in page(client, company)
    assert "Hidden" not in page(client, company)


def test_who_only_looks_has_no_form(client: Client, seller: User) -> None:
    shared = factories.customer()
    Share.objects.create(customer=shared, user=seller, level=Share.Level.VIEW)

    assert "Add relation" not in page(client, shared)
    assert add(client, shared, "family:to", factories.customer(owner=seller)).status_code == 404


def test_strangers_get_404(client: Client, seller: User) -> None:
    other = factories.customer()
    relation = factories.relation(other, factories.customer())

    assert client.get(url(other)).status_code == 404
    assert client.get(f"{url(other)}candidates/").status_code == 404
    assert client.post(f"{url(other)}{relation.pk}/removal/").status_code == 404


def test_the_page_costs_a_few_queries(
    client: Client, seller: User, mine: Customer, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        factories.relation(mine, factories.customer(name=f"F{number}", owner=seller))
    client.get(url(mine))

    with django_assert_max_num_queries(12):
        client.get(url(mine))
