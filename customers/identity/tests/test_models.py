"""Each rule of identities broken once."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from customers import factories
from customers.identity.models import Identity, Profile

pytestmark = pytest.mark.django_db


def test_a_household_may_share_a_phone() -> None:
    for _member in range(2):
        factories.identity(factories.customer(), "phone", "+8613812345678")

    assert Identity.objects.count() == 2


def test_a_channel_identity_belongs_to_one() -> None:
    factories.identity(factories.customer(), "openid", "o1")

    with pytest.raises(IntegrityError, match="identity_of_a_channel_is_unique"):
        factories.identity(factories.customer(), "openid", "o1")


def test_a_detached_channel_identity_is_free_again() -> None:
    factories.identity(factories.customer(), "openid", "o1", detached_at=timezone.now())
    factories.identity(factories.customer(), "openid", "o1")

    assert Identity.objects.attached().count() == 1


def test_the_same_openid_of_two_accounts_is_two() -> None:
    factories.identity(factories.customer(), "openid", "o1", scope="shop")
    factories.identity(factories.customer(), "openid", "o1", scope="news")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"value": ""}, "identity_has_a_value"),
        ({"value": "x", "confidence": 101}, "identity_confidence_is_a_percentage"),
    ],
)
def test_nonsense_is_refused(fields: dict[str, object], rule: str) -> None:
    profile = Profile.objects.create(customer=factories.customer(), source="shop")

    with pytest.raises(IntegrityError, match=rule):
        Identity.objects.create(profile=profile, kind="card", source="shop", **fields)


def test_a_source_number_is_unique_and_none_is_not() -> None:
    one, other = factories.customer(), factories.customer()
    for customer in (one, other):
        Profile.objects.create(customer=customer, source="shop")
    Profile.objects.create(customer=one, source="shop", source_key="1")

    with pytest.raises(IntegrityError, match="profile_number_is_unique"):
        Profile.objects.create(customer=other, source="shop", source_key="1")


def test_a_name_prints_no_personal_data() -> None:
    assert "138" not in str(factories.identity(factories.customer(), "phone", "+8613812345678"))
