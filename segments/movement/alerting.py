"""What is worth telling: customers of value who slip, and those who were won back, in the last seven days.

It is read from the last change of each customer, which stands with the score: who slipped and came back since
is not counted, and neither is who moved because the rules changed. So the numbers are those of the segment
that can be made of them.
"""

from collections.abc import Iterable
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
from segments.movement.flows import KEPT
from segments.movement.models import Digest, Kind, Watch
from segments.scoring.models import Group, Score, ScoreQuerySet, ScoringRun, Stage

DAYS = 7
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
    run = ScoringRun.objects.visible_to(user).done().order_by("-as_of").first()
    if run is None:
        return []
    if user.scope("customer", "view") is Scope.ALL:
        digest = Digest.objects.filter(pk=run.pk).first() or Digest.objects.order_by("-pk").first()
        found = digest.alerts if digest else []
    else:
        key = f"movement-alerts:{run.pk}:{user.reach('customer')}:{user.scope('score', 'view').name}"
        found = kept(key, KEPT, lambda: find(Score.objects.visible_to(user), timezone.now()))
    return worth_telling(found)


def worth_telling(found: Iterable[list[Any]]) -> list[Alert]:
    watch = threshold()
    alerts = [Alert(Kind(kind), before, after, n, Decimal(money)) for kind, before, after, n, money in found]
    loud = [one for one in alerts if one.customers >= watch.customers and one.money >= watch.money]
    return sorted(loud, key=lambda one: (-one.money, one.before, one.after))


def threshold() -> Watch:
    return Watch.objects.order_by("-pk").first() or Watch()
