"""Rules find exactly the customers that plain Python finds, and "none of" exactly the others."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.accounts.models import Team, User
from customers.models import Customer
from segments import rules
from segments.tests import oracle
from segments.tests.trees import NOW, base, trees

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def everybody() -> list[Customer]:
    rows = Customer.objects.select_related("rollup", "score", "quality")
    return list(rows.prefetch_related("consents", "orders__lines__product"))


def members(tree: dict[str, Any]) -> set[int]:
    found = rules.members(rules.parse(tree), as_of=NOW).values_list("pk", flat=True)
    pks = list(found)
    assert len(pks) == len(set(pks))
    return set(pks)


def test_rules_find_whom_plain_python_finds_and_none_of_finds_the_others() -> None:
    base()
    customers = everybody()
    everyone = {customer.pk for customer in customers}
    records = [*User.objects.values_list("pk", flat=True), *Team.objects.values_list("pk", flat=True), 0]

    @settings(
        max_examples=int(os.environ.get("RULE_EXAMPLES", "200")),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(trees(records), st.data())
    def check(tree: dict[str, Any], data: st.DataObject) -> None:
        found = members(tree)
        assert found == {one.pk for one in customers if oracle.applies(tree, one, NOW)}
        if _shallow(tree):
            assert members({"match": "none", "rules": [tree]}) == everyone - found
        stored = rules.to_json(rules.parse(tree))
        assert rules.to_json(rules.parse(stored)) == stored

    check()


def _shallow(tree: dict[str, Any], room: int = 4) -> bool:
    return "rules" not in tree or (room > 0 and all(_shallow(child, room - 1) for child in tree["rules"]))
