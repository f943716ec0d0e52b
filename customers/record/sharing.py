"""Letting a colleague see or work on a customer, and keeping one to its owner and those it is shared with."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.accounts.policy import GRANTS, Role
from crm.api.models import A_PERSON
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import services
from customers.models import Customer, Share
from customers.record.models import Change
from customers.timeline import services as timeline

# Whom a share would let see nothing, because their work is not with customers.
SEEING = [role.value for role in Role if "view" in GRANTS.get(role, {}).get("customer", {})]


def candidates(customer: Customer) -> QuerySet[User]:
    """The colleagues it could be shared with."""
    taken = Share.objects.filter(customer=customer).values("user")
    fit = User.objects.filter(A_PERSON, is_active=True, roles__overlap=SEEING).exclude(pk__in=taken)
    return fit.exclude(Q(pk=customer.owner_id) & Q(pk__isnull=False)).order_by("name", "pk")


@transaction.atomic
def share(customer: Customer, user: User, level: str, *, by: User) -> None:
    """Gives `user` a part in the customer, or changes which."""
    if user.pk == customer.owner_id:
        raise Refused(_("%(name)s looks after this customer anyway.") % {"name": user})
    if not (user.is_active and user.may("customer", "view")):
        raise Refused(_("%(name)s does not work with customers.") % {"name": user})
    known = Share.objects.select_for_update().filter(customer=customer, user=user).first()
    if known and known.level == level:
        return
    Share.objects.update_or_create(customer=customer, user=user, defaults={"level": level})
    timeline.record(customer, "customer.shared", summary=user.name, by=by, user=user.pk, level=level)
    audit.record("customer.shared", customer, by=by, user=user.pk, level=level)


@transaction.atomic
def unshare(customer: Customer, user: User, *, by: User) -> None:
    removed, _rows = Share.objects.filter(customer=customer, user=user).delete()
    if not removed:
        raise Refused(_("This customer is no longer shared with %(name)s.") % {"name": user})
    timeline.record(customer, "customer.unshared", summary=user.name, by=by, user=user.pk)
    audit.record("customer.unshared", customer, by=by, user=user.pk)


def restrict(customer: Customer, *, by: User, restricted: bool) -> Customer:
    """Ends the team's rights: only the owner, collaborators and those who see everybody remain."""
    if restricted and customer.owner_id is None:
        raise Refused(_("Choose an owner first. Otherwise nobody in the team could see this customer."))
    return services.update(
        customer, {"restricted": restricted}, version=customer.version, by=by, source=Change.Source.INLINE
    )
