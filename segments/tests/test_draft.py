"""POST /segments/draft/: one step in the builder. The answer is the rule as it is now."""

from typing import Any

import pytest
from django.test import Client

from segments import facts
from segments.factories import segment
from segments.models import Segment

pytestmark = pytest.mark.django_db
URL = "/segments/draft/"
CITY = {"match": "all", "fact.0": "profile.city", "op.0": "any_of", "value.0": ["Shanghai", "Beijing"]}


def after(client: Client, form: dict[str, Any], step: str = "") -> Any:
    response = client.post(URL, {**form, "step": step})
    assert response.status_code == 200
    return response.context["rule"].root


def test_a_condition_can_be_added(as_marketer: Client) -> None:
    assert [child.fact for child in after(as_marketer, CITY, "add").children] == ["profile.city", ""]


def test_a_group_can_be_added_and_filled(as_marketer: Client) -> None:
    root = after(as_marketer, CITY, "nest")
    assert root.children[1].is_group
    form = {**CITY, "match.1": "any", "fact.1.0": "orders.total"}
    assert len(after(as_marketer, form, "add.1").children[1].children) == 2


def test_the_right_condition_goes_even_among_equal_ones(as_marketer: Client) -> None:
    form = {"match": "all", "fact.0": "", "fact.1": "profile.city", "op.1": "filled", "fact.2": ""}
    assert [child.fact for child in after(as_marketer, form, "remove.2").children] == ["", "profile.city"]


def test_values_are_kept_and_one_more_can_be_added(as_marketer: Client) -> None:
    assert after(as_marketer, CITY, "more.0").children[0].values == ["Shanghai", "Beijing", ""]


def test_another_fact_brings_its_own_operators_and_widget(as_marketer: Client) -> None:
    [child] = after(as_marketer, {**CITY, "fact.0": "orders.last", "op.0": "any_of"}).children
    assert child.operators[0].value == "within"
    assert (child.widget, child.values) == ("days", [""])


def test_choices_are_ticked_and_values_of_another_fact_dropped(as_marketer: Client) -> None:
    form = {"match": "all", "fact.0": "profile.gender", "op.0": "any_of", "value.0": ["female", "Shanghai"]}
    [child] = after(as_marketer, form).children
    assert [one.value for one in child.choices if one.is_chosen] == ["female"]


def test_every_fact_and_operator_has_a_widget(as_marketer: Client) -> None:
    for fact in facts.all_facts():
        form = {"match": "all"}
        for place, operator in enumerate(fact.operators):
            form |= {f"fact.{place}": fact.key, f"op.{place}": operator.key}
        for child, operator in zip(after(as_marketer, form).children, fact.operators, strict=True):
            takes = operator.takes is not facts.Takes.NOTHING
            assert bool(child.widget) is takes, (fact.key, operator.key)


@pytest.mark.parametrize(
    "step", ["add.9", "remove", "remove.5", "nest.0", "more", "explode.0", "add.0.0.0", "add."]
)
def test_a_step_that_leads_nowhere_changes_nothing(as_marketer: Client, step: str) -> None:
    assert len(after(as_marketer, CITY, step).children) == 1


def test_groups_cannot_be_nested_too_deep(as_marketer: Client) -> None:
    form = {
        "match": "all",
        "match.0": "all",
        "match.0.0": "all",
        "match.0.0.0": "all",
        "match.0.0.0.0": "all",
    }
    deepest = after(as_marketer, form, "nest.0.0.0.0").children[0].children[0].children[0].children[0]
    assert (deepest.children, deepest.may_nest) == ([], False)


def test_nothing_is_kept(as_marketer: Client) -> None:
    one = segment()
    after(as_marketer, {**CITY, "segment": str(one.pk), "name": "Other"}, "remove.0")
    assert Segment.objects.get().name == one.name


def test_htmx_gets_the_builder_and_everybody_else_the_page(as_marketer: Client) -> None:
    form = {**CITY, "step": "add"}
    page, part = as_marketer.post(URL, form), as_marketer.post(URL, form, headers={"HX-Request": "true"})
    for answer in (page, part):
        assert b'name="fact.1"' in answer.content
    assert b"<html" in page.content
    assert b"<html" not in part.content
    assert part["HX-Trigger-After-Settle"] == "rule-changed"


def test_a_forged_segment_is_404(as_marketer: Client) -> None:
    assert as_marketer.post(URL, {**CITY, "segment": "12345"}).status_code == 404
    assert as_marketer.post(URL, {**CITY, "segment": "9" * 5000}).status_code == 200


def test_who_may_not_edit_gets_404(as_seller: Client, as_stranger: Client) -> None:
    assert as_seller.post(URL, CITY).status_code == 404
    assert as_stranger.post(URL, CITY).status_code == 404


def test_get_is_not_allowed(as_marketer: Client) -> None:
    assert as_marketer.get(URL).status_code == 405
