"""What a submission becomes: the customer was found or made by the path of everything that arrives."""

from typing import Any
from uuid import UUID

from channels.campaigns.models import Campaign
from channels.chat import opting
from channels.connectors.arriving import Happening
from channels.landing.models import LandingPage, Submission
from channels.landing.origins import Came
from channels.models import Channel
from customers.fields import definitions, storing
from customers.models import Customer
from customers.record.models import Change
from customers.timeline import services as timeline
from customers.timeline.models import Entry

SOURCE = "landing"


def take(channel: Channel, customer: Customer, happening: Happening) -> None:
    """In the transaction that takes the event in; the same event again changes nothing."""
    page = LandingPage.objects.filter(pk=happening.data["page"]).first()
    key = UUID(happening.dedupe_key)
    if page is None or Submission.objects.filter(key=key).exists():
        return
    came = Came.read(happening.data["origin"])
    campaign = Campaign.objects.filter(pk=came.campaign or 0).first()
    Submission.objects.create(
        key=key,
        page=page,
        customer=customer,
        campaign=campaign,
        at=happening.at,
        is_new=customer.created_at >= happening.at,
        **{name: getattr(came, name) for name in ("source", "medium", "label", "variant")},
    )
    _fill(customer, happening.data["own"])
    timeline.record(
        customer,
        happening.kind,
        summary=page.name,
        body=happening.text[:2_000],
        channel=Entry.Channel.FORM,
        direction=Entry.Direction.IN,
        at=happening.at,
        source=SOURCE,
        source_id=str(key),
        page=page.pk,
        campaign=campaign.pk if campaign else None,
    )
    _ask(channel, customer, happening)


def _fill(customer: Customer, own: dict[str, Any]) -> None:
    """Only what is empty: whoever types somebody's address must not change what we know of them."""
    known = {one.key for one in definitions.current() if one.is_open}
    held = storing.values_of(customer)
    empty = {key: value for key, value in own.items() if key in known and key not in held}
    if empty:
        storing.store(customer, empty, by=None, source=Change.Source.API)


def _ask(channel: Channel, customer: Customer, happening: Happening) -> None:
    """A tick asks; the button in the mail that is sent then allows."""
    evidence, email = happening.data["consent"], happening.data["email"]
    if evidence and email:
        opting.ask(customer, email, {**evidence, "channel": channel.pk}, channel=channel)
