"""Who a customer is: what each source said of them, and the handles by which they can be recognised."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))


class Profile(models.Model):
    """What one source said about a customer, as it said it. Never destroyed: merging only moves it."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="profiles")
    source = models.CharField(_("came from"), max_length=40)
    source_key = models.CharField(
        _("number in the source"),
        max_length=120,
        blank=True,
        help_text=_("Empty when the source has no numbers."),
    )
    raw = models.JSONField(_("as received"), default=dict)
    digest = models.BigIntegerField(
        null=True,
        editable=False,
        help_text="Of what was last taken over; a row that says the same is no news.",
    )
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("source profile")
        verbose_name_plural = _("source profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="profile_number_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key or self.pk}"


class IdentityQuerySet(models.QuerySet["Identity"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(profile__customer__in=Customer.objects.visible_to(user, action))

    def attached(self) -> Self:
        return self.filter(detached_at=None)


class Identity(models.Model):
    """A handle by which a customer can be recognised, and how sure we are of it.

    Phone and e-mail may be shared by a household, so they are not unique; channel identities are.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", pgettext_lazy("address", "E-mail")
        CUSTOMER_NUMBER = "number", _("Customer number")
        CARD = "card", _("Member card")
        OPENID = "openid", _("WeChat openid")
        UNIONID = "unionid", _("WeChat unionid")
        WECOM = "wecom", _("WeCom contact")
        WHATSAPP = "whatsapp", _("WhatsApp")
        VISITOR = "visitor", _("Website visitor")
        ORDER = "order", _("Order number")

    SHARED = (Kind.PHONE, Kind.EMAIL)

    id = models.BigAutoField(primary_key=True)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    scope = models.CharField(
        _("belongs to"),
        max_length=60,
        blank=True,
        help_text=_("The account or numbering system it is unique in."),
    )
    value = models.CharField(_("value"), max_length=254, help_text=_("Normalised: E.164, lower case."))
    source = models.CharField(_("came from"), max_length=40)
    confidence = models.PositiveSmallIntegerField(_("confidence"), default=100, help_text=_("0 to 100."))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    detached_at = models.DateTimeField(_("detached"), null=True, blank=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        indexes = [
            models.Index(fields=["value", "kind"], name="identity_by_value"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope", "value"],
                condition=~Q(kind__in=["phone", "email"]) & Q(detached_at=None),
                name="identity_of_a_channel_is_unique",
            ),
            models.UniqueConstraint(
                fields=["profile", "kind", "scope", "value"], name="identity_is_said_once"
            ),
            models.CheckConstraint(
                name="identity_confidence_is_a_percentage", condition=Q(confidence__lte=100)
            ),
            models.CheckConstraint(name="identity_has_a_value", condition=~Q(value="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"
