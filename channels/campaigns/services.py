"""What people ask of campaigns: launch, pause, resume, cancel, try out."""

from functools import partial
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import services as channels
from channels.campaigns import body, locks, tasks
from channels.campaigns.message import Message, Recipient
from channels.campaigns.models import Campaign, CampaignLink
from channels.campaigns.placeholders import NotUnderstood, Person
from channels.connectors.base import Accepted, CannotRender
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments import services as segments

Status = Campaign.Status
TRIAL_TIMEOUT = 10.0


@transaction.atomic
def launch(campaign: Campaign, *, by: User) -> None:
    """Freezes text and audience and starts sending."""
    _check(campaign)
    now = timezone.now()
    drafts = Campaign.objects.drafts().filter(pk=campaign.pk)
    if not drafts.update(status=Status.MATERIALISING, launched_by=by, launched_at=now):
        raise Refused(_("This campaign was already launched."))
    campaign.links.all().delete()
    CampaignLink.objects.bulk_create(
        CampaignLink(campaign=campaign, number=number, url=url)
        for number, url in enumerate(body.addresses(campaign.body), 1)
    )
    audit.record("campaign.launched", campaign, by=by, segment=campaign.segment_id)
    transaction.on_commit(partial(tasks.materialise.delay, campaign.pk))


@transaction.atomic
def pause(campaign: Campaign, *, by: User) -> None:
    """Stops sending. Once this is committed, no message is taken out of the queue any more."""
    locks.own(campaign)
    if not Campaign.objects.running().filter(pk=campaign.pk).update(status=Status.PAUSED):
        raise Refused(_("Only a campaign that is being sent can be paused."))
    audit.record("campaign.paused", campaign, by=by)


@transaction.atomic
def resume(campaign: Campaign, *, by: User) -> None:
    """Goes on where it was paused: with those who are still waiting, and only with them."""
    _check(campaign)
    paused = Campaign.objects.filter(pk=campaign.pk, status=Status.PAUSED)
    planned = paused.exclude(planned_at=None).update(status=Status.RUNNING, trouble="")
    if not planned and not paused.update(status=Status.MATERIALISING, trouble=""):
        raise Refused(_("Only a paused campaign can be resumed."))
    audit.record("campaign.resumed", campaign, by=by)
    transaction.on_commit(partial(tasks.go_on, campaign.pk))


@transaction.atomic
def cancel(campaign: Campaign, *, by: User) -> None:
    """Ends it for good. Whoever still waits gets nothing; what was sent stays sent."""
    locks.own(campaign)
    if (
        not Campaign.objects.stoppable()
        .filter(pk=campaign.pk)
        .update(status=Status.CANCELLED, finished_at=timezone.now())
    ):
        raise Refused(_("This campaign has already ended."))
    audit.record("campaign.cancelled", campaign, by=by)
    transaction.on_commit(partial(tasks.go_on, campaign.pk))


def send_trial(campaign: Campaign, person: Person, *, to: User) -> None:
    """Sends the message, as `person` would get it, to a colleague's own address."""
    try:
        payload = Message(campaign).trial(Recipient(person, to.email, uuid4()), timezone.now())
    except CannotRender as problem:
        raise Refused(_("The message cannot be made: %(reason)s") % {"reason": problem.code}) from None
    with channels.open_session(campaign.channel) as session:
        outcome = session.send(payload, uuid4().hex, TRIAL_TIMEOUT)
    channels.note_outcome(campaign.channel, outcome)
    if not isinstance(outcome, Accepted):
        raise Refused(_("The test was not sent. The channel's page says why."))


def _check(campaign: Campaign) -> None:
    """Everything that would make all messages fail is said now."""
    if not campaign.channel.enabled:
        raise Refused(_("The channel is switched off."))
    segments.members(campaign.segment)
    try:
        Message(campaign)
    except (NotUnderstood, CannotRender) as problem:
        raise Refused(_("The message cannot be made: %(reason)s") % {"reason": problem}) from None
