"""Single messages that the product owes one customer, such as a link to their own page. Features say what is
written; the app of the channels delivers it, asks its gate first and keeps the books:

    letters.register(Letter("preferences", draft))
    letters.post(customer, "preferences", about=key, by=user)

`draft(about)` is asked at the moment of sending, in the customer's language; None means that the letter is no
longer wanted. `{{ name }}` in its words becomes the customer's name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.errors import Refused
from customers.models import Customer


@dataclass(frozen=True)
class Draft:
    """What a letter says: paragraphs, then a button that leads to `url`. `to` is another address."""

    subject: str
    paragraphs: Sequence[str]
    button: str
    url: str
    to: str = ""


@dataclass(frozen=True)
class Letter:
    key: str
    draft: Callable[[UUID], Draft | None]


Post = Callable[[Customer, str, UUID, User | None], None]

_letters: dict[str, Letter] = {}
_posts: list[Post] = []


def register(letter: Letter) -> None:
    _letters[letter.key] = letter


def deliver_by(post: Post) -> None:
    """Called once, by whoever has the channels."""
    _posts[:] = [post]


def find(key: str) -> Letter | None:
    return _letters.get(key)


def post(customer: Customer, key: str, *, about: UUID, by: User | None) -> None:
    """Writes the letter down in the caller's transaction; it leaves right after it."""
    if not _posts:
        raise Refused(_("There is no channel to send this by."))
    _posts[0](customer, key, about, by)
