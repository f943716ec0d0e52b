"""What segments and scores add to the customer list and the customer page."""

import pytest
from django.test import Client

from customers import factories as customers
from segments import membership
from segments.factories import buyer, score, scored, segment

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


def names(client: Client, query: str) -> list[str]:
    page = client.get(f"/customers/?{query}").context["listing"].page
    return sorted(customer.name for customer in page.rows)


def test_a_cell_of_the_rfm_grid_leads_to_its_customers(as_marketer: Client) -> None:
    score(buyer(name="Best"), recency=5, frequency=4)
    score(buyer(name="Other"), recency=5, frequency=3)
    assert names(as_marketer, "r=5&f=4") == ["Best"]


def test_groups_and_stages_are_filters(as_marketer: Client) -> None:
    score(buyer(name="Best"), group="champion", stage="loyal")
    score(buyer(name="Gone"), group="lost", stage="lost")
    customers.customer(name="Prospect")
    assert names(as_marketer, "group=champion") == ["Best"]
    assert names(as_marketer, "stage=lost") == ["Gone"]
    assert names(as_marketer, "stage=prospect") == ["Prospect"]
    assert names(as_marketer, "stage=prospect&stage=lost") == ["Gone", "Prospect"]


def test_a_segment_is_a_filter(as_marketer: Client) -> None:
    customers.customer(name="In", city="Shanghai")
    customers.customer(name="Out", city="Beijing")
    one = segment()
    membership.refresh(one.pk)
    assert names(as_marketer, f"segment={one.pk}") == ["In"]
    assert names(as_marketer, "segment=' OR 1=1") == []


def test_the_list_shows_scores_and_groups(as_marketer: Client) -> None:
    score(buyer(), recency=5, frequency=4, monetary=3, group="loyal")
    page = as_marketer.get("/customers/", headers=EN).content.decode()
    assert 'aria-label="R5 F4 M3"' in page
    assert "Loyal" in page


def test_the_customer_page_says_why_the_scores_are_what_they_are(as_marketer: Client) -> None:
    one = buyer(days_ago=3, days=2, total=70)
    scored()
    page = as_marketer.get(f"/customers/{one.pk}/panels/rfm/", headers=EN).content.decode()
    assert "last order 3 days before" in page
    assert "orders on 2 days" in page
    assert "3 days or more" in page


def test_a_prospect_has_no_scores_and_a_reason(as_marketer: Client) -> None:
    buyer()
    scored()
    one = customers.customer()
    page = as_marketer.get(f"/customers/{one.pk}/panels/rfm/", headers=EN).content.decode()
    assert "Has not bought anything yet" in page


def test_a_base_never_scored_says_so(as_marketer: Client) -> None:
    page = as_marketer.get(f"/customers/{buyer().pk}/panels/rfm/", headers=EN).content.decode()
    assert "Nobody is scored yet" in page


def test_the_customer_page_names_the_segments(as_marketer: Client) -> None:
    one = customers.customer(city="Shanghai")
    group = segment(name="Shanghai people")
    membership.refresh(group.pk)
    page = as_marketer.get(f"/customers/{one.pk}/panels/segments/").content.decode()
    assert "Shanghai people" in page


def test_panels_cost_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    one = buyer()
    scored()
    as_marketer.get("/customers/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        as_marketer.get(f"/customers/{one.pk}/panels/rfm/")
