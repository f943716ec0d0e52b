"""Who makes the HTML of messages that say more than their text does. Features above register in
`AppConfig.ready()`:

    markup.register("journey", html_of)

A message says in `markup` who makes its HTML, and of what; its `fields` fill the marks. The HTML is made when
the message is sent and is not kept: its text, which is, says the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from channels.direct.models import DirectMessage

BY = "by"
# Gets what the message says in `markup`, and its purpose.
Maker = Callable[[Mapping[str, Any], str], str]
_makers: dict[str, Maker] = {}


def register(name: str, maker: Maker) -> None:
    _makers[name] = maker


def html_of(message: DirectMessage) -> str:
    """With marks. Empty for a message that is nothing but its text."""
    kept = message.markup
    return _makers[kept[BY]](kept, message.purpose) if kept else ""
