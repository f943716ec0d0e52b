"""What makes customers enter, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.journeys import festivals
from channels.journeys.triggers import When
from customers.timeline import kinds
from segments.models import Segment
from segments.movement.models import Kind as Move
from segments.scoring.models import Group, Stage

Raw = Mapping[str, Any]


def tell(trigger: Raw) -> str:
    words = WORDS.get(trigger["kind"])
    return words(trigger) if words else str(When(trigger["kind"]).label)


def _segment(of: Raw) -> dict[str, str]:
    name = Segment.objects.filter(pk=of.get("segment") or 0).values_list("name", flat=True).first()
    return {"segment": name or "–"}


def _event(of: Raw) -> str:
    name = of.get("event") or ""
    return str(kinds.of(name).label) or name or "–"


def _birthday(of: Raw) -> str:
    days = of.get("days_before", 0)
    if not days:
        return str(When.BIRTHDAY.label)
    words = ngettext("%(number)d day before a birthday", "%(number)d days before a birthday", days)
    return words % {"number": days}


def _festival(of: Raw) -> str:
    name, days = festivals.label(of.get("festival") or ""), of.get("days_before", 0)
    when = ngettext("%(number)d day before: %(festival)s", "%(number)d days before: %(festival)s", days)
    said = when % {"number": days, "festival": name} if days else name
    return f"{said} · {_segment(of)['segment']}" if of.get("segment") else said


def _moved(of: Raw) -> str:
    kind, _colon, after = of.get("to", "").partition(":")
    places = dict(Stage.choices if kind == Move.STAGE else Group.choices)
    return _("A customer moves to: %(place)s") % {"place": places.get(after, "–")}


def _abandoned(of: Raw) -> str:
    words = ngettext(
        "%(number)d hour without an order after: %(event)s",
        "%(number)d hours without an order after: %(event)s",
        of["hours"],
    )
    return words % {"number": of["hours"], "event": _event(of)}


WORDS: Mapping[str, Callable[[Raw], str]] = {
    When.SEGMENT: lambda of: _("A customer comes into “%(segment)s”") % _segment(of),
    When.LEFT: lambda of: _("A customer leaves “%(segment)s”") % _segment(of),
    When.EVENT: lambda of: _("On the timeline: %(event)s") % {"event": _event(of)},
    When.BIRTHDAY: _birthday,
    When.FESTIVAL: _festival,
    When.MOVED: _moved,
    When.RISK: lambda of: _("The risk of leaving rises above %(number)d %%") % {"number": of["percent"]},
    When.RATED: lambda of: (
        ngettext(
            "A conversation is rated with %(number)d star",
            "A conversation is rated with at most %(number)d stars",
            of["score"],
        )
        % {"number": of["score"]}
    ),
    When.ABANDONED: _abandoned,
}
