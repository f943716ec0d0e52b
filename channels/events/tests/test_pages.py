"""The public page, the ticket, the door."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from channels.campaigns.models import Campaign
from channels.consent.models import Consent
from channels.events import forms, links
from channels.events.factories import event
from channels.events.models import Event, Registration
from channels.factories import channel
from crm.accounts import factories as people
from crm.accounts.policy import Role
from segments.factories import segment

pytestmark = pytest.mark.django_db
SAID = {"name": "Emma Stone", "email": "Emma@mail.example", "consent": "on"}


def address(made: Event) -> str:
    return "/" + links.page_of(made).split("/", 3)[3]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "QUICKEST", -1)


def send(client: Client, made: Event, **said: str) -> str:
    page = client.get(address(made) + "?lang=en").content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert stamp
    answer = client.post(address(made) + "?lang=en", {**SAID, "stamp": stamp[1], **said}, follow=True)
    return answer.content.decode()


def test_a_guest_registers_confirms_news_and_cancels(client: Client, hurried: None) -> None:
    channel(name="Mail")
    made = event(capacity=2)
    assert "We have sent a confirmation" in send(client, made)
    found = Registration.objects.get()
    assert (found.name, found.email, found.wants_news) == ("Emma Stone", "emma@mail.example", True)
    assert found.text_version
    assert not Consent.objects.exists()

    own = "/" + links.ticket_of(found).split("/", 3)[3]
    page = client.get(own).content.decode()
    assert found.code in page
    assert '<svg class="qr"' in page
    client.post(own, {"news": "yes"})
    assert Consent.objects.get().state == "granted"
    assert b"BEGIN:VCALENDAR" in client.get(f"{own}event.ics").content
    assert "is cancelled" in client.post(own, {"cancel": "yes"}).content.decode()
    assert Event.objects.get().taken == 0


def test_machines_and_forged_addresses_register_nobody(client: Client) -> None:
    made = event()
    assert "That was quick" in send(client, made)
    client.post(address(made), {**SAID, "stamp": "forged"})
    forged = address(made)[:-9] + "AAAAAAAA/"
    assert 'name="stamp"' not in client.get(forged).content.decode()
    assert 'name="stamp"' not in client.get(address(event(state="draft"))).content.decode()
    assert not Registration.objects.exists()


def test_the_trap_answers_as_if_all_were_well(client: Client, hurried: None) -> None:
    assert "We have sent a confirmation" in send(client, event(), website="https://spam.example")
    assert not Registration.objects.exists()


def test_a_marketer_plans_and_invites_and_the_door_lets_in(client: Client, hurried: None) -> None:
    channel(name="Mail")
    client.force_login(people.user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    said = {"title_zh": "品鉴会", "title_en": "Tasting", "place": "Wharf"}
    wrong = {**said, "starts_at": "2035-01-01T19:00", "ends_at": "2035-01-01T18:00"}
    assert client.post(reverse("events:new"), wrong).status_code == 422
    client.post(reverse("events:new"), {**wrong, "ends_at": "2035-01-01T21:00", "asks_consent": "on"})
    made = Event.objects.get()
    client.post(reverse("events:opening", args=[made.pk]))
    client.post(reverse("events:invitation", args=[made.pk]), {"segment": segment().pk})
    assert links.page_of(made) in Campaign.objects.get().body
    send(Client(), made)
    found = Registration.objects.get()

    client.force_login(people.user(Role.OPERATIONS))
    client.cookies["django_language"] = "en"
    door = reverse("events:door", args=[made.pk])
    scanned = client.get(reverse("events:scan", args=[found.code]), follow=True).content.decode()
    assert "Emma Stone" in scanned
    assert "Emma Stone" in client.get(door, {"q": "stone"}).content.decode()
    client.post(reverse("events:check-in", args=[found.pk]))
    twice = client.post(reverse("events:check-in", args=[found.pk]))
    assert twice.status_code == 409
    client.post(reverse("events:walk-in", args=[made.pk]), {"name": "Li Wei", "phone": "13900001111"})
    assert "2 of 2 are here" in client.get(door).content.decode()


def test_the_door_does_not_name_customers_one_may_not_see(client: Client, hurried: None) -> None:
    made = event()
    send(client, made)
    client.force_login(people.user(Role.SALES))
    found = Registration.objects.get()
    page = client.get(reverse("events:door", args=[made.pk]), {"q": found.code}).content.decode()
    assert found.code in page
    assert "Emma Stone" not in page
    assert (
        found.code not in client.get(reverse("events:door", args=[made.pk]), {"q": "Emma"}).content.decode()
    )
