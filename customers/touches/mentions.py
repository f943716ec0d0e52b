"""Colleagues who are named in a text: @Lin Yue, @林悦 or @linyue."""

from collections import defaultdict

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.errors import Refused
from customers.models import Customer

MOST_OFFERED = 6
LOOKED_AT = 40
# How an entry keeps them: the word in the text, and who that is.
Mentions = dict[str, tuple[int, str]]


def find(text: str, customer: Customer) -> Mentions:
    """Raises Refused for somebody who may not see the customer, and for a name that two colleagues have."""
    if "@" not in text:
        return {}
    known, found = _colleagues(), dict[str, User]()
    for place, sign in enumerate(text):
        if sign == "@" and not _continues_word(text, place):
            word = _longest_name(text[place + 1 : place + 120], known)
            if word:
                found[word] = _the_one(word, known[word.casefold()])
    for user in set(found.values()):
        if not Customer.objects.visible_to(user).filter(pk=customer.pk).exists():
            raise Refused(
                _("%(name)s may not see this customer and can therefore not be mentioned here.")
                % {"name": user}
            )
    return {word: (user.pk, str(user)) for word, user in found.items()}


def offered(typed: str, customer: Customer) -> list[User]:
    """Colleagues whose name begins so and who may see the customer."""
    people = User.objects.filter(is_active=True).exclude(roles=[])
    if typed:
        people = people.filter(
            Q(name__istartswith=typed) | Q(username__istartswith=typed) | Q(name__icontains=f" {typed}")
        )
    found: list[User] = []
    for user in people.order_by("name", "pk")[:LOOKED_AT]:
        if len(found) < MOST_OFFERED and Customer.objects.visible_to(user).filter(pk=customer.pk).exists():
            found.append(user)
    return found


def _colleagues() -> dict[str, list[User]]:
    known = defaultdict[str, list[User]](list)
    for user in User.objects.filter(is_active=True):
        for word in {user.username.casefold(), user.name.casefold()} - {""}:
            known[word].append(user)
    return known


def _continues_word(text: str, place: int) -> bool:
    """Whether the @ stands inside something like an e-mail address."""
    return (
        place > 0 and text[place - 1].isascii() and (text[place - 1].isalnum() or text[place - 1] in "._-+")
    )


def _longest_name(rest: str, known: dict[str, list[User]]) -> str:
    folded = rest.casefold()
    fitting = [name for name in known if folded.startswith(name) and _ends_there(folded, len(name))]
    return rest[: len(max(fitting, key=len))] if fitting else ""


def _ends_there(text: str, end: int) -> bool:
    """A Latin name must not go on; a Chinese one may be followed by anything."""
    last, after = text[end - 1], text[end : end + 1]
    return not (last.isascii() and last.isalnum() and after.isascii() and after.isalnum())


def _the_one(word: str, users: list[User]) -> User:
    if len(users) > 1:
        raise Refused(
            _("Several colleagues are called %(name)s. Please mention one by user name: %(usernames)s.")
            % {"name": word, "usernames": ", ".join(f"@{user.username}" for user in users)}
        )
    return users[0]
