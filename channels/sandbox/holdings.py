"""Mail that the sandbox caught is found by address, and by age."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from channels.sandbox.models import SandboxMessage
from customers import holdings, retention
from customers.holdings import Subject


def register_all() -> None:
    holdings.register_eraser("sandbox", forget)
    retention.register(
        retention.Kind(
            "sandbox-messages",
            _("Messages in the sandbox"),
            _("Trial messages that the local sandbox caught instead of sending them."),
            30,
            lambda before: SandboxMessage.objects.filter(received_at__lt=before),
            lambda pks: SandboxMessage.objects.filter(pk__in=pks).delete()[0],
            order=70,
        )
    )


def forget(subject: Subject) -> Iterable[str]:
    SandboxMessage.objects.filter(recipient__in=[*subject.emails, *subject.phones]).delete()
    return []
