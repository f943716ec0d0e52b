"""Who is similar to the customer that somebody is typing: by name with a city, a birthday or a company."""

from collections.abc import Collection
from dataclasses import replace

from crm.accounts.models import User
from customers.identity.likeness import SHOWN, Alike, told
from customers.matching import candidates, hints
from customers.matching.standard import Said, standardise
from customers.models import Customer

NOBODY = Alike([], [], 0)
# Among so many with one name it is looked for those of the same company.
NAMESAKES = 50


def similar(user: User, said: Said, *, company: str = "", beside: Collection[int] = ()) -> Alike:
    """What `user` is told of present customers who may be meant, the likeliest first."""
    if not said.name:
        return NOBODY
    # Who has the same phone or e-mail is told apart, whatever their name.
    standard = standardise(replace(said, phone="", email=""))
    ask_from = hints.least()
    kind = Customer.Kind.ORGANISATION if said.is_organisation else Customer.Kind.PERSON
    found = candidates.like([standard], beside=beside, kind=kind)
    likely = [one.customer_pk for one in found if hints.is_alike(one.scored, ask_from)]
    pks = dict.fromkeys([*likely[:SHOWN], *_colleagues(said.name, company, beside)])
    if not pks:
        return NOBODY
    answer = told(user, Customer.objects.present().filter(pk__in=list(pks)))
    places = {pk: place for place, pk in enumerate(pks)}
    return replace(answer, seen=sorted(answer.seen, key=lambda one: places[one.pk]))


def _colleagues(name: str, company: str, beside: Collection[int]) -> list[int]:
    if not company:
        return []
    namesakes = Customer.objects.present().filter(name=name).exclude(pk__in=list(beside))
    rows = namesakes.order_by("pk").values_list("pk", "company")[:NAMESAKES]
    return [pk for pk, works_at in rows if works_at.casefold() == company.casefold()][:SHOWN]
