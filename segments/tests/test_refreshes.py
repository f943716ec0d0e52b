"""POST /segments/7/refreshes/"""

import pytest
from django.test import Client

from customers import factories as customers
from segments.factories import segment

pytestmark = pytest.mark.django_db


def test_the_members_are_counted_again(
    as_marketer: Client, django_capture_on_commit_callbacks: object
) -> None:
    customers.customer(city="Shanghai")
    one = segment()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        response = as_marketer.post(f"/segments/{one.pk}/refreshes/")
    one.refresh_from_db()
    assert response["Location"] == f"/segments/{one.pk}/"
    assert one.size == 1


def test_who_may_not_edit_gets_404(as_seller: Client, as_stranger: Client) -> None:
    one = segment()
    assert as_seller.post(f"/segments/{one.pk}/refreshes/").status_code == 404
    assert as_stranger.post(f"/segments/{one.pk}/refreshes/").status_code == 404
