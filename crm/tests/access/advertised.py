"""How the company of the world advertises: a page on the web from which everybody sent something."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from channels.audiences.models import Audience
from channels.landing.models import LandingPage, Submission
from channels.social.models import SocialPost

if TYPE_CHECKING:
    from crm.tests.access.world import World

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def fill(world: "World") -> None:
    marketer = world.users["marketing-north"]
    page = LandingPage.objects.create(
        name="Spring", title_zh="春", title_en="Spring", fields={"email": True}, created_by=marketer
    )
    world.landing = page
    for customer in world.customers.values():
        Submission.objects.create(key=uuid4(), page=page, customer=customer, at=LONG_AGO, source="news")
    world.social = SocialPost.objects.create(text="Spring is here", at=LONG_AGO, created_by=marketer)
    assert world.segment
    world.audience = Audience.objects.create(
        name="Looked at", segment=world.segment, network="meta", reason="Spring", created_by=marketer
    )
