"""Orders that customers fetch from a shop, and the shops they fetch them from."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.orders.models import Order

# Orders that are still to be fetched.
OPEN = (Order.Status.ORDERED, Order.Status.READY)


class Shop(models.Model):
    """A place of ours where customers fetch what they ordered."""

    access = "Names and hours of our shops are public."

    key = models.CharField(
        _("shop number"),
        max_length=40,
        unique=True,
        help_text=_("By which tills and the web shop name it."),
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=100, blank=True)
    is_open = models.BooleanField(_("in business"), default=True)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PickupQuerySet(models.QuerySet["Pickup"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Whoever stands at a counter serves everybody who comes in, whosever customer that is."""
        return self if user.may("store", action) else self.none()

    def waiting(self) -> Self:
        return self.filter(closed_at=None, order__status__in=OPEN)

    def ready(self) -> Self:
        return self.filter(closed_at=None, order__status=Order.Status.READY)


class Pickup(models.Model):
    """That an order is fetched from a shop. What the order is worth and how far it is, it says itself."""

    id = models.BigAutoField(primary_key=True)
    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="pickup")
    shop = models.ForeignKey(
        Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="pickups", db_index=False
    )
    code = models.CharField(_("pick-up code"), max_length=6)
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(_("ready since"), null=True, blank=True)
    picked_at = models.DateTimeField(_("picked up"), null=True, blank=True)
    # Handed out, cancelled or given back: no longer on the counter's mind, and its code is free again.
    closed_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        User, verbose_name=_("handed out by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    fetched_by = models.CharField(
        _("fetched by"), max_length=100, blank=True, help_text=_("Empty: the customer.")
    )
    told_at = models.DateTimeField(_("customer told"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    objects = PickupQuerySet.as_manager()

    class Meta:
        verbose_name = _("pick-up")
        verbose_name_plural = _("pick-ups")
        indexes = [
            models.Index(fields=["shop", "created_at"], name="pickup_waiting", condition=Q(closed_at=None)),
            models.Index(fields=["shop", "-closed_at"], name="pickup_done", condition=~Q(closed_at=None)),
            models.Index(fields=["code"], name="pickup_by_code"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(closed_at=None), name="pickup_code_is_one_at_a_time"
            ),
            models.CheckConstraint(name="pickup_code_is_six_digits", condition=Q(code__regex="^[0-9]{6}$")),
            models.CheckConstraint(
                name="pickup_picked_up_is_closed",
                condition=Q(picked_at=None) | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code
