"""Blocks that features put on the home page, registered in `AppConfig.ready()`:

    blocks.register(Block("tasks", _("My day"), "tasks/_home.html", load, needs=("task", "view")))

`load(request)` gives the template its context, or None for "nothing to show". The template is a whole card.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.functional import Promise

if TYPE_CHECKING:
    from crm.accounts.http import UserRequest

Load = Callable[["UserRequest"], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Block:
    key: str
    label: str | Promise
    template: str
    load: Load
    needs: tuple[str, str]
    order: int = 100


_blocks: dict[str, Block] = {}


def register(block: Block) -> None:
    _blocks[block.key] = block


def for_home(request: "UserRequest") -> list[str]:
    """The blocks that have something to say to this reader, as HTML."""
    shown = [one for one in _blocks.values() if request.user.may(*one.needs)]
    shown.sort(key=lambda block: (block.order, block.key))
    loaded = [(one, one.load(request)) for one in shown]
    return [
        render_to_string(one.template, {"block": one, **context}, request)
        for one, context in loaded
        if context is not None
    ]
