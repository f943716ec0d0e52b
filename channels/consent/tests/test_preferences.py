"""The customer's own page: no account, nothing changed by looking, each change with its proof."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from channels import factories as channels
from channels.campaigns import tokens
from channels.consent import preferences, services, texts
from channels.consent.models import Consent, ConsentEntry, ConsentText, Purpose
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer
from customers.privacy.models import Protection, SubjectRequest
from segments.recommending import services as recommending

pytestmark = pytest.mark.django_db
CELL = "marketing.email"


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()


@pytest.fixture
def one() -> Customer:
    return customer(name="Li Ming", email="li@example.com", phone="+8613900000001", language="en")


def address(one: Customer) -> str:
    return "/" + preferences.link_to(one).split("/", 3)[3]


def test_looking_changes_nothing(client: Client, one: Customer) -> None:
    url = address(one)
    for _ in range(5):
        assert client.get(url).status_code == 200
    client.head(url)
    assert not ConsentEntry.objects.exists()


def test_the_address_and_the_page_name_nobody(client: Client, one: Customer) -> None:
    url = address(one)
    text = client.get(url).content.decode()
    for word in ("Li Ming", "li@example.com", "13900000001"):
        assert word not in url
        assert word not in text


def test_what_the_customer_ticks_is_in_the_ledger_with_its_wording(client: Client, one: Customer) -> None:
    client.post(address(one), {"allowed": [CELL, "service.email"], "shown": ["service.email"]})
    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.source, entry.by) == ("granted", "preferences page", None)
    assert entry.text_version == texts.current_code(Purpose.MARKETING) == "marketing-1"
    assert entry.evidence["form"] == "preferences page"


def test_taking_back_is_as_easy(client: Client, one: Customer) -> None:
    services.grant(one, Purpose.MARKETING, "email", source="shop")
    client.post(address(one), {"shown": [CELL]})
    assert Consent.objects.get(customer=one).state == "withdrawn"


def test_an_old_page_does_not_bring_back_what_was_stopped_elsewhere(client: Client, one: Customer) -> None:
    services.grant(one, Purpose.MARKETING, "email", source="shop")
    services.withdraw(one, Purpose.MARKETING, "email", source="unsubscribe link")
    # The page was opened while it was still allowed, and the box was left alone.
    client.post(address(one), {"shown": [CELL], "allowed": [CELL, "survey.email"]})
    assert Consent.objects.get(customer=one, purpose="marketing").state == "withdrawn"
    assert Consent.objects.get(customer=one, purpose="survey").state == "granted"


def test_one_button_stops_offers_and_surveys_but_not_the_parcel(client: Client, one: Customer) -> None:
    for purpose, channel in (("marketing", "email"), ("marketing", "sms"), ("survey", "email")):
        services.grant(one, purpose, channel, source="shop")
    client.post(address(one), {"all": "1", "allowed": [CELL]})
    assert set(Consent.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert not Consent.objects.filter(purpose="service").exists()


def test_boxes_nobody_showed_are_not_believed(client: Client, one: Customer) -> None:
    client.post(address(one), {"allowed": ["marketing.wechat", "marketing.pigeon", "x", "marketing"]})
    assert not ConsentEntry.objects.exists()


def test_the_customer_chooses_their_language(client: Client, one: Customer) -> None:
    client.post(address(one), {"language": "zh-hans"})
    one.refresh_from_db()
    assert (one.language, one.version) == ("zh-hans", 2)
    client.post(address(one), {"language": "tlh"})
    one.refresh_from_db()
    assert one.language == "zh-hans"


def test_the_page_speaks_the_customers_language(client: Client, one: Customer) -> None:
    assert 'lang="en"' in client.get(address(one)).content.decode()
    assert 'lang="zh-hans"' in client.get(address(one) + "?lang=zh-hans").content.decode()


def test_forged_and_foreign_links_lead_nowhere(client: Client, one: Customer) -> None:
    real = address(one).rsplit("/", 1)[1]
    delivery = channels.delivery(channels.campaign(), one)
    forged = [
        "x",
        "A" * 48,
        real[:-1] + ("A" if real[-1] != "A" else "B"),
        preferences.LINKS.make("page", uuid4()),
        tokens.make("unsubscribe", delivery.key),
    ]
    for token in forged:
        url = reverse("preferences:page", args=[token])
        client.post(url, {"allowed": [CELL]})
        assert b"allowed" not in client.get(url).content
    assert not ConsentEntry.objects.exists()


def test_the_link_of_a_campaigns_mail_leads_to_the_same_page(client: Client, one: Customer) -> None:
    delivery = channels.delivery(channels.campaign(), one)
    url = reverse("mail:preferences", args=[tokens.make("preferences", delivery.key)])
    answer = client.get(url, follow=True)
    assert b'value="marketing.email"' in answer.content


def test_whoever_was_erased_has_no_page(client: Client, one: Customer) -> None:
    url = address(one)
    Protection.objects.create(customer=one, erased_at="2026-01-01T00:00Z")
    assert b'name="allowed"' not in client.get(url).content


@pytest.mark.usefixtures("one_window")
def test_it_cannot_be_asked_without_end(client: Client, one: Customer) -> None:
    url = address(one)
    answers = [client.post(url, {"language": "en"}).status_code for _ in range(14)]
    assert answers[:12] == [302] * 12
    assert answers[12:] == [429] * 2


def test_a_customer_asks_for_their_data_there(client: Client, one: Customer) -> None:
    url = address(one) + "/request"
    client.post(url, {"kind": "export"})
    made = SubjectRequest.objects.get()
    assert (made.customer, made.way, made.created_by) == (one, "online", None)
    assert "li@example.com" not in made.proof
    client.post(url, {"kind": "export"})
    client.post(url, {"kind": "everything"})
    assert SubjectRequest.objects.count() == 1


def test_a_published_wording_never_changes() -> None:
    text = ConsentText.objects.published().first()
    assert text
    for change in (lambda: ConsentText.objects.filter(pk=text.pk).update(text_en="x"), text.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_a_wording_is_published_in_both_languages_or_not_at_all() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentText.objects.create(purpose="survey", version=9, text_en="x", published_at="2026-01-01T00:00Z")


def test_wordings_are_written_in_the_admin_until_they_are_published(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS, is_staff=True))
    draft = ConsentText.objects.create(purpose="survey", version=2)
    published = ConsentText.objects.published().get(purpose="survey")

    def change(text: ConsentText) -> Any:
        url = reverse("admin:consent_consenttext_change", args=[text.pk])
        return client.post(
            url, {"purpose": "survey", "version": text.version, "text_en": "new", "text_zh": "新"}
        )

    assert change(draft).status_code == 302
    assert change(published).status_code == 403
    draft.refresh_from_db()
    assert draft.text_en == "new"


def test_staff_note_the_wording_that_was_read_out(client: Client, one: Customer) -> None:
    client.force_login(people.user(Role.OPERATIONS))
    said = {"state": "granted", "purpose": "marketing", "channel": "phone", "reason": "on the phone"}
    url = reverse("consent:entries", args=[one.pk])
    assert client.post(url, said | {"text_version": "marketing-99"}).status_code == 422
    client.post(url, said | {"text_version": "marketing-1"})
    assert ConsentEntry.objects.get().text_version == "marketing-1"


def test_the_customer_declines_and_allows_personal_recommendations(client: Client, one: Customer) -> None:
    url = address(one)
    assert 'value="no"' in client.get(url).content.decode()
    client.post(url, {"personal": "no"})
    assert not recommending.is_personal_for(one)
    # Nothing else was said by it.
    assert not ConsentEntry.objects.exists()
    assert 'value="yes"' in client.get(url).content.decode()
    client.post(url, {"personal": "yes"})
    assert recommending.is_personal_for(one)
