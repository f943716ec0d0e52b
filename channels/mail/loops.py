"""May a machine of ours write to somebody? Signs tell machines from people; where they lie, a budget holds.

Two of us that write to each other end after one answer each; a machine that poses as a person after ten.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from channels.mail.automatic import NO_PERSON
from channels.mail.models import AutomaticAnswer
from crm.lib import locks

# In so many minutes so many: to one address, and to all the world.
PER_ADDRESS = ((10, 10), (30, 15), (60, 25), (180, 50), (600, 100))
IN_ALL = ((10, 300), (60, 1200), (600, 6000))
ONCE_IN = timedelta(hours=24)
KEPT = timedelta(days=2)


@transaction.atomic
def claim(address: str, matter: str = "", *, is_automatic: bool = False) -> str:
    """Empty if one automatic mail may go to the address now, which is counted at once; else why not.

    `matter` names the conversation: one answer a day in each. `is_automatic` says that what would be answered
    was itself written by a machine.
    """
    if is_automatic or NO_PERSON.match(address):
        return "machine"
    digest, matter, now = digest_of(address), matter[:64], timezone.now()
    # The budget for all the world may be passed by those who ask at the same moment: for it nobody waits.
    locks.hold([f"mail:answers:{digest}"])
    rows = AutomaticAnswer.objects
    if matter and rows.filter(matter=matter, at__gt=now - ONCE_IN).exists():
        return "answered"
    if _is_spent(rows.filter(digest=digest), PER_ADDRESS, now):
        return "address"
    if _is_spent(rows.all(), IN_ALL, now):
        return "budget"
    rows.create(digest=digest, matter=matter, at=now)
    return ""


def digest_of(address: str) -> int:
    keyed = f"{settings.SECRET_KEY}:{address.strip().lower()}".encode("utf-8", "replace")
    return int.from_bytes(sha256(keyed).digest()[:8], "big", signed=True)


def sweep() -> int:
    """Forgets what no window reaches any more."""
    return AutomaticAnswer.objects.filter(at__lt=Now() - KEPT).delete()[0]


def _is_spent(rows: QuerySet[AutomaticAnswer], budget: tuple[tuple[int, int], ...], now: datetime) -> bool:
    """One count for all windows."""
    since = now - timedelta(minutes=budget[-1][0])
    counts = rows.filter(at__gt=since).aggregate(
        **{
            f"in_{minutes}": Count("pk", filter=Q(at__gt=now - timedelta(minutes=minutes)))
            for minutes, _most in budget
        }
    )
    return any(counts[f"in_{minutes}"] >= most for minutes, most in budget)
