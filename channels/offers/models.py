"""Offers, the codes that stand for them, and what became of the codes."""

from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer
from customers.orders.models import Product
from segments.models import Segment

CENT = MinValueValidator(Decimal("0.01"))


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("offer", action) else self.none()

    def current(self) -> Self:
        """Those whose codes may still be given to somebody."""
        return self.filter(stopped_at=None).exclude(ends_at__lte=timezone.now())


class Offer(models.Model):
    """What a customer gets who shows one of its codes, and under which conditions."""

    class Gives(models.TextChoices):
        PERCENT = "percent", _("A percentage off")
        AMOUNT = "amount", _("An amount off")
        PRODUCT = "product", _("A product for free")
        SHIPPING = "shipping", _("Free shipping")

    class Codes(models.TextChoices):
        UNIQUE = "unique", _("A code of their own for each customer")
        SHARED = "shared", _("One code for everybody")

    name = models.CharField(_("name"), max_length=100, unique=True)
    gives = models.CharField(_("gives"), max_length=8, choices=Gives, default=Gives.PERCENT)
    percent = models.DecimalField(
        _("percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[CENT, MaxValueValidator(100)],
    )
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[CENT]
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    minimum = models.DecimalField(
        _("minimum order"),
        max_digits=14,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(Decimal(0))],
    )
    skus = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    categories = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    segment = models.ForeignKey(
        Segment,
        verbose_name=_("only for"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="offers",
    )
    starts_at = models.DateTimeField(_("valid from"), default=timezone.now)
    ends_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    most_in_all = models.PositiveIntegerField(
        _("at most so often in all"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    most_each = models.PositiveIntegerField(
        _("at most so often per customer"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    is_stackable = models.BooleanField(_("may be used together with other codes"), default=False)
    codes = models.CharField(_("codes"), max_length=6, choices=Codes, default=Codes.UNIQUE)
    # Codes are made in the background until there are as many as wanted.
    codes_wanted = models.PositiveIntegerField(default=0, editable=False)
    codes_made = models.PositiveIntegerField(default=0, editable=False)
    # Kept in the transaction of each redemption, which holds this row.
    uses = models.PositiveIntegerField(default=0, editable=False)
    revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0, editable=False)
    cost = models.DecimalField(max_digits=16, decimal_places=2, default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                name="offer_gives_what_it_says",
                condition=Q(gives="percent", percent__gt=0, percent__lte=100)
                | Q(gives="amount", amount__gt=0)
                | Q(gives="product", product__isnull=False)
                | Q(gives="shipping"),
            ),
            models.CheckConstraint(
                name="offer_ends_after_it_starts", condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="offer_is_not_used_too_often",
                condition=Q(most_in_all=None) | Q(uses__lte=F("most_in_all")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unique(self) -> bool:
        return self.codes == self.Codes.UNIQUE

    @property
    def is_making_codes(self) -> bool:
        return self.codes_made < self.codes_wanted

    @property
    def state(self) -> str:
        """stopped, over, coming or open."""
        now = timezone.now()
        if self.stopped_at:
            return "stopped"
        if self.ends_at and self.ends_at <= now:
            return "over"
        return "coming" if self.starts_at > now else "open"


class CouponQuerySet(models.QuerySet["Coupon"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Codes that somebody has. The free ones are seen by nobody."""
        if not user.may("coupon", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Coupon(models.Model):
    """One code. A code of their own belongs to a customer from the moment a message, or a till, gave it."""

    id = models.BigAutoField(primary_key=True)
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="coupons", db_index=False
    )
    code = models.CharField(_("code"), max_length=24, unique=True)
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="coupons", db_index=False
    )
    # Of joined customers both codes stay good; a message repeats the main one.
    is_main = models.BooleanField(default=True)
    given_at = models.DateTimeField(_("given"), null=True)
    used_at = models.DateTimeField(_("redeemed"), null=True)

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        indexes = [
            models.Index(
                fields=["offer", "id"], name="coupon_free", condition=Q(customer=None, given_at=None)
            ),
            models.Index(
                fields=["customer", "given_at"], name="coupon_of_customer", condition=~Q(customer=None)
            ),
            models.Index(fields=["offer"], name="coupon_given", condition=~Q(given_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "customer"],
                condition=Q(is_main=True),
                name="coupon_is_one_for_each_customer",
            ),
            models.CheckConstraint(
                name="coupon_somebody_has_was_given", condition=Q(customer=None) | ~Q(given_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Whoever stands at a till serves everybody; names are shown to whom the customer is."""
        return self if user.may("coupon", action) else self.none()

    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(taken_back_at=None)


class Redemption(models.Model):
    """That a code was used for an order. Taken back, it stays on record and the code is good again."""

    id = models.BigAutoField(primary_key=True)
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="redemptions", db_index=False
    )
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="redemptions")
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="redemptions", db_index=False
    )
    # An order may be told before or after its coupon, so it is known by its number.
    order_source = models.CharField(_("came from"), max_length=40)
    order_number = models.CharField(_("order number"), max_length=120)
    basket = models.DecimalField(_("basket"), max_digits=14, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=2)
    is_single = models.BooleanField(default=True, help_text="Of a code that is good for one order only.")
    key = models.CharField(max_length=80, help_text="Said again by whoever is not sure of having asked.")
    by = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("redeemed"), default=timezone.now)
    taken_back_at = models.DateTimeField(_("taken back"), null=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redeemed coupon")
        verbose_name_plural = _("redeemed coupons")
        indexes = [
            models.Index(fields=["offer", "at"], name="redemption_of_offer"),
            models.Index(fields=["customer", "at"], name="redemption_of_customer"),
            models.Index(fields=["order_source", "order_number"], name="redemption_of_order"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["by", "key"], name="redemption_is_asked_for_once"),
            models.UniqueConstraint(
                fields=["coupon"],
                condition=Q(is_single=True, taken_back_at=None),
                name="coupon_is_redeemed_once",
            ),
            models.CheckConstraint(
                name="redemption_gives_no_more_than_there_is",
                condition=Q(basket__gte=0, discount__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.order_number}"
