"""Rules find exactly the customers that plain Python finds, and "none of" exactly the others."""

import os
from itertools import chain
from typing import Any

import pytest
from django.db.models import Model
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from channels.campaigns.models import Campaign
from channels.events.models import Event
from channels.landing.models import LandingPage
from channels.offers.models import Offer
from crm.accounts.models import Team, User
from customers.models import Customer
from segments import evaluating, facts, rules
from segments.bits import Space
from segments.evaluating import Evaluation
from segments.models import Segment
from segments.tests import oracle
from segments.tests.contacts import LOADED
from segments.tests.trees import NOW, base, trees

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMED: list[type[Model]] = [User, Team, Segment, Campaign, Event, Offer, LandingPage]


def everybody() -> list[Customer]:
    rows = Customer.objects.select_related(
        "rollup", "score", "quality", "last_contact", "prediction", "belonging"
    )
    return list(rows.prefetch_related("consents", "orders__lines__product", "picks", "memberships", *LOADED))


def test_plain_python_knows_every_fact() -> None:
    """Else the trees below find out about a new one only when the dice say so."""
    base()
    someone = everybody()[0]
    for fact in facts.all_facts():
        oracle.known_of(fact.key, someone, NOW)


def members(tree: dict[str, Any]) -> set[int]:
    found = rules.members(rules.parse(tree), as_of=NOW).values_list("pk", flat=True)
    pks = list(found)
    assert len(pks) == len(set(pks))
    return set(pks)


def test_rules_find_whom_plain_python_finds_and_none_of_finds_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Also a single condition is asked the way several are.
    monkeypatch.setattr(evaluating, "SEVERAL", 1)
    base()
    customers = everybody()
    everyone = {customer.pk for customer in customers}
    named = (model._default_manager.values_list("pk", flat=True) for model in NAMED)
    records = [*chain(*named), 0]

    space = evaluating.everybody()
    few = evaluating.these(sorted(everyone)[::3])

    @settings(
        max_examples=int(os.environ.get("RULE_EXAMPLES", "60")),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(trees(records), st.data())
    def check(tree: dict[str, Any], data: st.DataObject) -> None:
        found = members(tree)
        assert found == {one.pk for one in customers if oracle.applies(tree, one, NOW)}
        assert together(tree, space) == found
        assert together(tree, few, is_part=True) == found & set(few.ids.tolist())
        if _shallow(tree):
            assert members({"match": "none", "rules": [tree]}) == everyone - found
        stored = rules.to_json(rules.parse(tree))
        assert rules.to_json(rules.parse(stored)) == stored

    check()


def together(tree: dict[str, Any], space: Space, *, is_part: bool = False) -> set[int]:
    """As the refresh of many segments finds them."""
    rule = rules.parse(tree)
    evaluation = Evaluation(space, NOW, is_part=is_part)
    evaluation.prepare([rule])
    return set(space.members(evaluation.members(rule)).tolist())


def _shallow(tree: dict[str, Any], room: int = 4) -> bool:
    return "rules" not in tree or (room > 0 and all(_shallow(child, room - 1) for child in tree["rules"]))
