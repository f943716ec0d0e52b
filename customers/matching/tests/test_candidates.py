"""One question finds who may be meant; placeholders, shared and hot values find nobody or say little."""

from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import factories
from customers.identity import stating
from customers.matching import candidates, records, scorer
from customers.matching.models import TOO_MANY, Frequency, Record
from customers.matching.standard import Said, standardise
from customers.models import Customer

pytestmark = pytest.mark.django_db
PHONE = "+8613812345679"
TAX = "91350100M000100Y43"


def known(name: str, phone: str = "", email: str = "", **raw: Any) -> Customer:
    kind = raw.pop("kind", "person")
    customer = factories.customer(name=name or "?", kind=kind)
    handles = [("phone", "", phone), ("email", "", email)]
    raw = {"name": name, "kind": kind, **raw}
    stating.hear(customer, "shop", str(customer.pk), [one for one in handles if one[2]], raw)
    records.refresh([customer.pk])
    return customer


def found(**said: Any) -> list[candidates.Candidate]:
    return candidates.like([standardise(Said(**said))])


def test_the_best_comes_first_with_reasons() -> None:
    brother = known("王小刚", phone=PHONE, city="上海")
    same = known("王小明", phone=PHONE, city="上海")
    first, second = found(name="Xiaoming Wang", phone=PHONE, city="Shanghai")
    assert (first.customer_pk, second.customer_pk) == (same.pk, brother.pk)
    assert [one["level"] for one in first.scored.reasons] == [
        "same_name_key",
        "same_phone_two_names",
        "same_city",
    ]
    assert first.scored.is_sure
    assert second.scored.is_vetoed


@pytest.mark.parametrize(
    "said",
    [
        {"phone": PHONE},
        {"email": "ming.w@example.com"},
        {"email": "ming.w@other.example"},
        {"name": "王小明", "city": "上海"},
        {"name": "王小明", "birthday": "1985-03-08"},
        {"name": "王小民", "birthday": "1985-03-08"},
        {"address": "南京东路123号501室", "city": "上海"},
        {"number": TAX},
    ],
)
def test_each_key_finds(said: dict[str, str]) -> None:
    customer = known(
        "王小明",
        phone=PHONE,
        email="ming.w@example.com",
        city="上海",
        birthday="1985-03-08",
        address="南京东路123号501室",
        tax_id=TAX,
    )
    known("李四光", phone="+8613912345670", email="li@example.com", city="杭州")
    assert [one.customer_pk for one in found(**said)] == [customer.pk]


@pytest.mark.parametrize("text", ["", "null", "无", "test", "13800138000", "123@qq.com"])
def test_placeholders_never_make_a_match(text: str) -> None:
    known(text, phone=text, email=text, city=text, address=text, birthday="1990-01-01", tax_id=text)
    said = dict.fromkeys(("name", "phone", "email", "city", "address", "number"), text)
    assert found(**said, birthday="1990-01-01") == []


@override_settings(OWN_HANDLES=[TAX])
def test_the_company_s_own_tax_number_never_makes_a_match() -> None:
    known("上海华兴贸易有限公司", tax_id=TAX)
    assert found(name="北京华信商贸有限公司", number=TAX) == []


def test_deleted_customers_and_those_beside_are_left_out() -> None:
    gone, mine = known("王小明", phone=PHONE), known("王小明", phone=PHONE)
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    assert [one.customer_pk for one in found(phone=PHONE)] == [mine.pk]
    assert candidates.like([standardise(Said(phone=PHONE))], beside=[mine.pk]) == []


def test_a_person_and_an_organisation_are_never_one() -> None:
    known("上海华兴贸易有限公司", phone=PHONE, kind="organisation")
    standard = standardise(Said(name="王小明", phone=PHONE))
    assert candidates.like([standard], kind="person") == []
    assert len(candidates.like([standard])) == 1


def test_a_day_on_which_too_many_are_born_finds_nobody_but_still_counts() -> None:
    same = known("Anna Schmidt", phone=PHONE, birthday="1985-03-08")
    said = {"name": "Anna Schmidt", "phone": PHONE, "birthday": "1985-03-08"}
    alone = known("Bob Miller", birthday="1985-03-08")
    copy = Record.objects.values().get(customer=alone)
    copies = (Record(**copy | {"id": None, "ordinal": number + 10}) for number in range(TOO_MANY))
    Record.objects.bulk_create(copies)
    (only,) = found(**said)
    assert only.customer_pk == same.pk
    assert "same_birthday" in [one["level"] for one in only.scored.reasons]


def test_a_phone_with_many_names_says_little_and_with_too_many_nothing() -> None:
    for name in ("王小明", "李四光", "赵大海"):
        known(name, phone=PHONE)
    best = found(name="王小明", phone=PHONE)[0].scored
    assert [one["level"] for one in best.reasons] == ["same_han_name", "same_phone_shared"]
    assert not best.is_sure
    copies = [
        {"profile_id": record.profile_id, "customer_id": record.customer_id, "phone": PHONE}
        for record in Record.objects.all()[:1]
    ]
    Record.objects.bulk_create(Record(**copies[0], ordinal=number + 10) for number in range(TOO_MANY))
    assert found(name="王小明", phone=PHONE) == []


def test_another_phone_says_nothing_where_too_many_carry_it() -> None:
    known("王小明", phone=PHONE, city="上海")
    said = {"name": "王小明", "phone": "+8613912345670", "city": "上海"}
    assert "other_phone" in [one["level"] for one in found(**said)[0].scored.reasons]
    # The newest run found it on too many.
    Frequency.objects.create(column="hot_phone", value=PHONE, share=0.1)
    assert [one["field"] for one in found(**said)[0].scored.reasons] == ["name", "place"]


def test_a_rare_name_says_more() -> None:
    known("王小明", city="上海")
    Frequency.objects.create(column="han", value="", share=1e-6)
    rare = found(name="王小明", city="上海")[0].scored.bits
    Frequency.objects.create(column="han", value="王小明", share=0.01)
    common = found(name="王小明", city="上海")[0].scored.bits
    assert rare - common == pytest.approx(13.29, abs=0.01)


def test_however_much_is_asked_it_is_three_questions() -> None:
    known("王小明", phone=PHONE, city="上海")
    standard = standardise(Said(name="王小明", phone=PHONE, city="上海", birthday="1985-03-08"))
    subjects = {number: candidates.Subject([standard]) for number in range(50)}
    scorer.of(None)
    with CaptureQueriesContext(connection) as asked:
        answers = candidates.of_each(subjects)
    assert len(asked) == 3
    assert all(len(one) == 1 for one in answers.values())
