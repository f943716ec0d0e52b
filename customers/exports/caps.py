"""How much of the customer base may leave at once, and when a second person has to agree."""

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.exports.models import ExportJob
from customers.services import REVEALS_A_DAY

# Customers in a day without approval, by role; who has several roles has the highest.
FREE: dict[str, int] = {Role.SALES: 500, Role.MANAGER: 2_000, Role.OPERATIONS: 5_000}
# More than this leaves in no file, whoever agrees.
MOST = 100_000
DAY = timedelta(days=1)
Status = ExportJob.Status


def free(user: User) -> int:
    return max((FREE.get(role, 0) for role in user.roles), default=0)


def needs_approval(user: User, number: int, *, in_clear: bool) -> bool:
    """Many small exports count as the large one that they are."""
    return number > left_of(user, in_clear=in_clear)


def left_of(user: User, *, in_clear: bool) -> int:
    """How many customers `user` may still take along today by themselves."""
    lately = ExportJob.objects.filter(created_by=user, decided_by=None, created_at__gte=timezone.now() - DAY)
    # Nothing left by these.
    lately = lately.exclude(status__in=(Status.WAITING, Status.REFUSED, Status.FAILED))
    if in_clear:
        # As many contacts as one could have looked at one by one.
        taken = lately.filter(in_clear=True).aggregate(sum=Sum("total"))["sum"] or 0
        return max(0, min(REVEALS_A_DAY, free(user)) - taken)
    taken = lately.aggregate(sum=Sum("total"))["sum"] or 0
    return max(0, free(user) - taken)
