"""Where the palette and the keys lead: pages to go to, and things to make."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers import search

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Command:
    """`keys` are pressed one after the other; `in_drawer` opens the form beside the page."""

    label: "_StrPromise"
    icon: str
    url_name: str
    keys: str
    needs: tuple[str, str]
    in_drawer: bool = False

    @property
    def url(self) -> str:
        return reverse(self.url_name)


CREATE = (
    Command(_("New customer"), "user-plus", "customers:new", "c c", ("customer", "create")),
    Command(_("New task"), "square-check", "tasks:new", "c t", ("task", "create"), in_drawer=True),
    Command(_("New segment"), "shapes", "segments:new", "c s", ("segment", "create")),
    Command(_("New campaign"), "megaphone", "campaigns:new", "c m", ("campaign", "create")),
    Command(_("New article"), "book-open", "knowledge:new", "c a", ("knowledge", "create")),
    Command(_("Import a file"), "upload", "imports:new", "c i", ("import", "create")),
)
# The second key after "g", for the entries of the navigation.
GO = {
    "desk:home": "h",
    "inbox:list": "b",
    "customers:list": "c",
    "inquiries:check": "k",
    "tasks:day": "t",
    "segments:list": "s",
    "scoring:rfm": "r",
    "pivot:table": "y",
    "insights:overview": "e",
    "campaigns:list": "m",
    "knowledge:list": "w",
    "reports:service": "v",
    "store:board": "o",
    "imports:list": "i",
    "duplicates:list": "d",
    "quality:base": "q",
    "privacy:list": "p",
    "channels:list": "n",
}


def to_create(user: User) -> list[Command]:
    return [one for one in CREATE if user.may(*one.needs)]


def fits(label: str, text: str) -> bool:
    """Whether somebody who types `text` may mean this command; by pinyin and initials as well."""
    asked = [word for word, _ideographic in search.runs(text)]
    return bool(asked) and (
        text.casefold() in label.casefold() or all(word in _words(label) for word in asked)
    )


@lru_cache(maxsize=512)
def _words(label: str) -> frozenset[str]:
    initials = "".join(word[0] for word, _ideographic in search.runs(label))
    return frozenset([*search.tokens(label), initials])
