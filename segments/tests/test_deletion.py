"""POST /segments/7/deletion/"""

import pytest
from django.test import Client

from channels import factories as channels
from segments.factories import segment
from segments.models import Segment

pytestmark = pytest.mark.django_db


def test_a_segment_goes(as_marketer: Client) -> None:
    response = as_marketer.post(f"/segments/{segment().pk}/deletion/")
    assert response["Location"] == "/segments/"
    assert not Segment.objects.exists()


def test_a_segment_in_use_stays_and_says_why(as_marketer: Client) -> None:
    one = segment()
    channels.campaign(segment=one)
    response = as_marketer.post(f"/segments/{one.pk}/deletion/", headers={"accept-language": "en"})
    assert response.status_code == 409
    assert "A campaign uses this segment" in response.content.decode()


def test_who_may_only_look_gets_404(as_seller: Client, as_stranger: Client) -> None:
    one = segment()
    assert as_seller.post(f"/segments/{one.pk}/deletion/").status_code == 404
    assert as_stranger.post(f"/segments/{one.pk}/deletion/").status_code == 404
    assert Segment.objects.exists()


def test_looking_deletes_nothing(as_marketer: Client) -> None:
    assert as_marketer.get(f"/segments/{segment().pk}/deletion/").status_code == 405
