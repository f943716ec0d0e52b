"""Which versions of templates may be used for what."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from channels.campaigns import body
from channels.campaigns.placeholders import NotUnderstood
from channels.campaigns.templating.blocks import Kind
from channels.campaigns.templating.design import Block, language_for
from channels.campaigns.templating.models import Setting, Version

State = Version.State


def needs_approval() -> bool:
    return Setting.objects.filter(needs_approval=True).exists()


def usable(*kinds: str, besides: Collection[int] = ()) -> "QuerySet[Version]":
    """The newest of each template that may go out now, and those somebody has chosen already."""
    rows = Version.objects.filter(template__kind__in=kinds, template__archived_at=None)
    rows = rows.filter(state=State.APPROVED) if needs_approval() else rows.exclude(state=State.REJECTED)
    newest = rows.order_by("template", "-number").distinct("template").values("pk")
    found = Version.objects.filter(Q(pk__in=newest) | Q(pk__in=besides))
    return found.select_related("template").order_by("template__name", "-number")


def may_go_out(version: Version | None) -> bool:
    """Whether the company's rule lets it: without the rule everything may."""
    return not needs_approval() or (version is not None and version.state == State.APPROVED)


def plain(version: Version) -> tuple[str, str]:
    """Its subject and text in the company's language, for places that show no blocks."""
    sheet = version.design["languages"][language_for(version.design, "")]
    paragraphs = (_paragraph(block) for block in sheet["blocks"])
    return sheet["subject"] or version.template.name, "\n\n".join(one for one in paragraphs if one)


def _paragraph(block: Block) -> str:
    if block["kind"] == Kind.BUTTON:
        button = f"[{block['label']}]({block['url']})"
        return button if _is_understood(button) else f"{block['label']}\n{block['url']}"
    names = ("text", "left_text", "right_text")
    return "\n\n".join(block[name] for name in names if block.get(name))


def _is_understood(text: str) -> bool:
    try:
        return body.read(text).paragraphs[0].is_button
    except NotUnderstood:
        return False
