"""GET and POST /segments/7/edit/"""

import pytest
from django.test import Client

from crm.accounts import factories as people
from segments.factories import segment
from segments.models import Segment

pytestmark = pytest.mark.django_db


def test_the_builder_shows_the_stored_rule(as_marketer: Client) -> None:
    inner = {"match": "any", "rules": [{"fact": "orders.last", "op": "within", "value": 30}]}
    tree = {"match": "none", "rules": [{"fact": "profile.city", "op": "any_of", "value": ["杭州"]}, inner]}
    page = as_marketer.get(f"/segments/{segment(rule=tree).pk}/edit/").content.decode()
    assert 'value="杭州"' in page
    assert 'name="fact.1.0"' in page
    assert '<option value="none" selected>' in page


def test_saving_what_is_shown_changes_nothing(as_marketer: Client) -> None:
    one = segment()
    form = {
        "name": one.name,
        "match": "all",
        "fact.0": "profile.city",
        "op.0": "any_of",
        "value.0": "Shanghai",
    }
    assert as_marketer.post(f"/segments/{one.pk}/edit/", form).status_code == 302
    assert Segment.objects.get().rule == one.rule


def test_the_author_stays_the_author(as_marketer: Client) -> None:
    one = segment(created_by=people.user(name="Author"))
    form = {"name": "Renamed", "match": "all", "fact.0": "profile.city", "op.0": "filled"}
    as_marketer.post(f"/segments/{one.pk}/edit/", form)
    changed = Segment.objects.get()
    assert (changed.name, changed.created_by) == ("Renamed", one.created_by)


def test_a_rule_that_can_no_longer_be_asked_can_be_mended(as_marketer: Client) -> None:
    broken = {"match": "all", "rules": [{"fact": "gone.fact", "op": "is", "value": 3}]}
    one = segment(rule=broken)
    assert as_marketer.get(f"/segments/{one.pk}/edit/").status_code == 200


def test_a_full_rule_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    leaves = [
        {"fact": "profile.city", "op": "any_of", "value": ["a", "b"]},
        {"fact": "profile.owner", "op": "any_of", "value": [1]},
        {"fact": "orders.last", "op": "within", "value": 30},
    ]
    one = segment(rule={"match": "all", "rules": leaves * 15})
    as_marketer.get("/segments/")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert as_marketer.get(f"/segments/{one.pk}/edit/").status_code == 200


def test_who_may_only_look_gets_404(as_seller: Client, as_stranger: Client) -> None:
    one = segment()
    for client in (as_seller, as_stranger):
        assert client.get(f"/segments/{one.pk}/edit/").status_code == 404
        assert client.post(f"/segments/{one.pk}/edit/", {"name": "Mine"}).status_code == 404
    assert Segment.objects.get().name == one.name


def test_a_segment_that_is_not_there_is_404(as_marketer: Client) -> None:
    assert as_marketer.get("/segments/999999999999999999999/edit/").status_code == 404
