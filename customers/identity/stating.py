"""What a colleague says about a customer by hand, kept beside what the other sources say."""

from collections.abc import Mapping

from django.utils import timezone

from customers.identity.models import Identity, Profile
from customers.models import Customer

MANUAL = "manual"


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
