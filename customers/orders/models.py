"""Orders: facts from shops, tills, the API and files; corrected by their source, never edited here."""

from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer, of_visible


class Product(models.Model):
    """Something we sell."""

    access = "The catalogue is seen by every colleague."

    sku = models.CharField(_("article number"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=100, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("order", action):
            return self.none()
        return self.filter(of_visible(user))

    def counted(self) -> Self:
        """The orders that count as purchases: not cancelled, not given back in full."""
        return self.exclude(status__in=[Order.Status.CANCELLED, Order.Status.REFUNDED])


class Order(models.Model):
    """One purchase."""

    class Status(models.TextChoices):
        ORDERED = "ordered", _("Ordered")
        READY = "ready", _("Ready for pick-up")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")
        REFUNDED = "refunded", _("Refunded")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders", db_index=False)
    source = models.CharField(_("came from"), max_length=40)
    external_id = models.CharField(_("order number"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, default="web")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.COMPLETED)
    placed_at = models.DateTimeField(_("ordered at"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    refunded = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    items = models.PositiveIntegerField(_("items"), default=1)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["customer", "placed_at", "id"], name="order_of_a_customer"),
            BrinIndex(fields=["placed_at"], name="order_by_time", autosummarize=True),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="order_comes_once"),
            models.CheckConstraint(name="order_amount_is_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="order_refund_is_within_the_amount",
                condition=Q(refunded__gte=0) & Q(refunded__lte=models.F("amount")),
            ),
            models.CheckConstraint(
                name="order_currency_is_three_letters", condition=Q(currency__regex="^[A-Z]{3}$")
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """What was in an order."""

    access = "Read only through its order."

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(name="order_line_has_a_quantity", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} x {self.quantity}"


class Rollup(models.Model):
    """What a customer's orders add up to, in the company's currency. One row for every customer, always.

    Kept by set-based SQL in customers.orders.rollups, so that scoring and lists read one row per customer
    and never the orders.
    """

    access = "Read only through its customer."

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="rollup"
    )
    orders = models.PositiveIntegerField(_("orders"), default=0)
    days = models.PositiveIntegerField(_("days with an order"), default=0)
    total = models.DecimalField(_("total spent"), max_digits=16, decimal_places=2, default=0)
    first_order_at = models.DateTimeField(_("first order"), null=True)
    last_order_at = models.DateTimeField(_("last order"), null=True)

    class Meta:
        indexes = [
            models.Index(fields=["total", "customer"], name="rollup_by_total"),
            models.Index(fields=["orders", "customer"], name="rollup_by_orders"),
            models.Index(
                fields=["last_order_at", "customer"],
                name="rollup_by_last_order",
                condition=~Q(last_order_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="rollup_with_orders_has_dates",
                condition=Q(orders=0, last_order_at=None, first_order_at=None)
                | Q(orders__gt=0) & ~Q(last_order_at=None) & ~Q(first_order_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.total}"


class Stale(models.Model):
    """A customer whose orders add up to something else than before. Who follows that removes the row.

    Only ever appended to: a customer who orders twice is there twice, which costs less than to look first.
    """

    access = "Ids of customers, read by nobody but the sweep that follows them."

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.customer_id)
