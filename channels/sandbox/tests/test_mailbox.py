from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels.sandbox.factories import message
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db
URL = "channels:sandbox"


def test_the_newest_stands_first_and_addresses_are_masked(client: Client) -> None:
    message(subject="First")
    message(subject="Second", recipient="bob@example.com", answered=False)
    page = signed_in(client, Role.MARKETING).get(reverse(URL)).content.decode()
    assert page.index("Second") < page.index("First")
    assert "sender was not told" in page
    assert "bob@example.com" not in page
    assert "b••••@example.com" in page
    assert "2 messages" in page


def test_searching_by_the_beginning_of_an_address(client: Client) -> None:
    message(subject="For Ann")
    message(subject="For Bob", recipient="bob@example.com")
    signed_in(client, Role.MARKETING)
    page = client.get(reverse(URL), {"q": "BOB@"}).content.decode()
    assert "For Bob" in page
    assert "For Ann" not in page
    assert "No message went to an address" in client.get(reverse(URL), {"q": "zoe"}).content.decode()


@pytest.mark.parametrize("q", ["%", "_", "'", "x" * 5000, "🎉", "\\"])
def test_odd_searches_find_nothing(client: Client, q: str) -> None:
    message(subject="Anything")
    response = signed_in(client, Role.MARKETING).get(reverse(URL), {"q": q})
    assert response.status_code == 200
    assert "Anything" not in response.content.decode()


def test_a_nul_in_the_address_of_the_page_is_refused(client: Client) -> None:
    assert signed_in(client, Role.MARKETING).get(f"{reverse(URL)}?q=%00").status_code == 400


def test_a_forged_cursor_is_refused(client: Client) -> None:
    assert signed_in(client, Role.MARKETING).get(reverse(URL), {"cursor": "forged"}).status_code == 400


def test_pages_follow_each_other(client: Client) -> None:
    for number in range(60):
        message(subject=f"Number {number:02}")
    first = signed_in(client, Role.MARKETING).get(reverse(URL))
    assert "Number 59" in first.content.decode()
    assert "Number 09" not in first.content.decode()
    second = client.get(reverse(URL), {"cursor": first.context["page"].next}).content.decode()
    assert "Number 09" in second
    assert (first.context["is_live"], 'hx-trigger="every 4s"' in second) == (True, False)


def test_htmx_gets_the_list_only(client: Client) -> None:
    page = (
        signed_in(client, Role.MARKETING).get(reverse(URL), headers={"HX-Request": "true"}).content.decode()
    )
    assert page.strip().startswith('<div id="results"')


def test_nothing_yet(client: Client) -> None:
    assert "Nothing has arrived" in signed_in(client, Role.MARKETING).get(reverse(URL)).content.decode()


def test_who_may_only_look_cannot_turn_knobs(client: Client) -> None:
    page = signed_in(client, Role.MARKETING).get(reverse(URL)).content.decode()
    assert reverse("channels:sandbox-faults") not in page
    assert reverse("channels:sandbox-clearing") not in page


def test_a_stranger_sees_nothing(client: Client) -> None:
    assert signed_in(client, Role.SALES).get(reverse(URL)).status_code == 404


def test_a_full_page_costs_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(50):
        message()
    signed_in(client, Role.ADMIN).get(reverse(URL))
    with django_assert_max_num_queries(4):
        client.get(reverse(URL))
