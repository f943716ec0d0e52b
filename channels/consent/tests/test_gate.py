"""Each rule of the gate, with a customer for whom only that rule says no."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.consent import services, suppression
from channels.consent.gate import Question, Reason, judged, verdict_on
from channels.consent.models import Purpose
from channels.factories import campaign, delivery
from customers.factories import customer
from customers.models import Customer

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
DAY = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def ask(purpose: str = Purpose.MARKETING, channel: str = "email", at: datetime | None = None) -> Question:
    return Question(channel=channel, purpose=purpose, at=at or timezone.now())


def reachable(**fields: Any) -> Customer:
    made = customer(**{"email": "an@example.com", "phone": "+8613900000001", **fields})
    for channel in ("email", "sms"):
        services.grant(made, Purpose.MARKETING, channel, source="test")
    return made


def test_a_customer_who_allowed_it_is_written_to() -> None:
    assert verdict_on(reachable(), ask()) == ""


def test_a_deleted_customer_is_not() -> None:
    assert verdict_on(reachable(deleted_at=timezone.now()), ask()) == Reason.GONE


def test_a_customer_that_never_was_is_not() -> None:
    assert verdict_on(Customer(pk=1), ask()) == Reason.GONE


@pytest.mark.parametrize(
    "address",
    ["", "no address", "a@b", "a@@b.cn", "a b@c.cn", "a@b.cn, c@d.cn", "a@b.cn\nBcc: c@d.cn", "x@y..z"],
)
def test_no_usable_address(address: str) -> None:
    assert verdict_on(reachable(email=address), ask()) == Reason.NO_ADDRESS


@pytest.mark.parametrize("address", ["李@example.com", "<a@b.cn>", '"a"@b.cn'])
def test_an_address_that_no_server_takes(address: str) -> None:
    assert verdict_on(reachable(email=address), ask()) == Reason.NO_ADDRESS


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        (timedelta(minutes=-1), Reason.NO_CONSENT),  # said no to everything after they had asked
        (timedelta(minutes=1), ""),
        (timedelta(days=40), ""),
    ],
)
def test_who_said_no_and_then_writes_to_us_gets_an_answer(asked: timedelta, verdict: str) -> None:
    made, refused_at = reachable(), timezone.now() - timedelta(days=50)
    services.withdraw(made, Purpose.SERVICE, "email", source="test", at=refused_at)
    assert verdict_on(made, ask(Purpose.SERVICE)) == Reason.NO_CONSENT
    now = refused_at + asked + timedelta(days=1)
    answer = Question("email", Purpose.SERVICE, now, asked_at=refused_at + asked)
    assert verdict_on(made, answer) == verdict
    # What is written weeks later is no answer any more, and an offer never is one.
    late = Question("email", Purpose.SERVICE, now + timedelta(days=31), asked_at=refused_at + asked)
    assert verdict_on(made, late) == Reason.NO_CONSENT
    services.withdraw(made, Purpose.MARKETING, "email", source="test")
    offer = Question("email", Purpose.MARKETING, now, asked_at=refused_at + asked)
    assert verdict_on(made, offer) == Reason.NO_CONSENT


def test_an_international_domain_is_an_address() -> None:
    assert verdict_on(reachable(email="an@例子.中国"), ask()) == ""


def test_a_channel_we_know_no_address_for() -> None:
    assert verdict_on(reachable(), ask(channel="pigeon")) == Reason.NO_ADDRESS


def test_who_never_allowed_it_is_left_out() -> None:
    assert verdict_on(customer(email="an@example.com"), ask()) == Reason.NO_CONSENT


def test_consent_counts_for_its_purpose_and_channel_only() -> None:
    one = customer(email="an@example.com", phone="+8613900000001")
    services.grant(one, Purpose.MARKETING, "sms", source="test")
    services.grant(one, Purpose.SURVEY, "email", source="test")
    assert verdict_on(one, ask()) == Reason.NO_CONSENT


def test_who_withdrew_is_left_out() -> None:
    one = reachable()
    services.withdraw(one, Purpose.MARKETING, "email", source="test")
    assert verdict_on(one, ask()) == Reason.NO_CONSENT


def test_service_messages_go_unless_somebody_said_no() -> None:
    one = customer(email="an@example.com")
    assert verdict_on(one, ask(Purpose.SERVICE)) == ""
    services.withdraw(one, Purpose.SERVICE, "email", source="test")
    assert verdict_on(one, ask(Purpose.SERVICE)) == Reason.NO_CONSENT


def test_a_suppressed_address_is_left_out_for_every_purpose() -> None:
    one = reachable(email="An@Example.com")
    suppression.suppress("email", "an@example.COM", "bounce")
    suppression.suppress("email", "an@example.COM", "bounce")
    assert verdict_on(one, ask()) == Reason.SUPPRESSED
    assert verdict_on(one, ask(Purpose.SERVICE)) == Reason.SUPPRESSED
    suppression.release("email", "an@example.com")
    assert verdict_on(one, ask()) == ""


def test_suppression_of_a_mail_address_leaves_the_phone_alone() -> None:
    suppression.suppress("email", "+8613900000001", "manual")
    assert verdict_on(reachable(), ask(channel="sms", at=DAY)) == ""


def test_suppression_outlives_a_new_secret_key(settings: Any) -> None:
    one = reachable()
    suppression.suppress("email", one.email, "complaint")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 8
    assert verdict_on(one, ask()) == Reason.SUPPRESSED


def test_nobody_is_written_to_too_often(settings: Any) -> None:
    settings.CONTACT_CAP = 2
    one = reachable()
    for _ in range(2):
        assert verdict_on(one, ask()) == ""
        delivery(campaign(), one, state="accepted", sent_at=timezone.now())
    assert verdict_on(one, ask()) == Reason.OVER_CONTACTED
    assert verdict_on(one, ask(at=timezone.now() + timedelta(days=8))) == ""


def test_what_was_never_sent_does_not_count(settings: Any) -> None:
    settings.CONTACT_CAP = 1
    one = reachable()
    delivery(campaign(), one, state="failed", reason="550")
    delivery(campaign(purpose=Purpose.SERVICE), one, state="accepted", sent_at=timezone.now())
    assert verdict_on(one, ask()) == ""


def test_what_may_have_been_sent_does_count(settings: Any) -> None:
    settings.CONTACT_CAP = 1
    one = reachable()
    delivery(campaign(), one, state="unknown", sent_at=timezone.now())
    assert verdict_on(one, ask()) == Reason.OVER_CONTACTED


def test_service_messages_have_no_cap(settings: Any) -> None:
    settings.CONTACT_CAP = 1
    one = reachable()
    delivery(campaign(), one, state="accepted", sent_at=timezone.now())
    assert verdict_on(one, ask(Purpose.SERVICE)) == ""


def test_a_cap_of_nought_is_no_cap(settings: Any) -> None:
    settings.CONTACT_CAP = 0
    one = reachable()
    delivery(campaign(), one, state="accepted", sent_at=timezone.now())
    assert verdict_on(one, ask()) == ""


def test_text_messages_wait_at_night_and_mail_does_not() -> None:
    one = reachable()
    assert verdict_on(one, ask(channel="sms", at=NIGHT)) == Reason.QUIET
    assert verdict_on(one, ask(channel="sms", at=DAY)) == ""
    assert verdict_on(one, ask(channel="email", at=NIGHT)) == ""


def test_night_is_where_the_customer_is() -> None:
    assert verdict_on(reachable(country="GB"), ask(channel="sms", at=NIGHT)) == ""
    assert verdict_on(reachable(country="GB"), ask(channel="sms", at=DAY)) == Reason.QUIET


def test_the_first_rule_that_says_no_is_the_reason() -> None:
    one = customer(deleted_at=timezone.now())
    assert verdict_on(one, ask(channel="sms", at=NIGHT)) == Reason.GONE


def test_all_are_judged_in_one_query(django_assert_num_queries: Any) -> None:
    good, bad = reachable(), customer(email="b@example.com")
    with django_assert_num_queries(1):
        verdicts = dict(judged(Customer.objects.all(), ask()).values_list("pk", "verdict"))
    assert verdicts == {good.pk: "", bad.pk: Reason.NO_CONSENT}
