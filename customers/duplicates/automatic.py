"""Joining by itself: only what passes the gate of the settings, contradicts nothing and was never refused."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from crm.lib.errors import Refused
from customers.duplicates import deciding
from customers.identity.models import Profile
from customers.matching import gates
from customers.matching.clustering import Edge, Group, Union
from customers.matching.models import Pair, Record, Settings
from customers.merging import services as merging
from customers.merging.models import Apart, Merge
from customers.models import Customer

Gate = Settings.Gate
ENOUGH: dict[str, tuple[str, ...]] = {
    Gate.SURE: (deciding.SURE,),
    Gate.LIKELY: (deciding.SURE, deciding.LIKELY),
}


def decide(pairs: Sequence[Pair]) -> None:
    """Joins the pairs that may be, the best first; the others wait for people."""
    kept = settings()
    if kept.gate == Gate.NONE:
        return
    allowed = [one for one in pairs if is_allowed(one, kept)]
    for pair in sorted(allowed, key=lambda one: -one.bits):
        join(pair, kept)


def settings() -> Settings:
    return Settings.objects.first() or Settings()


def is_allowed(pair: Pair, kept: Settings) -> bool:
    """What the pair itself says; whether the rest of the two agrees is asked when they are joined."""
    if pair.state != Pair.State.OPEN or pair.is_vetoed or pair.bits < kept.join_from:
        return False
    return deciding.gate_of(pair) in ENOUGH.get(kept.gate, ())


@transaction.atomic
def join(pair: Pair, kept: Settings) -> bool:
    """Whether the two are one now. Who was joined on the way is who absorbed them."""
    ends = sorted({merging.survivor_of(pk) or pk for pk in (pair.low_id, pair.high_id)})
    customers = list(Customer.objects.present().filter(pk__in=ends).order_by("pk"))
    if len(customers) < len(ends):
        return False
    if len(ends) == 2 and not (fits(ends, pair, kept) and _merge(customers, pair)):
        return False
    return bool(deciding.close([pair.pk], Pair.State.JOINED, None))


def apart() -> list[tuple[int, int]]:
    """Who is never to be one, for the run over the whole base."""
    return list(Apart.objects.values_list("one", "other"))


def _merge(customers: Sequence[Customer], pair: Pair) -> bool:
    survivor, *absorbed = customers
    try:
        with transaction.atomic():
            merging.merge(
                survivor,
                absorbed,
                by=None,
                cause=Merge.Cause.RULE,
                bits=pair.bits,
                gate=deciding.gate_of(pair),
                weights=pair.weights,
            )
    except Refused:
        return False
    return True


def fits(ends: Sequence[int], pair: Pair, kept: Settings) -> bool:
    """Everything known of the two must fit, not only the two records that were alike."""
    low, high = ends
    # Whoever took them apart again decides anew, not a rule.
    between = Q(survivor=low, absorbed=high) | Q(survivor=high, absorbed=low)
    if merging.are_apart([(low, high)]) or Merge.objects.exclude(undone_at=None).filter(between).exists():
        return False
    met = {one["field"]: one["level"] for one in pair.reasons}
    edge = Edge(pair.pk, low, high, same_account=gates.SAME_ACCOUNT.holds(met))
    return bool(list(Union(_known(ends), largest=kept.largest).accept([edge])))


def _known(customers: Sequence[int]) -> dict[int, Group]:
    known = {pk: Group({pk}, Profile.objects.filter(customer=pk).count()) for pk in customers}
    rows = Record.objects.filter(customer__in=customers)
    for pk, key, family, given, born in rows.values_list(
        "customer_id", "name_key", "family", "given", "born"
    ):
        if family and given:
            known[pk].names.add(key)
        if born:
            known[pk].births.add(born)
    return known
