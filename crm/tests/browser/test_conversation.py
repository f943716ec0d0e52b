"""One matter over three channels: asked on a website, gone on with by WeChat and by mail, answered with an
article, closed, and all of it on the customer's timeline."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from channels import factories
from channels.inbox.models import Conversation
from channels.knowledge import factories as knowledge
from channels.knowledge.models import Insertion
from channels.live.tests.serving import serving
from channels.models import Channel
from channels.routing.models import Decision
from channels.secrets import seal
from channels.standards.models import Clock
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.demo.wiring import BOX
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import PATIENCE, settle
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "Who pays for shipping when I return the mug?"
BY_WECHAT, BY_MAIL = "By the way, it is the blue one.", "Here is the order number: LS000000042."
ARTICLE = "We pay for shipping if the goods are faulty."


@pytest.fixture
def crm(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def agent() -> User:
    team = people.team("Online service")
    return people.user(Role.OPERATIONS, Role.ADMIN, name="Li Na", teams=(team,))


@pytest.fixture
def channels(agent: User) -> dict[str, Channel]:
    team = agent.teams.get()
    secret = seal({name: make() for name, make in BOX.items()})
    chat = {"colour": "#1f6feb", "ask_first": "email"}
    wechat = {"app_id": "wx1", "mode": "safe", "sandbox": True}
    return {
        "chat": factories.channel(connector="chat", kind="chat", name="Chat", config=chat, team=team),
        "email": factories.channel(name="Mail", team=team),
        "wechat": factories.channel(
            connector="wechat_oa", kind="wechat", name="WeChat", config=wechat, secret=secret, team=team
        ),
    }


def test_one_matter_over_three_channels(
    open_page: Opener, crm: str, agent: User, channels: dict[str, Channel]
) -> None:
    knowledge.published("Who pays for returns", ARTICLE)
    client = Client()
    client.force_login(agent)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    office = open_page(Look(), crm, session)
    office.goto(crm + reverse("inbox:list") + "?queue=all")
    website = open_page(Look(width=390), crm)
    log = ask(website, crm, channels["chat"])

    expect(office.locator(".inbox-row").first).to_contain_text("Who pays", timeout=PATIENCE)
    conversation = Conversation.objects.get()
    customer = conversation.customer
    assert customer.email == "ada@mail.example"
    assert conversation.team == agent.teams.get()
    assert Decision.objects.filter(conversation=conversation).exists()

    office.goto(crm + reverse("inbox:conversation", args=[conversation.pk]))
    answer_with_the_article(office)
    expect(log).to_contain_text(ARTICLE, timeout=PATIENCE)

    phone = open_page(Look(), crm, session)
    pick_up(phone, crm, customer)
    speak(phone, "WeChat", BY_WECHAT)
    speak(phone, "Mail", BY_MAIL, subject="My mug")
    for text in (BY_WECHAT, BY_MAIL):
        expect(office.locator("#stream")).to_contain_text(text, timeout=PATIENCE)
    assert Conversation.objects.get() == conversation

    close(office)
    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.CLOSED
    assert not Clock.objects.exclude(breached_at=None).exists()
    assert Clock.objects.get(kind="first").met_at
    assert Insertion.objects.exists()
    office.goto(crm + reverse("customers:detail", args=[customer.pk]))
    for text in (QUESTION, ARTICLE, BY_WECHAT, BY_MAIL):
        expect(office.locator("#page")).to_contain_text(text, timeout=PATIENCE)
    told = Entry.objects.filter(customer=customer, source="inbox")
    assert set(told.values_list("channel", flat=True)) >= {"chat", "wechat", "email"}
    for one in (office, phone, website):
        one.close()


def ask(page: Page, crm: str, chat: Channel) -> Locator:
    page.goto(crm + reverse("chat:demo", args=[chat.token]))
    page.get_by_role("button", name="Chat with us").click()
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("E-mail").fill("ada@mail.example")
    page.get_by_role("button", name="Start").click()
    box = page.get_by_role("textbox", name="Write a message…")
    box.fill(QUESTION)
    box.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text(QUESTION)
    return log


def answer_with_the_article(page: Page) -> None:
    settle(page)
    page.get_by_role("button", name="Articles").click()
    page.get_by_role("button", name="Insert the text").first.click(timeout=PATIENCE)
    expect(page.locator("#reply-text")).to_have_value(ARTICLE)
    settle(page)
    page.locator("#reply-text").press("Control+Enter")
    expect(page.locator(".message.out")).to_contain_text(ARTICLE)


def pick_up(page: Page, crm: str, customer: Customer) -> None:
    page.goto(crm + reverse("phones:page"))
    page.get_by_role("searchbox", name="Customer").fill(customer.name)
    page.locator(".candidate").first.wait_for()
    page.get_by_role("button", name="Pick up the phone").click()
    expect(page.get_by_role("heading", name="You are Ada Lovelace")).to_be_visible()


def speak(page: Page, channel: str, text: str, *, subject: str = "") -> None:
    phone = page.get_by_role("region", name=channel, exact=True)
    if subject:
        phone.get_by_label("Subject").fill(subject)
    phone.get_by_label("Message").fill(text)
    phone.get_by_label("Message").press("Enter")
    expect(phone.locator(".bubble.mine")).to_contain_text(text, timeout=PATIENCE)
    expect(phone.get_by_label("Message")).to_have_value("")


def close(page: Page) -> None:
    settle(page)
    page.locator("#page").focus()
    page.keyboard.press("e")
    page.get_by_role("button", name="Solved").press("Enter")
    expect(page.locator("#conversation-head .badge").first).to_have_text("Closed")
