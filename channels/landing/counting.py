"""Counting visits: a number a day for each place people come from, so nobody is in it."""

from django.db import connection
from django.utils import timezone

from channels.campaigns.tracking import MACHINE, Visit
from channels.landing.models import LandingPage, Visits
from channels.landing.origins import Came

# Whoever makes up sources fills no table: further ones of a day are counted as one.
MOST_A_DAY = 300
OTHERS = Came(source="…")
ADD = """
    INSERT INTO landing_visits (page_id, day, source, medium, label, variant, count)
    VALUES (%s, %s, %s, %s, %s, %s, 1)
    ON CONFLICT (page_id, day, source, medium, label, variant)
    DO UPDATE SET count = landing_visits.count + 1
"""


def visited(page: LandingPage, came: Came, visit: Visit) -> None:
    if visit.is_prefetch or not visit.agent or MACHINE.search(visit.agent):
        return
    today = timezone.localdate()
    rows = Visits.objects.filter(page=page, day=today)
    place = {name: getattr(came, name) for name in ("source", "medium", "label", "variant")}
    if not rows.filter(**place).exists() and rows.count() >= MOST_A_DAY:
        place = {"source": OTHERS.source, "medium": "", "label": "", "variant": came.variant}
    with connection.cursor() as cursor:
        cursor.execute(ADD, [page.pk, today, *place.values()])
