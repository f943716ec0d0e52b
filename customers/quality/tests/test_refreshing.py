"""Customers look over their own data: asked rarely, shown little, believed only after a look."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import factories as channels
from channels.letters import sending
from channels.letters.models import Letter
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories
from customers.identity.models import Identity
from customers.models import Customer
from customers.privacy.models import Protection
from customers.quality import asking, running, services
from customers.quality.models import Proposal, Refresh
from customers.record.models import Change

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture(autouse=True)
def _ready(db: None) -> None:
    cache.clear()
    channels.channel()


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def one() -> Customer:
    return factories.customer(
        name="Li Ming",
        email="li@example.com",
        phone="+8613900000001",
        city="上海",
        address="1 Road",
        language="en",
    )


@pytest.fixture
def asked(one: Customer, operator: User) -> Refresh:
    return services.ask(one, by=operator)


def page(asked: Refresh) -> str:
    return reverse("refresh:refresh", args=[asking.LINKS.make("refresh", asked.key)])


def test_asking_sends_one_letter_with_the_link(asked: Refresh) -> None:
    parcel = sending._take(Letter.objects.get().pk)
    assert parcel
    assert parcel.address == "li@example.com"
    draft = asking.letter(asked.key)
    assert draft
    assert page(asked) in draft.url
    assert "li@" not in draft.url


def test_one_open_request_at_a_time(asked: Refresh, operator: User) -> None:
    with pytest.raises(Refused):
        services.ask(asked.customer, by=operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refresh.objects.create(customer=asked.customer, expires_at=timezone.now())


def test_nobody_is_asked_again_soon(asked: Refresh, operator: User) -> None:
    services.answer(asked, {})
    with pytest.raises(Refused):
        services.ask(asked.customer, by=operator)
    Refresh.objects.update(asked_at=timezone.now() - timedelta(days=91))
    Letter.objects.update(state="sent", asked_at=timezone.now() - timedelta(days=91))
    services.ask(asked.customer, by=operator)


def test_a_colleague_asks_only_so_many_a_day(
    one: Customer, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ASKED_A_DAY", 1)
    services.ask(one, by=operator)
    with pytest.raises(Refused):
        services.ask(factories.customer(email="b@example.com"), by=operator)


@pytest.mark.parametrize("fields", [{"email": ""}, {"restricted_by_law": True}])
def test_who_cannot_or_must_not_be_written_to_is_not_asked(fields: dict[str, Any], operator: User) -> None:
    one = factories.customer(email=fields.get("email", "c@example.com"))
    if "restricted_by_law" in fields:
        Protection.objects.create(customer=one, restricted_at=timezone.now())
    with pytest.raises(Refused):
        services.ask(one, by=operator)


def test_looking_changes_nothing_and_shows_little(client: Client, asked: Refresh) -> None:
    for _ in range(3):
        text = client.get(page(asked)).content.decode()
    asked.refresh_from_db()
    assert asked.status == Refresh.Status.OPEN
    assert "Li Ming" in text
    for hidden in ("li@example.com", "13900000001", "1 Road"):
        assert hidden not in text


def test_corrections_wait_apart_from_the_data(client: Client, asked: Refresh) -> None:
    client.post(page(asked), {"name": "Li Ming", "city": "北京", "phone": "13900000002", "birthday": ""})
    proposed = dict(Proposal.objects.values_list("field", "value"))
    assert proposed == {"city": "北京", "phone": "+8613900000002"}
    asked.customer.refresh_from_db()
    assert asked.customer.city == "上海"


def test_everything_is_right_is_an_answer_too(client: Client, asked: Refresh) -> None:
    client.post(page(asked), {"right": "1", "city": "typed but not meant"})
    asked.refresh_from_db()
    assert (asked.status, Proposal.objects.count()) == (Refresh.Status.ANSWERED, 0)
    assert b'name="right"' not in client.post(page(asked), {"right": "1"}).content


def test_nothing_can_be_deleted_there(client: Client, asked: Refresh) -> None:
    client.post(page(asked), {"name": "", "city": "", "language": "en"})
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "typed", [{"email": "not an address"}, {"phone": "12"}, {"birthday": "2190-01-01"}, {"name": "x" * 201}]
)
def test_what_cannot_be_right_is_asked_again(client: Client, asked: Refresh, typed: dict[str, str]) -> None:
    assert client.post(page(asked), typed).status_code == 422
    assert not Proposal.objects.exists()


def test_only_real_and_living_links_lead_there(client: Client, asked: Refresh) -> None:
    url = page(asked)
    assert b'name="right"' not in client.get(url[:-1] + ("A" if url[-1] != "A" else "B")).content
    other = reverse("refresh:refresh", args=[asking.LINKS.make("verify", asked.key)])
    assert b'name="right"' not in client.get(other).content
    Refresh.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert b'name="right"' not in client.get(url).content
    running.sweep()
    asked.refresh_from_db()
    assert asked.status == Refresh.Status.EXPIRED


def test_a_colleague_takes_a_correction_over(client: Client, asked: Refresh, operator: User) -> None:
    client.post(page(asked), {"city": "北京", "birthday": "1990-05-01"})
    client.force_login(operator)
    assert "北京" in client.get(reverse("quality:corrections")).content.decode()
    for proposal in Proposal.objects.all():
        client.post(reverse("quality:decision", args=[proposal.pk]), {"accept": "1"})
    asked.customer.refresh_from_db()
    assert (asked.customer.city, str(asked.customer.birthday)) == ("北京", "1990-05-01")
    assert set(Change.objects.values_list("source", flat=True)) == {"self"}


def test_a_refused_correction_changes_nothing(client: Client, asked: Refresh, operator: User) -> None:
    client.post(page(asked), {"city": "Atlantis"})
    client.force_login(operator)
    url = reverse("quality:decision", args=[Proposal.objects.get().pk])
    client.post(url, {"accept": "0"})
    assert client.post(url, {"accept": "1"}).status_code == 409
    asked.customer.refresh_from_db()
    assert asked.customer.city == "上海"


def test_strangers_decide_nothing(client: Client, asked: Refresh) -> None:
    client.post(page(asked), {"city": "北京"})
    client.force_login(people.user(Role.SALES))
    assert client.post(reverse("quality:decision", args=[Proposal.objects.get().pk])).status_code == 404
    client.force_login(people.user(Role.MARKETING))
    assert client.get(reverse("quality:corrections")).status_code == 404
    assert client.post(reverse("quality:refreshes", args=[asked.customer_id])).status_code == 404


def test_a_new_address_counts_once_its_owner_confirmed_it(
    client: Client, asked: Refresh, operator: User
) -> None:
    client.post(page(asked), {"email": "new@example.com"})
    proposal = Proposal.objects.get()
    letter = Letter.objects.get(kind=asking.VERIFYING)
    parcel = sending._take(letter.pk)
    assert parcel
    assert parcel.address == "new@example.com"
    assert not Proposal.objects.waiting().exists()
    url = reverse("refresh:verify", args=[asking.LINKS.make("verify", proposal.key)])
    client.get(url)
    assert not Proposal.objects.waiting().exists()
    client.post(url)
    proposal.refresh_from_db()
    services.decide(proposal, accept=True, by=operator)
    asked.customer.refresh_from_db()
    assert asked.customer.email == "new@example.com"
    assert Identity.objects.get(value="new@example.com").verified_at


def test_an_unconfirmed_address_is_never_taken_over_not_even_in_sql(asked: Refresh) -> None:
    made = Proposal.objects.create(refresh=asked, field="email", value="x@y.cn", state=State.UNVERIFIED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(state=State.ACCEPTED, decided_at=timezone.now())


def test_where_the_company_trusts_its_customers_nobody_need_look(
    client: Client, asked: Refresh, settings: Any
) -> None:
    settings.REFRESH_ACCEPTS_ITSELF = True
    client.post(page(asked), {"city": "北京", "email": "new@example.com"})
    asked.customer.refresh_from_db()
    assert (asked.customer.city, asked.customer.email) == ("北京", "li@example.com")
    proposal = Proposal.objects.get(field="email")
    client.post(reverse("refresh:verify", args=[asking.LINKS.make("verify", proposal.key)]))
    asked.customer.refresh_from_db()
    assert asked.customer.email == "new@example.com"


@pytest.mark.usefixtures("one_window")
def test_the_page_cannot_be_asked_without_end(client: Client, asked: Refresh) -> None:
    answers = [client.post(page(asked), {"phone": "1"}).status_code for _ in range(14)]
    assert answers[12:] == [429, 429]
