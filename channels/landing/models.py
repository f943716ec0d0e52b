"""Landing pages: what they say and ask, who looked, and what somebody sent."""

import secrets
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign
from crm.accounts.models import User
from customers.models import Customer, of_visible


def new_slug() -> str:
    return secrets.token_hex(4)


class LandingPageQuerySet(models.QuerySet["LandingPage"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("landing", action) else self.none()

    def published(self) -> Self:
        return self.exclude(published_at=None)


class LandingPage(models.Model):
    """One page on the web with a form, in both languages."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=60, unique=True, default=new_slug)
    title_zh = models.CharField(_("heading in Chinese"), max_length=120)
    title_en = models.CharField(_("heading in English"), max_length=120)
    other_zh = models.CharField(_("second heading in Chinese"), max_length=120, blank=True)
    other_en = models.CharField(_("second heading in English"), max_length=120, blank=True)
    text_zh = models.TextField(_("text in Chinese"), max_length=4000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    button_zh = models.CharField(_("button in Chinese"), max_length=30, blank=True)
    button_en = models.CharField(_("button in English"), max_length=30, blank=True)
    thanks_zh = models.CharField(_("thanks in Chinese"), max_length=500, blank=True)
    thanks_en = models.CharField(_("thanks in English"), max_length=500, blank=True)
    redirect_url = models.URLField(_("leads on to"), max_length=500, blank=True)
    picture = models.CharField(max_length=64, blank=True, help_text="The digest of its bytes.")
    picture_type = models.CharField(max_length=40, blank=True)
    # The names of fields in order, each with whether it must be filled in; own fields by "custom_" and key.
    fields: "models.JSONField[dict[str, bool], dict[str, bool]]" = models.JSONField(default=dict)
    asks_consent = models.BooleanField(_("ask whether offers and news may be sent"), default=False)
    conversion_days = models.PositiveSmallIntegerField(
        _("count orders for days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    objects = LandingPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("landing page")
        verbose_name_plural = _("landing pages")
        constraints = [
            models.CheckConstraint(
                name="second_heading_is_in_both_languages",
                condition=Q(other_zh="", other_en="") | ~Q(other_zh="") & ~Q(other_en=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_test(self) -> bool:
        return bool(self.other_en)

    @property
    def public_url(self) -> str:
        return settings.PUBLIC_URL + reverse("landing-public:page", args=[self.slug])

    def words(self, name: str) -> str:
        """In the reader's language."""
        end = "zh" if (get_language() or "").startswith("zh") else "en"
        return str(getattr(self, f"{name}_{end}"))

    def heading(self, variant: str) -> str:
        return self.words("other" if variant == "B" and self.has_test else "title")


class Origin(models.Model):
    """Where somebody came from, as their link or browser said."""

    source = models.CharField(pgettext_lazy("of a visit", "source"), max_length=60, blank=True)
    medium = models.CharField(_("medium"), max_length=40, blank=True)
    label = models.CharField(_("campaign"), max_length=100, blank=True)
    variant = models.CharField(_("heading"), max_length=1, default="A")

    class Meta:
        abstract = True


class Visits(Origin):
    """How often a page was looked at on one day by people from one place: a number and nobody's name."""

    access = "Holds no customer data; read only through its page."

    page = models.ForeignKey(LandingPage, on_delete=models.CASCADE, related_name="visits", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "day", "source", "medium", "label", "variant"], name="visits_are_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.day}: {self.count}"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(of_visible(user)) if user.may("landing", action) else self.none()


class Submission(Origin):
    """What one customer sent from one page; the words of it stand on their timeline."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, editable=False)
    page = models.ForeignKey(
        LandingPage, verbose_name=_("landing page"), on_delete=models.PROTECT, related_name="submissions"
    )
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="landing_submissions"
    )
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("sent"))
    is_new = models.BooleanField(_("new customer"), default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission of a landing page")
        verbose_name_plural = _("submissions of landing pages")
        indexes = [models.Index(fields=["page", "-at", "-id"], name="submission_of_a_page")]

    def __str__(self) -> str:
        return f"{self.page_id}/{self.customer_id}"
