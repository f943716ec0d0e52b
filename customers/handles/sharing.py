"""Who else has a handle, and what that makes of it: a household's, a switchboard's, one given to others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.lib.copying import array
from customers.identity.normalising import name_key
from customers.matching.models import TOO_MANY
from customers.matching.standard import Said, standardise
from customers.models import Customer

# With so many different names a handle is evidence, never a reason to join anybody.
MANY_NAMES = 3
# A family is smaller; judged, not measured.
LARGEST_FAMILY = 6
SHOWN = 5
# A number lies fallow before it is given to somebody else.
FALLOW = timedelta(days=30)
HOLDERS = """
    SELECT h.kind, h.value, f.customer_id, f.name, f.organisation, f.first_seen_at, f.last_seen_at
    FROM unnest(%s::text[], %s::text[]) AS h (kind, value)
    CROSS JOIN LATERAL (
        SELECT c.id AS customer_id, c.name, c.kind = 'organisation' AS organisation,
               i.first_seen_at, i.last_seen_at
        FROM identity_identity AS i
        JOIN identity_profile AS p ON p.id = i.profile_id
        JOIN customers_customer AS c ON c.id = p.customer_id AND c.deleted_at IS NULL
        WHERE i.value = h.value AND i.kind = h.kind AND i.detached_at IS NULL
        LIMIT %s
    ) AS f
"""

# Kind and value.
Key = tuple[str, str]


class Share(models.TextChoices):
    ALONE = "alone", _("One person's")
    REUSED = "reused", _("Given to somebody else")
    TWO = "two", _("Two people")
    HOUSEHOLD = "household", _("Household")
    SWITCHBOARD = "switchboard", _("Switchboard")
    PLACEHOLDER = "placeholder", _("Placeholder")


# What matching makes of it.
DAMPED = {
    Share.REUSED: _("Counts less: the number went from one person to another."),
    Share.TWO: _("Counts less: two different names stand beside it."),
    Share.HOUSEHOLD: _("Counts little and joins nobody by itself: a family shares it."),
    Share.SWITCHBOARD: _("Counts little and joins nobody by itself: a company's line or mailbox."),
    Share.PLACEHOLDER: _("Does not count: so many have it that it recognises nobody."),
}


@dataclass(frozen=True)
class Holder:
    """A customer who has a handle, and from when until when that was said."""

    pk: int
    name: str
    is_organisation: bool
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class Sharing:
    """`seen` may be opened; of the others only the team is told."""

    share: str
    names: int
    seen: Sequence[Customer] = ()
    hidden: int = 0
    hidden_teams: Sequence[str] = ()
    is_capped: bool = False

    @property
    def damped(self) -> str:
        return str(DAMPED.get(Share(self.share), ""))


def of(customer: Customer, handles: Iterable[Key], reader: User) -> Mapping[Key, Sharing]:
    """How each of these handles of a customer is shared, in three statements."""
    keys = list(dict.fromkeys(handles))
    holders = _holders(keys)
    others = {key: [pk for pk in rows if pk != customer.pk][:SHOWN] for key, rows in holders.items()}
    wanted = {pk for pks in others.values() for pk in pks}
    seen = Customer.objects.visible_to(reader).select_related("owner").in_bulk(list(wanted))
    teams = _teams(wanted - seen.keys())
    return {key: _sharing(customer, holders.get(key, {}), others.get(key, []), seen, teams) for key in keys}


def _sharing(
    customer: Customer,
    holders: Mapping[int, Holder],
    others: Sequence[int],
    seen: Mapping[int, Customer],
    teams: Mapping[int, str],
) -> Sharing:
    names = {_name_of(one) for one in holders.values()}
    shown = [seen[pk] for pk in others if pk in seen]
    hidden = [pk for pk in others if pk not in seen]
    return Sharing(
        share=share_of(customer.pk, holders, len(names)).value,
        names=len(names),
        seen=shown,
        hidden=len(hidden),
        hidden_teams=sorted({teams[pk] for pk in hidden if teams.get(pk)}),
        is_capped=len(holders) - 1 > len(others),
    )


def share_of(own: int, holders: Mapping[int, Holder], names: int) -> Share:
    """As matching sees it: by the number of different names, with words for what that mostly is."""
    if len(holders) > TOO_MANY:
        return Share.PLACEHOLDER
    if names >= MANY_NAMES:
        crowd = names > LARGEST_FAMILY or any(one.is_organisation for one in holders.values())
        return Share.SWITCHBOARD if crowd else Share.HOUSEHOLD
    if names < 2:
        return Share.ALONE
    mine = holders.get(own)
    others = [one for pk, one in holders.items() if pk != own]
    if mine and all(_apart(mine, one) for one in others):
        return Share.REUSED
    return Share.TWO


def _apart(one: Holder, other: Holder) -> bool:
    """Whether one's time with the handle was over well before the other's began."""
    early, late = sorted((one, other), key=lambda holder: holder.first_seen_at)
    return early.last_seen_at + FALLOW < late.first_seen_at


def _name_of(holder: Holder) -> str:
    said = Said(name=holder.name, is_organisation=holder.is_organisation)
    return standardise(said).name_key or name_key(holder.name)


def _holders(keys: Collection[Key]) -> Mapping[Key, dict[int, Holder]]:
    """Customers by handle, one more than too many at most."""
    found: dict[Key, dict[int, Holder]] = defaultdict(dict)
    if not keys:
        return found
    kinds, values = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [array(kinds), array(values), TOO_MANY + 1])
        for kind, value, pk, name, is_organisation, first, last in cursor.fetchall():
            known = found[kind, value].get(pk)
            if known:
                first, last = min(first, known.first_seen_at), max(last, known.last_seen_at)
            found[kind, value][pk] = Holder(pk, name, is_organisation, first, last)
    return found


def _teams(customer_ids: Collection[int]) -> Mapping[int, str]:
    rows = Customer.objects.present().filter(pk__in=customer_ids).values_list("pk", "team__name")
    return {pk: name or "" for pk, name in rows}
