"""Nothing we hold about a customer is forgotten: every table that leads to one is registered."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from customers import holdings
from customers.holdings import Blank
from customers.models import Customer


def keys(model: type[models.Model]) -> "list[models.ForeignKey[models.Model, models.Model]]":
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]


def of_the_customer() -> Iterator[tuple[str, str]]:
    """Each table with a key to the customer, and each table that belongs to one of those."""
    found = {model: set(paths) for model in apps.get_models() if (paths := direct(model))}
    while more := {
        model: {f"{key.name}__{path}" for path in found[key.related_model]}
        for model in set(apps.get_models()) - found.keys() - {Customer}
        for key in keys(model)
        if key.related_model in found and key.remote_field.on_delete is models.CASCADE
    }:
        found |= more
    for model, ways in found.items():
        yield from ((model._meta.label_lower, way) for way in ways)


def direct(model: type[models.Model]) -> list[str]:
    return [key.name for key in keys(model) if key.related_model is Customer and model is not Customer]


def test_every_table_about_a_customer_is_registered() -> None:
    known = {(one.model, path) for one in holdings.all_holdings() for path in one.paths}
    assert sorted(set(of_the_customer()) - known) == []


def test_what_the_copy_leaves_out_says_why() -> None:
    silent = [one.model for one in holdings.all_holdings() if not one.shows and not one.hidden]
    assert silent == []


@pytest.mark.parametrize("holding", holdings.all_holdings(), ids=lambda one: one.model)
@pytest.mark.django_db
def test_columns_of_each_table_exist(holding: holdings.Holding) -> None:
    assert list(holding.rows(0).values_list(*holding.shows)) == []
    emptied = holding.fate.values if isinstance(holding.fate, Blank) else {}
    assert {holding.table._meta.get_field(name).name for name in emptied} == set(emptied)
