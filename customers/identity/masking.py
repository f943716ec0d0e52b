"""Handles as they stand on screens: recognisable but not usable."""

from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.identity.models import Identity

# Numbers that we gave ourselves tell nothing to anybody else.
OPEN = (Identity.Kind.CUSTOMER_NUMBER, Identity.Kind.CARD, Identity.Kind.ORDER)


def masked(identity: Identity) -> str:
    if identity.kind in (Identity.Kind.PHONE, Identity.Kind.WHATSAPP):
        return mask_phone(identity.value)
    if identity.kind == Identity.Kind.EMAIL:
        return mask_email(identity.value)
    return identity.value if identity.kind in OPEN else f"{identity.value[:4]}••••"
