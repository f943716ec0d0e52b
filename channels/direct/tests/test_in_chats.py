"""Single messages that nobody asked for, over accounts that let free text through for a while only."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from channels import factories
from channels.connectors.arriving import Delivered, Status
from channels.connectors.base import Retry
from channels.direct import hearing, reasons, sending, services
from channels.direct.models import DirectMessage
from channels.inbox.models import Message
from channels.models import Channel
from channels.sandbox import provider_side
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers.factories import customer
from customers.identity.models import Identity, Profile
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
State = DirectMessage.State
SPRING = {"template": "spring", "fields": {"1": "Emma"}, "body": "Hello Emma"}


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    settings.QUIET_CHANNELS = []


@pytest.fixture
def whatsapp() -> Channel:
    templates = "spring|en|Hello {{1}}\nnews|en|News: {{body}}"
    config = {"sandbox": True, "phone_number_id": "12345", "templates": templates}
    return factories.channel(connector="whatsapp", kind="whatsapp", config=config)


@pytest.fixture
def wechat() -> Channel:
    config = {"sandbox": True, "app_id": "wx-lanshan", "templates": "spring|zh_CN|{{first.DATA}}，您好"}
    return factories.channel(connector="wechat_oa", kind="wechat", config=config)


@pytest.fixture
def emma() -> Customer:
    return customer(name="Emma", phone="+4790000000", country="NO")


def handle(one: Customer, kind: str, value: str, scope: str = "") -> Identity:
    profile = Profile.objects.create(customer=one, source="test")
    return Identity.objects.create(profile=profile, kind=kind, scope=scope, value=value, source="test")


def heard(one: Customer, channel: Channel, hours: float) -> None:
    talk = factories.conversation(one, channel=channel)
    factories.message(talk, at=timezone.now() - timedelta(hours=hours))


def message(one: Customer, channel: Channel, **fields: Any) -> DirectMessage:
    said = {"body": "Dear Emma", "purpose": "service", "is_automatic": True}
    return DirectMessage.objects.create(customer=one, channel=channel, **{**said, **fields})


def sent(one: DirectMessage) -> DirectMessage:
    sending.send(one.pk)
    one.refresh_from_db()
    return one


def arrived() -> dict[str, str]:
    rows = SandboxMessage.objects.all()
    return {one.recipient: provider_side.text_of(bytes(one.raw), one.protocol) for one in rows}


def test_a_template_goes_with_its_blanks_to_the_handle_of_the_account(
    sandbox: Sandbox, wechat: Channel, emma: Customer
) -> None:
    handle(emma, "openid", "o-other", scope="wx-another")
    handle(emma, "openid", "o-emma", scope="wx-lanshan")
    told = sent(message(emma, wechat, template="spring", fields={"first": "艾玛"}, body="艾玛，您好"))
    assert (told.state, told.address) == (State.ACCEPTED, "o-emma")
    assert arrived() == {"o-emma": "艾玛"}
    assert Entry.objects.get(source="direct").body == "艾玛，您好"


def test_who_has_no_handle_there_gets_nothing(wechat: Channel, emma: Customer) -> None:
    handle(emma, "openid", "o-emma", scope="wx-another")
    told = sent(message(emma, wechat, template="spring", fields={"first": "艾玛"}))
    assert (told.state, told.reason) == (State.SKIPPED, "no_address")


def test_a_number_of_whatsapp_goes_before_the_telephone(
    sandbox: Sandbox, whatsapp: Channel, emma: Customer
) -> None:
    handle(emma, "whatsapp", "+4799999999")
    said = {"template": "spring", "fields": {"1": "Emma"}}
    assert sent(message(emma, whatsapp, **said)).address == "+4799999999"
    assert arrived() == {"+4799999999": "spring Emma"}
    other = customer(phone="+4791111111")
    assert sent(message(other, whatsapp, **said)).address == "+4791111111"


def test_free_text_goes_to_who_wrote_a_moment_ago(
    sandbox: Sandbox, whatsapp: Channel, emma: Customer
) -> None:
    heard(emma, whatsapp, 23)
    told = sent(message(emma, whatsapp, instead=SPRING))
    assert (told.state, told.template, told.body) == (State.ACCEPTED, "", "Dear Emma")
    assert arrived() == {emma.phone: "Dear Emma"}


def test_to_others_the_template_goes_and_is_what_was_said(
    sandbox: Sandbox, whatsapp: Channel, emma: Customer
) -> None:
    heard(emma, whatsapp, 25)
    told = sent(message(emma, whatsapp, instead=SPRING))
    assert (told.state, told.template, told.fields) == (State.ACCEPTED, "spring", {"1": "Emma"})
    assert (told.body, told.instead) == ("Hello Emma", None)
    assert arrived() == {emma.phone: "spring Emma"}
    assert Entry.objects.get(source="direct").body == "Hello Emma"


def test_whom_the_night_makes_wait_gets_what_is_let_through_in_the_morning(
    sandbox: Sandbox, whatsapp: Channel, emma: Customer, settings: Any
) -> None:
    hour = timezone.localtime().hour
    Customer.objects.filter(pk=emma.pk).update(country="")
    settings.QUIET_FROM, settings.QUIET_UNTIL = hour, (hour + 2) % 24
    settings.QUIET_CHANNELS = ["whatsapp"]
    heard(emma, whatsapp, 23)
    waits = sent(message(emma, whatsapp, instead=SPRING))
    assert (waits.state, waits.reason, waits.instead) == (State.READY, "quiet", SPRING)
    settings.QUIET_CHANNELS = []
    Message.objects.update(at=timezone.now() - timedelta(hours=31))
    DirectMessage.objects.update(due_at=timezone.now())
    assert sent(waits).template == "spring"


def test_without_a_template_they_are_left_out(whatsapp: Channel, emma: Customer) -> None:
    told = sent(message(emma, whatsapp))
    assert (told.state, told.reason) == (State.SKIPPED, "window")
    with translation.override("en"):
        assert reasons.words(told.reason) == "Until the customer writes again, only a template gets through"


def test_what_may_have_arrived_is_not_said_in_other_words(whatsapp: Channel, emma: Customer) -> None:
    tried = message(emma, whatsapp, instead=SPRING, sent_at=timezone.now())
    sending._claim(tried.pk)
    tried.refresh_from_db()
    assert (tried.template, tried.body) == ("", "Dear Emma")


def test_a_busy_provider_gets_the_same_template_again(
    sandbox: Sandbox, whatsapp: Channel, emma: Customer
) -> None:
    parcel = sending._claim(message(emma, whatsapp, instead=SPRING).pk)
    assert parcel is not None
    sending._settle(parcel, Retry(0, "busy"))
    DirectMessage.objects.update(due_at=timezone.now())
    told = sent(parcel.message)
    assert (told.state, told.attempts, told.template) == (State.ACCEPTED, 2, "spring")
    assert arrived() == {emma.phone: "spring Emma"}


def test_what_the_provider_reports_holds_for_the_handle(
    sandbox: Sandbox, wechat: Channel, emma: Customer
) -> None:
    handle(emma, "openid", "o-emma", scope="wx-lanshan")
    told = sent(message(emma, wechat, template="spring", fields={"first": "艾玛"}))
    report = Status("s", timezone.now(), Delivered.FAILED, external_id=told.provider_id, is_permanent=True)
    assert hearing.find(wechat, report) == told
    hearing.hear(told.pk, report)
    told.refresh_from_db()
    assert told.state == State.FAILED
    again = sent(message(emma, wechat, template="spring", fields={"first": "艾玛"}))
    assert (again.state, again.reason) == (State.SKIPPED, "suppressed")


def test_a_blank_may_be_called_like_our_own(sandbox: Sandbox, whatsapp: Channel, emma: Customer) -> None:
    told = sent(message(emma, whatsapp, template="news", fields={"body": "Tea"}, body="News: Tea"))
    assert told.state == State.ACCEPTED
    assert arrived() == {emma.phone: "news Tea"}


def test_sent_again_it_says_the_same(whatsapp: Channel, emma: Customer, seller: User) -> None:
    lost = message(emma, whatsapp, instead=SPRING, state=State.UNKNOWN)
    assert services.send_again(lost, by=seller).instead == SPRING
    lost = message(emma, whatsapp, state=State.UNKNOWN)
    with pytest.raises(Refused):
        services.send_again(lost, by=seller)
