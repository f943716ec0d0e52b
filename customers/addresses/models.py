"""Further addresses of a customer: where things go, where bills go, where somebody works."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer

# The columns that say where. The customer has the same ones, for its main address.
PLACE = ("country", "province", "city", "address", "postcode")


class AddressQuerySet(models.QuerySet["Address"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))


class Address(models.Model):
    """One address. That of `is_main` stands on the customer; here is only its kind and who receives."""

    class Kind(models.TextChoices):
        HOME = "home", pgettext_lazy("address", "Home")
        WORK = "work", pgettext_lazy("address", "Work")
        DELIVERY = "delivery", pgettext_lazy("address", "Delivery")
        BILLING = "billing", pgettext_lazy("address", "Billing")
        OTHER = "other", pgettext_lazy("address", "Other")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(
        pgettext_lazy("address", "kind"), max_length=8, choices=Kind, default=Kind.DELIVERY
    )
    is_main = models.BooleanField(_("main address"), default=False, editable=False)
    recipient = models.CharField(
        _("recipient"), max_length=200, blank=True, help_text=_("Empty: the customer.")
    )
    phone = models.CharField(_("phone of the recipient"), max_length=32, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    province = models.CharField(_("province"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_main=True), name="customer_has_one_main_address"
            ),
            models.CheckConstraint(
                name="main_address_stands_on_the_customer",
                condition=Q(is_main=False) | Q(country="", province="", city="", address="", postcode=""),
            ),
            models.CheckConstraint(
                name="address_says_where", condition=Q(is_main=True) | ~Q(address="") | ~Q(city="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"


def place_of(row: Customer | Address) -> dict[str, str]:
    return {name: getattr(row, name) for name in PLACE}
