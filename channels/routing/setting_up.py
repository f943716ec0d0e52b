"""What people set up about departments and each other's capacity; each change leaves a trace."""

from django.db import transaction

from channels.routing.models import Capacity, Department
from crm.accounts.models import User
from crm.audit import services as audit


@transaction.atomic
def set_capacity(user: User, most: int, *, by: User) -> None:
    Capacity.objects.update_or_create(user=user, defaults={"most": most})
    audit.record("routing.capacity_set", user, by=by, most=most)


@transaction.atomic
def set_up(department: Department, *, by: User) -> None:
    department.save()
    audit.record("routing.department_set_up", department.team, by=by)
