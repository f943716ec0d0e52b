"""How conversations find the people who answer them."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.inbox.models import Conversation
from channels.standards.models import Calendar, ConfiguredQuerySet
from crm.accounts.models import Team, User

DEFAULT_CAPACITY = 20


class RuleSet(models.Model):
    """One version of all rules. One is in use, one at most is being written; the others are history."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("rules", "Draft")
        ACTIVE = "active", pgettext_lazy("rules", "In use")
        OLD = "old", pgettext_lazy("rules", "Earlier")

    number = models.PositiveIntegerField(_("version"), unique=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        User, verbose_name=_("made by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    activated_by = models.ForeignKey(
        User,
        verbose_name=_("put to use by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    activated_at = models.DateTimeField(_("in use since"), null=True, blank=True)

    objects = ConfiguredQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="ruleset_in_use_is_one"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="draft"), name="ruleset_draft_is_one"
            ),
            models.CheckConstraint(
                name="ruleset_was_put_to_use_at_a_moment",
                condition=Q(state="draft", activated_at=None)
                | ~Q(state="draft") & Q(activated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Rule(models.Model):
    """Where conversations of one kind go. The first one whose conditions all hold counts."""

    access = "Read only through its version."

    class Prefers(models.TextChoices):
        OWNER = "owner", _("The customer's owner")
        LAST = "last", _("Whoever answered this customer last")

    class Spread(models.TextChoices):
        LEAST = "least", _("Whoever has the fewest open conversations")
        TURNS = "turns", _("Everybody in turn")
        NOBODY = "nobody", _("Nobody: the department takes it itself")

    ruleset = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules", db_index=False)
    position = models.PositiveIntegerField()
    name = models.CharField(pgettext_lazy("rule", "name"), max_length=100)
    enabled = models.BooleanField(_("in use"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    team = models.ForeignKey(
        Team,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Without one: the department that the channel belongs to."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), null=True, blank=True, choices=Conversation.Priority
    )
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    prefers = ArrayField(
        models.CharField(max_length=5, choices=Prefers),
        verbose_name=_("first asks"),
        default=list,
        blank=True,
    )
    spread = models.CharField(_("otherwise"), max_length=6, choices=Spread, default=Spread.LEAST)
    even_offline = models.BooleanField(_("also colleagues who are not here now"), default=False)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["ruleset", "position"],
                name="rule_has_a_place_of_its_own",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="rule_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Capacity(models.Model):
    """How many open conversations a colleague can hold. Without a row: as many as DEFAULT_CAPACITY."""

    access = "How much colleagues have to do is seen by whoever may see how work is spread."

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="capacity")
    most = models.PositiveSmallIntegerField(_("open conversations at most"), default=DEFAULT_CAPACITY)
    # When one was last given to them: of several equals it is the turn of who waited longest.
    last_given_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Since when their pages are closed; empty while they are here.
    away_since = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        constraints = [models.CheckConstraint(name="capacity_is_within_reason", condition=Q(most__lte=1000))]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.most}"


class Department(models.Model):
    """How one team works with its conversations. Without a row: nothing moves by itself."""

    team = models.OneToOneField(
        Team,
        verbose_name=_("department"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="department",
    )
    calendar = models.ForeignKey(
        Calendar,
        verbose_name=_("business calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="departments",
    )
    away_minutes = models.PositiveIntegerField(
        _("give on when the colleague has been away for"),
        null=True,
        blank=True,
        help_text=_("Minutes; only while the customer waits. Empty: never."),
    )
    waiting_minutes = models.PositiveIntegerField(
        _("give to another department when the customer has waited for"),
        null=True,
        blank=True,
        help_text=_("Minutes of open time. Empty: never."),
    )
    overflow = models.ForeignKey(
        Team,
        verbose_name=_("that department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answers = models.BooleanField(
        _("answer automatically outside opening hours"),
        default=False,
        help_text=_("Once in 24 hours for each conversation."),
    )
    answer_zh = models.TextField(_("answer in Chinese"), max_length=1000, blank=True)
    answer_en = models.TextField(_("answer in English"), max_length=1000, blank=True)

    objects = ConfiguredQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            models.CheckConstraint(
                name="department_says_where_what_waits_goes",
                condition=Q(waiting_minutes=None) | Q(overflow__isnull=False) & Q(waiting_minutes__gt=0),
            ),
            models.CheckConstraint(
                name="department_does_not_give_to_itself", condition=~Q(overflow=models.F("team"))
            ),
            models.CheckConstraint(
                name="department_that_answers_has_hours_and_words",
                condition=Q(answers=False)
                | Q(calendar__isnull=False) & (~Q(answer_zh="") | ~Q(answer_en="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.team)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user, action))


class Decision(models.Model):
    """Why a conversation went where it went. One for each time it was opened, more where it was given on."""

    class Why(models.TextChoices):
        OWNER = "owner", _("The customer's owner")
        LAST = "last", _("Answered this customer last")
        KEPT = "kept", _("Has had this conversation already")
        LEAST = "least", _("Has the fewest open conversations")
        TURN = "turn", _("It was their turn")
        DEPARTMENT = "team", _("The department takes it itself")
        ABSENT = "absent", _("Nobody in the department is here")
        FULL = "full", _("Everybody in the department has enough to do")
        EMPTY = "empty", _("The department has no members who answer")
        NOWHERE = "nowhere", _("No rule and no channel names a department")

    class Moved(models.TextChoices):
        OPENED = "opened", pgettext_lazy("routing", "Arrived")
        FREED = "freed", pgettext_lazy("routing", "Somebody became free")
        AWAY = "away", pgettext_lazy("routing", "The colleague was away")
        WAITED = "waited", pgettext_lazy("routing", "The customer waited too long")

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )
    # Which time it was opened: 0 for the first.
    opening = models.PositiveSmallIntegerField(default=0)
    moved = models.CharField(_("occasion"), max_length=6, choices=Moved, default=Moved.OPENED)
    ruleset = models.ForeignKey(
        RuleSet, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    rule = models.ForeignKey(
        Rule,
        verbose_name=_("routing rule"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("department"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    assignee = models.ForeignKey(
        User,
        verbose_name=_("assignee"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    why = models.CharField(_("reason"), max_length=10, choices=Why)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")
        indexes = [models.Index(fields=["conversation", "-id"], name="decision_of_a_conversation")]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "opening"],
                condition=Q(moved="opened"),
                name="decision_is_made_once_per_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.why}"


class SimulationQuerySet(ConfiguredQuerySet):
    def unheld(self) -> Self:
        """Waiting for a worker, or left by one that died."""
        return self.filter(finished_at=None).filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))


class Simulation(models.Model):
    """What two versions of the rules do to the same conversations. Changes nothing."""

    ruleset = models.ForeignKey(
        RuleSet, verbose_name=_("tried out"), on_delete=models.CASCADE, related_name="simulations"
    )
    against = models.ForeignKey(
        RuleSet, verbose_name=_("compared with"), on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField()
    until = models.DateTimeField()
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    total = models.PositiveIntegerField(_("in all"), default=0)
    done = models.PositiveIntegerField(_("tried"), default=0)
    summary = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                name="simulation_ends_after_it_begins", condition=Q(until__gt=models.F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d} – {self.until:%Y-%m-%d}"


class Change(models.Model):
    """One conversation that two versions of the rules treat differently."""

    access = "Shown only together with its conversation, which is asked for by visible_to."

    id = models.BigAutoField(primary_key=True)
    simulation = models.ForeignKey(
        Simulation, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    # Each side: rule, team, person, priority and why, by number.
    now = models.JSONField(default=dict)
    then = models.JSONField(default=dict)
    what: Any = ArrayField(models.CharField(max_length=8), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["simulation", "conversation"], name="change_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id}: {self.conversation_id}"
