"""What people do with saved pivots: keep, change, delete, have them sent."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.accounts.sharing import Audience
from crm.audit import services as audit
from crm.desk.pivot import asking, mailing
from crm.desk.pivot.models import SavedPivot, Schedule, Sending
from crm.lib.errors import Refused

MOST_SAVED = 200


@transaction.atomic
def keep(
    name: str, query: str, *, by: User, audience: str = Audience.PRIVATE, team: Team | None = None
) -> SavedPivot:
    if SavedPivot.objects.filter(owner=by).count() >= MOST_SAVED:
        raise Refused(_("You have %(most)s pivots already. Delete some first.") % {"most": MOST_SAVED})
    made = SavedPivot(name=name, query=asking.canonical(query, by), owner=by, audience=audience, team=team)
    _save(made)
    if audience != Audience.PRIVATE:
        audit.record("pivot.shared", made, by=by, audience=audience)
    return made


@transaction.atomic
def change(kept: SavedPivot, *, by: User, was: str) -> None:
    """Saves name and audience. `was` is the audience it had."""
    _save(kept)
    if kept.audience != was:
        audit.record("pivot.shared", kept, by=by, audience=kept.audience)


def ask_anew(kept: SavedPivot, query: str, *, by: User) -> None:
    """The pivot shows from now on what stands in `query`."""
    kept.query = asking.canonical(query, by)
    kept.save(update_fields=["query", "updated_at"])


@transaction.atomic
def delete(kept: SavedPivot, *, by: User) -> None:
    audit.record("pivot.deleted", kept, by=by, name=kept.name, audience=kept.audience)
    kept.delete()


@transaction.atomic
def plan(schedule: Schedule, *, by: User) -> Schedule:
    """From now on it comes by e-mail, in the language it was asked in."""
    schedule.language, schedule.is_active, schedule.ended = get_language() or "", True, ""
    schedule.next_at = mailing.next_time(schedule, timezone.now())
    schedule.save()
    audit.record("pivot.scheduled", schedule.pivot, by=by, every=schedule.every, format=schedule.format)
    return schedule


def stop(schedule: Schedule, *, by: User) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(is_active=False, ended=Schedule.Ended.STOPPED)
    audit.record("pivot.unscheduled", schedule.pivot, by=by)


def send_now(schedule: Schedule) -> None:
    """Once a minute: the row of an occasion is unique, and this minute is one."""
    minute = timezone.now().replace(second=0, microsecond=0)
    _row, is_new = Sending.objects.get_or_create(schedule=schedule, occasion=minute)
    if not is_new:
        raise Refused(_("It was sent just now."))


def _save(kept: SavedPivot) -> None:
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        raise Refused(_("You have a pivot of this name already.")) from None
