"""What a colleague says about a customer by hand, kept beside what the other sources say."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.audit import services as audit
from customers.identity.indexing import index
from customers.identity.models import Identity, Profile
from customers.models import Customer

MANUAL = "manual"
# Kind, scope, value.
Handle = tuple[str, str, str]


def state(customer: Customer, handles: Mapping[str, str], raw: Mapping[str, object]) -> Profile:
    """Keeps the typed values as a profile; `handles` are the normalised phone and e-mail by kind.

    A handle that is no longer said is detached, not deleted: it stays known that it once was theirs.
    """
    now = timezone.now()
    profile, made = Profile.objects.get_or_create(
        source=MANUAL, source_key=str(customer.pk), defaults={"customer": customer, "raw": dict(raw)}
    )
    if not made:
        Profile.objects.filter(pk=profile.pk).update(raw={**profile.raw, **raw}, last_seen_at=now)
    said = [
        Identity(profile=profile, kind=kind, value=value, source=MANUAL, last_seen_at=now)
        for kind, value in handles.items()
        if value
    ]
    Identity.objects.bulk_create(
        said,
        update_conflicts=True,
        unique_fields=["profile", "kind", "scope", "value"],
        update_fields=["last_seen_at", "detached_at"],
    )
    silent = Identity.objects.attached().filter(profile=profile, kind__in=list(handles))
    silent.exclude(value__in=[one.value for one in said]).update(detached_at=now)
    return profile


def hear(
    customer: Customer, source: str, key: str, handles: Sequence[Handle], raw: Mapping[str, object]
) -> Profile:
    """Keeps what another program says of `customer` under its own number for them.

    Phones and e-mail it no longer says are detached. What belongs to one customer only is kept where it was
    said first.
    """
    now = timezone.now()
    profile, made = Profile.objects.get_or_create(
        source=source, source_key=key, defaults={"customer": customer, "raw": dict(raw)}
    )
    if not made:
        merged = {**profile.raw, **raw}
        Profile.objects.filter(pk=profile.pk).update(raw=merged, last_seen_at=now)
    shared = [one for one in handles if one[0] in Identity.SHARED and one[2]]
    if shared:
        _say(profile, shared, source, now)
    exclusive = [one for one in handles if one[0] not in Identity.SHARED]
    Identity.objects.bulk_create(_identities(profile, exclusive, source, now), ignore_conflicts=True)
    kinds = {kind for kind, *_rest in handles if kind in Identity.SHARED}
    if kinds and not made:
        silent = Identity.objects.attached().filter(profile=profile, kind__in=kinds)
        silent.exclude(value__in=[value for *_rest, value in shared]).update(detached_at=now)
    return profile


def _say(profile: Profile, handles: Sequence[Handle], source: str, now: datetime) -> None:
    Identity.objects.bulk_create(
        _identities(profile, handles, source, now),
        update_conflicts=True,
        unique_fields=["profile", "kind", "scope", "value"],
        update_fields=["last_seen_at", "detached_at"],
    )


def _identities(profile: Profile, handles: Sequence[Handle], source: str, now: datetime) -> list[Identity]:
    return [
        Identity(profile=profile, kind=kind, scope=scope, value=value, source=source, last_seen_at=now)
        for kind, scope, value in handles
    ]


@transaction.atomic
def add(customer: Customer, source: str, handle: Handle, *, by: User) -> None:
    """One more handle of a customer, beside those that are known."""
    now = timezone.now()
    profile, _made = Profile.objects.get_or_create(
        source=source, source_key=str(customer.pk), defaults={"customer": customer}
    )
    if handle[0] in Identity.SHARED:
        _say(profile, [handle], source, now)
    else:
        Identity.objects.bulk_create(_identities(profile, [handle], source, now), ignore_conflicts=True)
    index([customer.pk])
    audit.record("identity.added", customer, by=by, kind=handle[0])


@transaction.atomic
def detach(identity: Identity, *, by: User) -> None:
    """It no longer recognises anybody; that it once was theirs stays known."""
    Identity.objects.attached().filter(pk=identity.pk).update(detached_at=timezone.now())
    customer = identity.profile.customer
    index([customer.pk])
    audit.record("identity.detached", customer, by=by, kind=identity.kind)


def holder_of(kind: str, scope: str, value: str) -> int | None:
    """The customer who alone has this handle."""
    held = Identity.objects.attached().filter(kind=kind, scope=scope, value=value)
    return held.values_list("profile__customer", flat=True).first()
