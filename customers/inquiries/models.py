"""Whose customer is this? What colleagues check before they begin, and what they then ask of each other."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class CheckQuerySet(models.QuerySet["Check"]):
    def visible_to(self, user: User, action: str = "create") -> Self:
        """One's own only: what somebody typed is nobody else's business."""
        return self.filter(asked_by=user) if user.may("inquiry", action) else self.none()


class Check(models.Model):
    """Somebody asked whether we know a customer already. Kept some days, so that they can go on from it."""

    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    about = models.CharField(_("asked about"), max_length=200, help_text=_("The name, as it was typed."))

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer check")
        verbose_name_plural = _("customer checks")
        indexes = [models.Index(fields=["asked_at"], name="check_oldest_first")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: User, action: str = "create") -> Self:
        return self.filter(check_of__in=Check.objects.visible_to(user, action), customer__deleted_at=None)


class Match(models.Model):
    """A customer whom a check met. Whoever may not see them knows them by `key` only."""

    check_of = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="matches")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    is_same = models.BooleanField(help_text="Surely the same, not only alike.")

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match of a check")
        verbose_name_plural = _("matches of checks")
        constraints = [
            models.UniqueConstraint(fields=["check_of", "customer"], name="match_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """One's own questions, those about one's customers, and those about customers one hands out.

        The customer is asked for row by row: a list begins at few questions, never at all customers.
        """
        if not user.may("inquiry", action):
            return self.none()
        return self.filter(Q(asked_by=user) | self._about_own(user))

    def answerable_by(self, user: User) -> Self:
        """The owner answers; once the question was passed on, whoever may hand the customer out does."""
        if not user.may("inquiry", "edit"):
            return self.none()
        owned = Q(customer__owner=user, customer__deleted_at=None)
        passed_on = Q(Exists(_handed_out_by(user)), ~Q(passed_on_at=None))
        return self.open().filter(owned | passed_on).exclude(asked_by=user)

    def open(self) -> Self:
        return self.filter(state=Inquiry.State.OPEN)

    def overdue(self) -> Self:
        return self.open().filter(passed_on_at=None, due_at__lt=timezone.now())

    def _about_own(self, user: User) -> Q:
        return Q(customer__owner=user, customer__deleted_at=None) | Q(Exists(_handed_out_by(user)))


class Inquiry(models.Model):
    """A colleague asks for a part in somebody's customer, or for the customer."""

    class Wish(models.TextChoices):
        COOPERATE = "cooperate", _("Work on this customer together")
        TAKE_OVER = "take_over", _("Take this customer over")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("question", "Waiting for an answer")
        GRANTED = "granted", pgettext_lazy("question", "Agreed")
        REFUSED = "refused", pgettext_lazy("question", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("question", "Withdrawn")
        LAPSED = "lapsed", pgettext_lazy("question", "No longer there")

    ANSWERED = (State.GRANTED, State.REFUSED)

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="inquiries")
    wish = models.CharField(_("asks to"), max_length=10, choices=Wish)
    about = models.CharField(
        _("asked about"), max_length=200, help_text=_("The name, as whoever asks had typed it.")
    )
    note = models.CharField(_("why"), max_length=500)
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="inquiries"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    due_at = models.DateTimeField(_("to be answered by"))
    passed_on_at = models.DateTimeField(
        _("passed on"), null=True, help_text=_("When it went from the owner to the managers.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    answered_by = models.ForeignKey(
        User, verbose_name=_("answered by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(pgettext_lazy("to a question", "answer"), max_length=500, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a customer")
        verbose_name_plural = _("questions about customers")
        indexes = [
            models.Index(fields=["due_at"], name="inquiry_running_out", condition=Q(state="open")),
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="inquiry_of_a_colleague"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "asked_by"],
                condition=Q(state="open"),
                name="inquiry_is_open_once_per_colleague",
            ),
            models.CheckConstraint(
                name="inquiry_closed_says_when",
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & ~Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="inquiry_answered_says_by_whom",
                condition=Q(state__in=["granted", "refused"]) & ~Q(answered_by=None)
                | ~Q(state__in=["granted", "refused"]) & Q(answered_by=None),
            ),
            models.CheckConstraint(
                name="inquiry_declined_says_why", condition=~Q(state="refused") | ~Q(answer="")
            ),
            models.CheckConstraint(
                name="inquiry_is_not_answered_by_who_asks",
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
            ),
            models.CheckConstraint(name="inquiry_leaves_time", condition=Q(due_at__gt=F("asked_at"))),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


def _handed_out_by(user: User) -> models.QuerySet[Customer]:
    return Customer.objects.visible_to(user, "assign").filter(pk=OuterRef("customer"))
