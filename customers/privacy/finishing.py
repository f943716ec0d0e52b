"""Erasures from the decision to the last file. What follows the transaction may run twice."""

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.merging.models import Merge
from customers.models import Customer
from customers.privacy import erasing, journal
from customers.privacy.models import Erasure, SubjectRequest, SubjectRequestQuerySet
from customers.timeline import services as timeline

AT_ONCE = 100


def carry_out(asked: Erasure, *, by: User | None) -> None:
    """Erases in the caller's transaction. `finish` is to follow right after it; the sweep sees to that."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=asked.customer_id)
    mark = erasing.mark_of(customer)
    tallies, files = erasing.erase(customer)
    done = Erasure.objects.waiting().filter(pk=asked.pk)
    if not done.update(done_at=timezone.now(), mark=mark, leftovers=files, tallies=tallies):
        raise Refused(_("This customer was already erased."))
    requests = SubjectRequest.objects.filter(customer=customer)
    if requests.open().exists():
        close(requests, SubjectRequest.Status.DONE, "", by=by)
    timeline.record(customer, "privacy.erased", summary="", by=by)
    audit.record("privacy.erased", customer, by=by, why=asked.why, rows=tallies)
    # Whoever became part of this customer is the same person.
    for absorbed in Customer.objects.filter(
        absorptions__in=Merge.objects.standing().filter(survivor=customer)
    ):
        erase_without_asking(absorbed, asked.why)


@transaction.atomic
def erase_without_asking(customer: Customer, why: str) -> None:
    """For rules and for the journal: people decided before."""
    Erasure.objects.waiting().filter(customer=customer).update(cancelled_at=timezone.now())
    asked = Erasure.objects.create(customer=customer, why=why)
    carry_out(asked, by=None)
    transaction.on_commit(partial(finish, asked.pk))


def close(requests: SubjectRequestQuerySet, status: str, words: str, *, by: User | None) -> None:
    """Closes those of the requests that are open."""
    found = list(requests.open().select_for_update(of=("self",)).select_related("customer"))
    if not found:
        raise Refused(_("This request was already answered."))
    for one in found:
        SubjectRequest.objects.filter(pk=one.pk).update(
            status=status, answer=words.strip(), handled_by=by, closed_at=timezone.now()
        )
        timeline.record(one.customer, "privacy.answered", summary="", by=by)
        audit.record("privacy.answered", one.customer, by=by, request=one.pk, status=str(status))


def finish(erasure_pk: int) -> None:
    """Deletes the stored files and writes the journal."""
    row = Erasure.objects.unfinished().filter(pk=erasure_pk).first()
    if row is None or row.done_at is None:
        return
    for name in row.leftovers:
        default_storage.delete(name)
    journal.add(journal.Line(row.customer_id, row.mark, row.done_at.isoformat()))
    Erasure.objects.filter(pk=row.pk).update(leftovers=[], finished_at=timezone.now())


def sweep() -> None:
    for pk in Erasure.objects.unfinished().values_list("pk", flat=True)[:AT_ONCE]:
        finish(pk)
