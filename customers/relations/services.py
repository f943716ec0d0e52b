"""Joining customers by a relation and parting them again."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import Customer
from customers.relations.models import Relation
from customers.timeline import services as timeline


@transaction.atomic
def relate(one: Customer, other: Customer, kind: str, *, by: User) -> Relation:
    """Says what `one` is to `other`."""
    if one.pk == other.pk:
        raise Refused(_("A customer cannot be related to itself."))
    try:
        with transaction.atomic():
            relation = Relation.objects.create(one=one, other=other, kind=kind, created_by=by)
    except IntegrityError:
        raise Refused(_("These two are already related like this.")) from None
    _tell(relation, "added", by=by)
    return relation


@transaction.atomic
def part(relation: Relation, *, by: User) -> None:
    gone = Relation.objects.select_for_update().filter(pk=relation.pk).first()
    if gone is None:
        raise Refused(_("This relation was already removed."))
    _tell(gone, "removed", by=by)
    gone.delete()


def _tell(relation: Relation, what: str, *, by: User) -> None:
    """On both timelines, and on neither with the other's name: whoever reads one may not see the other."""
    label = Relation.Kind(relation.kind).label
    for end in (relation.one, relation.other):
        timeline.record(end, f"relation.{what}", summary=str(label), by=by, relation=relation.pk)
    ends = [relation.one_id, relation.other_id]
    audit.record(f"relation.{what}", relation, by=by, kind=relation.kind, customers=ends)
