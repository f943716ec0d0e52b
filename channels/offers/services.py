"""What people ask of offers: begin one, have codes made, stop it, start it again."""

from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.offers import codes, tasks
from channels.offers.models import Coupon, Offer
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from crm.lib.keeping import kept
from crm.lib.models import written_by_people

# Up to here an index is counted each time somebody looks, beyond it every five minutes.
FEW, MINUTES = 10_000, 300


@transaction.atomic
def begin(offer: Offer, *, number: int = 0, word: str = "", by: User) -> None:
    """Keeps a new offer, with the word everybody uses or with so many codes of their own."""
    offer.created_by = by
    offer.save()
    audit.record("offer.created", offer, by=by)
    if offer.is_unique:
        order_codes(offer, number, by=by)
        return
    try:
        with transaction.atomic():
            codes.share(offer, word)
    except IntegrityError:
        raise Refused(_("This code belongs to another offer.")) from None


@transaction.atomic
def change(offer: Offer, *, by: User) -> None:
    """Only what people write: tills and workers count in the same row meanwhile."""
    now = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    if offer.most_in_all is not None and offer.most_in_all < now.uses:
        raise Refused(_("It was used %(uses)d times already.") % {"uses": now.uses})
    offer.save(update_fields=written_by_people(Offer))
    audit.record("offer.changed", offer, by=by)


@transaction.atomic
def order_codes(offer: Offer, number: int, *, by: User) -> None:
    """So many more codes are made in the background."""
    rows = Offer.objects.filter(pk=offer.pk, codes=Offer.Codes.UNIQUE, stopped_at=None)
    if not rows.filter(codes_wanted__lte=codes.MOST - number).update(codes_wanted=F("codes_wanted") + number):
        raise Refused(_("An offer that is not stopped has at most %(most)d codes.") % {"most": codes.MOST})
    if number:
        audit.record("offer.codes_ordered", offer, by=by, number=number)
        transaction.on_commit(partial(tasks.make_codes.delay, offer.pk))


@transaction.atomic
def stop(offer: Offer, *, by: User) -> None:
    """From now on none of its codes gives anything, and nobody gets one."""
    if not Offer.objects.filter(pk=offer.pk, stopped_at=None).update(stopped_at=timezone.now()):
        raise Refused(_("This offer was stopped already."))
    audit.record("offer.stopped", offer, by=by)


@transaction.atomic
def resume(offer: Offer, *, by: User) -> None:
    if not Offer.objects.filter(pk=offer.pk).exclude(stopped_at=None).update(stopped_at=None):
        raise Refused(_("This offer was not stopped."))
    audit.record("offer.resumed", offer, by=by)


def given(offer: Offer) -> int:
    """How many customers have a code of their own; of many, as it was some minutes ago."""
    rows = Coupon.objects.filter(offer=offer).exclude(given_at=None)
    few = rows[: FEW + 1].count()
    return few if few <= FEW else kept(f"offers:given:{offer.pk}", MINUTES, rows.count)


def word(offer: Offer) -> str:
    """The code that everybody uses."""
    return "" if offer.is_unique else str(offer.coupons.first() or "")
