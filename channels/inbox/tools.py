"""What other features put beside the composer, registered in `AppConfig.ready()`:

    tools.register(Tool("articles", _("Articles"), "book-open", "knowledge:for-conversation", order=20))

`url` is the name of an address that takes the conversation's number as `pk`; what it answers is shown beside
the stream when the tool is opened. A button in it puts words into the answer by `data-inserts="…"`.

    tools.block(Block("promises", _("Promises"), "standards/_clocks.html", load, order=10))

A block stands in the panel of the customer beside the stream; `load(request, conversation)` gives its
template the context, or None for nothing to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise

from channels.inbox.models import Conversation
from crm.accounts.http import UserRequest
from crm.accounts.models import User


@dataclass(frozen=True)
class Tool:
    key: str
    label: str | Promise
    icon: str
    url: str
    needs: tuple[str, str] = ("conversation", "view")
    order: int = 100


Load = Callable[[UserRequest, Conversation], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Block:
    key: str
    label: str | Promise
    template: str
    load: Load
    needs: tuple[str, str] = ("conversation", "view")
    order: int = 100


# For the conversations of one page of a list: what stands behind each, such as when an answer is due.
Marks = Callable[[User, list[int]], Mapping[int, "Mark"]]


@dataclass(frozen=True)
class Mark:
    """A few words in a row of the list. `tone` is ok, warn or bad."""

    text: str
    tone: str = ""
    tip: str = ""


_tools: dict[str, Tool] = {}
_blocks: dict[str, Block] = {}
_marks: list[Marks] = []


def register(tool: Tool) -> None:
    _tools[tool.key] = tool


def block(one: Block) -> None:
    _blocks[one.key] = one


def mark(marks: Marks) -> None:
    """Registers what says something about each conversation of a page; called once per page."""
    _marks.append(marks)


def all_for(user: User) -> list[Tool]:
    shown = (one for one in _tools.values() if user.may(*one.needs))
    return sorted(shown, key=lambda one: (one.order, one.key))


def blocks_for(request: UserRequest, conversation: Conversation) -> list[tuple[Block, str]]:
    """The blocks with their content, those without any left out."""
    mine = sorted(
        (one for one in _blocks.values() if request.user.may(*one.needs)),
        key=lambda one: (one.order, one.key),
    )
    loaded = ((one, one.load(request, conversation)) for one in mine)
    return [
        (one, render_to_string(one.template, {"conversation": conversation, **context}, request))
        for one, context in loaded
        if context is not None
    ]


def marks_of(user: User, pks: list[int]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    for marks in _marks if pks else ():
        for pk, one in marks(user, pks).items():
            found.setdefault(pk, []).append(one)
    return found
