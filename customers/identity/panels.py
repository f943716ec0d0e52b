"""By which handles a customer is recognised, where each came from and how sure it is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers import panels
from customers.identity.models import Identity
from customers.models import Customer

SHOWN = 20
ICONS = {
    Identity.Kind.PHONE: "phone",
    Identity.Kind.EMAIL: "mail",
    Identity.Kind.CUSTOMER_NUMBER: "hash",
    Identity.Kind.CARD: "id-card",
    Identity.Kind.VISITOR: "globe",
}


def register() -> None:
    panels.register(panels.Panel("identities", _("Known as"), "identity/_identities.html", load, order=200))


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    identities = Identity.objects.visible_to(request.user).attached().filter(profile__customer=customer)
    rows = [
        (ICONS.get(Identity.Kind(one.kind), "message-circle"), masked(one), one)
        for one in identities.order_by("kind", "-last_seen_at")[:SHOWN]
    ]
    return {"identities": rows} if rows else None


def masked(identity: Identity) -> str:
    """The handle, recognisable but not usable."""
    if identity.kind == Identity.Kind.PHONE:
        return mask_phone(identity.value)
    if identity.kind == Identity.Kind.EMAIL:
        return mask_email(identity.value)
    if identity.kind in (Identity.Kind.CUSTOMER_NUMBER, Identity.Kind.CARD):
        return identity.value
    return f"{identity.value[:4]}••••"
