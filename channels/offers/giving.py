"""Gives customers codes, a batch in one statement: the same code again to whoever has one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.consent import gate
from channels.offers import codes
from channels.offers.models import Coupon, Offer
from segments import services as segments

NOT_OPEN, NOT_MEANT = "offer_not_open", "offer_not_for_them"
NONE_LEFT, USED = "no_code_left", "coupon_redeemed"
# Why somebody got no code.
REASONS: Mapping[str, str | Promise] = {
    NOT_OPEN: _("The offer of the coupon is over or was stopped"),
    NOT_MEANT: _("The offer of the coupon is not for them"),
    NONE_LEFT: _("No coupon code is left"),
    USED: _("They have redeemed their coupon already"),
}

# Whoever takes codes at the same time takes others. The free ones go in order of their numbers, so the
# index is read from where it begins.
GIVE = """
    WITH wanting AS (
        SELECT customer_id, row_number() OVER (ORDER BY customer_id) AS place
        FROM unnest(%s::bigint[]) AS customer_id),
    free AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
            SELECT id FROM offers_coupon WHERE offer_id = %s AND customer_id IS NULL AND given_at IS NULL
            ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) AS taken)
    UPDATE offers_coupon AS coupon SET customer_id = wanting.customer_id, given_at = %s
    FROM free JOIN wanting USING (place) WHERE coupon.id = free.id
    RETURNING coupon.customer_id, coupon.code
"""


@dataclass(frozen=True)
class Given:
    """A code as it is written, or why there is none."""

    code: str = ""
    reason: str = ""


@transaction.atomic
def give(offer_pk: int, customers: Sequence[int]) -> dict[int, Given]:
    """Exactly one code for each customer, and the same one whenever it is asked for again."""
    offer = Offer.objects.select_related("segment").filter(pk=offer_pk).first()
    if offer is None or offer.state in ("stopped", "over"):
        return dict.fromkeys(customers, Given(reason=NOT_OPEN))
    # Nobody else decides about these customers until we have ended: they get one code, not two.
    gate.hold(customers)
    found = _known(offer, customers) if offer.is_unique else {}
    meant = _meant(offer, [pk for pk in customers if pk not in found])
    new = _take(offer, meant) if offer.is_unique else _shared(offer, meant)
    found |= {pk: Given(codes.shown(code)) for pk, code in new.items()}
    found |= {pk: Given(reason=NONE_LEFT) for pk in meant if pk not in found}
    return {pk: found.get(pk, Given(reason=NOT_MEANT)) for pk in customers}


def _known(offer: Offer, customers: Sequence[int]) -> dict[int, Given]:
    """Codes that were given before. What was redeemed is no news to anybody."""
    rows = Coupon.objects.filter(offer=offer, customer__in=customers, is_main=True)
    found = rows.values_list("customer_id", "code", "used_at")
    return {pk: Given(reason=USED) if used_at else Given(codes.shown(code)) for pk, code, used_at in found}


def _meant(offer: Offer, customers: Sequence[int]) -> list[int]:
    """Those for whom the offer is, by the segment's rule as of now."""
    if offer.segment is None or not customers:
        return list(customers)
    return list(segments.members(offer.segment).filter(pk__in=customers).values_list("pk", flat=True))


def _take(offer: Offer, customers: Sequence[int]) -> dict[int, str]:
    if not customers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(GIVE, [list(customers), offer.pk, len(customers), timezone.now()])
        return dict(cursor.fetchall())


def _shared(offer: Offer, customers: Sequence[int]) -> dict[int, str]:
    word = Coupon.objects.filter(offer=offer).values_list("code", flat=True).first()
    return dict.fromkeys(customers, word) if word else {}
