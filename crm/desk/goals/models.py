"""Goals with their readings, reviews with what was proposed in them."""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from crm.desk.goals import indicators
from crm.desk.goals.indicators import Indicator, Reach, Span


def reach_of(user: User, action: str, person: str) -> Q | None:
    """The rows within the user's reach; None for nothing. Rows without a team are the whole company's."""
    scope = user.scope("goal", action)
    if scope is Scope.NONE:
        return None
    if scope is Scope.ALL:
        return Q()
    own = Q(**{person: user.pk})
    if scope is Scope.OWN:
        return own
    teams = user.team_ids if scope is Scope.TEAM else user.team_tree_ids
    return own | Q(team__in=teams)


class GoalQuerySet(models.QuerySet["Goal"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        limits = reach_of(user, action, "owner")
        return self.none() if limits is None else self.filter(limits)

    def running(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def unread(self, now: object) -> Self:
        """Those whose number is older than it should be; a period that is over is read once more."""
        stale = Q(read_at=None) | Q(read_at__lt=timezone.now() - READ_AGAIN, is_final=False)
        return self.filter(stale, starts_on__lte=timezone.localdate())


READ_AGAIN = timedelta(hours=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Goal(models.Model):
    """What an indicator should come to in a period, and who answers for it."""

    class Period(models.TextChoices):
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        YEAR = "year", _("Year")

    class Whose(models.TextChoices):
        ALL = "all", _("The whole company")
        TEAM = "team", _("A team")
        PERSON = "person", _("Only the owner's customers")

    indicator = models.CharField(_("indicator"), max_length=40)
    owner = models.ForeignKey(
        User, verbose_name=_("who answers for it"), on_delete=models.PROTECT, related_name="goals"
    )
    whose = models.CharField(_("counts"), max_length=6, choices=Whose, default=Whose.ALL)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    period = models.CharField(_("period"), max_length=7, choices=Period, default=Period.MONTH)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(editable=False)
    target = models.FloatField(_("target"))
    value = models.FloatField(null=True, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)
    is_final = models.BooleanField(default=False, editable=False)
    past = models.JSONField(
        default=list, editable=False, help_text="The same number in periods before: [day, value]."
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "whose", "owner", "team", "period", "starts_on"],
                nulls_distinct=False,
                name="goal_is_set_once",
            ),
            models.CheckConstraint(
                name="goal_of_a_team_has_one",
                condition=Q(whose="team") & ~Q(team=None) | ~Q(whose="team") & Q(team=None),
            ),
            models.CheckConstraint(name="goal_target_is_positive", condition=Q(target__gt=0)),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_on"], name="goal_by_end")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.starts_on:%Y-%m}"

    @property
    def about(self) -> Indicator | None:
        return indicators.find(self.indicator)

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)

    def reach(self) -> Reach:
        if self.whose == self.Whose.PERSON:
            return Reach(person=self.owner_id)
        return Reach(below(self.team_id)) if self.team_id else Reach()


def below(team: int) -> tuple[int, ...]:
    """A team and all below it."""
    pairs = list(Team.objects.values_list("pk", "parent_id"))
    found = {team}
    while more := {pk for pk, parent in pairs if parent in found} - found:
        found |= more
    return tuple(sorted(found))


def last_day(first: date, period: str) -> date:
    month = first.year * 12 + first.month - 1 + MONTHS[period]
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


class Reading(models.Model):
    """What a goal's indicator had come to by the end of a day, as it was read then."""

    access = "Read only through its goal."

    id = models.BigAutoField(primary_key=True)
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="readings", db_index=False)
    day = models.DateField()
    value = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["goal", "day"], name="goal_is_read_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.day}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if user.scope("goal", action) is Scope.OWN:
            return self.filter(made_by=user)
        limits = reach_of(user, action, "made_by")
        return self.none() if limits is None else self.filter(limits)


class Review(models.Model):
    """A month looked back at. Its figures are frozen when it is made, whatever the base says later."""

    month = models.DateField(_("month"))
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    figures = models.JSONField(default=dict, editable=False)
    frozen_at = models.DateTimeField(null=True, editable=False)
    went_well = models.TextField(_("what went well"), blank=True, max_length=4000)
    went_badly = models.TextField(_("what did not"), blank=True, max_length=4000)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["month", "team"], nulls_distinct=False, name="month_is_reviewed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    def reach(self) -> Reach:
        return Reach(below(self.team_id)) if self.team_id else Reach()


class GoalProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Those of the reviews one may see, and those one answers for."""
        if not user.may("goal", "view"):
            return self.none()
        return self.filter(Q(owner=user) | Q(review__in=Review.objects.visible_to(user, action)))

    def open(self) -> Self:
        return self.filter(state=Proposal.State.OPEN)

    def followed(self) -> Self:
        """Carried out not so long ago that its indicator still tells of it."""
        since = timezone.localdate() - timedelta(days=FOLLOWED)
        return self.filter(state=Proposal.State.DONE, closed_on__gte=since)


FOLLOWED = 90


class Proposal(models.Model):
    """Something to do better: by whom, until when, what it should change, and what it did."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Open")
        DONE = "done", pgettext_lazy("proposal", "Carried out")
        DROPPED = "dropped", pgettext_lazy("proposal", "Dropped")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="proposals")
    text = models.CharField(_("what we will do"), max_length=300)
    owner = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("until"))
    indicator = models.CharField(_("should change"), max_length=40)
    expected = models.CharField(_("by how much"), max_length=60, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    closed_on = models.DateField(null=True)
    before = models.FloatField(null=True, help_text="In the month of the review.")
    after = models.FloatField(null=True, help_text="In the last 30 days, as of `after_on`.")
    after_on = models.DateField(null=True)

    objects = GoalProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="proposal_that_is_closed_has_a_day",
                condition=Q(state="open") ^ Q(closed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def tone(self) -> str:
        return {"done": "ok", "open": "accent"}.get(self.state, "soft")

    @property
    def about(self) -> Indicator | None:
        return indicators.find(self.indicator)
