"""Who is this? Several people share the handle a conversation came from, and somebody says who it was."""

from django.db import transaction
from django.utils.translation import gettext as _

from channels.connectors.arriving import Handle, Party
from channels.inbox import hooks, joining, parties, receiving
from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.identity.models import Identity
from customers.models import Customer
from customers.timeline.models import Entry


def candidates(conversation: Conversation) -> list[Customer]:
    """Everybody who has the handle, whoever looks: the page shows those its reader may see."""
    party, _channel = _speaker(conversation)
    return parties.candidates(parties.handles_of(party))


@transaction.atomic
def settle_who(conversation: Conversation, customer: Customer | None, *, by: User) -> Conversation:
    """The conversation becomes that customer's, or a new one's, and part of the one they have open already.
    What comes from the handle next, on this kind of channel, is theirs without asking."""
    party, channel = _speaker(conversation)
    known = sorted({conversation.customer_id, customer.pk if customer else conversation.customer_id})
    list(Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=known).order_by("pk"))
    held = Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)
    if not held.is_unsure:
        raise Refused(_("It is known whose conversation this is."))
    if customer is None:
        customer = parties.made(party, channel)
    elif not Customer.objects.present().filter(pk=customer.pk).exists():
        raise Refused(_("This customer was deleted meanwhile."))
    main = Conversation.objects.open().filter(customer=customer, is_main=True).exclude(pk=held.pk).first()
    _hand_over(held, customer, is_main=main is None)
    parties.remember(customer, party, channel)
    Message.objects.create(
        conversation=held,
        direction=Message.Direction.SYSTEM,
        author=by,
        kind="customer",
        data={"to": customer.pk},
    )
    audit.record("conversation.customer", held, by=by, customer=customer.pk)
    hooks.tell(Change(held, What.CHANGED, None, by, {"field": "customer"}))
    if main is None or held.status == Conversation.Status.CLOSED:
        return held
    joining.merge(held, main, by=by)
    return main


def _speaker(conversation: Conversation) -> tuple[Party, Channel]:
    """Whose words these are, as the first message says."""
    said = Message.objects.filter(conversation=conversation, channel__isnull=False)
    first = said.exclude(address="").select_related("channel").order_by("pk").first()
    if first is None or first.channel is None:
        raise Refused(_("It is known whose conversation this is."))
    kind = Identity.Kind.EMAIL if "@" in first.address else Identity.Kind.PHONE
    return Party((Handle(kind.value, first.address),)), first.channel


def _hand_over(held: Conversation, customer: Customer, *, is_main: bool) -> None:
    """What the timeline told of the other one, it tells of this one."""
    held.customer, held.is_unsure, held.is_main = customer, False, is_main
    held.save(update_fields=["customer", "is_unsure", "is_main"])
    messages = Message.objects.filter(conversation=held)
    told = Entry.objects.filter(source=receiving.SOURCE, source_id__in=[str(one.pk) for one in messages])
    told.update(customer=customer)
    Customer.objects.filter(pk=customer.pk, touched_at__lt=held.last_at).update(touched_at=held.last_at)
