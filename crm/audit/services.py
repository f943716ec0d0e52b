from typing import Any

from django.db.models import Model

from crm.accounts.models import User
from crm.audit.models import AuditEntry


def record(action: str, subject: Model | None = None, /, *, by: User | None, **detail: Any) -> None:
    """Writes one audit entry in the caller's transaction. `detail` must hold no personal data."""
    AuditEntry.objects.create(
        actor=by,
        action=action,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        detail=detail,
    )
