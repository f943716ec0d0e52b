"""GET and POST /segments/new/"""

import pytest
from django.test import Client

from segments import starters
from segments.factories import segment
from segments.models import Segment
from segments.scoring.models import Group

pytestmark = pytest.mark.django_db
URL = "/segments/new/"
IN_SHANGHAI = {"match": "all", "fact.0": "profile.city", "op.0": "any_of", "value.0": ["Shanghai"]}


def test_a_rule_from_the_builder_is_kept(as_marketer: Client) -> None:
    response = as_marketer.post(
        URL,
        {
            "name": "Big spenders",
            **IN_SHANGHAI,
            "match.1": "none",
            "fact.1.0": "orders.total",
            "op.1.0": "at_most",
            "value.1.0": "99.50",
        },
    )
    one = Segment.objects.get()
    assert response["Location"] == f"/segments/{one.pk}/"
    assert one.rule == {
        "match": "all",
        "rules": [
            {"fact": "profile.city", "op": "any_of", "value": ["Shanghai"]},
            {"match": "none", "rules": [{"fact": "orders.total", "op": "at_most", "value": "99.50"}]},
        ],
    }


def test_a_wrong_condition_comes_back_with_its_sentence(as_marketer: Client) -> None:
    response = as_marketer.post(URL, {"name": "X", **IN_SHANGHAI, "value.0": [""]})
    assert response.status_code == 422
    assert b'id="problem.0"' in response.content
    assert not Segment.objects.exists()


def test_a_name_in_use_is_refused_and_the_rule_stays(as_marketer: Client) -> None:
    segment(name="Twice")
    response = as_marketer.post(URL, {"name": "Twice", **IN_SHANGHAI})
    assert response.status_code == 422
    assert b'value="Shanghai"' in response.content


def test_a_rule_without_a_condition_is_refused(as_marketer: Client) -> None:
    assert as_marketer.post(URL, {"name": "Everybody?", "match": "all"}).status_code == 422


def test_a_form_full_of_nonsense_is_refused_and_nothing_more(as_marketer: Client) -> None:
    nonsense = {
        "fact.0.0.0.0.0.0": "profile.city",
        "fact.99": "x\x00y",
        "match.3": "sometimes",
        "op.0": "any_of",
        "value.7": "1",
        "fact.0": "",
        "name": "N",
    }
    assert as_marketer.post(URL, nonsense).status_code == 422


@pytest.mark.parametrize("starter", starters.STARTERS, ids=lambda one: one.key)
def test_every_starter_can_be_saved_as_it_is(as_marketer: Client, starter: starters.Starter) -> None:
    page = as_marketer.get(URL, {"starter": starter.key})
    assert page.status_code == 200
    form = {"name": "From a starter", "match": "all"}
    for place, node in enumerate(starter.tree["rules"]):
        form |= {
            f"fact.{place}": node["fact"],
            f"op.{place}": node["op"],
            f"value.{place}": node.get("value", ""),
        }
    assert as_marketer.post(URL, form).status_code == 302


@pytest.mark.parametrize("group", Group.values)
def test_every_rfm_group_can_be_started_from(as_marketer: Client, group: str) -> None:
    assert f'value="{group}" checked' in as_marketer.get(URL, {"group": group}).content.decode()


def test_an_unknown_starter_is_an_empty_rule(as_marketer: Client) -> None:
    assert as_marketer.get(URL, {"starter": "x", "group": "y"}).status_code == 200


def test_who_may_only_look_gets_404(as_seller: Client, as_stranger: Client) -> None:
    for client in (as_seller, as_stranger):
        assert client.get(URL).status_code == 404
        assert client.post(URL, {"name": "X", **IN_SHANGHAI}).status_code == 404
    assert not Segment.objects.exists()
