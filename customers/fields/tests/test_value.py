"""GET and POST /customers/<pk>/fields/<key>/, and the panel it is opened from."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.fields import storing
from customers.models import Customer
from customers.record.models import Change
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _in_english(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def operator(client: Client) -> User:
    user = people.user(Role.OPERATIONS)
    client.force_login(user)
    return user


@pytest.fixture
def customer() -> Customer:
    return factories.customer(name="Wang")


def url(customer: Customer, key: str) -> str:
    return f"/customers/{customer.pk}/fields/{key}/"


def save(client: Client, customer: Customer, key: str, value: Any, was: Any = None) -> Any:
    data = {f"custom_{key}": value, "was": json.dumps(was)}
    return client.post(url(customer, key), data, headers=PART)


@pytest.mark.parametrize(
    ("kind", "written", "stored", "shown"),
    [
        ("text", "  Blue note ", "Blue note", "Blue note"),
        ("number", "1,234.5", 1234.5, "1,234.5"),
        ("number", "0", 0, "0"),
        ("money", "¥1,200.50", 1200.5, "¥1,200.50"),
        ("date", "2024年3月1日", "2024-03-01", "2024-03-01"),
        ("choice", "gold", "gold", "Gold"),
        ("several", ["tea", "gold"], ["gold", "tea"], "Gold, Tea"),
        ("link", "example.com/a", "https://example.com/a", "example.com"),
    ],
)
def test_each_kind_is_read_kept_and_shown(
    client: Client, operator: User, customer: Customer, kind: str, written: Any, stored: Any, shown: str
) -> None:
    made = factories.field(kind=kind)
    factories.choices(made, "gold", "tea")

    answer = save(client, customer, made.key, written)

    assert answer.status_code == 200
    assert shown in answer.content.decode()
    assert storing.values_of(customer) == {made.key: stored}
    assert shown in client.get(f"/customers/{customer.pk}/").content.decode()


@pytest.mark.parametrize(
    ("kind", "written", "sentence"),
    [
        ("number", "many", "not a number"),
        ("money", "US$5", "one currency"),
        ("date", "01/02/2024", "could be swapped"),
        ("choice", "silver", "silver"),
        ("link", "javascript:alert(1)", "not a web address"),
        ("text", "x" * 501, "501"),
    ],
)
def test_what_does_not_fit_is_told_and_not_kept(
    client: Client, operator: User, customer: Customer, kind: str, written: str, sentence: str
) -> None:
    made = factories.field(kind=kind)
    factories.choices(made, "gold")

    answer = save(client, customer, made.key, written)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert storing.values_of(customer) == {}


def test_a_change_is_in_the_history_on_the_timeline_and_in_the_audit(
    client: Client, operator: User, customer: Customer
) -> None:
    made = factories.field(label="Favourite", label_zh="最爱")
    save(client, customer, made.key, "tea")
    save(client, customer, made.key, "coffee", was="tea")

    change = Change.objects.order_by("-version").first()
    assert change
    assert (change.field, change.old, change.new) == (f"custom.{made.key}", "tea", "coffee")
    entry = Entry.objects.filter(kind="fields.changed").order_by("-pk")[0]
    assert entry.data["fields"] == [{"labels": ["Favourite", "最爱"], "old": "tea", "new": "coffee"}]
    assert AuditEntry.objects.filter(action="customer.fields_changed").count() == 2
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Favourite: <del>tea</del>" in page.replace("\n", "")


def test_who_was_overtaken_sees_what_stands_there(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field()
    storing.store(customer, {made.key: "theirs"}, by=operator)

    answer = save(client, customer, made.key, "mine", was=None)

    assert answer.status_code == 422
    assert "theirs" in answer.content.decode()
    assert 'value="mine"' in answer.content.decode()
    assert storing.values_of(customer) == {made.key: "theirs"}
    assert save(client, customer, made.key, "mine", was="theirs").status_code == 200


def test_a_change_can_be_undone(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field()
    save(client, customer, made.key, "tea")

    answer = save(client, customer, made.key, "coffee", was="tea")
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"][0]
    client.post(toast["undo"])

    assert storing.values_of(customer) == {made.key: "tea"}


def test_a_required_field_is_not_emptied(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field(is_required=True)
    save(client, customer, made.key, "tea")

    assert save(client, customer, made.key, " ", was="tea").status_code == 422
    assert storing.values_of(customer) == {made.key: "tea"}


def test_an_optional_field_is_emptied(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field()
    save(client, customer, made.key, "tea")
    save(client, customer, made.key, "", was="tea")

    assert storing.values_of(customer) == {}


def test_a_field_for_few_is_hidden_from_the_others(client: Client, customer: Customer) -> None:
    secret = factories.field(label="Credit", viewers=[Role.MANAGER], kind="money")
    keeper = people.user(Role.MANAGER, Role.OPERATIONS)
    storing.store(customer, {secret.key: 77123}, by=keeper)
    client.force_login(keeper)
    assert "¥77,123" in client.get(f"/customers/{customer.pk}/").content.decode()

    client.force_login(people.user(Role.OPERATIONS))
    page = client.get(f"/customers/{customer.pk}/").content.decode()

    assert "Credit" not in page
    assert "77,123" not in page
    assert client.get(url(customer, secret.key)).status_code == 404
    assert save(client, customer, secret.key, "1", was=77123).status_code == 404
    assert not Entry.objects.filter(kind="fields.changed").exists()


def test_who_only_looks_has_no_form(client: Client, customer: Customer) -> None:
    made = factories.field(editors=[Role.MANAGER])
    storing.store(customer, {made.key: "tea"}, by=people.user(Role.MANAGER))
    client.force_login(people.user(Role.OPERATIONS))

    page = client.get(f"/customers/{customer.pk}/").content.decode()

    assert "tea" in page
    assert url(customer, made.key) not in page
    assert client.get(url(customer, made.key)).status_code == 404


def test_strangers_and_unknown_or_archived_fields_get_404(client: Client, customer: Customer) -> None:
    made, gone = factories.field(), factories.field(archived_at=timezone.now())
    client.force_login(people.user(Role.SALES))
    assert client.get(url(customer, made.key)).status_code == 404
    client.force_login(people.user(Role.OPERATIONS))
    assert client.get(url(customer, gone.key)).status_code == 404
    assert client.get(url(customer, "nonsense")).status_code == 404


def test_it_works_without_htmx(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field(label="Favourite")

    assert "<h1>Favourite</h1>" in client.get(url(customer, made.key)).content.decode()
    answer = client.post(url(customer, made.key), {f"custom_{made.key}": "tea", "was": "null"})

    assert answer.headers["Location"] == f"/customers/{customer.pk}/"
    assert storing.values_of(customer) == {made.key: "tea"}


def test_a_damaged_form_is_refused(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field()
    data = {f"custom_{made.key}": "tea", "was": "{"}

    assert client.post(url(customer, made.key), data).status_code == 400


def test_searchable_fields_are_found(client: Client, operator: User, customer: Customer) -> None:
    made = factories.field(is_searchable=True)
    save(client, customer, made.key, "铂金会员 Sommelierkurs")

    for text in ("铂金", "sommelierkurs"):
        found = client.get("/customers/", {"q": text}).context["listing"].page.rows
        assert [one.pk for one in found] == [customer.pk], text
