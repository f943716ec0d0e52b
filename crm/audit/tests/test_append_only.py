import pytest
from django.db import DatabaseError

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.audit.services import record

pytestmark = pytest.mark.django_db


def test_an_entry_is_never_changed() -> None:
    record("test.happened", by=None)
    with pytest.raises(DatabaseError, match="never changed"):
        AuditEntry.objects.update(action="nothing")


def test_an_entry_is_never_deleted() -> None:
    record("test.happened", by=None)
    with pytest.raises(DatabaseError, match="never changed"):
        AuditEntry.objects.all().delete()


def test_only_auditors_and_administrators_read_it() -> None:
    record("test.happened", by=None)
    readers = {role for role in Role if AuditEntry.objects.visible_to(people.user(role)).exists()}
    assert readers == {Role.AUDITOR, Role.ADMIN}
