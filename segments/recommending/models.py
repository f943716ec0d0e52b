"""Recommendations: which products go together, what sells now, and what people said about it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer
from customers.orders.models import Product
from segments.leasing import Leased, LeasedQuerySet


class Method(models.TextChoices):
    """How products are found that go with others. The first is what the others have to beat."""

    POPULARITY = "popularity", _("Best-sellers")
    COSINE = "cosine", _("Cosine similarity")
    LLR = "llr", _("Log-likelihood ratio")
    EASE = "ease", _("EASE (linear model)")


class LearningQuerySet(LeasedQuerySet["Learning"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class Learning(Leased):
    """One learning from all orders: the methods are tried on the newest of them, the best is published."""

    method = models.CharField(_("method"), max_length=10, choices=Method, blank=True)
    report = models.JSONField(default=dict, help_text="What each method found of what was bought later.")
    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    products = models.PositiveBigIntegerField(_("products"), default=0)
    seconds = models.FloatField(default=0)

    objects = LearningQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning of recommendations")
        verbose_name_plural = _("learnings of recommendations")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(status__in=["queued", "running"]),
                name="learning_is_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"


class Neighbour(models.Model):
    """A product that goes with another. Derived: without foreign keys in the database, renewed as a whole."""

    access = "Says nothing about any one customer."

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    neighbour = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    weight = models.FloatField()
    support = models.PositiveIntegerField(help_text="Customers who bought both.")
    share = models.FloatField(help_text="Of those who bought the product, who bought the neighbour.")

    class Meta:
        indexes = [models.Index(fields=["product"], name="neighbours_of_a_product")]

    def __str__(self) -> str:
        return f"{self.product_id} → {self.neighbour_id}"


class Figures(models.Model):
    """What is known about how a product sells. Renewed together with the neighbours."""

    access = "Says nothing about any one customer."

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    popularity = models.FloatField(db_index=True, help_text="Buyers, each halved every 30 days.")
    trend = models.FloatField(help_text="Whether it sells better now than before; around 1.")
    recent = models.PositiveIntegerField(help_text="Customers who bought it in the last 30 days.")
    gap_days = models.PositiveIntegerField(null=True, help_text="Half of those who buy again do so by then.")
    repeat_share = models.FloatField(help_text="Of its buyers, who bought it on several days.")
    last_sold_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "figures"

    def __str__(self) -> str:
        return str(self.product_id)


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class Exclusion(models.Model):
    """A product, or all of a category, that is suggested to nobody."""

    product = models.OneToOneField(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    category = models.CharField(_("category"), max_length=100, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.CheckConstraint(
                name="exclusion_is_a_product_or_a_category",
                condition=Q(product=None) & ~Q(category="") | Q(category="") & ~Q(product=None),
            ),
            models.UniqueConstraint(
                fields=["category"], condition=~Q(category=""), name="category_is_excluded_once"
            ),
        ]

    def __str__(self) -> str:
        return self.category or str(self.product)


class Rejection(models.Model):
    """A customer is not interested in a product, and is not asked again."""

    access = "Read only through its customer."

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="rejections")
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        on_delete=models.CASCADE,
        related_name="rejections",
        related_query_name="rejection",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(_("noted"), default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "product"], name="product_is_rejected_once"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.product_id}"


class OptOut(models.Model):
    """A customer who wants no personal recommendations. What everybody is shown they may see."""

    access = "Read only through its customer."

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="recommending_opt_out"
    )
    # Empty when the customer said so on their own page.
    said_to = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField(_("since"), default=timezone.now)

    def __str__(self) -> str:
        return str(self.customer_id)


class Setting(models.Model):
    """Whether the company makes personal recommendations at all. Without a row it does."""

    access = "A switch of the company's, shown to whoever sees scores."

    is_personal = models.BooleanField(default=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(name="recommending_setting_is_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return "personal" if self.is_personal else "the same for everybody"
