"""Who sent something from which landing page, as a fact for segments."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.landing.models import LandingPage, Submission
from segments.facts import Group, Kind, Test, register
from segments.rows import Pool, Repeated, fact, times

MOST_CHOICES = 300
SUBMISSIONS = Pool(lambda: Submission.objects.all())


def register_all() -> None:
    register(
        fact(
            "landing.submitted",
            _("Submitted landing pages"),
            Group.CAMPAIGNS,
            Kind.TIMES,
            Repeated(SUBMISSIONS, _of, "at", times),
            of=Kind.RECORD,
            choices=_pages,
        )
    )


def _of(test: Test) -> Q:
    return Q(page__in=test.value.of) if test.value.of else Q()


def _pages() -> Sequence[tuple[int, str]]:
    return list(LandingPage.objects.order_by("-created_at", "-pk").values_list("pk", "name")[:MOST_CHOICES])
