"""What marketing asks for: publishing a page and taking it away."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.landing.models import LandingPage, new_slug
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib import locks
from crm.lib.errors import Refused

CONNECTOR = "landing"


@transaction.atomic
def save(page: LandingPage, *, by: User) -> LandingPage:
    created = page.pk is None
    page.save()
    audit.record("landing.created" if created else "landing.changed", page, by=by)
    return page


@transaction.atomic
def publish(page: LandingPage, *, by: User, on: bool) -> None:
    rows = LandingPage.objects.filter(pk=page.pk, published_at__isnull=on)
    if not rows.update(published_at=timezone.now() if on else None):
        raise Refused(_("Somebody else did that meanwhile."))
    if on:
        channel()
    audit.record("landing.published" if on else "landing.unpublished", page, by=by)


@transaction.atomic
def copy(page: LandingPage, *, by: User) -> LandingPage:
    page.pk, page.slug, page.published_at = None, new_slug(), None
    page.name = _("%(name)s (copy)") % {"name": page.name[:80]}
    page.created_by, page.created_at = by, timezone.now()
    page._state.adding = True
    return save(page, by=by)


@transaction.atomic
def delete(page: LandingPage, *, by: User) -> None:
    if page.published_at or page.submissions.exists():
        raise Refused(_("Only a draft from which nobody sent anything can be deleted."))
    audit.record("landing.deleted", page, by=by)
    LandingPage.objects.filter(pk=page.pk, published_at=None).delete()


@transaction.atomic
def channel() -> Channel:
    """By which submissions arrive, made with the first page."""
    rows = Channel.objects.filter(connector=CONNECTOR).order_by("pk")
    if found := rows.first():
        return found
    locks.hold(["landing channel"])
    return rows.first() or Channel.objects.create(
        connector=CONNECTOR, kind="web", name=str(_("Landing pages")), config={}
    )
