"""Fields that a company adds to its customers, and what stands in them."""

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer

LONGEST_KEY = 40


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """The definitions, for those who define; what stands in the fields follows the customer."""
        return self if user.may("field", action) else self.none()

    def current(self) -> Self:
        return self.filter(archived_at=None)

    def with_options(self) -> Self:
        """With `options`, their choices in order: one query, because every list asks for it."""
        choices = FieldChoice.objects.filter(field=OuterRef("pk")).order_by("order", "pk")
        as_json = choices.values(
            json=JSONObject(key="key", en="label", zh="label_zh", archived="is_archived")
        )
        return self.annotate(options=ArraySubquery(as_json))


class CustomField(models.Model):
    """A question a company asks about every customer beside the built-in ones."""

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("field", "Text")
        NUMBER = "number", pgettext_lazy("field", "Number")
        MONEY = "money", pgettext_lazy("field", "Amount of money")
        DATE = "date", pgettext_lazy("field", "Date")
        CHOICE = "choice", pgettext_lazy("field", "One of several choices")
        SEVERAL = "several", pgettext_lazy("field", "Any of several choices")
        LINK = "link", pgettext_lazy("field", "Web address")

    key = models.CharField(
        _("key"),
        max_length=LONGEST_KEY,
        unique=True,
        help_text=_(
            "Small letters, digits and single underscores. Files and rules use it; it never changes."
        ),
    )
    label = models.CharField(_("label in English"), max_length=60)
    label_zh = models.CharField(_("label in Chinese"), max_length=60, blank=True)
    hint = models.CharField(_("hint in English"), max_length=200, blank=True)
    hint_zh = models.CharField(_("hint in Chinese"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TEXT)
    about = models.CharField(
        _("asked about"),
        max_length=12,
        choices=Customer.Kind,
        blank=True,
        help_text=_("Nothing chosen: about people and organisations."),
    )
    is_required = models.BooleanField(
        _("required"), default=False, help_text=_("Forms are not saved without it; files may leave it out.")
    )
    is_searchable = models.BooleanField(
        _("searchable"),
        default=False,
        help_text=_("The search box finds customers by it. Holds for what is saved from now on."),
    )
    is_listed = models.BooleanField(
        _("in the list"), default=False, help_text=_("Offered as a column of the customer list.")
    )
    viewers = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("who may see it"),
        default=list,
        blank=True,
        help_text=_("Nothing chosen: everybody who may see the customer."),
    )
    editors = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("who may change it"),
        default=list,
        blank=True,
        help_text=_("Nothing chosen: everybody who may see the field and change the customer."),
    )
    order = models.PositiveSmallIntegerField(_("place"), default=100)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ("order", "pk")
        constraints = [
            models.CheckConstraint(
                name="custom_field_key_is_a_plain_word",
                condition=Q(key__regex=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"),
            ),
            models.CheckConstraint(name="custom_field_has_a_label", condition=~Q(label="")),
        ]

    def __str__(self) -> str:
        return self.label


class FieldChoice(models.Model):
    """One of the answers that a field allows. Its words may change, its key does not."""

    access = "Choices are read with their field by every colleague."

    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="choices")
    key = models.CharField(_("key"), max_length=LONGEST_KEY)
    label = models.CharField(_("label in English"), max_length=60)
    label_zh = models.CharField(_("label in Chinese"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(_("place"), default=100)
    is_archived = models.BooleanField(
        _("archived"), default=False, help_text=_("No longer offered; customers who have it keep it.")
    )

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["field", "key"], name="choice_is_offered_once"),
            models.CheckConstraint(
                name="choice_key_is_a_plain_word", condition=Q(key__regex=r"^[a-z0-9]+(_[a-z0-9]+)*$")
            ),
            models.CheckConstraint(name="choice_has_a_label", condition=~Q(label="")),
        ]

    def __str__(self) -> str:
        return self.label


class FieldValuesQuerySet(models.QuerySet["FieldValues"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))


class FieldValues(models.Model):
    """What stands in the custom fields of one customer, by key. No row: nothing was ever filled in."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="custom"
    )
    values: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("values"), default=dict)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = FieldValuesQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom values")
        verbose_name_plural = _("custom values")
        indexes = [
            # Answers "is", "is one of" and "has one of" for every field, however many there will be.
            GinIndex(fields=["values"], name="customer_with_a_value", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)
