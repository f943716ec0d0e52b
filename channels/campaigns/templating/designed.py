"""A template's version as a wording: a form for each language, each answer to its conditions, and as many
products as there are to recommend.
"""

from collections.abc import Iterable
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.db.models import Q

from channels.campaigns import body
from channels.campaigns.body import Body
from channels.campaigns.placeholders import EACH_RECOMMENDED, RECOMMENDED, Person
from channels.campaigns.templating import composing
from channels.campaigns.templating.blocks import Kind
from channels.campaigns.templating.conditions import Condition
from channels.campaigns.templating.design import Block, Design, conditions, language_for
from channels.campaigns.wording import EVERYBODY, Form, language_of


class Shape(NamedTuple):
    """Which form of a template somebody reads."""

    language: str
    answers: tuple[bool, ...]
    products: int


class Designed:
    template = "mail/designed"

    def __init__(self, design: Design) -> None:
        self.design = design
        self.sheets = design["languages"]
        self.conditions = {name: conditions(sheet["blocks"]) for name, sheet in self.sheets.items()}
        self.recommends = {
            name: any(block["kind"] == Kind.PRODUCTS for block in sheet["blocks"])
            for name, sheet in self.sheets.items()
        }

    @cached_property
    def addresses(self) -> list[str]:
        return list(dict.fromkeys(link for one in self._whole for link in one.body.links))

    @cached_property
    def fields(self) -> set[str]:
        written = {slot.field for one in self._whole for slot in one.body.slots.values()}
        asked = {one.subject for found in self.conditions.values() for one in found}
        return written | asked | ({RECOMMENDED} if any(self.recommends.values()) else set())

    @cached_property
    def segments(self) -> set[int]:
        asked = (one.segment for found in self.conditions.values() for one in found)
        return {pk for pk in asked if pk is not None}

    @property
    def needs(self) -> list[tuple[str, Q]]:
        found: list[tuple[str, Q]] = []
        for language, sheet in self.sheets.items():
            readers = self._readers(language)
            known = Body()
            body.mark_subject(sheet["subject"], known)
            found += [(name, readers) for name in _bare(known)]
            for block in sheet["blocks"]:
                made = composing.compose([block], holds=lambda _one: True, as_html=False)
                shown = Condition.read(block["when"]).q() if block.get("when") else None
                sees = and_(readers, shown) if shown is not None else readers
                # A row of a product is only there if there is one.
                found += [(name, sees) for name in _bare(made.body) if block["kind"] != Kind.PRODUCTS]
        return found

    def made_ahead(self) -> Iterable[Shape]:
        """What everybody reads who fits no condition, and what those read who fit all of them."""
        for language, asked in self.conditions.items():
            most = len(EACH_RECOMMENDED) if self.recommends[language] else 0
            yield Shape(language, (True,) * len(asked), most)
            if asked:
                yield Shape(language, (False,) * len(asked), most)

    def key_for(self, person: Person) -> Shape:
        language = language_for(self.design, language_of(person))
        products = len(person.recommended[: len(EACH_RECOMMENDED)]) if self.recommends[language] else 0
        return Shape(language, tuple(one.holds(person) for one in self.conditions[language]), products)

    def form(self, key: Any) -> Form:
        sheet = self.sheets[key.language]
        answers = dict(zip(self.conditions[key.language], key.answers, strict=True))
        made = composing.compose(sheet["blocks"], holds=answers.__getitem__, products=key.products)
        subject = body.mark_subject(sheet["subject"], made.body)
        preheader = body.mark_subject(sheet["preheader"], made.body)
        made.body.text = made.text
        context = {"rows": made.rows, "preheader": preheader}
        return Form(key.language, subject, made.body, self.template, context)

    @cached_property
    def _whole(self) -> list[composing.Composed]:
        """Each language with all its blocks, whoever sees them."""
        return [self._all_of(sheet["blocks"], sheet) for sheet in self.sheets.values()]

    @staticmethod
    def _all_of(blocks: list[Block], sheet: dict[str, Any]) -> composing.Composed:
        made = composing.compose(blocks, holds=lambda _one: True, as_html=False)
        for line in ("subject", "preheader"):
            body.mark_subject(sheet[line], made.body)
        return made

    def _readers(self, language: str) -> Q:
        """Who reads this language of it."""
        mine = Q(language=language)
        if language == language_for(self.design, ""):
            return or_(mine, ~Q(language__in=list(self.sheets))) if len(self.sheets) > 1 else EVERYBODY
        return mine


def _bare(known: Body) -> list[str]:
    return [slot.field for slot in known.slots.values() if slot.fallback is None]


def lacking(needs: list[tuple[str, Q]], name: str) -> Q | None:
    """Who would read this field, of all who would; None if nobody."""
    readers = [sees for field, sees in needs if field == name]
    return reduce(or_, readers) if readers else None
