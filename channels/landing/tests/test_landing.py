"""A landing page from a link to an order: what is shown, taken in, refused, counted."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from channels import factories
from channels.campaigns import tokens
from channels.campaigns.models import CampaignLink
from channels.chat import web_forms
from channels.chat.models import OptIn
from channels.inbox.models import Conversation
from channels.landing import answering, counting, figures
from channels.landing.models import LandingPage, Submission, Visits
from channels.landing.origins import Came
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.fields.models import CustomField, FieldValues
from customers.identity import stating
from customers.identity.indexing import index
from customers.models import Customer
from customers.orders.models import Order
from segments import rules

pytestmark = pytest.mark.slow
BROWSER = "Mozilla/5.0 (X11; Linux) Firefox/140"


@pytest.fixture
def page(db: None) -> LandingPage:
    cache.clear()
    factories.channel()  # by which letters go
    CustomField.objects.create(key="colour", label="Colour")
    CustomField.objects.create(key="secret", label="Margin", viewers=["manager"])
    return LandingPage.objects.create(
        name="Spring tea",
        slug="tea",
        title_zh="春茶上新",
        title_en="New spring tea",
        thanks_en="See you soon",
        fields={"name": False, "email": True, "city": False, "custom_colour": False, "custom_secret": False},
        asks_consent=True,
        created_by=people.user(Role.MARKETING),
        published_at=timezone.now(),
    )


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(web_forms, "QUICKEST", -1)
    return Client(enforce_csrf_checks=True, headers={"User-Agent": BROWSER})


@pytest.mark.parametrize("hostile", ["https://[", "https://[::1", "http://a]b/", "//[x]/", "https://\x00\n/"])
def test_a_hostile_page_before_is_no_origin(page: LandingPage, visitor: Client, hostile: str) -> None:
    assert visitor.get("/l/tea/", headers={"Referer": hostile}).status_code == 200
    assert not Visits.objects.exclude(source="").exists()


def send(visitor: Client, page: LandingPage, address: str = "", **fields: str) -> Any:
    """As a browser does: it looks, and posts what stood in the form."""
    url = f"/l/{page.slug}/?lang=en{address}"
    shown = visitor.get(url).content.decode()
    found = re.search(r'name="stamp" value="([^"]+)"', shown)
    assert found
    given = {"stamp": found[1], "name": "Mei Lin", "email": "Mei@Example.com", **fields}
    return visitor.post(url, given), shown


def test_what_is_sent_becomes_a_customer_and_says_where_they_came_from(
    visitor: Client, page: LandingPage
) -> None:
    marks = "&utm_source=weibo&utm_medium=social&utm_campaign=spring"
    answer, shown = send(visitor, page, marks, city="上海", custom_colour="green", consent="on")
    assert answer.status_code == 302
    assert not answer.cookies
    assert "New spring tea" in shown
    assert "Margin" not in shown
    assert "<script" not in shown
    assert "See you soon" in visitor.get(answer.url).content.decode()
    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.city) == ("Mei Lin", "mei@example.com", "上海")
    assert FieldValues.objects.get(customer=customer).values == {"colour": "green"}
    one = Submission.objects.get()
    assert (one.source, one.medium, one.label, one.is_new) == ("weibo", "social", "spring", True)
    entry = customer.entries.get(kind="landing.submitted")
    assert (entry.channel, entry.direction, entry.summary) == ("form", "in", "Spring tea")
    assert not Conversation.objects.exists()
    asked = OptIn.objects.get()
    assert (asked.customer, asked.text_version, asked.evidence["form"]) == (
        customer,
        "marketing-1",
        "Spring tea",
    )
    assert not customer.consents.exists()


def test_the_same_page_sent_twice_counts_once_and_known_customers_stay_as_they_are(
    visitor: Client, page: LandingPage
) -> None:
    known = Customer.objects.create(
        name="Lin Mei", email="mei@example.com", city="杭州", touched_at=timezone.now()
    )
    stating.hear(known, "shop", "1", [("email", "", "mei@example.com")], {})
    index([known.pk])
    FieldValues.objects.create(customer=known, values={"colour": "red"})
    stamp = answering.new_stamp(Came("news"))
    given = {
        "stamp": stamp,
        "name": "Someone",
        "email": "mei@example.com",
        "city": "X",
        "custom_colour": "blue",
    }
    for _click in range(2):
        assert visitor.post("/l/tea/?lang=en", given).status_code == 302
    known.refresh_from_db()
    assert (known.name, known.city) == ("Lin Mei", "杭州")
    assert FieldValues.objects.get().values == {"colour": "red"}
    one = Submission.objects.get()
    assert (one.customer, one.is_new, one.source) == (known, False, "news")


@pytest.mark.usefixtures("one_window")
def test_traps_forged_stamps_haste_and_drafts_take_nothing_in(
    visitor: Client, page: LandingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"email": "a@example.com", "stamp": answering.new_stamp(Came())}
    assert visitor.post("/l/tea/", {**given, "website": "x"}).status_code == 302
    assert visitor.post("/l/tea/", {**given, "stamp": given["stamp"] + "x"}).status_code == 422
    assert visitor.post("/l/tea/", {**given, "email": "nobody"}).status_code == 422
    monkeypatch.setattr(web_forms, "QUICKEST", 5)
    assert visitor.post("/l/tea/", given).status_code == 422
    policy = visitor.get("/l/tea/").headers["Content-Security-Policy"]
    assert "form-action 'self'" in policy.split("; ")
    LandingPage.objects.update(redirect_url="https://shop.test/thanks?x=1")
    policy = visitor.get("/l/tea/").headers["Content-Security-Policy"]
    assert "form-action 'self' https://shop.test" in policy.split("; ")
    monkeypatch.setattr(web_forms, "QUICKEST", -1)
    trapped = visitor.post("/l/tea/", {**given, "website": "x"})
    assert trapped.headers["Location"] == "https://shop.test/thanks?x=1"
    LandingPage.objects.update(published_at=None)
    assert visitor.get("/l/tea/").status_code == 404
    assert visitor.post("/l/tea/", given).status_code == 404
    visitor.force_login(people.user(Role.MARKETING))
    assert visitor.get("/l/tea/?lang=en").status_code == 200
    assert not Customer.objects.exists()
    for _look in range(21):
        last = visitor.post("/l/tea/", given)
    assert last.status_code == 429


def test_our_own_link_names_its_campaign_and_the_campaign_counts_it(
    visitor: Client, page: LandingPage, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://testserver"
    campaign = factories.campaign(marks_links=False)
    reader = Customer.objects.create(name="Reader", touched_at=timezone.now())
    delivery = factories.delivery(campaign, reader, state="accepted", sent_at=timezone.now())
    CampaignLink.objects.create(campaign=campaign, number=1, url="http://testserver/l/tea/")
    answer = visitor.get(f"/m/c/{tokens.make('click', delivery.key, 1)}")
    query = answer.headers["Location"].partition("?")[2]
    send(visitor, page, f"&{query}")
    one = Submission.objects.get()
    assert (one.campaign, one.source, one.medium) == (campaign, "crm", "email")
    colleague = Client()
    colleague.force_login(people.user(Role.MARKETING))
    colleague.cookies["django_language"] = "en"
    shown = colleague.get(f"/campaigns/{campaign.pk}/results/").content.decode()
    assert "Spring tea" in shown
    forged, _shown = send(
        visitor, page, "&via=" + "x" * 48 + "&utm_source=crm&utm_campaign=99-x", email="b@b.cn"
    )
    assert forged.status_code == 302
    assert Submission.objects.latest("pk").campaign is None


def test_results_count_visits_by_people_and_orders_once(
    visitor: Client, page: LandingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(visitor, page, "&utm_source=weibo")
    send(visitor, page, "&utm_source=weibo")
    visitor.get("/l/tea/?lang=en", headers={"Referer": "https://www.so.com/s?q=tea"})
    visitor.get("/l/tea/?lang=zh-hans&seen=1")
    visitor.get("/l/tea/", headers={"User-Agent": "Googlebot/2.1"})
    visitor.head("/l/tea/")
    customer = Customer.objects.get()
    for days in (1, 40):
        Order.objects.create(
            customer=customer,
            source="shop",
            external_id=f"{days}",
            placed_at=timezone.now() + timedelta(days=days),
            amount=100,
            currency="CNY",
        )
    found = figures.count(page)
    whole = found.whole
    assert (whole.visits, whole.submissions, whole.new, whole.buyers, whole.orders) == (3, 2, 1, 1, 1)
    assert whole.spent == 100
    assert [(one.source, one.visits, one.submissions) for one in found.sources] == [
        ("weibo", 2, 2),
        ("so.com", 1, 0),
    ]
    monkeypatch.setattr(counting, "MOST_A_DAY", 2)
    for number in range(3):
        visitor.get(f"/l/tea/?lang=en&utm_source=made-up-{number}")
    assert Visits.objects.get(source="…").count == 3
    rule = rules.parse(
        {
            "match": "all",
            "rules": [
                {
                    "fact": "landing.submitted",
                    "op": "at_least",
                    "value": {"number": 2, "days": None, "of": [page.pk]},
                }
            ],
        }
    )
    assert list(rules.narrow(Customer.objects.all(), rule)) == [customer]


def test_marketing_makes_publishes_and_takes_back_a_page(
    page: LandingPage, tmp_path: Any, settings: Any
) -> None:
    client = Client()
    client.force_login(people.user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    given = {
        "name": "Two headings",
        "slug": "two",
        "title_zh": "甲",
        "title_en": "First",
        "other_zh": "乙",
        "other_en": "Second",
        "conversion_days": "14",
        "ask_email": "required",
        "ask_custom_colour": "optional",
        "asks_consent": "on",
    }
    assert client.post("/landing/new/", {**given, "other_en": ""}).status_code == 422
    assert client.post("/landing/new/", {**given, "ask_email": "optional"}).status_code == 422
    assert client.post("/landing/new/", given).status_code == 302
    made = LandingPage.objects.get(slug="two")
    assert made.fields == {"email": True, "custom_colour": False}
    assert client.get("/l/two/").status_code == 200
    assert Client().get("/l/two/").status_code == 404
    client.post(f"/landing/{made.pk}/publication/", {"on": "1"})
    with translation.override("en"):
        seen = {
            Client(headers={"User-Agent": BROWSER}).get("/l/two/?lang=en").context["heading"]
            for _look in range(40)
        }
    assert seen == {"First", "Second"}
    assert "It takes 100 visits" in client.get(f"/landing/{made.pk}/").content.decode()
    assert "Two headings" in client.get("/landing/").content.decode()
    assert client.post(f"/landing/{made.pk}/deletion/").status_code == 409
    client.post(f"/landing/{made.pk}/publication/", {"on": "0"})
    assert Client().get("/l/two/").status_code == 404
    seller = Client()
    seller.force_login(people.user(Role.SALES))
    assert seller.get("/landing/").status_code == 404
