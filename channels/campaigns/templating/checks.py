"""What is wrong or doubtful with a template, and how to mend it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import sms
from channels.campaigns import body
from channels.campaigns.body import Body
from channels.campaigns.message import Draft
from channels.campaigns.placeholders import COUPON, FIELDS, Slot
from channels.campaigns.templating import proving, spam
from channels.campaigns.templating.blocks import PARTS, Form, Kind
from channels.campaigns.templating.conditions import Condition
from channels.campaigns.templating.design import LANGUAGES, Block, Design, Sheet
from segments.models import Segment

# Mailboxes cut what is larger; a little is left for what is filled in.
MOST_BYTES = 100_000
LONG_SUBJECT = {"en": 60, "zh-hans": 30}
MOST_PARTS = 3
# So many characters a picture, or it looks like an advertisement without words.
TEXT_PER_PICTURE = 80
STOPPING = re.compile(r"unsubscribe|opt[- ]?out|退订|取消订阅", re.IGNORECASE)
# What nobody lacks, or is given with the campaign.
EVERYBODY_HAS = ("name", "salutation", COUPON)


class Level(IntEnum):
    WRONG = 1
    DOUBT = 2
    NOTE = 3


@dataclass(frozen=True)
class Finding:
    level: Level
    text: str
    mend: str
    language: str = ""
    block: int = 0

    @property
    def tone(self) -> str:
        return {Level.WRONG: "bad", Level.DOUBT: "warn", Level.NOTE: "info"}[self.level]


def findings(design: Design, kind: str) -> list[Finding]:
    """The worst first."""
    found = [one for language in design["languages"] for one in _of_language(design, language, kind)]
    for code, name in LANGUAGES.items():
        if code not in design["languages"]:
            text = _("There is no %(language)s version.") % {"language": name}
            found.append(Finding(Level.NOTE, text, _("Add the language, or those customers read another.")))
    return sorted(found, key=lambda one: (one.level, one.language, one.block))


def blocking(design: Design, kind: str) -> bool:
    return any(one.level == Level.WRONG for one in findings(design, kind))


def _of_language(design: Design, language: str, kind: str) -> Iterator[Finding]:
    sheet = design["languages"][language]
    for level, text, mend, block in _asked(sheet, language, kind, design):
        yield Finding(level, text, mend, language, block)


Told = tuple[Level, str, str, int]


def _asked(sheet: Sheet, language: str, kind: str, design: Design) -> Iterator[Told]:
    if not sheet["blocks"]:
        yield Level.WRONG, _("Nothing is written yet."), _("Add a block."), 0
        return
    yield from _blocks(sheet["blocks"])
    yield from _fields(sheet)
    yield from _sounds(sheet)
    if kind == "email":
        largest = proving.largest(design, language)
        yield from _subject(sheet, language, largest)
        yield from _balance(sheet["blocks"])
        yield from _mail(largest)
    elif kind == "sms":
        yield from _sms(design, language)


def _subject(sheet: Sheet, language: str, largest: Draft) -> Iterator[Told]:
    most = LONG_SUBJECT.get(language, 60)
    if not sheet["subject"]:
        yield Level.WRONG, _("The mail has no subject."), _("Write one above the blocks."), 0
    elif len(largest.subject) > most:
        yield (
            Level.DOUBT,
            _("The subject is long: telephones show the first %(number)d characters.") % {"number": most},
            _("Say the most important thing first, or shorten it."),
            0,
        )
    if not sheet["preheader"]:
        text = _("There is no preview line: mailboxes show the beginning of the text instead.")
        yield Level.NOTE, text, _("Write one that makes people curious."), 0


def _blocks(blocks: Sequence[Block]) -> Iterator[Told]:
    for block in blocks:
        number = block["id"]
        for name in _pictures_of(block):
            if not block.get(name.replace("src", "alt")):
                mend = _("Say in words what it shows: many programs do not load pictures.")
                yield Level.DOUBT, _("A picture has no words for those who do not see it."), mend, number
            if block[name].startswith("http://"):
                mend = _("Use an address that begins with https://, or upload it.")
                yield Level.DOUBT, _("A picture comes over an open line."), mend, number
        for link in _links_of(block):
            if STOPPING.search(link):
                mend = _("Take it out: the link that really does it comes by itself.")
                yield Level.WRONG, _("This looks like a link to unsubscribe."), mend, number
        if block["kind"] == Kind.COLUMNS and not any(block[name] for name in PARTS[Kind.COLUMNS]):
            yield (
                Level.WRONG,
                _("Both columns are empty."),
                _("Fill them in, or take the block away."),
                number,
            )
    yield from _conditions(blocks)


def _conditions(blocks: Sequence[Block]) -> Iterator[Told]:
    conditions = {block["id"]: Condition.read(block["when"]) for block in blocks if block.get("when")}
    asked = {number: one.segment for number, one in conditions.items() if one.segment is not None}
    known = (
        set(Segment.objects.filter(pk__in=asked.values()).values_list("pk", flat=True)) if asked else set()
    )
    for number, segment in asked.items():
        if segment not in known:
            mend = _("Choose another segment, or show the block to everybody.")
            yield Level.WRONG, _("The segment of a condition is no longer there."), mend, number


def _fields(sheet: Sheet) -> Iterator[Told]:
    """Whom the message would not reach, because they lack what it names."""
    known = Body()
    for line in ("subject", "preheader"):
        body.mark_subject(sheet[line], known)
    bare = {slot.field: 0 for slot in known.slots.values() if slot.fallback is None}
    for block in sheet["blocks"]:
        for slot in _slots_of(block):
            if slot.fallback is None:
                bare.setdefault(slot.field, block["id"])
    for name, block_id in bare.items():
        if name not in EVERYBODY_HAS:
            label = FIELDS[name][0]
            yield (
                Level.NOTE,
                _("Who has no “%(field)s” does not get this message.") % {"field": label},
                _("Write words for them behind a bar: {{ %(field)s|… }}") % {"field": name},
                block_id,
            )


def _sounds(sheet: Sheet) -> Iterator[Told]:
    lines = [(sheet["subject"], 0), (sheet["preheader"], 0)]
    lines += [(text, block["id"]) for block in sheet["blocks"] for text in _written(block)]
    for text, number in lines:
        if words := spam.words_in(text):
            yield (
                Level.DOUBT,
                _("This sounds like unwanted mail: %(words)s") % {"words": ", ".join(words[:5])},
                _("Say what you offer, in plain words."),
                number,
            )
        if spam.is_loud(text):
            text = _("This shouts: capitals or exclamation marks in a row.")
            yield Level.DOUBT, text, _("One exclamation mark is enough."), number


def _balance(blocks: Sequence[Block]) -> Iterator[Told]:
    pictures = sum(len(list(_pictures_of(block))) for block in blocks)
    written = sum(len(text) for block in blocks for text in _written(block))
    if not written:
        mend = _("Add a text block that says the same as the pictures.")
        yield Level.WRONG, _("There is nothing to read without pictures."), mend, 0
    elif pictures and written < TEXT_PER_PICTURE * pictures:
        mend = _("Write more, or take a picture away: filters distrust mails that are mostly pictures.")
        yield Level.DOUBT, _("There is little text for so many pictures."), mend, 0


def _mail(largest: Draft) -> Iterator[Told]:
    size = len(largest.html.encode())
    if size > MOST_BYTES:
        yield (
            Level.WRONG,
            _("The mail is %(size)d kB large: mailboxes cut it at 100 kB.") % {"size": size // 1000},
            _("Shorten it, or split it into two."),
            0,
        )


def _sms(design: Design, language: str) -> Iterator[Told]:
    length = sms.length(proving.largest(design, language, is_mail=False).text)
    about = {"alphabet": "GSM-7" if length.is_gsm else "UCS-2", "places": length.units}
    parts = length.parts
    text = ngettext(
        "Sent as %(number)d message of %(alphabet)s, %(places)d characters.",
        "Sent as %(number)d messages of %(alphabet)s, %(places)d characters.",
        parts,
    ) % (about | {"number": parts})
    level = Level.DOUBT if parts > MOST_PARTS else Level.NOTE
    yield level, text, _("Each is charged by itself; names may make it longer."), 0


def _pictures_of(block: Block) -> Iterator[str]:
    for name, part in PARTS[Kind(block["kind"])].items():
        if part.form == Form.PICTURE and block.get(name):
            yield name


def _written(block: Block) -> Iterator[str]:
    for name, part in PARTS[Kind(block["kind"])].items():
        if part.form in (Form.LINE, Form.TEXT) and block.get(name):
            yield block[name]


def _links_of(block: Block) -> Iterator[str]:
    """Words and addresses of its links."""
    for name, part in PARTS[Kind(block["kind"])].items():
        if part.form == Form.TEXT:
            for found in body.LINK.finditer(block.get(name, "")):
                yield found[0]
        elif part.form == Form.ADDRESS and block.get(name):
            yield f"{block.get('label', '')} {block[name]}"


def _slots_of(block: Block) -> list[Slot]:
    known = Body()
    for text in _written(block):
        body.render(text, known)
    return list(known.slots.values())
