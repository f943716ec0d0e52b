"""What a message step says: words typed into it, or those of a template's version."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from channels.campaigns import belonging, placeholders, texts
from channels.campaigns.message import MISSING, content_of, fill
from channels.campaigns.placeholders import Person, Piece
from channels.campaigns.templating import using
from channels.campaigns.templating.designed import Designed, Shape
from channels.campaigns.templating.models import Version
from channels.campaigns.wording import EVERYBODY, Form
from channels.connectors.base import CannotRender
from channels.connectors.fields import Slots
from channels.direct import markup
from channels.journeys import short
from channels.journeys.said import Said, Words
from channels.journeys.short import Short
from channels.models import Channel
from crm.lib.errors import Refused

Settings = Mapping[str, Any]
# By this name single messages know who makes the HTML of a template.
MAKER = "journey"


class Typed:
    def __init__(self, settings: Settings) -> None:
        """Raises NotUnderstood."""
        self._subject, self._body = (placeholders.parse(settings[name]) for name in ("subject", "body"))
        slots = [*placeholders.slots(self._subject), *placeholders.slots(self._body)]
        self.fields = {slot.field for slot in slots}
        self.segments: set[int] = set()
        self.needs = [(slot.field, EVERYBODY) for slot in slots if slot.fallback is None]

    def to(self, person: Person, way_out: str) -> Said:
        return Said(_filled(self._subject, person), _filled(self._body, person))


class Chosen:
    """The mail of a template. Each of its forms is made once for all who read it; no link is counted."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._designed = Designed(version.design)
        self._forms: dict[Shape, Form] = {}

    @property
    def fields(self) -> set[str]:
        return self._designed.fields

    @property
    def segments(self) -> set[int]:
        return self._designed.segments

    @property
    def needs(self) -> list[tuple[str, Q]]:
        return self._designed.needs

    def to(self, person: Person, way_out: str) -> Said:
        shape = self._designed.key_for(person)
        form = self._forms[shape] = self._forms.get(shape) or self._designed.form(shape)
        if not form.body.text.strip():
            raise CannotRender("empty")
        links = {f"link_{place}": url for place, url in enumerate(form.body.links, 1)}
        fields = fill(form.body.slots, person) | links
        body = Slots(form.body.text).fill(fields, str)
        doors = {"preferences": way_out, "unsubscribe": way_out}
        return Said(Slots(form.subject).fill(fields, str), body, self._markup(shape), fields | doors)

    def _markup(self, shape: Shape) -> dict[str, Any]:
        return {markup.BY: MAKER, "version": self._version.pk, **shape._asdict()}


def of(settings: Settings, channel: Channel | None) -> Words | None:
    """None if its template is gone. Raises NotUnderstood; CannotRender if the provider's template is gone."""
    version = version_of(settings)
    if settings.get("version") and version is None:
        return None
    if channel is not None and channel.kind in short.KINDS:
        return Short(short.way_of(settings, channel, version), settings["purpose"])
    return Chosen(version) if version else Typed(settings)


def version_of(settings: Settings) -> Version | None:
    """A step drawn before templates could be chosen says nothing about one."""
    chosen = settings.get("version") or 0
    return Version.objects.filter(pk=chosen).select_related("template").first() if chosen else None


def problems(settings: Settings, channel: Channel | None) -> Iterator[str]:
    """What is wrong with it for its channel, as far as that is known, in sentences."""
    version = version_of(settings)
    if settings.get("version") and version is None:
        yield _("The template of this message is gone.")
        return
    if unfit := _unfit(settings, channel, version):
        yield from unfit
        return
    try:
        words = of(settings, channel)
        belonging.check(words.segments if words else ())
    except (placeholders.NotUnderstood, Refused) as problem:
        yield str(problem)
        return
    if words and placeholders.COUPON in words.fields and not settings.get("offer"):
        yield _("The text gives a coupon code. Choose the offer that it is of.")


def _unfit(settings: Settings, channel: Channel | None, version: Version | None) -> list[str]:
    if channel is None:
        return []
    if channel.kind in short.KINDS:
        return [words for _part, words in texts.problems_of(short.way_of(settings, channel, version))]
    if version and version.template.kind != channel.kind:
        return [_("This template is for another channel.")]
    return []


def waits_for_approval(settings: Settings) -> bool:
    """Whether the company lets only approved templates go out, and this is none."""
    return _is_ours(settings) and not using.may_go_out(version_of(settings))


def _is_ours(settings: Settings) -> bool:
    """Whether it has words of ours, not the provider's template alone."""
    return bool(settings.get("version") or settings["body"] or not settings.get("template"))


def html_of(kept: Mapping[str, Any], purpose: str) -> str:
    """The form of the template that was laid out, still with its marks. Registered with channels.direct."""
    shape = Shape(kept["language"], tuple(kept["answers"]), kept["products"])
    return _html(kept["version"], shape, purpose)


@lru_cache(maxsize=64)
def _html(version: int, shape: Shape, purpose: str) -> str:
    """Made once for all who read it: a version never changes."""
    form = Designed(Version.objects.get(pk=version).design).form(shape)
    uncounted = replace(form, context={**form.context, "open": ""})
    return content_of(uncounted, purpose).html


def _filled(pieces: tuple[Piece, ...], person: Person) -> str:
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif words := placeholders.value(piece, person):
            parts.append(words)
        else:
            raise CannotRender(f"{MISSING}: {piece.field}")
    return "".join(parts)
