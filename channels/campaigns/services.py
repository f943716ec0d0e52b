"""What people ask of campaigns: launch, pause, resume, cancel, try out."""

from functools import partial
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import services as channels
from channels.campaigns import arms, belonging, locks, tasks, texts, ways
from channels.campaigns.carrying import mailings_of
from channels.campaigns.message import Message, Recipient, wordings
from channels.campaigns.models import Campaign, CampaignLink, Variant, Way
from channels.campaigns.placeholders import COUPON, NotUnderstood, Person
from channels.campaigns.templating import using
from channels.connectors.base import Accepted, CannotRender
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments import services as segments

Status = Campaign.Status
TRIAL_TIMEOUT = 10.0


@transaction.atomic
def launch(campaign: Campaign, *, by: User) -> None:
    """Freezes the text, and at its hour the audience, and starts sending."""
    _check(campaign)
    now = timezone.now()
    begins = Status.SCHEDULED if campaign.starts_at and campaign.starts_at > now else Status.MATERIALISING
    drafts = Campaign.objects.drafts().filter(pk=campaign.pk)
    if not drafts.update(status=begins, launched_by=by, launched_at=now):
        raise Refused(_("This campaign was already launched."))
    campaign.links.all().delete()
    CampaignLink.objects.bulk_create(
        CampaignLink(campaign=campaign, number=number, url=url)
        for number, url in enumerate(texts.all_addresses(campaign), 1)
    )
    ways.freeze(campaign)
    audit.record("campaign.launched", campaign, by=by, segment=campaign.segment_id)
    if begins == Status.MATERIALISING:
        transaction.on_commit(partial(tasks.materialise.delay, campaign.pk))


@transaction.atomic
def withdraw(campaign: Campaign, *, by: User) -> None:
    """Makes a draft again of what has not begun."""
    scheduled = Campaign.objects.filter(pk=campaign.pk, status=Status.SCHEDULED)
    if not scheduled.update(status=Status.DRAFT, launched_by=None, launched_at=None):
        raise Refused(_("Only a scheduled campaign can become a draft again."))
    audit.record("campaign.withdrawn", campaign, by=by)


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


@transaction.atomic
def keep_variant(campaign: Campaign, variant: Variant) -> None:
    """Adds a wording to a draft, or keeps a changed one."""
    if not Campaign.objects.drafts().select_for_update().filter(pk=campaign.pk).exists():
        raise Refused(_("This campaign was already launched and can no longer be changed."))
    if variant.pk is None:
        variant.campaign, variant.number = campaign, 2 + campaign.variants.count()
    if variant.number > arms.MOST_VARIANTS:
        raise Refused(_("A campaign has at most %(number)d variants.") % {"number": arms.MOST_VARIANTS})
    variant.save()


@transaction.atomic
def drop_variant(variant: Variant) -> None:
    """Those after it move up, so that numbers stay without a gap."""
    if not Campaign.objects.drafts().select_for_update().filter(pk=variant.campaign_id).exists():
        raise Refused(_("This campaign was already launched and can no longer be changed."))
    later = Variant.objects.filter(campaign=variant.campaign_id, number__gt=variant.number)
    variant.delete()
    for one in later.order_by("number"):
        Variant.objects.filter(pk=one.pk).update(number=one.number - 1)


@transaction.atomic
def choose_winner(campaign: Campaign, number: int, *, by: User) -> None:
    """Those who wait for the winner of the test get this variant, from now on."""
    running = Campaign.objects.filter(pk=campaign.pk, status=Status.RUNNING, winner=None, test_share__lt=100)
    if not running.update(winner=number, decided_at=timezone.now()):
        raise Refused(_("Nobody waits for a winner here."))
    audit.record("campaign.decided", campaign, by=by, variant=number)
    transaction.on_commit(partial(tasks.go_on, campaign.pk))


def send_trial(
    campaign: Campaign, person: Person, *, to: User, words: Campaign | Variant | None = None
) -> None:
    """Sends the mail, as `person` would get it, to a colleague's own address."""
    way = next((one for one in ways.of(campaign) if one.is_mail), None)
    if way is None:
        raise Refused(_("Only a mail can be tried out."))
    campaign = ways.carried(campaign, way)
    try:
        payload = Message(campaign, words).trial(Recipient(person, to.email, uuid4()), timezone.now())
    except CannotRender as problem:
        raise Refused(_("The message cannot be made: %(reason)s") % {"reason": problem.code}) from None
    with channels.open_session(campaign.channel) as session:
        outcome = session.send(payload, uuid4().hex, TRIAL_TIMEOUT)
    channels.note_outcome(campaign.channel, outcome)
    if not isinstance(outcome, Accepted):
        raise Refused(_("The test was not sent. The channel's page says why."))


def _words_of(campaign: Campaign) -> list[Campaign | Variant | Way]:
    """All that somebody has written for it: its mails where one is sent, and its short texts."""
    over = ways.of(campaign)
    mails = wordings(campaign) if any(way.is_mail for way in over) else []
    return [*mails, *(way for way in over if not way.is_mail and texts.says_something(way))]


def _check(campaign: Campaign) -> None:
    """Everything that would make all messages fail is said now."""
    if not all(way.channel.enabled for way in ways.of(campaign)):
        raise Refused(_("The channel is switched off."))
    if campaign.expires_at and campaign.expires_at <= timezone.now():
        raise Refused(_("Its last moment is already over."))
    segments.members(campaign.segment)
    if not all(using.may_go_out(words.version) for words in _words_of(campaign)):
        raise Refused(_("Only approved templates may go out. Choose one, or have this one approved."))
    try:
        mailings = mailings_of(campaign)
        belonging.check(segment for one in mailings for segment in one.segments)
        if any(one.asks_for(COUPON) for one in mailings) and campaign.offer is None:
            raise Refused(_("The text gives a coupon code. Choose the offer that it is of."))
    except (NotUnderstood, CannotRender) as problem:
        raise Refused(_("The message cannot be made: %(reason)s") % {"reason": problem}) from None
