"""Custom fields as columns: of the list, of files that come in, and of rules."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import BadInput
from customers import columns, factories
from customers.fields import storing
from customers.fields.forms import PREFIX
from customers.fields.models import CustomField
from customers.imports import plans, runner
from customers.imports.models import ImportJob
from customers.imports.tests.test_policies import with_old_edit
from customers.models import Customer
from customers.record.models import Change
from customers.resources import CustomerResource
from segments import rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def operator(client: Client) -> User:
    user = people.user(Role.OPERATIONS)
    client.force_login(user)
    return user


def test_a_listed_field_is_offered_as_a_column(client: Client, operator: User) -> None:
    made = factories.field(is_listed=True, kind="number")
    factories.field(label="Unlisted")
    factories.field(is_listed=True, viewers=[Role.MANAGER])
    customer = factories.customer()
    storing.store(customer, {made.key: 1500}, by=operator)

    offered = [one for one in columns.all_for(operator) if one.key.startswith("custom_")]

    assert [one.key for one in offered] == [f"custom_{made.key}"]
    row = Customer.objects.select_related("custom").get()
    assert offered[0].cell(row) == "1,500"
    empty = Customer.objects.select_related("custom").get(pk=factories.customer().pk)
    assert "–" in offered[0].cell(empty)


def matching(operator: User, field: CustomField, op: str, value: Any = None) -> list[str]:
    leaf = {"fact": f"custom.{field.key}", "op": op, "value": value}
    rule = rules.parse({"match": "all", "rules": [leaf]}, operator)
    return sorted(rules.members(rule).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("kind", "value", "op", "asked", "found"),
    [
        ("text", "Blue note", "contains", "blue", ["A"]),
        ("text", "Blue note", "any_of", ["Blue note"], ["A"]),
        ("text", "Blue note", "lacks", "blue", ["B"]),
        ("number", 12.5, "at_least", "12.5", ["A"]),
        ("number", 12.5, "at_most", "12", []),
        ("money", 100, "between", ["50", "100"], ["A"]),
        ("money", 100, "is_not", "100", ["B"]),
        ("date", "2024-03-01", "since", "2024-03-01", ["A"]),
        ("date", "2024-03-01", "beyond", 30, ["A"]),
        ("date", "2024-03-01", "ahead", 30, []),
        ("choice", "gold", "any_of", ["gold", "tea"], ["A"]),
        ("choice", "gold", "none_of", ["gold"], ["B"]),
        ("choice", "gold", "empty", None, ["B"]),
        ("several", ["gold", "tea"], "all_of", ["tea", "gold"], ["A"]),
        ("several", ["gold"], "any_of", ["tea"], []),
        ("several", ["gold"], "filled", None, ["A"]),
    ],
)
def test_rules_ask_about_it(
    operator: User, kind: str, value: Any, op: str, asked: Any, found: list[str]
) -> None:
    made = factories.field(kind=kind)
    factories.choices(made, "gold", "tea")
    storing.store(factories.customer(name="A"), {made.key: value}, by=operator)
    factories.customer(name="B")

    assert matching(operator, made, op, asked) == found


def test_a_rule_does_not_ask_about_what_its_author_may_not_see(operator: User) -> None:
    made = factories.field(viewers=[Role.MANAGER])

    with pytest.raises(BadInput):
        matching(operator, made, "contains", "a")


def load(content: str, by: User, **policies: str) -> ImportJob:
    job = factories.import_job(content.encode(), by=by)
    runner.read(job.pk)
    chosen = {PREFIX + key: policy for key, policy in policies.items()}
    ImportJob.objects.filter(pk=job.pk).update(
        status=ImportJob.Status.QUEUED, started_at=timezone.now(), policies=chosen
    )
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def test_files_bring_them(operator: User) -> None:
    tier = factories.field(key="tier", label="Tier", label_zh="等级", kind="choice", is_searchable=True)
    factories.choices(tier, "gold", "silver")
    factories.field(key="limit", label="Limit", kind="money")
    factories.field(key="likes", label="Likes", kind="several")
    factories.choices(CustomField.objects.get(key="likes"), "tea", "milk")

    job = load("编号,name,等级,limit,likes\n1,Li,Gold,1200.50,tea;milk\n2,Wu,bronze,,\n3,Xu,,0,\n", operator)

    assert (job.created_rows, job.error_rows) == (2, 1)
    stored = {one.name: storing.values_of(one) for one in Customer.objects.all()}
    assert stored == {"Li": {"tier": "gold", "limit": 1200.5, "likes": ["tea", "milk"]}, "Xu": {"limit": 0}}


def test_a_second_file_changes_and_keeps_the_history(operator: User) -> None:
    factories.field(key="note", label="Note")
    load("编号,name,note\n1,Li,old\n", operator)

    same = load("编号,name,note\n1,Li,old\n", operator)
    job = load("编号,name,note\n1,Li,new\n", operator)

    assert (same.unchanged_rows, job.updated_rows) == (1, 1)
    change = Change.objects.get(field="custom.note")
    assert (change.old, change.new, change.source, change.by) == ("old", "new", "import", operator)


@pytest.mark.parametrize(
    ("policy", "notes", "sizes"),
    [
        ("overwrite", ["theirs", "new"], [7, 7]),
        ("fill", ["ours", "new"], [7, 7]),
        ("keep", ["ours", "new"], [None, 7]),
    ],
)
def test_a_policy_decides_what_becomes_of_what_we_have(
    operator: User, policy: str, notes: list[str], sizes: list[int | None]
) -> None:
    factories.field(key="note", label="Note")
    factories.field(key="size", label="Size", kind="number")
    load("编号,name,note\n1,Li,ours\n", operator)
    load("编号,name,note,size\n1,Li,theirs,7\n2,Wu,new,7\n", operator, note=policy, size=policy)
    stored = [storing.values_of(one) for one in Customer.objects.order_by("pk")]
    assert [one["note"] for one in stored] == notes
    assert [one.get("size") for one in stored] == sizes


@pytest.mark.parametrize(("days", "kept"), [(-2, "ours"), (2, "theirs")])
def test_the_newest_value_wins_by_the_date_in_the_row(operator: User, days: int, kept: str) -> None:
    factories.field(key="note", label="Note")
    load("编号,name,note\n1,Li,first\n", operator)
    customer = Customer.objects.get()
    edit = timezone.now() - timedelta(days=5)
    Customer.objects.update(created_at=edit - timedelta(days=30))
    storing.store(customer, {"note": "ours"}, by=operator)
    with_old_edit(customer, edit)
    said = (edit + timedelta(days=days)).date()
    job = load(f"编号,name,note,updated at\n1,Li,theirs,{said}\n", operator, note="newest")
    assert job.error_rows == 0
    assert storing.values_of(customer) == {"note": kept}


def test_nobody_writes_by_file_what_they_may_not_write_by_hand(operator: User) -> None:
    factories.field(key="note", editors=[Role.MANAGER])
    own = factories.field(key="own")

    offered = plans.columns_for("customers", operator)

    assert "custom_note" not in offered
    assert f"custom_{own.key}" in offered


def test_what_goes_out_comes_back_the_same(operator: User) -> None:
    values = {"tier": "gold", "limit": 1200.5, "likes": ["gold", "tea"], "day": "2024-03-01", "note": "=1+1"}
    kinds = {"tier": "choice", "limit": "money", "likes": "several", "day": "date", "note": "text"}
    for key, kind in kinds.items():
        factories.choices(factories.field(key=key, kind=kind), "gold", "tea")
    factories.field(key="secret", viewers=[Role.MANAGER])
    customer = factories.customer(name="Li")
    storing.store(customer, values, by=operator)
    resource = CustomerResource.read_by(operator)()
    names = [name for name in resource.names if name.startswith("custom_")]

    loaded = resource.filter_export(Customer.objects.all()).get()
    cells = [str(cell) for cell in resource.export_resource(loaded, selected_fields=names)]
    line = ",".join(f'"{cell}"' for cell in cells)
    load(f"编号,name,{','.join(names)}\n9,Wu,{line}\n", operator)

    assert names == [f"custom_{key}" for key in kinds]
    assert storing.values_of(Customer.objects.get(name="Wu")) == values


def test_the_admin_exports_them(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS, Role.MANAGER, is_staff=True))
    made = factories.field(label="Favourite")

    page = client.get("/admin/customers/customer/export/").content.decode()

    assert f"custom_{made.key}" in page
