from dataclasses import fields

from django.db import transaction

from channels.sandbox.misbehaving import Mood
from channels.sandbox.models import Faults, SandboxMessage, Spoken
from crm.accounts.models import User
from crm.audit import services as audit


def faults() -> Faults:
    """How the sandbox misbehaves now; unsaved where nobody has changed anything yet."""
    return Faults.objects.filter(pk=1).first() or Faults(pk=1)


@transaction.atomic
def misbehave(wished: Faults, *, by: User) -> None:
    """The running sandbox follows within a second."""
    defaults = {one.name: getattr(wished, one.name) for one in fields(Mood)}
    Faults.objects.update_or_create(pk=1, defaults=defaults)
    audit.record("sandbox.faults", by=by)


@transaction.atomic
def clear(*, by: User) -> int:
    """Empties the mailbox."""
    number, _ = SandboxMessage.objects.visible_to(by, "configure").delete()
    Spoken.objects.all().delete()
    audit.record("sandbox.cleared", by=by, messages=number)
    return number
