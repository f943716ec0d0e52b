"""What people may ask of recommendations."""

from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import Customer
from customers.orders.models import Product
from customers.privacy.models import Protection
from segments.recommending import running, tasks
from segments.recommending.models import Exclusion, Learning, OptOut, Rejection, Setting


@transaction.atomic
def start(*, by: User) -> Learning:
    """Queues a learning from all orders."""
    learning = running.queue(by=by)
    if learning is None:
        raise Refused(_("Recommendations are already being learnt."))
    audit.record("recommending.started", learning, by=by)
    transaction.on_commit(partial(tasks.learn.delay, learning.pk))
    return learning


def is_learnt() -> bool:
    """Whether there is anything to suggest from."""
    return Learning.objects.done().exists()


def rejected(customer: Customer) -> list[Product]:
    """What the customer is not interested in."""
    return list(Product.objects.filter(rejection__customer=customer).order_by("name"))


def declined(customer: Customer) -> OptOut | None:
    """The customer's wish for no personal recommendations, if that is theirs."""
    return OptOut.objects.filter(customer=customer).first()


def is_personal() -> bool:
    """Whether the company makes personal recommendations."""
    return not Setting.objects.filter(is_personal=False).exists()


@transaction.atomic
def switch(*, is_personal: bool, by: User) -> None:
    """For everybody at once. What single customers said is kept."""
    row, _made = Setting.objects.update_or_create(
        pk=1, defaults={"is_personal": is_personal, "changed_by": by}
    )
    audit.record("recommending.switched", row, by=by, is_personal=is_personal)


@transaction.atomic
def exclude(*, product: Product | None = None, category: str = "", by: User) -> Exclusion:
    """From now on suggested to nobody."""
    try:
        with transaction.atomic():
            made = Exclusion.objects.create(product=product, category=category, created_by=by)
    except IntegrityError:
        raise Refused(_("This is not suggested already.")) from None
    audit.record("recommending.excluded", made, by=by, what=str(made))
    return made


@transaction.atomic
def include(exclusion: Exclusion, *, by: User) -> None:
    audit.record("recommending.included", exclusion, by=by, what=str(exclusion))
    exclusion.delete()


def reject(customer: Customer, product: Product, *, by: User) -> None:
    """The customer is not interested. Said twice, it is known once."""
    Rejection.objects.get_or_create(customer=customer, product=product, defaults={"created_by": by})


def take_back(customer: Customer, product: Product) -> None:
    Rejection.objects.filter(customer=customer, product=product).delete()


def is_personal_for(customer: Customer) -> bool:
    """Whether suggestions to this customer come from what they bought."""
    protected = Protection.objects.filter(customer=customer)
    return is_personal() and declined(customer) is None and not protected.exists()


@transaction.atomic
def choose(customer: Customer, *, personal: bool, by: User | None) -> None:
    """What the customer wants, as said to a colleague or, without one, on their own page."""
    if personal:
        changed = OptOut.objects.filter(customer=customer).delete()[0] > 0
    else:
        changed = OptOut.objects.get_or_create(customer=customer, defaults={"said_to": by})[1]
    if changed:
        audit.record("recommending.chosen", customer, by=by, personal=personal)
