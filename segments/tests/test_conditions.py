"""GET and POST /segments/conditions/: the conditions of the customer list."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db.models import BooleanField, Func, Q
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import conditions, listing
from customers import factories as customers
from customers.models import Customer, Share
from segments import facts
from segments.factories import buyer
from segments.facts import Fact, Group, Kind

pytestmark = pytest.mark.django_db
URL, LIST = "/segments/conditions/", "/customers/"
CITY = {"fact": "profile.city", "op": "any_of", "value": ["上海"]}
RICH = {"fact": "orders.total", "op": "at_least", "value": "100"}


def text(*rules: Any, match: str = "all") -> str:
    return json.dumps({"match": match, "rules": list(rules)}, ensure_ascii=False, separators=(",", ":"))


def names(client: Client, rule: str, **query: str) -> list[str]:
    page = client.get(LIST, {"rule": rule, **query}).context["listing"].page
    return [customer.name for customer in page.rows]


def test_the_list_shows_whom_the_conditions_fit(as_marketer: Client) -> None:
    buyer(name="Rich", city="上海", total=500)
    buyer(name="Poor", city="上海", total=5)
    buyer(name="Far", city="北京", total=500)

    assert names(as_marketer, text(CITY, RICH)) == ["Rich"]
    assert sorted(names(as_marketer, text(CITY, RICH, match="any"))) == ["Far", "Poor", "Rich"]
    assert names(as_marketer, text(CITY, RICH, match="none")) == []
    assert names(as_marketer, text(CITY), sort="name") == ["Poor", "Rich"]


@pytest.mark.parametrize("few", [-1, 10_000])
def test_few_are_gathered_and_many_met_on_the_way_alike(
    as_marketer: Client, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    for number in range(4):
        buyer(name=f"Rich {number}", city="上海", total=500 + number)
        buyer(name=f"Poor {number}", city="上海", total=5)

    assert names(as_marketer, text(CITY, RICH), sort="-total") == ["Rich 3", "Rich 2", "Rich 1", "Rich 0"]


@pytest.mark.parametrize("few", [-1, 10_000])
def test_who_sees_few_is_shown_all_of_them_once_and_nobody_else(
    seller: User, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    own = [buyer(name=f"Own {number}", city="上海", total=500, owner=seller) for number in range(3)]
    lent = buyer(name="Lent", city="上海", total=500)
    gone = buyer(name="Gone", city="上海", total=500, owner=seller)
    buyer(name="Strange", city="上海", total=500)
    buyer(name="Poor", city="上海", total=5, owner=seller)
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    # What is one's own may be shared with one as well, from when somebody else kept it.
    Share.objects.bulk_create(Share(customer=one, user=seller) for one in (lent, gone, own[0]))
    for age, one in enumerate([own[2], lent, own[0], own[1]]):
        Customer.objects.filter(pk=one.pk).update(touched_at=timezone.now() - timedelta(days=age))
    asked = listing.Listing(seller, QueryDict(f"rule={quote(text(CITY, RICH))}"))

    first = asked.page_at("", 2)
    second = asked.page_at(first.next, 2)
    back = asked.page_at(second.previous, 2)

    assert [one.name for one in first.rows] == [one.name for one in back.rows] == ["Own 2", "Lent"]
    assert [one.name for one in second.rows] == ["Own 0", "Own 1"]
    assert not second.next


def test_who_is_not_met_in_time_is_gathered_all_the_same(
    as_marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Func(template="(pg_sleep(0.05) IS NOT NULL)", output_field=BooleanField())
    fact = Fact("test.slow", "Slow", Group.PROFILE, Kind.FLAG, lambda test: Q(slow))
    monkeypatch.setitem(facts._facts, "test.slow", fact)
    monkeypatch.setattr(listing, "FEW", -1)
    monkeypatch.setattr(listing, "PATIENCE", 10)
    buyer(name="Rich", city="上海", total=500)

    assert names(as_marketer, text(RICH, {"fact": "test.slow", "op": "yes"})) == ["Rich"]


def test_each_condition_is_a_chip_that_takes_it_away_and_the_joint_turns(as_marketer: Client) -> None:
    answer = as_marketer.get(LIST, {"rule": text(CITY, RICH), "q": "x"}, headers={"accept-language": "en"})
    shown = answer.context["listing"]

    assert [chip.label for chip in shown.rule_chips] == [
        "City is one of 上海",
        "Total spent is at least ¥100",
    ]
    assert parse_qs(shown.rule_chips[0].query)["rule"] == [text(RICH)]
    assert parse_qs(shown.turned)["rule"] == [text(CITY, RICH, match="any")]
    assert shown.rule.joint == "and"


def test_what_is_built_goes_into_the_address_beside_what_stood_there(as_marketer: Client) -> None:
    data = {"match": "all", "fact.0": "profile.city", "op.0": "any_of", "value.0": "上海", "fact.1": ""}

    answer = as_marketer.post(f"{URL}?sort=name&city=X&cursor=abc", data)

    found = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert found == {"sort": ["name"], "city": ["X"], "rule": [text(CITY)]}
    assert (
        as_marketer.post(f"{URL}?sort=name", {"match": "all"}).headers["Location"]
        == f"{LIST}?sort=name&rule="
    )


def test_the_editor_opens_with_what_is_asked_and_a_place_for_more(as_marketer: Client) -> None:
    page = as_marketer.get(URL, {"rule": text(CITY)}).content.decode()

    assert 'name="fact.1"' in page
    assert 'value="上海"' in page
    part = as_marketer.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_a_step_keeps_what_was_typed(as_marketer: Client) -> None:
    data = {"match": "any", "fact.0": "profile.city", "op.0": "contains", "value.0": "half", "step": "add"}

    page = as_marketer.post(f"{URL}draft/?sort=name", data).content.decode()

    assert 'value="half"' in page
    assert 'name="fact.1"' in page


def test_wrong_values_come_back_with_a_word(as_marketer: Client) -> None:
    data = {"match": "all", "fact.0": "orders.total", "op.0": "at_least", "value.0": "much"}

    answer = as_marketer.post(URL, data, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert "Enter an amount" in answer.content.decode()


FORGED = [
    *("{", "[]", "1", '{"match":"all","rules":[]}', '{"match":"x","rules":[1]}', "[" * 2000),
    '{"match":"all","rules":[{"fact":"owner__password","op":"is","value":"x"}]}',
    '{"match":"all","rules":[{"fact":"profile.city","op":"regex","value":"x"}]}',
    '{"match":"all","rules":[{"fact":"profile.city","op":"is","value":{"a":1}}]}',
    '{"match":"all","rules":[{"fact":"profile.city","op":"contains","value":"\\u0000"}]}',
]


@pytest.mark.parametrize("rule", FORGED)
def test_what_no_link_of_ours_asks_is_refused(as_marketer: Client, rule: str) -> None:
    assert as_marketer.get(LIST, {"rule": rule}).status_code == 400
    assert as_marketer.get(URL, {"rule": rule}).status_code == 400


def test_too_much_for_an_address_is_refused_in_a_sentence(as_marketer: Client) -> None:
    values = [f"{number:0190}" for number in range(conditions.LONGEST // 190 + 1)]
    data = {"match": "all", "fact.0": "profile.city", "op.0": "any_of", "value.0": values}

    assert as_marketer.post(URL, data).status_code == 409


def test_nobody_asks_about_what_they_may_not_see() -> None:
    client = Client()
    client.force_login(people.user(Role.SERVICE))
    rule = text({"fact": "segment.picked", "op": "any_of", "value": [1]})

    assert client.get(LIST, {"rule": rule}).status_code == 400
    assert "segment.picked" not in client.get(URL).content.decode()
    assert client.get(LIST, {"rule": text(CITY)}).status_code == 200


def test_conditions_show_only_one_s_own() -> None:
    seller, client = people.user(Role.SALES), Client()
    customers.customer(name="Mine", city="上海", owner=seller)
    customers.customer(name="Other", city="上海")
    client.force_login(seller)

    assert names(client, text(CITY)) == ["Mine"]


def test_strangers_get_404(as_stranger: Client) -> None:
    assert as_stranger.get(URL).status_code == 404
    assert as_stranger.post(f"{URL}draft/").status_code == 404


def test_a_list_with_conditions_costs_at_most_eight_queries(
    as_marketer: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(3):
        buyer(city="上海", total=500)
    as_marketer.get(LIST)
    with django_assert_max_num_queries(8):
        as_marketer.get(LIST, {"rule": text(CITY, RICH), "sort": "-total"})
