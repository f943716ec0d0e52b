"""A message step in a chat: free text to who wrote lately, a template of the provider to the others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from channels import factories
from channels.campaigns.templating import services as templates
from channels.campaigns.templating.models import Version
from channels.campaigns.templating.tests import drawing
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.direct import sending
from channels.direct.models import DirectMessage
from channels.journeys import checking, rehearsing, running, stepping, words
from channels.journeys.models import Journey, Step
from channels.journeys.plan import find
from channels.journeys.tests.conftest import design, journey, later, message, wait
from channels.models import Channel
from channels.offers.factories import offer
from channels.offers.models import Coupon
from channels.sandbox import provider_side
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer
from customers.identity.models import Identity, Profile
from customers.models import Customer

pytestmark = pytest.mark.django_db
IN_OSLO = {"subject": "city", "op": "is", "value": "Oslo"}


@pytest.fixture(autouse=True)
def _in_english(settings: Any) -> Iterator[None]:
    settings.QUIET_CHANNELS = []
    with translation.override("en"):
        yield


@pytest.fixture
def whatsapp() -> Channel:
    templates = "spring|en|Hello {{1}}, see you in {{2}}\nplain|en|News at our shop"
    config = {"sandbox": True, "phone_number_id": "12345", "templates": templates}
    return factories.channel(connector="whatsapp", kind="whatsapp", name="Our WhatsApp", config=config)


@pytest.fixture
def wechat() -> Channel:
    config = {"sandbox": True, "app_id": "wx-lanshan", "templates": "春天|zh_CN|{{first.DATA}}，您好"}
    return factories.channel(connector="wechat_oa", kind="wechat", name="Our WeChat", config=config)


def says(number: int, channel: Channel, text: str = "", **fields: Any) -> dict[str, Any]:
    return message(number, channel, text, subject="", **{"template": "", "blanks": "", **fields})


def approved(number: int, channel: Channel, text: str = "", **fields: Any) -> dict[str, Any]:
    spring = {"template": "spring", "blanks": "{{ name }}\n{{ city|our town }}"}
    return says(number, channel, text, **{**spring, **fields})


def reader(**fields: Any) -> Customer:
    one = customer(**{"name": "Emma", "language": "en", "created_at": later(0), **fields})
    for channel in ("whatsapp", "wechat"):
        consent.grant(one, Purpose.MARKETING, channel, source="test", at=later(0))
    return one


def heard(one: Customer, channel: Channel) -> None:
    talk = factories.conversation(one, channel=channel)
    factories.message(talk, at=timezone.now() - timedelta(hours=1))


def version(by: User, kind: str, *blocks: dict[str, Any], **others: Any) -> Version:
    made = templates.create(f"By {kind}", kind, drawing.design(*blocks, subject="", **others), by=by)
    return templates.keep(made, "", by=by)


def walk_on(made: Journey) -> None:
    while stepping.advance(made.pk, later(2)):
        pass


# As it is laid out and sent.


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_gets_what_their_provider_lets_through(
    sandbox: Sandbox, marketer: User, whatsapp: Channel
) -> None:
    step = approved(1, whatsapp, "Dear {{ name }}, look: https://shop.test/new")
    made = journey(design(step), marketer)
    spoke, silent = reader(phone="+4790000001"), reader(phone="+4790000002", name="Max", city="Oslo")
    heard(spoke, whatsapp)
    running.go_on(made.pk)
    for written in DirectMessage.objects.all():
        sending.send(written.pk)
    rows = SandboxMessage.objects.all()
    told = {one.recipient: provider_side.text_of(bytes(one.raw), one.protocol) for one in rows}
    assert told == {
        spoke.phone: "Dear Emma, look: https://shop.test/new Reply STOP and we write no more",
        silent.phone: "spring Max Oslo",
    }
    assert DirectMessage.objects.get(customer=silent).body == "Hello Max, see you in Oslo"
    assert set(Step.objects.values_list("what", "result")) == {("message", "accepted")}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_wechat_goes_to_the_follower_of_the_account(
    sandbox: Sandbox, marketer: User, wechat: Channel
) -> None:
    step = says(1, wechat, template="春天", blanks="{{ salutation }}")
    made = journey(design(step), marketer)
    follower, stranger = reader(name="李雷", gender="male"), reader(name="韩梅梅")
    profile = Profile.objects.create(customer=follower, source="test")
    Identity.objects.create(profile=profile, kind="openid", scope="wx-lanshan", value="o-1", source="test")
    running.go_on(made.pk)
    for written in DirectMessage.objects.all():
        sending.send(written.pk)
    (told,) = SandboxMessage.objects.all()
    assert (told.recipient, provider_side.text_of(bytes(told.raw), told.protocol)) == ("o-1", "李先生")
    step_of = Step.objects.get(run__customer=stranger)
    assert (step_of.result, step_of.reason) == ("skipped", "no_address")


def test_the_contact_cap_and_consent_hold_in_chats(marketer: User, whatsapp: Channel, settings: Any) -> None:
    settings.CONTACT_CAP = 1
    made = journey(design(approved(1, whatsapp)), marketer)
    often, unasked = reader(phone="+4790000001"), customer(phone="+4790000002", created_at=later(0))
    earlier = {"body": "x", "purpose": "marketing", "is_automatic": True, "sent_at": timezone.now()}
    DirectMessage.objects.create(customer=often, channel=whatsapp, state="accepted", **earlier)
    running.go_on(made.pk)
    for written in DirectMessage.objects.filter(state="ready"):
        sending.send(written.pk)
    reasons = dict(Step.objects.values_list("run__customer", "reason"))
    assert reasons == {often.pk: "over_contacted", unasked.pk: "no_consent"}


def test_the_template_alone_carries_its_name_and_its_blanks(marketer: User, whatsapp: Channel) -> None:
    made = journey(design(approved(1, whatsapp)), marketer)
    reader()
    running.go_on(made.pk)
    written = DirectMessage.objects.get()
    assert (written.template, written.fields) == ("spring", {"1": "Emma", "2": "our town"})
    assert (written.subject, written.body) == ("", "Hello Emma, see you in our town")
    assert written.instead is None


def test_a_template_of_ours_is_read_in_each_language(marketer: User, whatsapp: Channel) -> None:
    chosen = version(
        marketer,
        "whatsapp",
        drawing.block(1, text="{{ name }}，您好"),
        en=[drawing.block(2, text="Dear {{ name }}"), drawing.block(3, text="See you", when=IN_OSLO)],
    )
    made = journey(design(approved(1, whatsapp, version=chosen.pk)), marketer)
    for name, language, city in (("李雷", "zh-hans", ""), ("Emma", "en", "Oslo"), ("Max", "en", "")):
        reader(name=name, language=language, city=city)
    running.go_on(made.pk)
    assert dict(DirectMessage.objects.values_list("customer__name", "body")) == {
        "李雷": "李雷，您好 回复“退订”不再接收",
        "Emma": "Dear Emma\n\nSee you Reply STOP and we write no more",
        "Max": "Dear Max Reply STOP and we write no more",
    }
    assert DirectMessage.objects.get(customer__name="Max").instead == {
        "template": "spring",
        "fields": {"1": "Max", "2": "our town"},
        "body": "Hello Max, see you in our town",
    }


def test_news_of_their_order_says_no_way_out(marketer: User, whatsapp: Channel) -> None:
    made = journey(design(says(1, whatsapp, "On its way", purpose="service")), marketer)
    reader()
    running.go_on(made.pk)
    assert DirectMessage.objects.get().body == "On its way"


def test_who_lacks_what_fills_a_blank_gets_nothing(marketer: User, whatsapp: Channel) -> None:
    made = journey(design(approved(1, whatsapp, blanks="{{ name }}\n{{ city }}")), marketer)
    reader()
    running.go_on(made.pk)
    step = Step.objects.get()
    assert (step.what, step.reason) == ("missing", "city")
    assert not DirectMessage.objects.exists()


def test_a_blank_gives_a_code_of_the_steps_offer(marketer: User, whatsapp: Channel) -> None:
    step = approved(1, whatsapp, blanks="{{ name }}\n{{ coupon }}")
    assert "Choose the offer" in checking.sentences(design(step), marketer)[0]
    made = journey(design({**step, "offer": offer().pk}), marketer)
    one = reader()
    running.go_on(made.pk)
    (code,) = Coupon.objects.filter(customer=one).values_list("code", flat=True)
    assert DirectMessage.objects.get().fields["2"].replace("-", "") == code


def test_a_template_taken_from_the_channel_stops_nobody_on_their_way(
    marketer: User, whatsapp: Channel
) -> None:
    made = journey(design(wait(1), approved(2, whatsapp), wait(3)), marketer)
    reader()
    running.go_on(made.pk)
    Channel.objects.update(config={**whatsapp.config, "templates": "other|en|Hello"})
    walk_on(made)
    assert Step.objects.get(node=2).what == "impossible"
    assert not DirectMessage.objects.exists()
    Channel.objects.update(config={**whatsapp.config, "templates": "spring|en|{{1}} {{2}} {{3}}"})
    reader()
    running.go_on(made.pk)
    walk_on(made)
    assert set(Step.objects.filter(node=2).values_list("what", flat=True)) == {"impossible"}


# What is checked before it is switched on.


def test_what_is_missing_is_said_in_sentences(marketer: User, whatsapp: Channel, wechat: Channel) -> None:
    other = version(marketer, "wechat", drawing.block(1))
    wrong = {
        1: (says(1, whatsapp), "This channel needs a text of its own."),
        2: (approved(2, whatsapp, blanks="{{ name }}"), "The template has more blanks than there are lines"),
        3: (approved(3, whatsapp, template="gone"), "The provider's template of this message is gone"),
        4: (approved(4, whatsapp, blanks="{{ name }}\n{{ x }}"), "There is no personal field “x”."),
        5: (says(5, whatsapp, "{{ x }}"), "There is no personal field “x”."),
        6: (says(6, whatsapp, version=other.pk), "This template is for another channel."),
        7: (approved(7, wechat), "The provider's template of this message is gone"),
        8: (approved(8, whatsapp, version=0x7FFFFFFF), "The template of this message is gone."),
    }
    found = checking.problems(design(*(step for step, _words in wrong.values())), marketer)
    assert {number: len(told) for number, told in found.items()} == dict.fromkeys(wrong, 1)
    for number, (_step, sentence) in wrong.items():
        assert found[number][0].startswith(sentence)
    with pytest.raises(Refused):
        journey(design(wrong[2][0]), marketer)
    assert checking.sentences(design(approved(1, whatsapp), says(2, wechat, "Hello")), marketer) == []


def test_a_channel_that_was_switched_off_is_named(marketer: User, whatsapp: Channel) -> None:
    drawn = design(approved(1, whatsapp))
    Channel.objects.update(enabled=False)
    assert checking.sentences(drawn, marketer) == ["The channel of this message is switched off or gone."]


def test_where_approval_is_demanded_the_providers_is_enough(marketer: User, whatsapp: Channel) -> None:
    templates.demand_approval(True, by=user(Role.ADMIN))
    assert checking.sentences(design(approved(1, whatsapp)), marketer) == []
    (sentence,) = checking.sentences(design(approved(1, whatsapp, "Dear {{ name }}")), marketer)
    assert sentence.startswith("Only approved templates")


# The dry run.


def test_the_dry_run_says_who_would_get_which(marketer: User, whatsapp: Channel) -> None:
    both = approved(1, whatsapp, "Hello", blanks="{{ name }}\n{{ city }}")
    free, template = says(2, whatsapp, "Hello"), approved(3, whatsapp)
    for city in ("Oslo", "Oslo", ""):
        reader(phone="+4790000000", city=city)
    heard(reader(phone="+4790000009", city="Oslo"), whatsapp)
    reader(city="Oslo")
    customer(phone="+4790000008", city="Oslo", created_at=later(0))
    found = rehearsing.rehearse(design(both, free, template), by=marketer, until=later(0.1))
    assert found.carried == {1: {"free": 1, "approved": 2}, 2: {"free": 1}, 3: {"approved": 4}}
    assert found.left_out == {
        1: {"missing": 1, "no_address": 1, "no_consent": 1},
        2: {"window": 3, "no_address": 1, "no_consent": 1},
        3: {"no_address": 1, "no_consent": 1},
    }


def test_the_page_of_the_dry_run_says_so(browser: Client, marketer: User, whatsapp: Channel) -> None:
    drawn = design(approved(1, whatsapp, "Hello"), says(2, whatsapp, "Hello"))
    made = journey(drawn, marketer, on=False)
    heard(reader(phone="+4790000001"), whatsapp)
    reader(phone="+4790000002")
    Customer.objects.update(created_at=timezone.now() - timedelta(days=1))
    page = browser.get(reverse("journeys:rehearsal", args=[made.pk])).content.decode()
    for said in ("As free text: 1", "As approved template: 1", "only a template gets through: 1"):
        assert said in page


# Its form and its card.


@pytest.fixture
def browser(marketer: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(marketer)
    return client


def test_a_step_is_written_for_a_chat(browser: Client, marketer: User, whatsapp: Channel) -> None:
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    page = browser.get(add).content.decode()
    assert "Our WhatsApp" in page
    assert f'<option value="{whatsapp.pk}:spring">Our WhatsApp: spring</option>' in page
    asked = {"channel": whatsapp.pk, "purpose": "marketing", "subject": "Not for chats"}
    full = {**asked, "template": f"{whatsapp.pk}:spring", "blanks": "{{ name }}\n{{ city|our town }}"}
    for wrong, sentence in (
        (asked, "This channel needs a text of its own."),
        ({**full, "blanks": "{{ name }}"}, "more blanks than there are lines"),
        ({**full, "blanks": "{{ name }}\n{{ x }}"}, "There is no personal field"),
        ({**full, "body": "{{ x }}"}, "There is no personal field"),
        ({**full, "body": "x" * 1501}, "At most 1500 characters fit here."),
        ({**full, "blanks": "{{ name }}\n{{ coupon }}"}, "Choose the offer whose code is given."),
        ({**full, "template": f"{whatsapp.pk}:gone"}, "not one of the available choices"),
    ):
        answer = browser.post(add, wrong)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), sentence
    assert browser.post(add, {**full, "body": "Dear {{ name }}"}).status_code == 302
    made.refresh_from_db()
    node = made.design["nodes"][0]
    assert {name: node[name] for name in ("subject", "body", "template", "version")} == {
        "subject": "",
        "body": "Dear {{ name }}",
        "template": "spring",
        "version": None,
    }
    assert node["blanks"].split() == ["{{", "name", "}}", "{{", "city|our", "town", "}}"]
    step = browser.get(reverse("journeys:step", args=[made.pk, node["id"]])).content.decode()
    assert f'<option value="{whatsapp.pk}:spring" selected>' in step


def test_the_form_shows_the_providers_template_beside_its_blanks(
    browser: Client, wechat: Channel, whatsapp: Channel
) -> None:
    made = journey(design(wait(1)), user(Role.MARKETING), on=False)
    place = reverse("journeys:approved")
    page = browser.get(f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message")
    assert f'hx-post="{place}"' in page.content.decode()

    def shown(template: str, blanks: str = "") -> str:
        answer = browser.post(place, {"template": template, "blanks": blanks, "body": "x"})
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    spring = shown(f"{whatsapp.pk}:spring", "\n{{ name }}\n")
    assert '<p class="phone-bubble" lang="en">Hello <mark class="blank" title="Blank 1">{{ name }}' in spring
    assert 'see you in <mark class="blank empty" title="Blank 2">2</mark>' in spring
    assert "1 blank still has no line." in spring
    assert "&lt;b&gt;" in shown(f"{whatsapp.pk}:spring", "<b>")
    chinese = shown(f"{wechat.pk}:春天", "称呼")
    assert 'lang="zh-CN"' in chinese
    assert "称呼</mark>，您好" in chinese
    for nothing in ("", "x:spring", f"{whatsapp.pk}:gone", f"{'9' * 19}:spring", f"{wechat.pk}:spring"):
        assert shown(nothing) == ""
    stranger = Client()
    stranger.force_login(user(Role.SERVICE))
    assert stranger.post(place, {"template": f"{whatsapp.pk}:spring"}).status_code in (403, 404)


def test_a_template_of_another_account_is_none_of_this_one(
    browser: Client, marketer: User, whatsapp: Channel, wechat: Channel, channel: Channel
) -> None:
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    full = {"purpose": "marketing", "template": f"{whatsapp.pk}:spring", "blanks": "a\nb"}
    assert browser.post(add, {**full, "channel": wechat.pk}).status_code == 422
    mail = {**full, "channel": channel.pk, "subject": "News", "body": "Hello"}
    assert browser.post(add, mail).status_code == 302
    made.refresh_from_db()
    node = made.design["nodes"][0]
    assert (node["template"], node["blanks"], node["subject"]) == ("", "", "News")


def test_a_template_of_ours_says_it_in_chats(browser: Client, marketer: User, whatsapp: Channel) -> None:
    chosen, other = (version(marketer, kind, drawing.block(1)) for kind in ("whatsapp", "wechat"))
    made = journey(design(wait(1)), marketer, on=False)
    add = f"{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message"
    asked = {"channel": whatsapp.pk, "purpose": "marketing", "body": "Mine"}
    assert browser.post(add, {**asked, "version": other.pk}).status_code == 422
    assert browser.post(add, {**asked, "version": chosen.pk}).status_code == 302
    made.refresh_from_db()
    node = made.design["nodes"][0]
    assert (node["version"], node["body"]) == (chosen.pk, "")


def test_a_card_says_what_is_written_and_what_stands_in(
    browser: Client, marketer: User, whatsapp: Channel
) -> None:
    long = "Dear {{ name }},\n" + "see you soon " * 10
    drawn = design(approved(1, whatsapp), approved(2, whatsapp, long), says(3, whatsapp, "Hello"))
    made = journey(drawn, marketer, on=False)
    titles = [words.title(find(drawn, number) or {}) for number in (1, 2, 3)]
    assert titles[0] == "Template “spring”"
    assert titles[1].startswith("Dear {{ name }}, see you soon")
    assert len(titles[1]) == 60
    assert titles[2] == "Hello"
    page = browser.get(reverse("journeys:detail", args=[made.pk])).content.decode()
    assert page.count("otherwise template “spring”") == 1
    with translation.override("zh-hans"):
        assert words.title(find(drawn, 1) or {}) == "模板“spring”"
