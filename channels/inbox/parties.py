"""Who it is that speaks to us: the customer behind a handle, or a new one.

A channel's own handle (openid, visitor, card) belongs to one customer. Phone and e-mail are shared by
households: a message goes to whom the handle last belonged to in that kind of channel, else to the only
customer who has it; where several do, somebody has to say who it is. Sharing never joins two customers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, override

from channels.connectors.arriving import Handle, Party
from channels.inbox.receiving import hold, plain
from channels.models import Channel
from crm.lib import phones, reading
from customers import services as customers
from customers.identity import stating
from customers.identity.indexing import index
from customers.identity.models import Identity, Profile
from customers.merging import chain
from customers.models import Customer
from customers.record.models import Change

SURE, CLAIMED = 100, 50
# Among more than these nobody chooses by hand.
MOST_CANDIDATES = 20
KINDS = frozenset(Identity.Kind.values)
SHARED = frozenset(str(kind) for kind in Identity.SHARED)
# What people say of themselves that a new customer is made with, and how much of it fits.
ABOUT = {"company": 200, "job_title": 100, "province": 80, "city": 80, "address": 300, "postcode": 20}
ATTEMPTS = 5


class Nobody(ValueError):
    """What arrived names nobody whom we could know again."""


@dataclass(frozen=True)
class Known:
    """Whom a handle leads to, not locked yet."""

    pk: int
    is_unsure: bool = False


@dataclass(frozen=True)
class Met:
    """A customer, locked. `is_unsure`: one of several it may be."""

    customer: Customer
    is_unsure: bool = False


def handles_of(party: Party) -> tuple[Handle, ...]:
    """Normalised, each once; what is no handle is left out."""
    found: dict[tuple[str, str, str], Handle] = {}
    for one in party.handles:
        value = _normal(one.kind, one.value)
        if one.kind in KINDS and value:
            scope = "" if one.kind in SHARED else plain(one.scope)[:60]
            found.setdefault((one.kind, scope, value), Handle(one.kind, value, scope, one.is_verified))
    return tuple(found.values())


def names(parties: Iterable[Party]) -> list[str]:
    """What to hold, so that whoever takes in something from the same handles waits for us."""
    return [f"handle {one.kind} {one.scope} {one.value}" for party in parties for one in handles_of(party)]


def meet(party: Party, channel: Channel) -> Met:
    """The customer, found or made. The caller holds their names."""
    handles = handles_of(party)
    if not handles:
        raise Nobody
    for _attempt in range(ATTEMPTS):
        met = _known(handles, channel)
        if met is None:
            return Met(made(party, channel))
        held = Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk=met.pk).first()
        # A merge that ended meanwhile took the handle to somebody else.
        if held is not None and held.deleted_at is None and _known(handles, channel) == met:
            if not met.is_unsure:
                remember(held, party, channel)
            return Met(held, met.is_unsure)
        _bring_back(met.pk)
    raise Nobody


def made(party: Party, channel: Channel) -> Customer:
    """A new customer, locked, who so far is what they said of themselves."""
    handles = handles_of(party)
    about = {name: plain(party.about.get(name, "")).strip() for name in ABOUT}
    fields: dict[str, object] = {name: text[: ABOUT[name]] for name, text in about.items() if text}
    if party.about.get("language", "") in dict(settings.LANGUAGES):
        fields["language"] = party.about["language"]
    if len(country := party.about.get("country", "")) == 2 and country.isalpha():
        fields["country"] = country.upper()
    for one in reversed(handles):
        if one.kind in SHARED:
            fields[one.kind] = one.value
    name = " ".join(plain(party.name).split())[:200] or _name_for(handles[0])
    made = customers.create(
        {**fields, "name": name, "source": channel.kind, "team": channel.team},
        by=None,
        source=Change.Source.API,
    )
    hold(made)
    remember(made, party, channel)
    return made


def remember(customer: Customer, party: Party, channel: Channel) -> None:
    """Keeps the handles with the customer, as what this kind of channel said of them, and that it was they
    who used them last."""
    handles = handles_of(party)
    source = source_of(channel)
    held = Identity.objects.attached().filter(profile__customer=customer)
    ours = held.filter(Q(source=source) | ~Q(kind__in=SHARED))
    known = set(ours.values_list("kind", "scope", "value"))
    if not {(one.kind, one.scope, one.value) for one in handles} <= known:
        profile = stating.hear(customer, source, _key(customer, handles[0], source), *_said(party, handles))
        _rate(profile, handles)
        index([customer.pk])
    values = [one.value for one in handles if one.kind in SHARED]
    held.filter(source=source, value__in=values).update(last_seen_at=timezone.now())


def candidates(handles: Sequence[Handle]) -> list[Customer]:
    """Whom it may be, those with whom something happened last first."""
    pks = {pk for one in handles for pk in _holders(one, least=0)}
    rows = Customer.objects.present().filter(pk__in=pks)
    return list(rows.order_by("-touched_at", "-pk")[:MOST_CANDIDATES])


def source_of(channel: Channel) -> str:
    """What profiles that came by this kind of channel call their source."""
    return f"channel:{channel.kind}"


def _key(customer: Customer, handle: Handle, source: str) -> str:
    """Of the profile: a household has one for each who was met under its address."""
    key = f"{handle.kind}:{handle.scope}:{handle.value}#{customer.pk}"
    key = key if len(key) <= 120 else sha256(key.encode()).hexdigest()
    taken = Profile.objects.filter(source=source, source_key=key).exclude(customer=customer)
    # It went along when the customer became part of another, and the customer is back.
    return f"{key[:110]}#{uuid4().hex[:8]}" if taken.exists() else key


def _said(party: Party, handles: Sequence[Handle]) -> tuple[list[stating.Handle], dict[str, str]]:
    raw = {"name": plain(party.name)[:200], **{name: plain(text)[:300] for name, text in party.about.items()}}
    return [(one.kind, one.scope, one.value) for one in handles], raw


def _normal(kind: str, value: str) -> str:
    try:
        if kind == Identity.Kind.PHONE:
            return phones.normalise(value)
        if kind == Identity.Kind.EMAIL:
            return reading.email(value)
    except reading.Unreadable:
        return ""
    value = plain(value).strip()
    return value if len(value) <= 254 else ""


def _known(handles: Sequence[Handle], channel: Channel) -> Known | None:
    for one in handles:
        if one.kind not in SHARED and (holder := stating.holder_of(one.kind, one.scope, one.value)):
            return Known(holder)
    first = handles[0]
    # Beside a handle of their own, what somebody only claims leads to nobody.
    usable = [one for one in handles if one.kind in SHARED]
    if first.kind not in SHARED:
        usable = [one for one in usable if one.is_verified]
    for one in usable:
        if met := _by_shared(one, channel):
            return met
    return None


def _by_shared(handle: Handle, channel: Channel) -> Known | None:
    said = Identity.objects.attached().filter(kind=handle.kind, value=handle.value, source=source_of(channel))
    said = said.filter(profile__customer__deleted_at=None, confidence=SURE).order_by("-last_seen_at", "-pk")
    if last := said.values_list("profile__customer", flat=True).first():
        return Known(last)
    for least in (SURE, 0):
        holders = _holders(handle, least=least)
        rows = Customer.objects.filter(pk__in=holders).order_by("-touched_at", "-pk")
        if found := list(rows.values_list("pk", "deleted_at")):
            present = [pk for pk, deleted_at in found if deleted_at is None]
            # A claim that nobody checked is no proof.
            return Known((present or [found[0][0]])[0], is_unsure=len(present) > 1 or least == 0)
    return None


def _holders(handle: Handle, *, least: int) -> list[int]:
    said = Identity.objects.attached().filter(kind=handle.kind, value=handle.value, confidence__gte=least)
    if handle.kind not in SHARED:
        said = said.filter(scope=handle.scope)
    return list(said.order_by().values_list("profile__customer", flat=True).distinct()[:MOST_CANDIDATES])


def _bring_back(pk: int) -> None:
    """Somebody in the bin who writes to us is a customer again; who became part of another is left there."""
    gone = Customer.objects.removed().filter(pk=pk).first()
    if gone and not chain.above(pk):
        customers.restore(gone, by=None)


def _name_for(handle: Handle) -> str:
    """What stands for a name until somebody knows it."""
    if handle.kind == Identity.Kind.EMAIL:
        return handle.value.partition("@")[0][:200]
    with override(settings.LANGUAGE_CODE):
        if handle.kind == Identity.Kind.VISITOR:
            return gettext("Visitor %(number)s") % {"number": handle.value[-4:]}
        return gettext("Unknown %(number)s") % {"number": handle.value[-4:]}


def _rate(profile: Profile, handles: Sequence[Handle]) -> None:
    """The handle a message really came from, and what the provider vouches for, is sure; the rest is said."""
    now = timezone.now()
    for place, one in enumerate(handles):
        row = Identity.objects.filter(profile=profile, kind=one.kind, scope=one.scope, value=one.value)
        if one.is_verified:
            row.filter(verified_at=None).update(verified_at=now, confidence=SURE)
        elif place and one.kind in SHARED:
            row.filter(verified_at=None).update(confidence=CLAIMED)
