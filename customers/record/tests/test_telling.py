"""What the timeline says about changed details."""

import pytest
from django.test import Client

from crm.accounts.models import User
from customers import services
from customers.models import Customer

pytestmark = pytest.mark.django_db


def test_choices_are_told_in_the_readers_words(as_seller: Client, seller: User, known: Customer) -> None:
    new = {
        "preferred_channel": "phone",
        "country": "CN",
        "quiet_from": 20,
        "quiet_until": 9,
        "gender": "female",
    }
    services.update(known, new, version=known.version, by=seller)

    page = as_seller.get(f"/customers/{known.pk}/", headers={"accept-language": "zh-hans"}).content.decode()

    for told in ("→ 电话</p>", "→ 中国</p>", "→ 20:00</p>", "→ 09:00</p>"):
        assert told in page, told


def test_contacts_stay_masked_and_names_what_they_were(
    as_seller: Client, seller: User, known: Customer
) -> None:
    services.update(known, {"phone": "+8613900000001", "city": ""}, version=known.version, by=seller)

    page = as_seller.get(f"/customers/{known.pk}/").content.decode()

    assert "<del>138••••5678</del> → 139••••0001" in page
    assert "<del>北京</del> → –" in page
