"""Events and who comes to them."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign
from crm.accounts.models import User
from customers.models import Customer


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("event", action) else self.none()


class Event(models.Model):
    """Something people are invited to. Its page is public once it is open."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("event", "Draft")
        OPEN = "open", pgettext_lazy("event", "Open for registration")
        CANCELLED = "cancelled", pgettext_lazy("event", "Called off")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    title_zh = models.CharField(_("title in Chinese"), max_length=100)
    title_en = models.CharField(_("title in English"), max_length=100)
    text_zh = models.TextField(_("text in Chinese"), max_length=4000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    online_url = models.URLField(_("online address"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    register_until = models.DateTimeField(
        _("registration until"), null=True, blank=True, help_text=_("Empty: until it begins.")
    )
    capacity = models.PositiveIntegerField(
        _("seats"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as many as like."),
    )
    has_waiting_list = models.BooleanField(_("waiting list when it is full"), default=True)
    asks_consent = models.BooleanField(_("ask whether offers and news may be sent"), default=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    # Changes with the registrations, in their transactions.
    taken = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["starts_at"], name="event_by_start")]
        constraints = [
            models.CheckConstraint(
                name="event_ends_after_it_begins", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="event_has_no_more_guests_than_seats",
                condition=Q(capacity=None) | Q(taken__lte=F("capacity")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self._in_language(self.title_zh, self.title_en)

    @property
    def text(self) -> str:
        return self._in_language(self.text_zh, self.text_en)

    @property
    def where(self) -> str:
        return self.place or self.online_url

    @property
    def closes_at(self) -> datetime:
        return min(self.register_until or self.starts_at, self.starts_at)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN and timezone.now() < self.closes_at

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    def _in_language(self, chinese: str, english: str) -> str:
        return chinese if (get_language() or "").startswith("zh") else english


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Whoever stands at the door lets everybody in; names are shown to whom the customer is."""
        return self if user.may("attendance", action) else self.none()

    def booked(self) -> Self:
        return self.filter(state=Registration.State.BOOKED)

    def waiting(self) -> Self:
        return self.filter(state=Registration.State.WAITING)

    def came(self) -> Self:
        return self.exclude(came_at=None)


class Registration(models.Model):
    """A seat, or a place on the waiting list, of one customer."""

    class State(models.TextChoices):
        BOOKED = "booked", pgettext_lazy("registration", "Registered")
        WAITING = "waiting", pgettext_lazy("registration", "On the waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    event = models.ForeignKey(
        Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="registrations", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="registrations")
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(pgettext_lazy("address", "E-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    # What is said or scanned at the door.
    code = models.CharField(_("code"), max_length=8, unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.BOOKED)
    is_walk_in = models.BooleanField(_("came without registration"), default=False)
    language = models.CharField(max_length=10, blank=True)
    # Ticked, but not yet confirmed from the mailbox; with the wording that stood there.
    wants_news = models.BooleanField(default=False)
    text_version = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=dict)
    news_granted_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(_("registered"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    came_at = models.DateTimeField(_("came"), null=True)
    let_in_by = models.ForeignKey(
        User, verbose_name=_("let in by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [models.Index(fields=["event", "state", "registered_at"], name="registration_of_event")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "customer"],
                condition=~Q(state="cancelled"),
                name="registration_is_one_for_each_customer",
            ),
            models.CheckConstraint(
                name="registration_of_who_came_is_booked", condition=Q(came_at=None) | Q(state="booked")
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Role(models.TextChoices):
    """What a campaign is to its event."""

    INVITATION = "invitation", _("Invitation")
    CAME = "came", _("To those who came")
    MISSED = "missed", _("To those who did not come")


class EventCampaign(models.Model):
    """A campaign that belongs to an event: its invitation, or what follows it."""

    access = "Read only through its event and campaign."

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="campaigns")
    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="of_event")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "role"], condition=~Q(role="invitation"), name="event_is_followed_up_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.role}"
