"""What people do with saved lists: keep, change, copy, delete, pin, open first."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.accounts.sharing import Audience
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.listing import canonical
from customers.lists.models import Mark, SavedList

MOST_LISTS = 200
MOST_TABS = 12


@transaction.atomic
def keep(
    name: str, query: str, *, by: User, audience: str = "private", team: Team | None = None
) -> SavedList:
    """A new list, pinned for whoever made it."""
    if SavedList.objects.filter(owner=by).count() >= MOST_LISTS:
        raise Refused(_("You have %(most)s lists already. Delete some first.") % {"most": MOST_LISTS})
    made = SavedList(name=name, query=canonical(query, by), owner=by, audience=audience, team=team)
    _save(made)
    if made.audience != Audience.PRIVATE:
        audit.record("list.shared", made, by=by, audience=made.audience)
    if Mark.objects.filter(user=by, is_pinned=True).count() < MOST_TABS:
        Mark.objects.create(user=by, saved_list=made, is_pinned=True)
    return made


@transaction.atomic
def change(kept: SavedList, *, by: User, was: str) -> None:
    """Saves name and audience. `was` is the audience it had."""
    _save(kept)
    if kept.audience != was:
        audit.record("list.shared", kept, by=by, audience=kept.audience)


def ask_anew(kept: SavedList, query: str, *, by: User) -> None:
    """The list shows from now on what stands in `query`."""
    kept.query = canonical(query, by)
    kept.save(update_fields=["query", "updated_at"])


def copy(kept: SavedList, *, by: User) -> SavedList:
    """A private list of one's own that shows the same."""
    taken = set(SavedList.objects.filter(owner=by).values_list("name", flat=True))
    name, number = kept.name, 1
    while name in taken:
        number += 1
        name = f"{kept.name[:70]} ({number})"
    return keep(name, kept.query, by=by)


@transaction.atomic
def delete(kept: SavedList, *, by: User) -> None:
    audit.record("list.deleted", kept, by=by, name=kept.name, audience=kept.audience)
    kept.delete()


@transaction.atomic
def pin(kept: SavedList, *, by: User, pinned: bool) -> None:
    others = Mark.objects.filter(user=by, is_pinned=True).exclude(saved_list=kept)
    if pinned and others.count() >= MOST_TABS:
        raise Refused(_("At most %(most)s lists fit as tabs. Unpin one first.") % {"most": MOST_TABS})
    Mark.objects.update_or_create(user=by, saved_list=kept, defaults={"is_pinned": pinned})


@transaction.atomic
def open_first(kept: SavedList | None, *, by: User) -> None:
    """The customers open with this list; None: with everybody."""
    User.objects.select_for_update().get(pk=by.pk)
    Mark.objects.filter(user=by, is_default=True).update(is_default=False)
    if kept:
        Mark.objects.update_or_create(user=by, saved_list=kept, defaults={"is_default": True})


def _save(kept: SavedList) -> None:
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        raise Refused(_("You have a list of this name already.")) from None
