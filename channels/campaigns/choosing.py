"""Over which of a campaign's channels a customer is written to, decided in one SQL statement.

The customer's preferred channel is the first if it is among them, then the others in the campaign's order.
The first that may carry the message takes it, also when that has to wait for the morning: quiet hours move a
message and never send it another way. If none may, the reason of the first is the reason. The preview, the
planning and each batch of sending ask this very statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from channels import services as channels
from channels import windows
from channels.campaigns.models import Way
from channels.connectors.base import Trouble
from channels.consent import gate, handles
from customers.models import Customer

Rules = Sequence[tuple[str, Q | Combinable]]
WINDOW = Trouble.WINDOW.value
# Why a channel was chosen; else the reason why the customer's first one was not.
FIRST, PREFERRED = "first", "preferred"
GOES = "('', 'quiet')"

CHOOSE = """
    SELECT {wanted}
    FROM (SELECT asked.*, pick.way,
                 CASE WHEN pick.way = 0 THEN ''
                      WHEN pick.way <> best THEN split_part(verdicts[best], ':', 1)
                      WHEN preferred = ANY(%s) THEN '{preferred}' ELSE '{first}' END AS why,
                 verdicts[CASE WHEN pick.way > 0 THEN pick.way ELSE best END] AS verdict
          FROM (SELECT {given}, preferred, ARRAY[{verdicts}]::text[] AS verdicts,
                       ARRAY[{opens}]::bool[] AS opens, ARRAY[{addresses}]::text[] AS addresses
                FROM ({inner}) AS raw({raw}) {only} OFFSET 0) AS asked,
          LATERAL (SELECT coalesce(array_position(%s::text[], preferred), 1) AS best) AS ranked,
          LATERAL (SELECT CASE WHEN verdicts[best] IN {goes} THEN best {picks} ELSE 0 END AS way) AS pick
         ) AS chosen
"""
ONLY = "WHERE raw.id = ANY(%s)"
ALL = ("verdicts", "opens", "addresses", "way", "why", "verdict")
# Where the last of them stands in a judge's rows.
VERDICT = len(ALL)


@dataclass(frozen=True)
class Asked:
    """What is asked of a campaign's channels. `rules` are its own, by the place of the channel."""

    ways: Sequence[Way]
    purpose: str
    at: datetime
    rules: Mapping[int, Rules]

    def statement(
        self, members: "QuerySet[Any]", wanted: str, *, columns: Sequence[str] = (), only: str = ""
    ) -> tuple[str, Sequence[Any]]:
        """SQL that gives `wanted` of these customers: their id, ALL, and the columns as c0, c1…"""
        for way in self.ways:
            members = self._with(members, way)
        places = [way.place for way in self.ways]
        parts = [[f"{name}_{one}" for one in places] for name in ("verdict", "open", "address")]
        rows = members.values_list("pk", *columns, "preferred_channel", *chain(*parts))
        inner, params = rows.query.sql_with_params()
        given = ["id", *(f"c{number}" for number in range(len(columns)))]
        sql = CHOOSE.format(
            wanted=wanted,
            given=", ".join(given),
            inner=inner,
            only=only,
            raw=", ".join([*given, "preferred", *chain(*parts)]),
            verdicts=", ".join(parts[0]),
            opens=", ".join(parts[1]),
            addresses=", ".join(parts[2]),
            goes=GOES,
            picks=" ".join(f"WHEN verdicts[{one}] IN {GOES} THEN {one}" for one in places),
            preferred=PREFERRED,
            first=FIRST,
        )
        kinds = [way.channel.kind for way in self.ways]
        return sql, [kinds, *params, kinds]

    def _with(self, members: "QuerySet[Any]", way: Way) -> "QuerySet[Any]":
        """The customers with what is known of one channel: where it reaches them, whether it may carry the
        message, and whether that may be free text."""
        question = question_for(way, self.purpose, self.at)
        more = list(self.rules.get(way.place, ()))
        opened = windows.is_open(way.channel, channels.caps_of(way.channel), self.at)
        is_open: Combinable = Value(value=True)
        if opened is not None:
            cases = When(opened, then=Value(value=True))
            is_open = Case(cases, default=Value(value=False), output_field=BooleanField())
            if not way.template:
                more.insert(0, (WINDOW, ~Q(opened)))
        reached = F(question.address) if question.address else Value("")
        found: QuerySet[Any] = gate.addressed(members, question).annotate(
            **{
                f"verdict_{way.place}": gate.verdict(question, more),
                f"open_{way.place}": is_open,
                f"address_{way.place}": reached,
            }
        )
        return found


class Judge:
    """Asks about one batch after the other, as gate.Judge does for a mail; for a few seconds at most."""

    def __init__(self, asked: Asked, *columns: str) -> None:
        wanted = ", ".join(["id", *ALL, *(f"c{number}" for number in range(len(columns)))])
        everybody = Customer.objects.all()
        self._sql, params = asked.statement(everybody, wanted, columns=columns, only=ONLY)
        self._before, self._after = params[:-1], params[-1:]

    def ask(self, customer_ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """Rows of the customer's number, ALL, and the columns."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [*self._before, list(customer_ids), *self._after])
            return list(cursor.fetchall())


def is_plain(ways: Sequence[Way]) -> bool:
    """Whether there is nothing to choose and nothing to ask but what the gate asks of a mail."""
    return len(ways) == 1 and ways[0].is_mail


def question_for(way: Way, purpose: str, at: datetime) -> gate.Question:
    """What the gate is asked about one channel."""
    handle = handles.of(way.channel, f"reached_{way.place}")
    return gate.Question(way.channel.kind, purpose, at, handle=handle)
