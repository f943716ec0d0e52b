"""What people ask of ads audiences: one to look at, a decision, a file, an end."""

from datetime import timedelta
from functools import partial
from typing import BinaryIO

from django.db import transaction
from django.db.models import Case, F, Sum, When
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.audiences import refreshing, tasks, writing
from channels.audiences.models import Audience, AudienceRun
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import jobs
from customers.exports import caps

State = Audience.State
# More members than this go into no file, whoever agrees.
MOST = 1_000_000
# A segment may grow by so much before somebody has to agree anew.
GROWTH = 1.25
DAY = timedelta(days=1)


@transaction.atomic
def make(audience: Audience, *, by: User) -> Audience:
    """Counts first: nobody asks for a file without having seen how many would be in it."""
    audience.created_by = by
    audience.save()
    audit.record("audience.created", audience, by=by, network=audience.network, segment=audience.segment_id)
    _go(audience, writes=False)
    return audience


@transaction.atomic
def repeat(audience: Audience, *, by: User) -> None:
    """Counts anew, or writes anew what was agreed to, after that failed."""
    _own(audience, by)
    User.objects.select_for_update().get(pk=by.pk)
    audience.refresh_from_db()
    last = audience.runs.order_by("-pk").first()
    if not may_repeat(audience, last):
        raise Refused(_("Somebody else did that meanwhile."))
    writes = audience.state == State.ON
    if writes and audience.decided_by is None and audience.limit > left_of(by):
        raise Refused(_("That is more than you may take along today by yourself. Try again tomorrow."))
    _go(audience, writes=writes)


def may_repeat(audience: Audience, last: AudienceRun | None) -> bool:
    """What a rule stopped would only be stopped again."""
    if last is None or last.status != AudienceRun.Status.FAILED:
        return False
    return audience.state == State.DRAFT or (audience.state == State.ON and last.error == jobs.INTERRUPTED)


@transaction.atomic
def ask(audience: Audience, *, by: User) -> None:
    """Has the file written, or asks for approval where the colleague may not take so much alone."""
    _own(audience, by)
    # Whoever asks for several at once is answered one after the other, each knowing of those before.
    User.objects.select_for_update().get(pk=by.pk)
    counted = audience.runs.filter(writes=False, status=AudienceRun.Status.DONE).order_by("-pk").first()
    if counted is None:
        raise Refused(_("It is still being counted."))
    if not counted.consented:
        raise Refused(_("Nobody in it allows it, so there would be nothing in the file."))
    if counted.members > MOST:
        raise Refused(_("At most %(most)s customers fit into a file.") % {"most": f"{MOST:,}"})
    left, limit = left_of(by), int(counted.members * GROWTH) + 10
    alone = counted.members <= left
    state, limit = (State.ON, min(limit, left)) if alone else (State.WAITING, limit)
    if not Audience.objects.filter(pk=audience.pk, state=State.DRAFT).update(state=state, limit=limit):
        raise Refused(_("Somebody else did that meanwhile."))
    audit.record("audience.asked", audience, by=by, members=counted.members, needs_approval=not alone)
    if alone:
        begin(audience)


@transaction.atomic
def decide(audience: Audience, *, by: User, allowed: bool) -> None:
    """Says yes or no, once, and never to oneself."""
    waiting = Audience.objects.visible_to(by, "approve").filter(pk=audience.pk, state=State.WAITING)
    state = State.ON if allowed else State.REFUSED
    if not waiting.update(state=state, decided_by=by, decided_at=timezone.now()):
        raise Refused(_("It is no longer waiting for a decision."))
    audit.record("audience.approved" if allowed else "audience.refused", audience, by=by)
    if allowed:
        begin(audience)


@transaction.atomic
def end(audience: Audience, *, by: User) -> None:
    """No further files; those that are there are kept for their days."""
    _own(audience, by)
    rows = Audience.objects.filter(pk=audience.pk).exclude(state__in=[State.ENDED, State.REFUSED])
    if not rows.update(state=State.ENDED, next_at=None):
        raise Refused(_("Somebody else did that meanwhile."))
    audit.record("audience.ended", audience, by=by)


@transaction.atomic
def hand_over(run: AudienceRun, part: str, *, by: User) -> BinaryIO:
    """Opens a file and notes that it is fetched; FileNotFoundError when there is none."""
    if not by.may("audience", "create") or run.audience.created_by_id != by.pk:
        raise Refused(_("Only who asked for this file can fetch it."))
    if not run.is_ready:
        raise Refused(_("This file has been removed. Ask for it again."))
    file = writing.path_of(run, part).open("rb")
    AudienceRun.objects.filter(pk=run.pk).update(downloads=F("downloads") + 1)
    audit.record("audience.downloaded", run.audience, by=by, part=part, sha256=run.sha256)
    return file


def begin(audience: Audience) -> None:
    """The first file now, the next in their time."""
    _go(audience, writes=True)
    refreshing.plan(audience, timezone.now())


def left_of(user: User) -> int:
    """How many customers `user` may still take along today by themselves."""
    since = timezone.now() - DAY
    lately = AudienceRun.objects.filter(
        writes=True, created_at__gte=since, audience__created_by=user, audience__decided_by=None
    )
    # What is not written yet may come to as many as were allowed.
    most = Case(When(status__in=AudienceRun.MOVING, then="audience__limit"), default="members")
    taken = lately.exclude(status=AudienceRun.Status.FAILED).aggregate(sum=Sum(most))["sum"] or 0
    return max(0, caps.free(user) - taken)


def _own(audience: Audience, by: User) -> None:
    if audience.created_by_id != by.pk:
        raise Refused(_("Only who made this audience can do that."))


def _go(audience: Audience, *, writes: bool) -> None:
    run = refreshing.run(audience, writes=writes)
    transaction.on_commit(partial(tasks.work.delay, run.pk))
