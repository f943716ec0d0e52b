"""What a token may do: never more than its user, and of that only what was ticked."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User


@dataclass(frozen=True)
class Scope:
    """`needs` is what the policy asks of the token's user."""

    label: str | Promise
    needs: tuple[str, str]


SCOPES: dict[str, Scope] = {
    "customers:read": Scope(_("Read customers and their identities, contacts masked"), ("customer", "view")),
    "contacts:read": Scope(_("Read phone numbers and e-mail addresses in full"), ("customer", "reveal")),
    "customers:write": Scope(_("Create and change customers and their identities"), ("customer", "edit")),
    "customers:delete": Scope(_("Delete customers"), ("customer", "delete")),
    "customers:merge": Scope(_("Join customers and take them apart again"), ("customer", "merge")),
    "orders:read": Scope(_("Read orders"), ("order", "view")),
    "orders:write": Scope(_("Record orders"), ("order", "create")),
    "touchpoints:read": Scope(_("Read the timeline"), ("customer", "view")),
    "touchpoints:write": Scope(_("Record touchpoints"), ("customer", "edit")),
    "tasks:read": Scope(_("Read tasks"), ("task", "view")),
    "tasks:write": Scope(_("Create and finish tasks"), ("task", "edit")),
    "conversations:read": Scope(_("Read conversations"), ("conversation", "view")),
    "conversations:write": Scope(_("Answer and note in conversations"), ("conversation", "edit")),
    "consent:read": Scope(_("Read what customers allow"), ("consent", "view")),
    "consent:write": Scope(_("Record what customers allow or take back"), ("consent", "edit")),
    "coupons:read": Scope(_("Check coupon codes"), ("coupon", "view")),
    "coupons:write": Scope(_("Redeem coupon codes and take that back"), ("coupon", "edit")),
    "segments:read": Scope(_("Read segments and their members"), ("segment", "view")),
}


def offered_to(user: User) -> list[tuple[str, Scope]]:
    """What a token of `user` may be given."""
    return [(key, scope) for key, scope in SCOPES.items() if user.may(*scope.needs)]
