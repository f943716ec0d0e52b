"""Templates for tests."""

from typing import Any

from django.conf import settings

from channels.campaigns.templating.design import Block, Design


def block(number: int, kind: str = "text", **parts: Any) -> Block:
    made = {
        "text": "Dear {{ name }}",
        "label": "Look",
        "url": "https://shop.test/",
        "src": "https://a.test/b.png",
    }
    known = {
        "heading": ("text", "size"),
        "text": ("text",),
        "button": ("label", "url"),
        "picture": ("src", "alt", "url"),
        "columns": ("left_src", "left_alt", "left_text", "right_src", "right_alt", "right_text"),
        "products": ("text",),
        "spacer": ("size",),
        "footer": ("text",),
    }
    parts = {name: made.get(name, "") for name in known.get(kind, ())} | parts
    return {"id": number, "kind": kind, **parts}


def design(*blocks: Block, subject: str = "News", preheader: str = "", **others: list[Block]) -> Design:
    """In Chinese; `others` are further languages with their blocks."""
    sheet = {"subject": subject, "preheader": preheader}
    sheets: dict[str, Any] = {settings.LANGUAGE_CODE: {**sheet, "blocks": list(blocks)}}
    sheets |= {language: {**sheet, "blocks": listed} for language, listed in others.items()}
    numbers = [one["id"] for made in sheets.values() for one in made["blocks"]]
    return {"languages": sheets, "last": max([0, *numbers])}
