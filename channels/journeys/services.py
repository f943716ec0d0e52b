"""What people ask of journeys: draw, switch on, pause, end, put customers in."""

from functools import partial

from django.db import connection, transaction
from django.utils.translation import gettext as _

from channels.journeys import books, checking, entering, tasks
from channels.journeys.models import Intake, Journey, Version
from channels.journeys.plan import Design
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments.models import Segment

Status = Journey.Status
# Waiting messages of a paused journey are put off by so many years, and come back when it goes on.
YEARS = 20
PUT_OFF = """
    UPDATE direct_directmessage AS message SET due_at = message.due_at + %s * interval '1 year'
    FROM journeys_step AS step JOIN journeys_run AS run ON run.id = step.run_id
    WHERE step.message_id = message.id AND run.journey_id = %s AND message.state = 'ready'
      AND (message.due_at > now() + interval '10 years') = %s
"""


@transaction.atomic
def draw(journey: Journey, design: Design, *, before: Design) -> None:
    """Keeps a changed design, unless somebody else changed the sheet meanwhile."""
    same = Journey.objects.filter(pk=journey.pk, design=before).exclude(status=Status.ENDED)
    if not same.update(design=design):
        raise Refused(_("Somebody else has just changed this journey. Please look at it again."))
    journey.design = design


@transaction.atomic
def switch_on(journey: Journey, *, by: User) -> None:
    """Newcomers walk through the design as it is now; who is under way stays on the version they are on."""
    here = Journey.objects.select_for_update(of=("self",)).select_related("version").get(pk=journey.pk)
    if here.status == Status.ENDED:
        raise Refused(_("This journey has ended. Copy it to begin anew."))
    if problem := next(iter(checking.sentences(here.design, by)), None):
        raise Refused(problem)
    former = here.version
    now = books.clock()
    version = former if former and former.design == here.design else _next_version(here, by)
    here.version = version
    here.status, here.switched_on_by, here.switched_on_at = Status.ON, by, now
    here.save(update_fields=["status", "switched_on_by", "switched_on_at", "version"])
    if former is None or former.design["trigger"] != version.design["trigger"]:
        entering.begin(here, version, now)
    _put_off(here, -YEARS)
    audit.record("journey.switched_on", here, by=by, version=version.number)
    transaction.on_commit(partial(tasks.go_on.delay, here.pk))


@transaction.atomic
def pause(journey: Journey, *, by: User) -> None:
    """Once this is committed nobody enters, nobody moves, and no message that still waits goes out."""
    if not Journey.objects.on().filter(pk=journey.pk).update(status=Status.PAUSED):
        raise Refused(_("Only a journey that is on can be paused."))
    _put_off(journey, YEARS)
    audit.record("journey.paused", journey, by=by)


@transaction.atomic
def end(journey: Journey, *, by: User) -> None:
    """For good. Who is under way leaves it; messages that still wait are left out when their turn comes."""
    alive = Journey.objects.filter(pk=journey.pk, status__in=[Status.ON, Status.PAUSED])
    if not alive.update(status=Status.ENDED):
        raise Refused(_("Only a journey that was switched on can be ended."))
    _put_off(journey, -YEARS)
    audit.record("journey.ended", journey, by=by)
    transaction.on_commit(partial(tasks.go_on.delay, journey.pk))


@transaction.atomic
def put_in(journey: Journey, segment: Segment, *, by: User) -> Intake:
    """Lets the members of a segment in, in the background; the journey's own rules hold for them too."""
    if not Journey.objects.on().filter(pk=journey.pk).exists():
        raise Refused(_("Switch the journey on first."))
    intake = Intake.objects.create(journey=journey, segment=segment, by=by)
    audit.record("journey.filled", journey, by=by, segment=segment.pk)
    transaction.on_commit(partial(tasks.go_on.delay, journey.pk))
    return intake


def rename(journey: Journey, name: str) -> None:
    Journey.objects.filter(pk=journey.pk).update(name=name)


@transaction.atomic
def delete(journey: Journey, *, by: User) -> None:
    audit.record("journey.deleted", journey, by=by)
    if not Journey.objects.filter(pk=journey.pk, status=Status.DRAFT).delete()[0]:
        raise Refused(_("Only a draft can be deleted. A journey that was on can be ended."))


@transaction.atomic
def copy(journey: Journey, *, by: User) -> Journey:
    name = _("Copy of %(name)s") % {"name": journey.name}
    return Journey.objects.create(name=name[:100], design=journey.design, created_by=by)


def _next_version(journey: Journey, by: User) -> Version:
    number = journey.versions.count() + 1
    return Version.objects.create(journey=journey, number=number, design=journey.design, made_by=by)


def _put_off(journey: Journey, years: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, [years, journey.pk, years < 0])
