"""Reviews: figures that stay as they were, proposals and what they did."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk.goals import measuring, services
from crm.desk.goals.models import Proposal, Review
from crm.desk.goals.review_views import figures
from crm.lib.errors import Refused
from customers import factories
from customers.orders.models import Order

pytestmark = pytest.mark.django_db
URL = "/goals/"


@pytest.fixture
def lead() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def month() -> date:
    """The month that is over."""
    return (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture
def review(lead: User, month: date) -> Review:
    inside = timezone.now().replace(year=month.year, month=month.month, day=15)
    factories.order(factories.customer(), amount=400, placed_at=inside)
    made = services.review(Review(month=month + timedelta(days=3)), by=lead)
    measuring.sweep()
    made.refresh_from_db()
    return made


def propose(review: Review, by: User) -> Proposal:
    due = timezone.localdate() + timedelta(days=7)
    made = Proposal(
        review=review, text="Write to them", owner=by, due_on=due, indicator="revenue", expected="+5 %"
    )
    return services.propose(made, by=by)


def test_figures_stay_as_they_were(review: Review, month: date) -> None:
    assert (review.month, review.figures["indicators"]["revenue"]) == (month, [400.0, 0.0])

    Order.objects.update(amount=1)
    measuring.sweep()
    measuring.freeze(review)

    review.refresh_from_db()
    assert review.figures["indicators"]["revenue"] == [400.0, 0.0]
    assert {about.key: value for about, value, *_rest in figures(review)}["revenue"] == "¥400"


def test_a_month_is_reviewed_once_and_when_it_is_over(lead: User, review: Review) -> None:
    with pytest.raises(Refused):
        services.review(Review(month=review.month), by=lead)
    with pytest.raises(Refused):
        services.review(Review(month=timezone.localdate()), by=lead)


def test_a_proposal_tells_what_it_did(lead: User, review: Review) -> None:
    one = propose(review, lead)
    assert one.before == 400

    services.close(one, "done", by=lead)
    factories.order(factories.customer(), amount=900)
    measuring.sweep()

    one.refresh_from_db()
    assert (one.state, one.after, one.after_on) == ("done", 900, timezone.localdate())
    with pytest.raises(Refused):
        services.close(one, "dropped", by=lead)


def test_what_is_open_is_not_followed(lead: User, review: Review) -> None:
    one = propose(review, lead)
    measuring.sweep()
    one.refresh_from_db()
    assert one.after is None


def test_the_pages(client: Client, lead: User, review: Review) -> None:
    client.force_login(lead)
    page = f"{URL}reviews/{review.pk}/"
    client.post(page, {"went_well": "Many <b>came</b>", "went_badly": ""})
    due = str(timezone.localdate())
    client.post(
        f"{page}proposals/",
        {"text": "Call them", "owner": lead.pk, "due_on": due, "indicator": "revenue", "expected": "+3 %"},
    )

    text = client.get(page).content.decode()
    assert "Call them" in text
    assert "Many &lt;b&gt;came" in text
    assert "Call them" in client.get(URL).content.decode()
    client.post(f"{URL}proposals/{Proposal.objects.get().pk}/closing/", {"state": "done"})
    assert Proposal.objects.get().state == "done"


def test_others_see_neither_the_review_nor_its_proposals(client: Client, lead: User, review: Review) -> None:
    one = propose(review, lead)
    seller = people.user(Role.SALES)
    client.force_login(seller)
    assert client.get(f"{URL}reviews/{review.pk}/").status_code == 404
    assert client.post(f"{URL}proposals/{one.pk}/closing/", {"state": "done"}).status_code == 404

    Proposal.objects.update(owner=seller)
    assert "Write to them" in client.get("/").content.decode()
    assert client.post(f"{URL}proposals/{one.pk}/closing/", {"state": "done"}).status_code == 302
