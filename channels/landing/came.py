"""What a campaign's results say of landing pages."""

from collections.abc import Iterable

from django.db.models import Count, Q
from django.urls import reverse

from channels.campaigns.came_of import Came
from channels.campaigns.models import Campaign
from channels.landing.models import LandingPage
from crm.accounts.models import User


def of_campaign(campaign: Campaign, user: User) -> Iterable[Came]:
    """Submissions of people who came by the campaign's links, page by page."""
    mine = Q(submissions__campaign=campaign)
    pages = LandingPage.objects.visible_to(user).filter(mine).values_list("pk", "name")
    sent, new = Count("submissions"), Count("submissions", filter=Q(submissions__is_new=True))
    for pk, name, number, fresh in pages.annotate(sent=sent, new=new).order_by("-sent", "pk"):
        yield Came(name, number, fresh, reverse("landing:detail", args=[pk]))
