"""What is worth telling: customers of value who slip, and those who were won back, in the last seven days.

It is read from the last change of each customer, which stands with the score: who slipped and came back since
is not counted, and neither is who moved because the rules changed. So the numbers are those of the segment
that can be made of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.keeping import kept
from segments.facts import start_of, zone
from segments.movement.models import Digest, Kind, Watch
from segments.scoring.models import Group, Score, ScoreQuerySet, Stage

DAYS = 7
# Seconds: home is opened often, a scoring is done once a night.
KEPT = 5 * 60
OF_EVERYBODY = "movement-alerts:everybody"
SLIPPED_FROM = {
    Kind.GROUP: (Group.CHAMPION, Group.LOYAL, Group.POTENTIAL),
    Kind.STAGE: (Stage.LOYAL, Stage.ACTIVE, Stage.WON_BACK),
}
SLIPPED_TO = {
    Kind.GROUP: (
        Group.ATTENTION,
        Group.SLEEPING,
        Group.RISK,
        Group.CANNOT_LOSE,
        Group.HIBERNATING,
        Group.LOST,
    ),
    Kind.STAGE: (Stage.RISK, Stage.DORMANT, Stage.LOST),
}
RETURNED_FROM = (Stage.RISK, Stage.DORMANT, Stage.LOST)
# Column of the score for when the move happened, and for what came before.
COLUMNS = {Kind.GROUP: ("since", "previous_group"), Kind.STAGE: ("stage_since", "previous_stage")}


@dataclass(frozen=True)
class Alert:
    kind: Kind
    before: str
    after: str
    customers: int
    money: Decimal

    @property
    def is_good(self) -> bool:
        return self.after == Stage.WON_BACK

    @property
    def rule(self) -> dict[str, Any]:
        """The same customers, as a rule of a segment."""
        since, previous = COLUMNS[self.kind]
        return {
            "match": "all",
            "rules": [
                {"fact": f"scores.{self.kind}", "op": "any_of", "value": [self.after]},
                {"fact": f"scores.{previous}", "op": "any_of", "value": [self.before]},
                {"fact": f"scores.{since}", "op": "within", "value": DAYS},
            ],
        }


def is_watched(kind: Kind, before: str, after: str) -> bool:
    slipped = before in SLIPPED_FROM[kind] and after in SLIPPED_TO[kind]
    return slipped or (before in RETURNED_FROM and after == Stage.WON_BACK and kind == Kind.STAGE)


def find(scores: ScoreQuerySet, today: datetime) -> list[list[Any]]:
    """Kind, from, to, customers and money, whatever the thresholds."""
    since = start_of(today.astimezone(zone()).date() - timedelta(days=DAYS))
    found: list[list[Any]] = []
    for kind, (column, previous) in COLUMNS.items():
        moves = Q(**{f"{previous}__in": SLIPPED_FROM[kind], f"{kind}__in": SLIPPED_TO[kind]})
        if kind is Kind.STAGE:
            moves |= Q(previous_stage__in=RETURNED_FROM, stage=Stage.WON_BACK)
        rows = (
            scores.filter(moves, **{f"{column}__gte": since})
            .values_list(previous, kind.value)
            .annotate(Count("pk"), Sum("customer__rollup__total"))
            .order_by()
        )
        found += [
            [kind.value, before, after, number, str(money or 0)] for before, after, number, money in rows
        ]
    return found


def seen_by(user: User) -> list[Alert]:
    """Those above the thresholds, the most money first. Whoever sees a part hears of that part."""
    if user.scope("customer", "view") is Scope.ALL:
        return worth_telling(kept(OF_EVERYBODY, KEPT, _of_everybody))
    key = f"movement-alerts:{user.reach('customer')}:{user.scope('score', 'view').name}"
    return worth_telling(kept(key, KEPT, lambda: find(Score.objects.visible_to(user), timezone.now())))


def _of_everybody() -> list[list[Any]]:
    newest = Digest.objects.order_by("-pk").first()
    return newest.alerts if newest else []


def worth_telling(found: Sequence[list[Any]]) -> list[Alert]:
    watch = threshold() if found else Watch()
    alerts = [Alert(Kind(kind), before, after, n, Decimal(money)) for kind, before, after, n, money in found]
    loud = [one for one in alerts if one.customers >= watch.customers and one.money >= watch.money]
    return sorted(loud, key=lambda one: (-one.money, one.before, one.after))


def threshold() -> Watch:
    return Watch.objects.order_by("-pk").first() or Watch()
