"""What a template says, as JSON: per language a subject, a preview line and blocks. Every function that
changes one answers with a new design.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from channels.campaigns import body
from channels.campaigns.placeholders import NotUnderstood
from channels.campaigns.templating.blocks import PARTS, Kind, kinds_for
from channels.campaigns.templating.conditions import Condition
from crm.lib.errors import BadInput

Design = dict[str, Any]
Block = dict[str, Any]
Sheet = dict[str, Any]

LANGUAGES = dict(settings.LANGUAGES)
MOST_BLOCKS = 60
# Each adds a form in which the message may have to be made ready.
MOST_CONDITIONS = 8
LONGEST_SUBJECT, LONGEST_PREHEADER = 200, 150


def blank() -> Sheet:
    return {"subject": "", "preheader": "", "blocks": []}


def read(kept: object, channel: str) -> Design:
    """A design from JSON that somebody sent, as we keep it. Raises NotUnderstood."""
    if not isinstance(kept, dict) or set(kept) != {"languages", "last"}:
        raise NotUnderstood(_("This is no template."))
    sheets, last = kept["languages"], kept["last"]
    if not isinstance(sheets, dict) or not sheets or set(sheets) - set(LANGUAGES):
        raise NotUnderstood(_("A template has at least one language, and only those of the company."))
    made = {language: _sheet(sheet, channel) for language, sheet in sheets.items()}
    numbers = [block["id"] for sheet in made.values() for block in sheet["blocks"]]
    if len(set(numbers)) != len(numbers) or type(last) is not int or max([0, *numbers]) > last:
        raise NotUnderstood(_("This is no template."))
    return {"languages": made, "last": last}


def language_for(design: Mapping[str, Any], preferred: str) -> str:
    """The language in which somebody reads it: their own, the company's, else the one there is."""
    sheets = design["languages"]
    return next(str(one) for one in (preferred, settings.LANGUAGE_CODE, *sheets) if one in sheets)


def conditions(blocks: Sequence[Block]) -> tuple[Condition, ...]:
    """Each once, in the order in which they are met."""
    return tuple(dict.fromkeys(Condition.read(one["when"]) for one in blocks if one.get("when")))


def find(design: Design, language: str, number: int) -> Block | None:
    return next((one for one in design["languages"][language]["blocks"] if one["id"] == number), None)


def word(design: Design, language: str, subject: str, preheader: str) -> Design:
    new = deepcopy(design)
    new["languages"][language] |= {"subject": subject, "preheader": preheader}
    return new


def put(design: Design, language: str, after: int, block: Block) -> Design:
    """The block with a number of its own behind the one of that number, or first."""
    new = deepcopy(design)
    blocks = new["languages"][language]["blocks"]
    if len(blocks) >= MOST_BLOCKS:
        raise BadInput(_("A template has at most %(number)d blocks.") % {"number": MOST_BLOCKS})
    new["last"] += 1
    place = next((index + 1 for index, one in enumerate(blocks) if one["id"] == after), 0)
    blocks.insert(place, {**block, "id": new["last"]})
    return new


def change(design: Design, language: str, block: Block) -> Design:
    new = deepcopy(design)
    blocks = new["languages"][language]["blocks"]
    blocks[_index(blocks, block["id"])] = dict(block)
    return new


def move(design: Design, language: str, number: int, by: int) -> Design:
    new = deepcopy(design)
    blocks = new["languages"][language]["blocks"]
    index = _index(blocks, number)
    if 0 <= index + by < len(blocks):
        blocks.insert(index + by, blocks.pop(index))
    return new


def remove(design: Design, language: str, number: int) -> Design:
    new = deepcopy(design)
    blocks = new["languages"][language]["blocks"]
    del blocks[_index(blocks, number)]
    return new


def add_language(design: Design, language: str, like: str) -> Design:
    """Another language, to be translated from a copy of one that is there."""
    new = deepcopy(design)
    if language not in LANGUAGES or language in new["languages"]:
        raise BadInput(_("The template has this language already."))
    sheet = deepcopy(new["languages"][like])
    for block in sheet["blocks"]:
        new["last"] += 1
        block["id"] = new["last"]
    new["languages"][language] = sheet
    return new


def drop_language(design: Design, language: str) -> Design:
    new = deepcopy(design)
    if len(new["languages"]) == 1:
        raise BadInput(_("A template has at least one language."))
    del new["languages"][language]
    return new


def _index(blocks: Sequence[Block], number: int) -> int:
    found = next((index for index, one in enumerate(blocks) if one["id"] == number), None)
    if found is None:
        raise BadInput(_("This block is no longer there."))
    return found


def _sheet(sheet: object, channel: str) -> Sheet:
    if not isinstance(sheet, dict) or set(sheet) != {"subject", "preheader", "blocks"}:
        raise NotUnderstood(_("This is no template."))
    blocks = sheet["blocks"]
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS:
        raise NotUnderstood(_("A template has at most %(number)d blocks.") % {"number": MOST_BLOCKS})
    made = [check_block(one, channel) for one in blocks]
    if len(conditions(made)) > MOST_CONDITIONS:
        raise NotUnderstood(
            _("A template asks at most %(number)d different conditions.") % {"number": MOST_CONDITIONS}
        )
    subject = check_line(sheet["subject"], LONGEST_SUBJECT)
    return {
        "subject": subject,
        "preheader": check_line(sheet["preheader"], LONGEST_PREHEADER),
        "blocks": made,
    }


def check_line(line: object, longest: int) -> str:
    """A subject or a preview line. Raises NotUnderstood."""
    if not isinstance(line, str) or not line.isprintable() or len(line) > longest:
        raise NotUnderstood(
            _("This has to be one line of at most %(number)d characters.") % {"number": longest}
        )
    body.mark_subject(line, body.Body())
    return line.strip()


def check_block(block: object, channel: str) -> Block:
    """The block as it is kept. Raises NotUnderstood."""
    if not isinstance(block, dict) or block.get("kind") not in [kind.value for kind in kinds_for(channel)]:
        raise NotUnderstood(_("This block is not understood."))
    kind = Kind(block["kind"])
    parts = PARTS[kind]
    if set(block) - {"id", "kind", "when", *parts} or type(block.get("id")) is not int or block["id"] < 1:
        raise NotUnderstood(_("This block is not understood."))
    made: Block = {"id": block["id"], "kind": kind.value}
    made |= {name: part.check(block.get(name, "")) for name, part in parts.items()}
    if block.get("when"):
        made["when"] = Condition.read(block["when"]).to_json()
    return made
