"""GET /segments/"""

import pytest
from django.test import Client

from channels import factories as channels
from segments import membership
from segments.factories import buyer, segment

pytestmark = pytest.mark.django_db
URL = "/segments/"


def test_segments_stand_in_the_order_of_their_names(as_marketer: Client) -> None:
    segment(name="B")
    segment(name="A")
    page = as_marketer.get(URL).context["page"]
    assert [row.name for row in page.rows] == ["A", "B"]


def test_each_says_how_many_campaigns_use_it(as_marketer: Client) -> None:
    one = segment()
    channels.campaign(segment=one)
    channels.campaign(segment=one)
    assert as_marketer.get(URL).context["page"].rows[0].used == 2


def test_the_search_narrows_the_list(as_marketer: Client) -> None:
    segment(name="Champions")
    segment(name="Lost")
    response = as_marketer.get(URL, {"q": "champ"})
    assert [row.name for row in response.context["page"].rows] == ["Champions"]
    assert b"No segment has such a name" in as_marketer.get(URL, {"q": "%"}, headers=EN).content


def test_starters_are_offered_while_there_is_none(as_marketer: Client, as_seller: Client) -> None:
    assert b"?starter=champions" in as_marketer.get(URL).content
    assert b"?starter=champions" not in as_seller.get(URL).content


def test_money_of_customers_one_may_not_see_stays_hidden(as_marketer: Client, as_seller: Client) -> None:
    buyer(city="Shanghai", total=54321)
    membership.refresh(segment().pk)
    assert b"54,321" in as_marketer.get(URL).content
    assert b"54,321" not in as_seller.get(URL).content


def test_a_stranger_gets_404(as_stranger: Client) -> None:
    assert as_stranger.get(URL).status_code == 404


def test_a_forged_cursor_is_refused(as_marketer: Client) -> None:
    assert as_marketer.get(URL, {"cursor": "forged"}).status_code == 400


def test_a_full_page_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    for _number in range(51):
        segment()
    as_marketer.get(URL)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert as_marketer.get(URL).context["page"].next


EN = {"accept-language": "en"}
