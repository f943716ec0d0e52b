"""GET and POST /segments/lists/new/: a segment from customer numbers, addresses and phones."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from customers.identity.models import Identity, Profile
from customers.models import Customer
from segments import given, membership, services
from segments.factories import segment
from segments.models import Membership, Pick, Segment

pytestmark = pytest.mark.django_db
URL = "/segments/lists/new/"


def known(kind: str, value: str, **fields: Any) -> Customer:
    customer = customers.customer(**fields)
    profile = Profile.objects.create(customer=customer, source="shop", source_key=str(customer.pk))
    Identity.objects.create(profile=profile, kind=kind, value=value, scope="shop", source="shop")
    return customer


def post(client: Client, step: str = "look", **data: Any) -> Any:
    return client.post(URL, {"step": step, **data}, headers={"accept-language": "en"})


def test_it_says_whom_it_found_and_whom_not(as_marketer: Client) -> None:
    by_mail = known("email", "ada@example.com")
    by_phone = known("phone", "+8613800138000")
    by_number = known("number", "K-77")
    for _twin in range(2):
        known("phone", "+8613900139000", name="Twin")
    text = "ADA@example.com, 13800138000\nK-77;nobody@example.com\n139 0013 9000"
    report = post(as_marketer, values=text).context["report"]
    assert sorted(report.found) == sorted([by_mail.pk, by_phone.pk, by_number.pk])
    assert report.missing == ["nobody@example.com"]
    assert [(value, len(owners)) for value, owners in report.ambiguous] == [("139 0013 9000", 2)]
    assert not Segment.objects.exists()


def test_a_segment_is_made_of_whom_it_found(as_marketer: Client) -> None:
    one = known("number", "1")
    known("number", "2")
    answer = post(as_marketer, "make", name="Fair", values="1\n3")
    made = Segment.objects.get()
    assert answer.headers["Location"] == f"/segments/{made.pk}/"
    assert made.is_static
    membership.refresh(made.pk)
    assert Membership.objects.get().customer_id == one.pk


def test_a_file_is_read_by_the_column_that_names_customers(as_marketer: Client) -> None:
    one = known("email", "ada@example.com")
    data = "姓名;邮箱;城市\n王芳;ada@example.com;上海\n".encode("gb18030")
    answer = post(as_marketer, file=SimpleUploadedFile("list.csv", data))
    assert answer.context["report"].found == [one.pk]
    assert "ada@example.com" in answer.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"values": " ,\n"}, {"file": SimpleUploadedFile("x.csv", b"a\x00b")}], ids=str
)
def test_what_is_no_list_is_refused_with_a_word(as_marketer: Client, data: dict[str, Any]) -> None:
    assert post(as_marketer, **data).status_code == 422


def test_too_long_a_list_is_refused(as_marketer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "MOST", 2)
    assert post(as_marketer, values="1\n2\n3").status_code == 422


def test_it_needs_a_name_that_is_free(as_marketer: Client) -> None:
    known("number", "1")
    segment(name="Fair")
    assert "Give the segment a name" in post(as_marketer, "make", values="1").content.decode()
    assert post(as_marketer, "make", name="Fair", values="1").status_code == 422
    assert not Pick.objects.exists()


def test_customers_one_may_not_see_are_not_found() -> None:
    known("number", "1")
    report = given.look_up(["1"], people.user(Role.SALES))
    assert (report.found, report.missing) == ([], ["1"])


def test_a_frozen_segment_keeps_who_was_in_it(as_marketer: Client) -> None:
    stays = customers.customer(city="Shanghai")
    one = segment(name="Shanghai")
    membership.refresh(one.pk)
    as_marketer.post(f"/segments/{one.pk}/freezing/")
    frozen = Segment.objects.exclude(pk=one.pk).get()
    membership.refresh(frozen.pk)
    Customer.objects.update(city="Beijing")
    for pk in (one.pk, frozen.pk):
        membership.refresh(pk)
    assert list(Membership.objects.values_list("segment", "customer")) == [(frozen.pk, stays.pk)]


def test_freezing_twice_a_day_finds_another_name() -> None:
    one, marketer = segment(name="Shanghai"), people.user(Role.MARKETING)
    names = {services.freeze(one, by=marketer).name for _time in range(2)}
    assert len(names) == 2


def test_who_may_not_make_segments_gets_404(as_seller: Client) -> None:
    assert as_seller.get(URL).status_code == 404
    assert as_seller.post(f"/segments/{segment().pk}/freezing/").status_code == 404
