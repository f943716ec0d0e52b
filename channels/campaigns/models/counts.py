"""What a campaign's rows add up to, kept so that pages need not count them."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.campaigns.models.campaign import Campaign


class Tally(models.Model):
    """How many deliveries of a campaign ended how, kept in the transaction that ends them.

    Counting a million rows at each look at a running campaign would cost more than sending them.
    """

    access = "Holds no customer data; read only through its campaign."

    class What(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("tally", "Planned")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "Sent")
        SKIPPED = "skipped", pgettext_lazy("delivery", "Left out")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("delivery", "Unknown")
        OPENED = "opened", _("Opened")
        CLICKED = "clicked", _("Clicked")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    what = models.CharField(max_length=12, choices=What)
    reason = models.CharField(max_length=60, blank=True)
    way = models.PositiveSmallIntegerField(default=1, db_default=1)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "what", "reason", "way"], name="tally_is_kept_once_a_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.reason}: {self.count}"


class Outcome(models.Model):
    """What one arm of a campaign did and bought, as counted last. Money is in the company's currency."""

    access = "Holds no customer data; read only through its campaign."

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    arm = models.PositiveSmallIntegerField(help_text="See arms.py; a winner's latecomers have their own.")
    members = models.BigIntegerField()
    sent = models.BigIntegerField()
    opened = models.BigIntegerField()
    clicked = models.BigIntegerField()
    unsubscribed = models.BigIntegerField()
    buyers = models.BigIntegerField(
        help_text="Who ordered in the window, whether or not the message reached them."
    )
    orders = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal(0))
    squares = models.FloatField(default=0, help_text="Sum of the squares of what each customer spent.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "arm"], name="outcome_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.arm}: {self.buyers} of {self.members}"

    @classmethod
    def nothing(cls, arm: int) -> Self:
        """An arm of which nothing was counted yet."""
        return cls(arm=arm, members=0, sent=0, opened=0, clicked=0, unsubscribed=0, buyers=0, orders=0)
