"""GET /search/"""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from segments.models import Segment

pytestmark = pytest.mark.django_db
URL = "/search/"


def text_of(client: Client, q: str = "") -> str:
    return client.get(URL, {"q": q}).content.decode()


def test_customers_orders_and_segments_are_found(client: Client) -> None:
    user = people.user(Role.OPERATIONS)
    client.force_login(user)
    factories.order(factories.found(name="王小明", phone="+8613812345678"), external_id="SO-2026-77")
    Segment.objects.create(name="Wangs", created_by=user)

    assert "王小明" in text_of(client, "wxm")
    assert "138••••5678" in text_of(client, "wxm")
    assert "SO-2026-77" in text_of(client, "SO-20")
    assert "Wangs" in text_of(client, "wang")
    assert "SO-2026-77" not in text_of(client, "SO")


def test_only_what_one_may_see(client: Client) -> None:
    seller = people.user(Role.SALES)
    client.force_login(seller)
    factories.order(factories.found(name="Secret Person"), external_id="SECRET-1")
    factories.found(name="Secret Friend", owner=seller)

    for q in ("secret", "SECRET-1", ""):
        assert "Secret Person" not in text_of(client, q)
        assert "SECRET-1" not in text_of(client, q)
    assert "Secret Friend" in text_of(client, "secret")


def test_who_may_see_nothing_finds_nothing(client: Client) -> None:
    client.force_login(people.user(Role.AUDITOR))
    factories.order(factories.found(name="王小明"), external_id="SO-2026-77")

    for q in ("王小明", "SO-2026-77", ""):
        assert "option-customers" not in text_of(client, q)
        assert "王小明" not in text_of(client, q).replace(q, "")


def test_without_a_question_the_last_active_are_offered(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS))
    for number in range(7):
        factories.customer(name=f"Customer {number}")

    assert text_of(client).count("option-active") == 5


def test_what_was_opened_last_is_offered_first(client: Client) -> None:
    seller = people.user(Role.SALES)
    client.force_login(seller)
    first, second = (factories.found(name=name, owner=seller) for name in ("First", "Second"))
    secret = factories.found(name="Secret")
    addresses = [f"/customers/{one.pk}/" for one in (second, secret, first)]
    recent = ",".join([*addresses, "/customers/999999999999999999999/", "/nowhere/", "x", "/"])
    text = client.get(URL, {"recent": recent}).content.decode()

    assert text.index("Second") < text.index("First")
    assert "Secret" not in text


@pytest.mark.parametrize("q", ["new task", "task", "nt", "NEW"])
def test_what_can_be_made_is_found_by_its_name(client: Client, q: str) -> None:
    client.force_login(people.user(Role.SALES))
    client.cookies["django_language"] = "en"

    assert "/tasks/new/" in text_of(client, q)
    assert "/campaigns/new/" not in text_of(client, q)


@pytest.mark.parametrize("q", ["客户", "kehu", "kh"])
def test_pages_are_found_in_chinese(client: Client, q: str) -> None:
    client.force_login(people.user(Role.SALES))
    client.cookies["django_language"] = "zh-hans"

    assert 'href="/customers/"' in text_of(client, q)


def test_my_own_tasks_are_found(client: Client) -> None:
    seller, other = people.user(Role.SALES), people.user(Role.SALES)
    client.force_login(seller)
    factories.task(seller, title="Ring the mill")
    factories.task(other, title="Ring the bell")

    assert "Ring the mill" in text_of(client, "ring")
    assert "Ring the bell" not in text_of(client, "ring")


@pytest.mark.parametrize("q", ["%", "\\", "' OR 1=1 --", "😀", "x" * 3000, " ", "@", "."])
def test_odd_questions_are_answered(client: Client, q: str) -> None:
    client.force_login(people.user(Role.OPERATIONS))

    assert client.get(URL, {"q": q}).status_code == 200


def test_a_nul_is_refused_in_a_sentence(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS))

    assert client.get(f"{URL}?q=%00").status_code == 400


def test_visitors_are_sent_to_sign_in(client: Client) -> None:
    assert client.get(URL).status_code == 302


def test_a_search_costs_at_most_eight_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(people.user(Role.OPERATIONS))
    for number in range(10):
        factories.order(factories.found(name=f"王{number}"), external_id=f"SO-2026-{number}")
    text_of(client, "SO-2026")

    with django_assert_max_num_queries(8):
        text_of(client, "SO-2026")


def test_options_have_ids_of_their_own(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS))
    for _number in range(3):
        factories.found(name="王小明")

    assert len(set(text_of(client, "wxm").split('id="')[1:])) == 3
