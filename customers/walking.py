"""From one customer to the next of the list one came from, without counting or numbering that list.

The list travels in the address as a signed reference to the question it answers. Each step asks that question
again with the rights the reader has now, and begins at the customer one stands at.
"""

from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.errors import BadInput
from crm.lib.paging import cursor_at
from customers.listing import Listing
from customers.models import Customer

SALT = "customers.walking"
# Longer questions are not carried along: addresses have an end.
LONGEST = 1500
PREVIOUS, NEXT = "previous", "next"


def signer() -> signing.Signer:
    """Without a time: the same list has the same reference tomorrow."""
    return signing.Signer(salt=SALT)


def reference(query: QueryDict) -> str:
    """The list that `query` describes, as one word for an address."""
    kept = query.copy()
    kept.pop("cursor", None)
    word = signer().sign_object(kept.urlencode(), compress=True)
    return word if len(word) <= LONGEST else ""


def list_query(word: str) -> QueryDict:
    """Raises BadInput for a reference that is not ours; without one, the list is that of everybody."""
    if not word:
        return QueryDict("")
    try:
        return QueryDict(signer().unsign_object(word))
    except signing.BadSignature:
        raise BadInput(_("This link is damaged. Please open the customer from the list again.")) from None


def beside(user: User, customer: Customer, word: str, step: str) -> Customer | None:
    """The customer before or after this one; None at the end, or when this one has no place in the list."""
    listing = Listing(user, list_query(word))
    field = listing.order.removeprefix("-")
    relation = field.partition("__")[0] if "__" in field else ""
    rows = Customer.objects.visible_to(user).filter(pk=customer.pk)
    here = rows.select_related(relation).first() if relation else rows.first()
    cursor = cursor_at(here, listing.order, backwards=step == PREVIOUS) if here else ""
    found = listing.page_at(cursor, size=1).rows if cursor else []
    return found[0] if found else None
