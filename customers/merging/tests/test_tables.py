"""Every key to the customer is known, and each has a way to go."""

from django.db.models import BigAutoField, BigIntegerField, ForeignKey

from customers.merging import rules, tables


def test_a_table_whose_key_is_its_customer_has_a_rule() -> None:
    lost = [
        one.table for one in tables.columns() if one.is_key and not rules.has(one.model._meta.label_lower)
    ]
    assert lost == [], "say in the app's ready() what becomes of these rows: customers.merging.rules"


def test_what_moves_is_known_by_a_number() -> None:
    odd = [
        one.table for one in tables.moving() if not isinstance(key_of(one), BigAutoField | BigIntegerField)
    ]
    assert odd == []


def test_a_unique_constraint_over_expressions_has_a_rule_that_knows_it() -> None:
    odd = [
        one.table
        for one in tables.moving()
        if any(getattr(made, "expressions", ()) for made in one.model._meta.constraints)
        and one.rule.movable is None
    ]
    assert odd == []


def test_rules_name_tables_that_exist() -> None:
    known = {one.model._meta.label_lower for one in tables.columns()}
    assert sorted(one.model for one in rules.all_rules() if one.model not in known) == []


def key_of(column: tables.Column) -> object:
    key = column.model._meta.pk
    return key.target_field if isinstance(key, ForeignKey) else key
