"""Records follow from what profiles said; only what differs is written."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories, services
from customers.identity import stating
from customers.identity.models import Identity, Profile
from customers.matching import records, saying
from customers.matching.models import Record
from customers.models import Customer

pytestmark = pytest.mark.django_db
WANG = {
    "name": "王小明",
    "phone": "+8613812345679",
    "email": "ming@example.com",
    "birthday": date(1985, 3, 8),
    "city": "上海市",
    "address": "南京东路123号501室",
    "gender": "male",
}


@pytest.fixture
def clerk() -> Any:
    return people.user(Role.OPERATIONS)


def heard(source: str, key: str, raw: dict[str, Any], **handles: str) -> Customer:
    customer = factories.customer(name="王小明")
    stating.hear(customer, source, key, [(kind, "", value) for kind, value in handles.items()], raw)
    return customer


def only(customer: Customer) -> Record:
    records.refresh([customer.pk])
    return Record.objects.get(customer=customer)


def test_what_a_colleague_typed_is_one_record_of_everything(clerk: Any) -> None:
    found = only(services.create(WANG, by=clerk))
    assert (found.han, found.name_key, found.phone) == ("王小明", "wang xiaoming", "+8613812345679")
    assert (found.email, found.mailbox, found.born) == ("ming@example.com", "", "1985-03-08")
    assert (found.city, found.address, found.gender) == ("shanghai", "shanghai|南京东路|123-501", "male")


def test_titles_of_a_file_are_understood() -> None:
    raw = {"客户姓名": "李小明", "出生日期": "1985年3月8日", "所在城市": "杭州", "税号": "91350100M000100Y43"}
    customer = heard("first", "1", {"name": "x"})
    stating.hear(customer, "file", "2", [], raw)
    records.refresh([customer.pk])
    found = Record.objects.get(profile__source="file")
    assert (found.han, found.born, found.city) == ("李小明", "1985-03-08", "hangzhou")
    assert found.number == "tax:91350100M000100Y43"


def test_family_and_given_name_in_two_columns_are_one_name() -> None:
    customer = heard("shop", "1", {"姓": "王", "名": "小明"})
    assert only(customer).han == "王小明"


def test_a_profile_that_said_nothing_says_what_stands_on_the_customer() -> None:
    customer = factories.customer(name="王小明", city="上海")
    factories.identity(customer, "phone", "+8613812345679")
    found = only(customer)
    assert (found.name_key, found.city, found.phone) == ("wang xiaoming", "shanghai", "+8613812345679")


def test_only_the_first_profile_speaks_for_the_customer() -> None:
    customer = factories.customer(name="王小明", birthday=date(1985, 3, 8))
    stating.hear(customer, "shop", "1", [], {"name": "王小明"})
    stating.hear(customer, "chat", "2", [("openid", "app", "o-1")], {"name": "快乐每一天"})
    records.refresh([customer.pk])
    shop, chat = Record.objects.order_by("pk")
    assert (shop.born, chat.born) == ("1985-03-08", "")
    assert (chat.name_key, chat.openid) == ("", "openid:o-1")


def test_several_phones_are_several_records_of_one_profile() -> None:
    customer = heard("shop", "1", {"name": "王小明", "city": "上海"}, phone="+8613812345679")
    profile = Profile.objects.get(customer=customer)
    Identity.objects.create(profile=profile, kind="phone", value="+8613987654321", source="shop")
    records.refresh([customer.pk])
    first, second = Record.objects.order_by("ordinal")
    assert {first.phone, second.phone} == {"+8613812345679", "+8613987654321"}
    assert (first.name_key, first.city) == ("wang xiaoming", "shanghai")
    assert (second.name_key, second.city) == ("wang xiaoming", "")


def test_a_detached_handle_is_no_longer_said() -> None:
    customer = factories.customer(name="王小明")
    identity = factories.identity(customer, "phone", "+8613812345679")
    assert only(customer).phone
    stating.detach(identity, by=people.user(Role.OPERATIONS))
    assert only(customer).phone == ""


@pytest.mark.parametrize("phone", ["+8613800138000", "+8612345678901"])
def test_placeholders_are_not_recorded(phone: str) -> None:
    customer = factories.customer(name="测试")
    factories.identity(customer, "phone", phone)
    factories.identity(customer, "email", "test@test.com")
    records.refresh([customer.pk])
    assert not Record.objects.exists()


def test_what_is_the_same_is_not_written_again(clerk: Any) -> None:
    customer = services.create(WANG, by=clerk)
    assert records.refresh([customer.pk]) == {customer.pk}
    before = list(Record.objects.values())
    with CaptureQueriesContext(connection) as asked:
        assert records.refresh([customer.pk]) == set()
    assert list(Record.objects.values()) == before
    assert not [one for one in asked if one["sql"].startswith(("DELETE", "INSERT", "COPY"))]


def test_a_deleted_customer_has_no_records_and_gets_them_back(clerk: Any) -> None:
    customer = services.create(WANG, by=clerk)
    records.refresh([customer.pk])
    services.remove(customer, by=clerk)
    assert records.refresh([customer.pk]) == {customer.pk}
    assert not Record.objects.exists()
    services.restore(customer, by=clerk)
    assert only(customer).han == "王小明"


def test_many_cost_as_few_questions_as_one(clerk: Any) -> None:
    pks = [services.create({**WANG, "phone": f"+861381234{number:04}"}, by=clerk).pk for number in range(12)]
    with CaptureQueriesContext(connection) as few:
        records.refresh(pks[:1])
    with CaptureQueriesContext(connection) as many:
        records.refresh(pks[1:])
    assert len(few) == len(many) <= 8


def test_the_whole_base_is_rebuilt_in_chunks(clerk: Any) -> None:
    pks = [services.create({**WANG, "phone": f"+861381234{number:04}"}, by=clerk).pk for number in range(5)]
    last, steps = 0, []
    while last := records.rebuild(last, 2):
        steps.append(last)
    assert steps == [pks[1], pks[3], pks[4]]
    assert Record.objects.count() == 5


def test_a_joined_profile_keeps_speaking_of_whom_it_meant(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, absorbed = (factories.customer(**{**WANG, "birthday": day}) for day in (None, date(1985, 3, 8)))
    for customer in (survivor, absorbed):
        stating.hear(customer, "shop", str(customer.pk), [], {"name": "王小明"})
    moved = Profile.objects.get(customer=absorbed)
    Profile.objects.filter(pk=moved.pk).update(customer=survivor)
    monkeypatch.setattr(saying, "_origins", [lambda pks: {moved.pk: absorbed.pk}])
    records.refresh([survivor.pk])
    born = dict(Record.objects.filter(customer=survivor).values_list("profile", "born"))
    assert born[moved.pk] == "1985-03-08"
    assert sorted(born.values()) == ["", "1985-03-08"]
