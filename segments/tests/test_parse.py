"""A rule from outside is taken whole or refused with a sentence for each wrong place."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import factories as customers
from segments import evaluating, rules
from segments.evaluating import Evaluation
from segments.rules import MOST_LEAVES, InvalidRule

pytestmark = pytest.mark.django_db
SQL = settings.BASE_DIR.parent / "shared/data/fuzz/payloads/sqli"


def all_of(*leaves: Any) -> dict[str, Any]:
    return {"match": "all", "rules": list(leaves)}


def leaf(fact: str = "profile.city", op: str = "any_of", value: Any = ("Shanghai",)) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": list(value) if isinstance(value, tuple) else value}


def problems(tree: Any) -> dict[tuple[int, ...], str]:
    with pytest.raises(InvalidRule) as caught:
        rules.parse(tree)
    return caught.value.problems


def test_each_wrong_condition_has_its_own_sentence() -> None:
    found = problems(all_of(leaf(), leaf("nothing"), {"match": "any", "rules": [leaf(op="is")]}))
    assert set(found) == {(1,), (2, 0)}


@pytest.mark.parametrize("tree", [None, 3, [], {}, "all", {"match": "all"}, {"rules": []}, all_of()])
def test_what_is_no_rule_is_refused(tree: Any) -> None:
    assert () in problems(tree)


@pytest.mark.parametrize("match", ["most", None, 1, ["all"]])
def test_an_unknown_match_is_refused(match: Any) -> None:
    assert () in problems({"match": match, "rules": [leaf()]})


@pytest.mark.parametrize("node", [None, 1, "x", [], {}, {"fact": []}, {"fact": {"a": 1}, "op": 1}])
def test_what_is_no_condition_is_refused(node: Any) -> None:
    assert (0,) in problems(all_of(node))


@pytest.mark.parametrize(
    ("fact", "op", "value"),
    [
        ("profile.city", "any_of", "Shanghai"),
        ("profile.city", "any_of", []),
        ("profile.city", "any_of", ["a"] * 1001),
        ("profile.city", "any_of", [{"a": 1}]),
        ("profile.city", "contains", "  "),
        ("profile.city", "contains", "x" * 201),
        ("profile.city", "contains", "a\x00b"),
        ("profile.city", "contains", "a\ud800b"),
        ("profile.gender", "any_of", ["robot"]),
        ("profile.owner", "any_of", ["1; DROP TABLE"]),
        ("profile.age", "at_least", "١٢"),
        ("profile.age", "at_least", True),
        ("profile.age", "at_least", 1.5),
        ("profile.age", "at_least", "9" * 5000),
        pytest.param("profile.age", "at_least", 9**6000, id="a number too long to print"),
        ("profile.age", "between", [3]),
        ("profile.age", "between", [9, 3]),
        ("orders.total", "at_least", "1e9"),
        ("orders.total", "at_least", "NaN"),
        ("orders.last", "since", "0000-00-00"),
        ("orders.last", "since", "2026-02-30"),
        ("orders.last", "since", "20260201"),
        ("orders.last", "since", 20260201),
        ("orders.last", "within", -1),
        ("orders.last", "within", 10**6),
        ("scores.recency", "at_least", 6),
        ("orders.times", "at_least", 3),
        ("orders.times", "at_least", {}),
        ("orders.times", "at_least", {"number": 0}),
        ("orders.times", "at_most", {"number": -1}),
        ("orders.times", "at_least", {"number": 1, "days": "1; DROP TABLE"}),
        ("orders.times", "at_least", {"number": 1, "of": "web"}),
        ("orders.times", "at_least", {"number": 1, "of": ["teleport"]}),
        ("orders.times", "more_than", {"number": 1}),
        ("orders.spent_category", "at_least", {"number": "NaN"}),
        ("segment.member", "any_of", ["1 OR 1=1"]),
    ],
)
def test_a_value_that_does_not_fit_is_refused(fact: str, op: str, value: Any) -> None:
    assert (0,) in problems(all_of(leaf(fact, op, value)))


def test_groups_go_five_deep_and_no_deeper() -> None:
    tree: dict[str, Any] = all_of(leaf())
    for _level in range(4):
        tree = all_of(tree)
    assert rules.parse(tree).rules
    assert (0, 0, 0, 0, 0) in problems(all_of(tree))


def test_a_rule_nested_without_end_is_refused() -> None:
    tree: dict[str, Any] = all_of(leaf())
    for _level in range(5000):
        tree = all_of(tree)
    assert problems(tree)


def test_fifty_conditions_fit_and_no_more() -> None:
    half = all_of(*[leaf()] * 25)
    assert rules.parse(all_of(half, half)).rules
    assert problems(all_of(half, half, leaf()))
    assert problems(all_of(*[leaf()] * 51))


def test_an_empty_group_inside_is_refused() -> None:
    assert (0,) in problems(all_of(all_of()))


@pytest.mark.slow
@pytest.mark.skipif(not SQL.exists(), reason="../shared/data/fuzz is not here")
def test_sql_in_a_rule_is_a_value_or_a_mistake_and_never_sql() -> None:
    one = customers.customer(city="Shanghai")
    for payload in payloads(SQL):
        for key in ("fact", "op"):
            assert (0,) in problems(all_of({**leaf(), key: payload}))
        for fact, op in (("profile.gender", "any_of"), ("profile.owner", "any_of"), ("orders.total", "is")):
            if not re.fullmatch(r"-?[0-9.]+", payload.strip()):
                value = payload if op == "is" else [payload]
                assert (0,) in problems(all_of(leaf(fact, op, value)))
        # As a text it is looked for, literally: nobody has it, and everybody has it not.
        if payload.strip() and len(payload) <= 200 and "\x00" not in payload:
            asked = [
                leaf(value=[payload]),
                leaf(op="contains", value=payload),
                leaf("profile.tags", "any_of", [payload]),
            ]
            assert found({"match": "any", "rules": asked}) == []
            assert found({"match": "none", "rules": asked}) == [one.pk]


@pytest.mark.slow
@pytest.mark.skipif(not SQL.exists(), reason="../shared/data/fuzz is not here")
def test_sql_in_a_rule_is_none_where_many_rules_are_asked_at_once_either() -> None:
    customers.customer(city="Shanghai")
    space, texts = evaluating.everybody(), [one for one in sorted(payloads(SQL)) if one.strip()]
    asked: list[Any] = []
    for payload in (one for one in texts if len(one) <= 200 and "\x00" not in one):
        asked += [
            leaf(value=[payload]),
            leaf(op="contains", value=payload),
            leaf("orders.product", "any_of", [payload]),
        ]
        asked.append(leaf("orders.times_category", "at_least", {"number": 1, "of": [payload]}))
        for value in ({"number": payload}, {"number": 1, "days": payload}):
            if not re.fullmatch(r"-?[0-9.]+", payload.strip()):
                assert (0,) in problems(all_of(leaf("orders.times", "at_least", value)))
    for first in range(0, len(asked), MOST_LEAVES):
        rule = rules.parse({"match": "any", "rules": asked[first : first + MOST_LEAVES]})
        evaluation = Evaluation(space, timezone.now())
        evaluation.prepare([rule])
        assert not space.members(evaluation.members(rule)).size


def found(tree: dict[str, Any]) -> list[int]:
    with CaptureQueriesContext(connection) as queries:
        pks = list(rules.members(rules.parse(tree)).values_list("pk", flat=True))
    assert len(queries) == 1
    return pks


def payloads(folder: Path) -> set[str]:
    files = [path for path in folder.iterdir() if path.is_file()]
    return {line for path in files for line in path.read_text(errors="replace").splitlines() if line}
