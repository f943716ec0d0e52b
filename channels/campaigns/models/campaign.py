"""Campaigns: what is written to whom, and how it is tried out."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.consent.models import MESSAGES, Purpose
from channels.models import Channel
from channels.offers.models import Offer
from crm.accounts.models import User
from segments.models import Segment


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("campaign", action) else self.none()

    def drafts(self) -> Self:
        return self.filter(status=Campaign.Status.DRAFT)

    def running(self) -> Self:
        return self.filter(status__in=[Campaign.Status.MATERIALISING, Campaign.Status.RUNNING])

    def sending(self) -> Self:
        """Campaigns whose messages may go out now, over one of their channels at least."""
        usable = Q(channel__enabled=True) | Exists(
            Campaign.objects.filter(pk=OuterRef("pk"), ways__channel__enabled=True)
        )
        return self.timely().filter(usable, status=Campaign.Status.RUNNING)

    def timely(self) -> Self:
        """Those whose last moment has not come."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def overdue(self) -> Self:
        """Under way, or about to be, though their last moment is over."""
        alive = ["scheduled", "planning", "running"]
        return self.filter(status__in=alive, expires_at__lte=Now())

    def stoppable(self) -> Self:
        return self.exclude(status__in=[Campaign.Status.DONE, Campaign.Status.CANCELLED])

    def left_alone(self) -> Self:
        """Campaigns nobody works on: no worker has said so of late."""
        return self.exclude(lease_until__gt=Now())


class Campaign(models.Model):
    """One message to the members of a segment who allow it."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("campaign", "Draft")
        SCHEDULED = "scheduled", pgettext_lazy("campaign", "Scheduled")
        MATERIALISING = "planning", pgettext_lazy("campaign", "Preparing")
        RUNNING = "running", pgettext_lazy("campaign", "Sending")
        PAUSED = "paused", pgettext_lazy("campaign", "Paused")
        DONE = "done", pgettext_lazy("campaign", "Done")
        CANCELLED = "cancelled", pgettext_lazy("campaign", "Cancelled")

    class Metric(models.TextChoices):
        """By what the best variant of a test is known."""

        OPENS = "opens", _("Opens")
        CLICKS = "clicks", _("Clicks")
        ORDERS = "orders", _("Customers who ordered")

    name = models.CharField(_("name"), max_length=100)
    segment = models.ForeignKey(
        Segment, verbose_name=_("segment"), on_delete=models.PROTECT, related_name="campaigns"
    )
    channel = models.ForeignKey(
        Channel, verbose_name=_("channel"), on_delete=models.PROTECT, related_name="campaigns"
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=MESSAGES, default=Purpose.MARKETING)
    # Empty where no mail is among its channels.
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(
        _("text"), blank=True, help_text=_("Personal fields such as {{ name }} are filled in per customer.")
    )
    version = models.ForeignKey(
        "templating.Version",
        verbose_name=_("template"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="campaigns",
        help_text=_("Its words and pictures are those of a template. Later versions change nothing here."),
    )
    offer = models.ForeignKey(
        Offer,
        verbose_name=_("offer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="campaigns",
        help_text=_("Whose codes {{ coupon }} gives: one for each customer."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    cursor = models.BigIntegerField(
        default=0, editable=False, help_text="Last customer that got its delivery row."
    )
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    launched_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    launched_at = models.DateTimeField(_("launched"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    trouble = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why it had to be stopped."
    )
    planned_at = models.DateTimeField(
        null=True, editable=False, help_text="When everybody had a delivery row."
    )
    lease_until = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Until when workers said they are on it; a sweep sends new ones to the others.",
    )

    holdout = models.PositiveSmallIntegerField(
        _("hold back, in percent"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_(
            "So many of the reachable get nothing, so that you see what the campaign itself brought."
        ),
    )
    conversion_days = models.PositiveSmallIntegerField(
        _("count orders for … days"), default=7, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    decide_by = models.CharField(
        _("the winner is decided by"), max_length=6, choices=Metric, blank=True, default=""
    )
    test_share = models.PositiveSmallIntegerField(
        _("test with, in percent"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("The others wait for the variant that wins."),
    )
    test_hours = models.PositiveSmallIntegerField(
        _("decide after … hours"), default=24, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    marks_links = models.BooleanField(
        _("mark links for web statistics"),
        default=False,
        help_text=_("Adds utm_source, utm_medium, utm_campaign and utm_content to the addresses."),
    )
    excluded = models.ManyToManyField(
        Segment,
        verbose_name=_("but not to"),
        blank=True,
        through="Exclusion",
        related_name="excluded_from",
    )
    starts_at = models.DateTimeField(
        _("start at"), null=True, blank=True, help_text=_("Empty: as soon as it is launched.")
    )
    expires_at = models.DateTimeField(
        _("not after"),
        null=True,
        blank=True,
        help_text=_("Whoever has not got it by then gets nothing: an offer of yesterday is worth nothing."),
    )
    first_hour = models.PositiveSmallIntegerField(
        _("in the first hour, in percent"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Less than 100 starts slowly: with each hour three times as many have got it."),
    )
    salt = models.UUIDField(default=uuid4, editable=False, help_text="From which lots are drawn.")
    winner = models.PositiveSmallIntegerField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    measured_at = models.DateTimeField(null=True, editable=False)
    looked_over_at = models.DateTimeField(
        null=True, editable=False, help_text="When those were last left out who had left the segment."
    )

    # For a campaign as one of its channels carries it: that one's place, and all of them; see ways.py.
    place = 1
    over: "list[Any] | None" = None

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = [models.Index(fields=["-created_at", "-id"], name="campaign_newest_first")]
        constraints = [
            models.CheckConstraint(
                name="campaign_that_left_draft_was_launched",
                condition=Q(status__in=["draft", "cancelled"]) | ~Q(launched_at=None),
            ),
            models.CheckConstraint(
                name="campaign_ends_after_it_starts",
                condition=Q(starts_at=None) | Q(expires_at=None) | Q(expires_at__gt=models.F("starts_at")),
            ),
            models.CheckConstraint(name="campaign_holds_back_at_most_half", condition=Q(holdout__lte=50)),
            models.CheckConstraint(
                name="campaign_starts_with_some", condition=Q(first_hour__gte=1, first_hour__lte=100)
            ),
            models.CheckConstraint(
                name="campaign_that_keeps_some_waiting_knows_how_to_decide",
                condition=Q(test_share=100) | Q(test_share__range=(1, 99)) & ~Q(decide_by=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def number(self) -> int:
        """Its own subject and text are the first variant."""
        return 1

    @property
    def decides_at(self) -> datetime | None:
        """When the winner of its test is to be chosen; None before it was planned and where nobody waits."""
        waits = self.test_share < 100 and self.planned_at
        return self.planned_at + timedelta(hours=self.test_hours) if waits and self.planned_at else None

    @property
    def is_live(self) -> bool:
        """Whether its figures may still move by themselves."""
        return self.status in (self.Status.MATERIALISING, self.Status.RUNNING)


class Exclusion(models.Model):
    """A segment whose members a campaign passes over. While one does, the segment cannot be deleted."""

    access = "Read only through its campaign."

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="exclusions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "segment"], name="segment_is_excluded_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.segment_id}"


class Variant(models.Model):
    """Another wording of a campaign, tried against its own."""

    access = "Read only through its campaign."

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="variants", db_index=False, editable=False
    )
    number = models.PositiveSmallIntegerField(
        editable=False, help_text="From 2; 1 is the campaign's own text."
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    version = models.ForeignKey(
        "templating.Version",
        verbose_name=_("template"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="variants",
    )

    class Meta:
        verbose_name = _("variant")
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="variant_has_its_number"),
            models.CheckConstraint(name="variants_are_at_most_five", condition=Q(number__range=(2, 5))),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.number}"


class CampaignLink(models.Model):
    """An address in a campaign's text. Tracked links name its row, so no address ever travels in a link."""

    access = "Read only through its campaign."

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    url = models.URLField(max_length=1000)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["campaign", "url"], name="campaign_link_is_kept_once"),
            models.UniqueConstraint(fields=["campaign", "number"], name="campaign_link_has_its_number"),
            models.CheckConstraint(
                name="campaign_link_leads_to_the_web", condition=Q(url__regex="^https?://")
            ),
        ]

    def __str__(self) -> str:
        return self.url
