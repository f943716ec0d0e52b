"""Figures are rows: due, claimed with a lease, counted, written at once. A crash leaves the old ones."""

import logging
import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.desk.insights import ground, reports
from crm.desk.insights.models import EVERYBODY, KEPT, OFTENEST, SHARE, Figures
from crm.lib.patience import TooSlow

# Milliseconds: as long as a page that is there already may wait for its figures, and a worker for the whole.
SOON, LATE = 4_000, 8 * 60 * 1000
# Longer than any counting takes, so that nobody counts what somebody else still counts.
LEASE = timedelta(minutes=20)
# A colleague's own figures follow this quickly; they are counted when somebody looks.
FRESH = timedelta(minutes=15)
log = logging.getLogger(__name__)


def standing(page: str, user: User) -> Figures:
    """The row for what `user` sees; not counted yet, or not saved yet, where nobody looked before."""
    reach = reach_of(user)
    owner = user if reach else None
    return Figures.objects.filter(page=page, reach=reach).first() or Figures(
        page=page, reach=reach, user=owner
    )


def is_fresh(figures: Figures) -> bool:
    """Everybody's follow by themselves."""
    if figures.counted_at is None:
        return False
    return figures.reach == EVERYBODY or figures.counted_at > timezone.now() - FRESH


def catch_up(figures: Figures) -> bool:
    """Counts while somebody waits, or leaves it to a worker. Whether the figures stand now."""
    if figures.pk is None:
        figures = Figures.objects.get_or_create(
            page=figures.page, reach=figures.reach, defaults={"user": figures.user}
        )[0]
    if is_fresh(figures):
        return True
    try:
        return count(figures, SOON)
    except TooSlow:
        Figures.objects.filter(pk=figures.pk).update(lease_until=None, asked_at=timezone.now())
        return False


def count(figures: Figures, patience: int) -> bool:
    """False when somebody else is at it."""
    until = timezone.now() + LEASE
    if not Figures.objects.unheld().filter(pk=figures.pk).update(lease_until=until):
        return False
    began = time.monotonic()
    with ground.laid(figures.user, patience) as laid:
        data = reports.find(figures.page).count(laid)
    took = time.monotonic() - began
    now = timezone.now()
    Figures.objects.filter(pk=figures.pk, lease_until=until).update(
        data=data,
        counted_at=laid.as_of,
        due_at=now + max(OFTENEST, timedelta(seconds=took * SHARE)),
        took=round(took * 1000),
        lease_until=None,
        error="",
    )
    return True


def sweep() -> None:
    """Counts what is due, one after the other. What fails is tried again when its lease is over."""
    have = set(Figures.objects.filter(reach=EVERYBODY).values_list("page", flat=True))
    new = [Figures(page=key) for key in reports.KEYS if key not in have]
    Figures.objects.bulk_create(new, ignore_conflicts=True)
    _forget()
    for figures in Figures.objects.due().filter(page__in=reports.KEYS).select_related("user"):
        try:
            count(figures, LATE)
        except Exception as error:
            Figures.objects.filter(pk=figures.pk).update(error=type(error).__name__)
            log.exception("Figures of %s were not counted.", figures.page)


def _forget() -> None:
    long_ago = timezone.now() - KEPT
    old = Q(counted_at__lt=long_ago) & (Q(asked_at=None) | Q(asked_at__lt=long_ago))
    Figures.objects.exclude(reach=EVERYBODY).filter(Q(user__is_active=False) | old).delete()


def reach_of(user: User) -> str:
    return EVERYBODY if user.scope("customer", "view") is Scope.ALL else user.reach("customer")
