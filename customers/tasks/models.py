"""Tasks: what somebody has promised to do, until when, for whom."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from customers.models import Customer
from customers.tasks import due


def members(user: User, scope: Scope) -> models.QuerySet[User]:
    """The colleagues whose work `user` answers for."""
    if scope is Scope.ALL:
        return User.objects.all()
    if scope <= Scope.OWN:
        return User.objects.filter(pk=user.pk)
    teams = user.team_ids if scope is Scope.TEAM else user.team_tree_ids
    memberships = Team.members.through.objects.filter(team__in=teams)
    return User.objects.filter(Q(pk=user.pk) | Q(pk__in=memberships.values("user")))


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """A customer's task follows the customer; any other belongs to its people and those above them.

        The customer is asked for row by row: a task list begins at few tasks, never at all customers.
        """
        scope = user.scope("task", action)
        if scope is Scope.NONE:
            return self.none()
        own = Q(assignee=user) | Q(created_by=user)
        followed = self._customer_of(user, "view")
        if action != "view":
            followed = followed & own | self._customer_of(user, "edit")
        if scope is Scope.ALL:
            own = Q()
        elif scope > Scope.OWN:
            own |= Q(assignee__in=members(user, scope))
        return self.filter(Q(customer=None) & own | followed)

    def _customer_of(self, user: User, action: str) -> Q:
        return Q(Exists(Customer.objects.visible_to(user, action).filter(pk=OuterRef("customer"))))

    def open(self) -> Self:
        return self.filter(state=Task.State.OPEN)

    def done(self) -> Self:
        return self.filter(state=Task.State.DONE)

    def overdue(self) -> Self:
        """Open, and its day is over or its hour has passed."""
        now = timezone.now()
        today = timezone.localdate(now)
        return self.open().filter(Q(due_on__lt=today) | Q(due_on=today, due_at__lt=now), due_on__lte=today)

    def raised(self) -> Self:
        """Those that show themselves: a reminder came due, or somebody else gave the task."""
        return self.open().exclude(raised_at=None)

    def in_order(self) -> Self:
        """As one does them: by day, what has an hour at its hour, else the important first."""
        return self.order_by("due_on", models.F("due_at").asc(nulls_first=True), "priority", "pk")


class Task(models.Model):
    """Something a colleague is going to do, mostly for a customer."""

    class Kind(models.TextChoices):
        CALL = "call", pgettext_lazy("task", "Call")
        VISIT = "visit", pgettext_lazy("task", "Visit")
        EMAIL = "email", pgettext_lazy("task", "E-mail")
        TODO = "todo", pgettext_lazy("task", "To do")

    class Priority(models.IntegerChoices):
        HIGH = 1, pgettext_lazy("priority", "High")
        NORMAL = 2, pgettext_lazy("priority", "Normal")
        LOW = 3, pgettext_lazy("priority", "Low")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "Open")
        DONE = "done", pgettext_lazy("task", "Done")
        CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")

    class Repeat(models.TextChoices):
        DAILY = "daily", _("Every day")
        WORKDAYS = "workdays", _("Monday to Friday")
        WEEKLY = "weekly", _("Every week")
        FORTNIGHTLY = "fortnightly", _("Every two weeks")
        MONTHLY = "monthly", _("Every month")
        YEARLY = "yearly", _("Every year")

    id = models.BigAutoField(primary_key=True)
    title = models.CharField(pgettext_lazy("task", "what to do"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TODO)
    note = models.TextField(pgettext_lazy("task", "details"), max_length=5000, blank=True)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="tasks",
        db_index=False,
    )
    assignee = models.ForeignKey(
        User,
        verbose_name=_("who does it"),
        on_delete=models.PROTECT,
        related_name="tasks",
        db_index=False,
    )
    created_by = models.ForeignKey(
        User,
        verbose_name=_("created by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    due_on = models.DateField(_("due on"))
    due_at = models.DateTimeField(
        _("due at"), null=True, blank=True, help_text=_("Empty when any time of the day will do.")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    remind_before = models.PositiveIntegerField(
        _("reminder"), null=True, blank=True, help_text=_("Minutes before it is due.")
    )
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    raised_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Since when the task shows itself to whoever does it, until they have seen it.",
    )
    repeat = models.CharField(_("repeats"), max_length=12, choices=Repeat, blank=True)
    repeat_from = models.DateField(
        null=True, editable=False, help_text="The first day of the series: putting one off does not move it."
    )
    follows = models.OneToOneField(
        "self", null=True, editable=False, on_delete=models.SET_NULL, related_name="next"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User,
        verbose_name=_("closed by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(fields=["assignee", "due_on", "id"], name="task_to_do", condition=Q(state="open")),
            models.Index(fields=["assignee", "due_on"], name="task_in_a_calendar"),
            models.Index(fields=["due_on", "id"], name="task_by_day", condition=Q(state="open")),
            models.Index(fields=["created_by", "due_on", "id"], name="task_given", condition=Q(state="open")),
            models.Index(fields=["assignee", "closed_at"], name="task_closed", condition=~Q(state="open")),
            models.Index(
                fields=["customer", "due_on", "id"],
                name="task_next_step",
                condition=Q(state="open") & ~Q(customer=None),
            ),
            models.Index(
                fields=["customer", "closed_at"],
                name="task_of_a_customer",
                condition=~Q(state="open") & ~Q(customer=None),
            ),
            models.Index(
                fields=["remind_at"],
                name="task_to_remind_of",
                condition=Q(state="open", reminded_at=None) & ~Q(remind_at=None),
            ),
            models.Index(
                fields=["assignee"], name="task_raised", condition=Q(state="open") & ~Q(raised_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="task_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="task_closed_says_when_and_by_whom",
                condition=Q(state="open", closed_at=None, closed_by=None)
                | Q(state__in=["done", "cancelled"]) & ~Q(closed_at=None) & ~Q(closed_by=None),
            ),
            models.CheckConstraint(name="task_priority_is_known", condition=Q(priority__in=[1, 2, 3])),
            models.CheckConstraint(
                name="task_repeats_from_a_day",
                condition=Q(repeat="", repeat_from=None) | ~Q(repeat="") & ~Q(repeat_from=None),
            ),
            models.CheckConstraint(
                name="task_reminder_has_a_moment",
                condition=Q(remind_before=None, remind_at=None) | ~Q(remind_before=None) & ~Q(remind_at=None),
            ),
            models.CheckConstraint(name="task_does_not_follow_itself", condition=~Q(pk=models.F("follows"))),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def icon(self) -> str:
        return ICONS[self.Kind(self.kind)]

    @property
    def later(self) -> Sequence[tuple[str, date, str]]:
        return due.later(timezone.localdate())

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_overdue(self) -> bool:
        if not self.is_open:
            return False
        return self.due_on < timezone.localdate() or bool(self.due_at and self.due_at < timezone.now())


ICONS = {
    Task.Kind.CALL: "phone",
    Task.Kind.VISIT: "map-pin",
    Task.Kind.EMAIL: "mail",
    Task.Kind.TODO: "square-check",
}


class LastContactQuerySet(models.QuerySet["LastContact"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))


class LastContact(models.Model):
    """When we last spoke with a customer, whoever began. Read from the timeline by customers.tasks.contacts.

    Kept beside the customer, so that finding who was never spoken to is a short walk along an index.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="last_contact"
    )
    at = models.DateTimeField(_("last contact"), null=True)
    channel = models.CharField(_("channel"), max_length=10, blank=True)

    objects = LastContactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at", "customer"], name="contact_by_time", condition=~Q(at=None)),
            models.Index(fields=["customer"], name="contact_never", condition=Q(at=None)),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class ContactProgress(models.Model):
    """How far the timeline has been read for last contacts. One row."""

    access = "Holds two numbers; read only by customers.tasks.contacts."

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    entries = models.BigIntegerField(default=0)
    customers = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="contact_progress_is_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.entries} · {self.customers}"


class CalendarFeed(models.Model):
    """The address where a colleague's calendar program reads their tasks. A new key ends the old one."""

    access = "Read only by its own user and by whoever holds the signed address."

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user_id)
