"""/customers/<pk>/handles/ and what is done there."""

import json
from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories, services
from customers.identity.models import Identity, Profile
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture
def seller(client: Client) -> User:
    user = people.user(Role.SALES)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


@pytest.fixture
def mine(seller: User) -> Customer:
    return factories.customer(name="Wang", owner=seller)


def url(customer: Customer, rest: str = "") -> str:
    return f"/customers/{customer.pk}/handles/{rest}"


def page(client: Client, customer: Customer) -> str:
    return " ".join(client.get(url(customer)).content.decode().split())


def from_till(customer: Customer, kind: str, value: str) -> Identity:
    profile = Profile.objects.create(customer=customer, source="till", raw={"tel": value})
    return Identity.objects.create(profile=profile, kind=kind, value=value, source="till")


def test_one_line_per_handle_names_every_source(client: Client, mine: Customer) -> None:
    factories.identity(mine, "phone", "+8613812345678")
    from_till(mine, "phone", "+8613812345678")

    text = page(client, mine)

    assert text.count("138••••5678</span>") == 1
    assert "till, shop" in text
    assert "13812345678" not in text


def test_a_handle_is_added_normalised(client: Client, mine: Customer) -> None:
    client.post(url(mine), {"kind": "phone", "value": "138 1234 5678"})
    client.post(url(mine), {"kind": "email", "value": "Wang@Example.com"})
    client.post(url(mine), {"kind": "card", "value": "00123", "scope": "till"})

    rows = Identity.objects.order_by("pk").values_list("kind", "scope", "value", "source")
    assert list(rows) == [
        ("phone", "", "+8613812345678", "manual"),
        ("email", "", "wang@example.com", "manual"),
        ("card", "till", "00123", "manual"),
    ]
    assert AuditEntry.objects.filter(action="identity.added").count() == 3


def test_further_handles_survive_an_edit_of_the_first(client: Client, mine: Customer, seller: User) -> None:
    client.post(url(mine), {"kind": "phone", "value": "13812345678"})
    mine.refresh_from_db()
    services.update(mine, {"phone": "+8613900000000"}, version=mine.version, by=seller)

    assert Identity.objects.attached().filter(kind="phone").count() == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "phone", "value": "call me"}, "value"),
        ({"kind": "email", "value": "nobody"}, "value"),
        ({"kind": "card", "value": "1"}, "scope"),
        ({"kind": "openid", "value": "oABC"}, "kind"),
        ({"kind": "phone", "value": ""}, "value"),
    ],
)
def test_what_does_not_fit_is_told(client: Client, mine: Customer, data: dict[str, str], field: str) -> None:
    answer = client.post(url(mine), data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_what_belongs_to_another_customer_is_refused_without_a_name(client: Client, mine: Customer) -> None:
    other = factories.customer(name="Secret")
    factories.identity(other, "card", "77", scope="till")

    answer = client.post(url(mine), {"kind": "card", "value": "77", "scope": "till"})

    assert answer.status_code == 409
    assert "Secret" not in answer.content.decode()


def test_verifying_marks_every_source(client: Client, mine: Customer) -> None:
    one = factories.identity(mine, "phone", "+8613812345678", confidence=60)
    from_till(mine, "phone", "+8613812345678")

    client.post(url(mine, f"{one.pk}/verification/"))

    assert not Identity.objects.filter(verified_at=None).exists()
    assert "Verified" in page(client, mine)
    assert client.post(url(mine, f"{one.pk}/verification/")).status_code == 409


def test_detaching_keeps_the_source_and_can_be_undone(client: Client, mine: Customer) -> None:
    one = factories.identity(mine, "email", "wang@example.com")
    from_till(mine, "email", "wang@example.com")

    answer = client.post(url(mine, f"{one.pk}/detachment/"), headers=PART)

    assert not Identity.objects.attached().exists()
    assert Profile.objects.count() == 2
    assert AuditEntry.objects.filter(action="identity.detached").count() == 1
    assert Entry.objects.filter(kind="identity.detached").exists()
    assert "No longer theirs" in answer.content.decode()
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"][0]
    client.post(toast["undo"])
    assert Identity.objects.attached().count() == 2


def test_a_detached_handle_is_no_longer_shown_nor_found(client: Client, seller: User) -> None:
    made = services.create({"name": "Wang", "phone": "+8613812345678"}, by=seller)
    client.post(url(made), {"kind": "phone", "value": "13900001111"})
    one = Identity.objects.get(value="+8613812345678")

    client.post(url(made, f"{one.pk}/detachment/"))

    made.refresh_from_db()
    assert made.phone == "+8613900001111"
    assert not client.get("/customers/", {"q": "13812345678"}).context["listing"].page.rows
    assert client.get("/customers/", {"q": "13900001111"}).context["listing"].page.rows == [made]
    client.post(url(made, f"{one.pk}/attachment/"))
    made.refresh_from_db()
    assert made.phone == "+8613812345678"


def test_who_took_it_over_keeps_it(client: Client, seller: User, mine: Customer) -> None:
    one = factories.identity(mine, "card", "77", scope="till")
    client.post(url(mine, f"{one.pk}/detachment/"))
    factories.identity(factories.customer(), "card", "77", scope="till")

    assert client.post(url(mine, f"{one.pk}/attachment/")).status_code == 409


def test_the_whole_handle_is_shown_once_and_logged(client: Client, mine: Customer) -> None:
    one = factories.identity(mine, "openid", "oABCDEFGH")

    assert "oABCDEFGH" in client.post(url(mine, f"{one.pk}/reveal/"), headers=PART).content.decode()
    look = AuditEntry.objects.get(action=services.REVEALED)
    assert (look.subject_id, look.detail["identity"]) == (mine.pk, one.pk)
    assert "oABCDEFGH" not in page(client, mine)


def test_looks_share_the_daily_allowance(
    client: Client, mine: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "REVEALS_A_DAY", 1)
    one = factories.identity(mine, "openid", "oABCDEFGH")

    codes = [client.post(url(mine, f"{one.pk}/reveal/")).status_code for _time in range(2)]

    assert codes == [200, 409]


def test_strangers_get_404(client: Client, seller: User) -> None:
    other = factories.customer()
    one = factories.identity(other, "openid", "oABCDEFGH")
    mine = factories.customer(owner=seller)

    assert client.get(url(other)).status_code == 404
    assert client.post(url(other)).status_code == 404
    for rest in ("verification", "detachment", "attachment", "reveal"):
        assert client.post(url(other, f"{one.pk}/{rest}/")).status_code == 404
        assert client.post(url(mine, f"{one.pk}/{rest}/")).status_code == 404


def test_the_page_costs_a_few_queries(
    client: Client, mine: Customer, django_assert_max_num_queries: Any
) -> None:
    for number in range(9):
        factories.identity(mine, "email", f"a{number}@example.com")
    client.get(url(mine))

    with django_assert_max_num_queries(10):
        client.get(url(mine))
