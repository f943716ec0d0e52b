"""Holding several customers at once without ever making others wait for each other.

Customers are locked in the order of their numbers. Other work may hold a child row and want its customer,
which no order can rule out; so a merge waits for a lock less long than PostgreSQL waits before it looks for a
deadlock and ends somebody. The merge lets go of everything and begins anew.
"""

import random
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from crm.lib.errors import Refused
from customers.merging import rules
from customers.models import Customer

Result = TypeVar("Result")
# Below PostgreSQL's deadlock_timeout of one second.
WAIT = "400ms"
# For rows of the customers, once those are held: whoever has one may be waiting for us already.
SHORT_WAIT = "40ms"
ATTEMPTS = 25
# Lock not available, deadlock, unique violation by a row that somebody wrote meanwhile.
PASSING = ("55P03", "40P01", "23505")


class Again(Exception):
    """What was read before locking is no longer so."""


def patiently(work: Callable[[], Result]) -> Result:
    """The work in a transaction of its own, or a savepoint; begun anew while others are in the way."""
    met: Exception | None = None
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                before = _wait_for(WAIT)
                result = work()
                _wait_for(before)
                return result
        except Again as error:
            met = error
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", "") not in PASSING:
                raise
            met = error
        time.sleep(random.uniform(0.01, 0.05) * min(attempt + 1, 8))  # noqa: S311 - only to part rivals
    raise Refused(_("Somebody else is working on one of these customers. Please try again.")) from met


def lock(pks: Iterable[int]) -> dict[int, Customer]:
    wanted = sorted(set(pks))
    for rule in rules.all_rules():
        if rule.hold:
            rule.hold(wanted)
    rows = Customer.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    locked = {one.pk: one for one in rows}
    _wait_for(SHORT_WAIT)
    return locked


def _wait_for(time: str) -> str:
    """Until the transaction ends. Tells how long was waited before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [time])
        return str(cursor.fetchone()[0])
