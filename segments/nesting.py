"""Segments that build on others: a rule asks for stored members, so those it asks about are counted first."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.db import connection
from django.db.models import BooleanField, F, Func, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.lib.errors import Refused
from segments import rules
from segments.facts import ALWAYS_FILLED, Group, Kind, register
from segments.models import MEMBER, Membership, Segment
from segments.rows import Having, fact
from segments.rules import InvalidRule

# Two colleagues could each make one half of a circle at the same time.
LOCK = 0x5E69_0043
Key = TypeVar("Key")


def register_all() -> None:
    register(
        fact(
            MEMBER,
            gettext_lazy("Is in the segment"),
            Group.SEGMENTS,
            Kind.RECORD,
            Having(lambda test: Membership.objects.filter(segment__in=test.value)),
            choices=lambda: list(Segment.objects.values_list("pk", "name")),
            without=ALWAYS_FILLED,
        )
    )


def based_on(tree: object) -> set[int]:
    """The segments that a stored rule asks about."""
    return {int(pk) for leaf in _leaves(tree) if leaf.get("fact") == MEMBER for pk in leaf["value"]}


def dependents(pk: int) -> list[int]:
    """The segments that ask about this one."""
    return [other for other, tree in _stored() if pk in based_on(tree)]


def asks_about(pk: int) -> "JsonPathExists":
    """The same as a condition of segments, however deep in a rule it stands."""
    path = f'$.** ? (@.fact == "{MEMBER}").value[*] ? (@ == {pk} || @ == "{pk}")'
    return JsonPathExists(F("rule"), Value(path))


def check(segment: Segment, rule: rules.Group) -> None:
    """Refuses a rule by which a segment would be a part of itself. The caller holds a transaction."""
    asked = {path: based_on({"rules": [rules.to_json(leaf)]}) for path, leaf in rules.placed(rule, ())}
    asked = {path: pks for path, pks in asked.items() if pks}
    if not asked or segment.pk is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    below = {pk: based_on(tree) for pk, tree in _stored()}
    names = dict(Segment.objects.values_list("pk", "name"))
    problems = {}
    for path, pks in asked.items():
        if found := [pk for pk in pks if segment.pk in _all_below(pk, below)]:
            text = _("“%(name)s” builds on this segment. A segment cannot be a part of itself.")
            problems[path] = text % {"name": names.get(found[0], "–")}
    if problems:
        raise InvalidRule(problems)


def refuse_if_needed(segment: Segment) -> None:
    if needed := dependents(segment.pk):
        name = Segment.objects.values_list("name", flat=True).get(pk=needed[0])
        raise Refused(_("The segment “%(name)s” builds on this one, so it stays.") % {"name": name})


def levels(below: Mapping[int, Collection[int]]) -> Iterator[list[int]]:
    """First those that build on none of the others, then those that build on these, and so on."""
    left = {pk: {one for one in others if one in below} for pk, others in below.items()}
    while left:
        ready = [pk for pk, others in left.items() if not others & left.keys()]
        # A circle cannot be saved. Should there be one all the same, its members are counted in some order.
        ready = ready or list(left)
        yield ready
        for pk in ready:
            del left[pk]


def _all_below(pk: int, below: Mapping[int, Collection[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [pk]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(below.get(one, ()))
    return found


class JsonPathExists(Func):
    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s::jsonpath)"
    output_field = BooleanField()


def _stored() -> Iterable[tuple[int, Any]]:
    return Segment.objects.values_list("pk", "rule")


def _leaves(tree: Any) -> Iterator[dict[str, Any]]:
    for child in tree.get("rules", ()):
        if "rules" in child:
            yield from _leaves(child)
        else:
            yield child
