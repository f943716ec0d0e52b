"""A message step that says what a template says: to each reader their own, as a mail with its text, and only
what the company lets out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from channels import factories
from channels.campaigns.templating import services as templates
from channels.campaigns.templating.models import Template, Version
from channels.campaigns.templating.tests import drawing
from channels.campaigns.tests.conftest import Sink, body_of
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.direct import markup, sending
from channels.direct.models import DirectMessage
from channels.journeys import checking, rehearsing, running, services, stepping, words
from channels.journeys.models import Journey, Step
from channels.journeys.tests.conftest import design, journey, later, message, wait
from channels.models import Channel
from channels.offers.factories import offer
from channels.offers.models import Coupon
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer
from customers.models import Customer

pytestmark = pytest.mark.django_db
SHOP = "https://shop.test/tea?a=1&b=2"
IN_OSLO = {"subject": "city", "op": "is", "value": "Oslo"}


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def sms() -> Channel:
    return factories.channel(kind="sms", connector="sms_http", config={"sandbox": True})


def version(by: User, *blocks: dict[str, Any], kind: str = "email", **lines: Any) -> Version:
    """In Chinese and English the same blocks, unless it is said otherwise."""
    drawn = drawing.design(*blocks, **{"en": list(_again(blocks)), **lines})
    made = templates.create(f"Template {Template.objects.count()}", kind, drawn, by=by)
    return templates.keep(made, "", by=by)


def _again(blocks: Any) -> Any:
    return ({**block, "id": block["id"] + 100} for block in blocks)


def says(chosen: Version, channel: Channel, number: int = 1, **fields: Any) -> dict[str, Any]:
    return message(number, channel, subject="", body="", version=chosen.pk, **fields)


def reader(**fields: Any) -> Customer:
    one = customer(**{"name": "Emma", "language": "en", "created_at": later(0), **fields})
    for channel in ("email", "sms"):
        consent.grant(one, Purpose.MARKETING, channel, source="test", at=later(0))
    return one


def test_each_reader_gets_their_language_and_their_blocks_as_mail_and_as_text(
    marketer: User, reached: Channel, sink: Sink
) -> None:
    blocks = (
        drawing.block(1, text="Dear {{ name }}"),
        drawing.block(2, "button", url=SHOP),
        drawing.block(3, text="Come and see us", when=IN_OSLO),
    )
    chosen = version(marketer, drawing.block(1, text="{{ name }}，您好"), en=[*_again(blocks)])
    made = journey(design(says(chosen, reached)), marketer)
    reader(name="Emma <b>", email="emma@example.com", city="Oslo")
    reader(name="李雷", language="zh-hans", email="li@example.com")
    reader(name="Max", email="max@example.com")
    running.go_on(made.pk)
    for written in DirectMessage.objects.all():
        sending.send(written.pk)

    mail = sink.mail("emma@example.com")
    text, html = body_of(mail, "plain"), body_of(mail, "html")
    assert text.replace("\r\n", "\n").startswith(f"Dear Emma <b>\n\nLook: {SHOP}\n\nCome and see us\n\n--\n")
    assert "Dear Emma &lt;b&gt;" in html
    assert "prefers-color-scheme: dark" in html
    assert "Come and see us" not in body_of(sink.mail("max@example.com"), "html")
    assert "李雷，您好" in body_of(sink.mail("li@example.com"), "html")
    way_out = text.split()[-1]
    assert reverse("preferences:page", args=["-"]).removesuffix("-") in way_out
    assert f'href="{way_out}"' in html
    kept = DirectMessage.objects.get(customer__email="emma@example.com")
    assert kept.body == text.replace("\r\n", "\n").rstrip("\n")


def test_links_lead_straight_on_and_nothing_is_counted(marketer: User, reached: Channel, sink: Sink) -> None:
    chosen = version(marketer, drawing.block(1), drawing.block(2, "button", url=SHOP))
    made = journey(design(says(chosen, reached)), marketer)
    reader(email="emma@example.com")
    running.go_on(made.pk)
    sending.send(DirectMessage.objects.get().pk)
    html = body_of(sink.mail("emma@example.com"), "html")
    assert SHOP.replace("&", "&amp;") in html
    assert "<img" not in html
    assert "{{" not in html


def test_a_template_is_laid_out_once_for_all_who_read_it(
    marketer: User, reached: Channel, django_assert_num_queries: Any
) -> None:
    made = journey(design(says(version(marketer, drawing.block(1)), reached)), marketer)
    reader(email="emma@example.com")
    running.go_on(made.pk)
    message = DirectMessage.objects.get()
    first = markup.html_of(message)
    with django_assert_num_queries(0):
        assert markup.html_of(message) == first
    assert "{{ f0 }}" in first


def test_the_mail_says_what_was_laid_out_whatever_becomes_of_the_customer(
    marketer: User, reached: Channel, sink: Sink
) -> None:
    made = journey(design(says(version(marketer, drawing.block(1)), reached)), marketer)
    one = reader(email="emma@example.com")
    running.go_on(made.pk)
    Customer.objects.filter(pk=one.pk).update(name="Somebody else", language="zh-hans")
    sending.send(DirectMessage.objects.get().pk)
    mail = sink.mail("emma@example.com")
    assert "Dear Emma" in body_of(mail, "html")
    assert "Dear Emma" in body_of(mail, "plain")


def test_who_lacks_a_field_gets_nothing_unless_their_blocks_do_not_ask(
    marketer: User, channel: Channel
) -> None:
    blocks = drawing.block(1, text="Hello"), drawing.block(2, text="From {{ company }}", when=IN_OSLO)
    made = journey(design(says(version(marketer, *blocks), channel)), marketer)
    lacking, elsewhere = reader(city="Oslo"), reader(city="Bergen")
    running.go_on(made.pk)
    assert Step.objects.get(run__customer=lacking).what == "missing"
    assert Step.objects.get(run__customer=lacking).reason == "company"
    assert DirectMessage.objects.get().customer == elsewhere


def test_who_is_shown_no_block_gets_nothing(marketer: User, channel: Channel) -> None:
    made = journey(design(says(version(marketer, drawing.block(1, when=IN_OSLO)), channel)), marketer)
    reader()
    running.go_on(made.pk)
    assert Step.objects.get().what == "impossible"
    assert not DirectMessage.objects.exists()


def test_the_template_gives_a_code_of_the_steps_offer(marketer: User, channel: Channel) -> None:
    chosen = version(marketer, drawing.block(1, text="Your code: {{ coupon }}"))
    drawn = design(says(chosen, channel))
    assert "Choose the offer" in checking.sentences(drawn, marketer)[0]
    made = journey(design(says(chosen, channel, offer=offer().pk)), marketer)
    one = reader()
    running.go_on(made.pk)
    (code,) = Coupon.objects.filter(customer=one).values_list("code", flat=True)
    assert f"Your code: {code}" in DirectMessage.objects.get().body.replace("-", "")


def test_a_text_message_says_how_to_end_them_and_has_no_html(marketer: User, sms: Channel) -> None:
    chosen = version(marketer, drawing.block(1, text="Hi {{ name }}"), kind="sms", subject="")
    nodes = says(chosen, sms), says(chosen, sms, 2, purpose="service")
    made = journey(design(*nodes), marketer)
    reader(phone="+4790000000")
    running.go_on(made.pk)
    stepping.advance(made.pk, later(1))
    first, second = DirectMessage.objects.order_by("pk")
    assert (first.body, first.subject, first.markup) == ("Hi Emma Reply STOP to opt out", "", None)
    assert second.body == "Hi Emma"


def test_an_sms_needs_no_subject_and_says_how_to_end_them(
    browser: Client, marketer: User, sms: Channel
) -> None:
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    asked = {"channel": sms.pk, "purpose": "marketing", "body": "Hi {{ name }}"}
    assert browser.post(add, {**asked, "body": ""}).status_code == 422
    assert browser.post(add, {**asked, "subject": "Not for an SMS"}).status_code == 302
    made.refresh_from_db()
    assert made.design["nodes"][0]["subject"] == ""
    services.switch_on(made, by=marketer)
    reader(phone="+4790000000")
    running.go_on(made.pk)
    written = DirectMessage.objects.get()
    assert (written.subject, written.body) == ("", "Hi Emma Reply STOP to opt out")


def test_who_is_under_way_keeps_the_version_of_their_journey(marketer: User, channel: Channel) -> None:
    chosen = version(marketer, drawing.block(1, text="Old words"))
    made = journey(design(wait(1), says(chosen, channel, 2)), marketer)
    reader()
    running.go_on(made.pk)
    templates.draw(chosen.template, drawing.design(drawing.block(1, text="New words")), by=marketer)
    newer = templates.keep(chosen.template, "", by=marketer)
    made.refresh_from_db()
    services.draw(made, design(wait(1), says(newer, channel, 2)), before=made.design)
    services.switch_on(made, by=marketer)
    reader()
    running.go_on(made.pk)
    while stepping.advance(made.pk, later(2)):
        pass
    assert [one.body.split("\n")[0] for one in DirectMessage.objects.order_by("customer")] == [
        "Old words",
        "New words",
    ]


def test_a_step_drawn_before_templates_could_be_chosen_says_its_own_words(
    marketer: User, channel: Channel
) -> None:
    node = message(1, channel)
    assert "version" not in node
    made = journey(design(node), marketer)
    reader()
    running.go_on(made.pk)
    written = DirectMessage.objects.get()
    assert (written.subject, written.body.split("\n")[0], written.markup) == ("News", "Dear Emma", None)


def test_the_dry_run_counts_who_lacks_what_they_would_read(marketer: User, channel: Channel) -> None:
    blocks = drawing.block(1, text="Hello"), drawing.block(2, text="From {{ company }}", when=IN_OSLO)
    for city in ("Oslo", "Oslo", "Bergen"):
        reader(email=f"{city}@example.com", city=city)
    drawn = design(says(version(marketer, *blocks), channel))
    found = rehearsing.rehearse(drawn, by=marketer, until=later(0.1))
    assert found.left_out[1] == {"missing": 2}


def test_what_cannot_be_said_is_named_before_switching_on(
    marketer: User, channel: Channel, sms: Channel
) -> None:
    chosen = version(marketer, drawing.block(1))
    assert checking.sentences(design(says(chosen, channel)), marketer) == []
    wrong = design(says(chosen, sms), message(2, channel, version=0x7FFFFFFF))
    assert list(checking.problems(wrong, marketer)) == [1, 2]
    with pytest.raises(Refused):
        journey(wrong, marketer)


def test_where_approval_is_demanded_nothing_else_is_switched_on(marketer: User, channel: Channel) -> None:
    chosen = version(marketer, drawing.block(1))
    running_already = journey(design(message(1, channel)), marketer)
    templates.demand_approval(True, by=user(Role.ADMIN))
    for drawn in (design(message(1, channel)), design(says(chosen, channel))):
        with pytest.raises(Refused, match="Only approved templates"):
            journey(drawn, marketer)
    templates.submit(chosen, by=marketer)
    chosen.refresh_from_db()
    templates.decide(chosen, approve=True, remark="", by=user(Role.MANAGER, Role.ADMIN))
    assert journey(design(says(chosen, channel)), marketer).status == Journey.Status.ON
    services.pause(running_already, by=marketer)
    with pytest.raises(Refused, match="Only approved templates"):
        services.switch_on(running_already, by=marketer)


def test_what_waits_for_approval_can_be_tried_out(browser: Client, marketer: User, channel: Channel) -> None:
    made = journey(design(says(version(marketer, drawing.block(1)), channel)), marketer, on=False)
    templates.demand_approval(True, by=user(Role.ADMIN))
    page = browser.get(reverse("journeys:rehearsal", args=[made.pk])).content.decode()
    assert "Only approved templates may go out." in page
    assert "Would enter" in page


@pytest.fixture
def browser(marketer: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(marketer)
    return client


def test_a_template_is_chosen_in_place_of_a_text(
    browser: Client, marketer: User, channel: Channel, sms: Channel
) -> None:
    chosen = version(marketer, drawing.block(1))
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    asked = {"channel": channel.pk, "purpose": "marketing"}
    name = f"{chosen.template.name} · version 1"
    assert name in browser.get(add).content.decode()
    assert browser.post(add, asked).status_code == 422
    assert browser.post(add, {**asked, "channel": sms.pk, "version": chosen.pk}).status_code == 422
    answer = browser.post(add, {**asked, "version": chosen.pk, "subject": "Mine", "body": "{{ x }}"})
    assert answer.status_code == 302
    made.refresh_from_db()
    node = made.design["nodes"][0]
    assert (node["version"], node["subject"], node["body"]) == (chosen.pk, "", "")
    assert words.title(node) == name
    assert name in browser.get(reverse("journeys:detail", args=[made.pk])).content.decode()
    step = reverse("journeys:step", args=[made.pk, node["id"]])
    assert f'<option value="{chosen.pk}" selected>' in browser.get(step).content.decode()
    browser.post(step, {**asked, "subject": "Mine", "body": "Hello"})
    made.refresh_from_db()
    assert (made.design["nodes"][0]["version"], made.design["nodes"][0]["body"]) == (None, "Hello")


def test_a_step_drawn_before_templates_could_be_chosen_is_changed(
    browser: Client, marketer: User, channel: Channel
) -> None:
    made = journey(design(message(1, channel)), marketer, on=False)
    asked = {"channel": channel.pk, "purpose": "marketing", "subject": "Newer", "body": "Hello"}
    assert browser.post(reverse("journeys:step", args=[made.pk, 1]), asked).status_code == 302
    made.refresh_from_db()
    assert made.design["nodes"][0]["subject"] == "Newer"


def test_a_code_needs_its_offer_in_templates_too(browser: Client, marketer: User, channel: Channel) -> None:
    chosen = version(marketer, drawing.block(1, text="{{ coupon }}"))
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    asked = {"channel": channel.pk, "purpose": "marketing", "version": chosen.pk}
    assert browser.post(add, asked).status_code == 422
    assert browser.post(add, {**asked, "offer": offer().pk}).status_code == 302


def test_only_what_may_go_out_is_offered(browser: Client, marketer: User, channel: Channel) -> None:
    chosen = version(marketer, drawing.block(1))
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    templates.demand_approval(True, by=user(Role.ADMIN))
    assert chosen.template.name not in browser.get(add).content.decode()
    asked = {"channel": channel.pk, "purpose": "marketing", "version": chosen.pk}
    assert browser.post(add, asked).status_code == 422


def test_a_template_names_the_journeys_that_say_it(browser: Client, marketer: User, channel: Channel) -> None:
    chosen, other = version(marketer, drawing.block(1)), version(marketer, drawing.block(1))
    page = reverse("templating:detail", args=[chosen.template_id])
    made = journey(design(says(chosen, channel), wait(2)), marketer)
    address = reverse("journeys:detail", args=[made.pk])
    assert address in browser.get(page).content.decode()
    reader()
    running.go_on(made.pk)
    services.draw(made, design(says(other, channel), wait(2)), before=made.design)
    assert address in browser.get(page).content.decode()
    services.switch_on(made, by=marketer)
    assert address in browser.get(page).content.decode()
    stepping.advance(made.pk, later(2))
    assert address not in browser.get(page).content.decode()
    assert address in browser.get(reverse("templating:detail", args=[other.template_id])).content.decode()
