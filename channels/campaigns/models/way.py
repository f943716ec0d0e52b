"""The channels of a campaign, in the order in which they are tried for each customer."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.campaigns.models.campaign import Campaign
from channels.models import Channel

MOST_WAYS = 4


class Way(models.Model):
    """One channel of a campaign. The first is the campaign's own; mails say what the campaign's text says."""

    access = "Read only through its campaign."

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="ways", db_index=False)
    place = models.PositiveSmallIntegerField(editable=False, help_text="From 1; the first is tried first.")
    channel = models.ForeignKey(
        Channel, verbose_name=_("channel"), on_delete=models.PROTECT, related_name="ways"
    )
    text = models.TextField(_("short text"), max_length=2000, blank=True)
    version = models.ForeignKey(
        "templating.Version",
        verbose_name=pgettext_lazy("message", "template"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ways",
        help_text=_("Instead of a text of its own."),
    )
    template = models.CharField(
        _("approved template"),
        max_length=200,
        blank=True,
        help_text=_("Goes to those whom the provider lets us write to with a template only."),
    )
    blanks = models.TextField(
        _("blanks of the template"),
        max_length=2000,
        blank=True,
        help_text=_("One line for each blank, in their order; personal fields may stand in them."),
    )
    cost = models.DecimalField(
        max_digits=10,
        decimal_places=4,
        default=Decimal(0),
        editable=False,
        help_text="Of one message when it was launched, in the company's currency.",
    )

    class Meta:
        verbose_name = _("channel of a campaign")
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(fields=["campaign", "place"], name="way_has_its_place"),
            models.UniqueConstraint(fields=["campaign", "channel"], name="way_is_taken_once"),
            models.CheckConstraint(
                name="ways_are_at_most_four", condition=Q(place__gte=1, place__lte=MOST_WAYS)
            ),
            models.CheckConstraint(name="way_costs_nothing_or_something", condition=Q(cost__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.place}"

    @property
    def is_mail(self) -> bool:
        return self.channel.kind == "email"


class WayOutcome(models.Model):
    """What came of one channel of a campaign, as counted last. Money is in the company's currency."""

    access = "Holds no customer data; read only through its campaign."

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="way_outcomes", db_index=False
    )
    way = models.PositiveSmallIntegerField()
    sent = models.BigIntegerField()
    unknown = models.BigIntegerField()
    clicked = models.BigIntegerField()
    unsubscribed = models.BigIntegerField()
    buyers = models.BigIntegerField(help_text="Of those to whom it went.")
    revenue = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal(0))
    messages = models.BigIntegerField(help_text="As the provider counts them: long texts are several.")
    cost = models.DecimalField(
        max_digits=20, decimal_places=4, default=Decimal(0), validators=[MinValueValidator(0)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "way"], name="way_outcome_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.way}: {self.sent}"
