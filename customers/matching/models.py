"""What matching knows: each profile in its standard form, the model that weighs, and the pairs it found."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.identity.models import Profile
from customers.models import Customer

# A value carried by more records than this recognises nobody: a switchboard, a placeholder.
TOO_MANY = 200


class Record(models.Model):
    """What one profile says about a person, in the forms that are compared.

    A profile with several phones or addresses has several records: the first holds everything, each further
    one a further value beside the same name. Merging moves records with their profile and changes nothing
    else.
    """

    access = "Derived; read only by matching, which shows pairs to those who may see both."

    # Found by its unique constraint.
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="match_records", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="match_records")
    ordinal = models.PositiveSmallIntegerField(default=0)
    # Simplified Chinese characters of a whole name, and its order-free romanised form: "ming wang".
    han = models.CharField(max_length=40, blank=True)
    name_key = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=60, blank=True)
    given = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.CharField(max_length=254, blank=True)
    # The part before the @ when it may be one person's: five letters or more, no role such as "info".
    mailbox = models.CharField(max_length=120, blank=True)
    born = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=320, blank=True)
    gender = models.CharField(max_length=6, blank=True)
    openid = models.CharField(max_length=254, blank=True)
    card = models.CharField(max_length=254, blank=True)
    visitor = models.CharField(max_length=254, blank=True)
    # An identity card, passport or tax number, with its kind in front: "tax:91310000…".
    number = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("match record")
        verbose_name_plural = _("match records")
        constraints = [
            models.UniqueConstraint(fields=["profile", "ordinal"], name="record_of_a_profile_is_one"),
        ]
        indexes = [
            models.Index(fields=["phone"], name="record_by_phone", condition=~Q(phone="")),
            models.Index(fields=["email"], name="record_by_email", condition=~Q(email="")),
            models.Index(fields=["mailbox"], name="record_by_mailbox", condition=~Q(mailbox="")),
            models.Index(fields=["openid"], name="record_by_openid", condition=~Q(openid="")),
            models.Index(fields=["card"], name="record_by_card", condition=~Q(card="")),
            models.Index(fields=["visitor"], name="record_by_visitor", condition=~Q(visitor="")),
            models.Index(fields=["number"], name="record_by_number", condition=~Q(number="")),
            models.Index(fields=["address"], name="record_by_address", condition=~Q(address="")),
            models.Index(fields=["born"], name="record_by_born", condition=~Q(born="")),
            models.Index(
                fields=["name_key", "city"],
                name="record_by_name_city",
                condition=~Q(name_key="") & ~Q(city=""),
            ),
            models.Index(
                fields=["name_key", "born"],
                name="record_by_name_born",
                condition=~Q(name_key="") & ~Q(born=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}/{self.ordinal}"


class Stale(models.Model):
    """A customer whose profiles changed since they were standardised and matched: the queue of matching."""

    access = "A queue; nobody reads it."

    # Written for each row of an import: nothing is checked or indexed that a worker does not need.
    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    since = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("customer to be matched")
        verbose_name_plural = _("customers to be matched")

    def __str__(self) -> str:
        return str(self.customer_id)


class Weights(models.Model):
    """A trained model: how much each agreement and disagreement weighs. The newest one is in use."""

    access = "Figures about the whole base; nothing of a person."

    created_at = models.DateTimeField(_("trained"), default=timezone.now)
    # Empty for the model that comes with the product.
    trained_on = models.PositiveIntegerField(_("records it was trained on"), default=0)
    parameters = models.JSONField(_("parameters"), help_text=_("As the matching engine saves and loads it."))

    class Meta:
        verbose_name = _("matching model")
        verbose_name_plural = _("matching models")

    def __str__(self) -> str:
        return f"{self.pk} ({self.created_at:%Y-%m-%d})"


class Frequency(models.Model):
    """How common a name or address is: agreeing on a rare one says more; and which handles too many carry."""

    access = "Figures about the whole base; asked by matching only."

    column = models.CharField(max_length=20)
    value = models.CharField(max_length=320)
    share = models.FloatField()

    class Meta:
        verbose_name = _("frequency")
        verbose_name_plural = _("frequencies")
        constraints = [models.UniqueConstraint(fields=["column", "value"], name="frequency_is_known_once")]

    def __str__(self) -> str:
        return f"{self.column}:{self.pk}"


class Settings(models.Model):
    """When two customers are joined without asking and when somebody is asked. One row."""

    access = "Configured by those who may configure merging."

    class Gate(models.TextChoices):
        NONE = "none", _("Never join by itself")
        SURE = "sure", _("Only when sure: the same WeChat account, or name with contact or birthday")
        LIKELY = "likely", _("Also when likely: a near name, or two private contacts without a name")

    gate = models.CharField(_("join by itself"), max_length=6, choices=Gate, default=Gate.NONE)
    # Bits of evidence, as the score counts them.
    join_from = models.FloatField(_("join from"), default=7)
    ask_from = models.FloatField(_("ask from"), default=0)
    largest = models.PositiveSmallIntegerField(_("at most profiles joined by itself"), default=20)
    # Per cent of the base that one run may join before it stops and asks.
    most = models.PositiveSmallIntegerField(_("at most per cent of the base in one run"), default=5)

    class Meta:
        verbose_name = _("matching settings")
        verbose_name_plural = _("matching settings")
        constraints = [
            models.UniqueConstraint(models.Value(1), name="settings_are_one"),
            models.CheckConstraint(
                name="settings_ask_before_joining", condition=Q(ask_from__lte=F("join_from"))
            ),
        ]

    def __str__(self) -> str:
        return str(_("matching settings"))


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("duplicate", action) else self.none()

    def unheld(self) -> Self:
        """Waiting for a worker, or left by one that died."""
        return self.filter(finished_at=None).exclude(lease_until__gt=timezone.now())


class Run(models.Model):
    """One matching of the whole base, in steps that can be taken up again after a crash."""

    class Step(models.TextChoices):
        STANDARDISE = "standardise", _("Standardise")
        TRAIN = "train", _("Train")
        COMPARE = "compare", _("Compare")
        DECIDE = "decide", _("Decide")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    step = models.CharField(_("step"), max_length=12, choices=Step, default=Step.STANDARDISE)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("in all"), default=0)
    # The last customer whose records were made.
    cursor = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    # Somebody saw that it would join more than the settings allow in one run, and wants it all the same.
    may_join_many = models.BooleanField(default=False)
    weights = models.ForeignKey(
        Weights, verbose_name=_("matching model"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    figures = models.JSONField(
        _("figures"), default=dict, help_text=_("Pairs, joined, to review; seconds per step, peak memory.")
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching run")
        verbose_name_plural = _("matching runs")
        constraints = [
            models.UniqueConstraint(
                models.Value(2), condition=Q(finished_at=None), name="run_is_made_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.step})"


class PairQuerySet(models.QuerySet["Pair"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """The pairs of which `user` may see both customers."""
        if not user.may("duplicate", action):
            return self.none()
        seen = Customer.objects.visible_to(user)
        return self.filter(low__in=seen, high__in=seen)

    def open(self) -> Self:
        return self.filter(state=Pair.State.OPEN)

    def best_first(self) -> Self:
        return self.order_by("-bits", "-pk")


class Pair(models.Model):
    """Two customers that may be one, how strongly that is believed and why."""

    class State(models.TextChoices):
        OPEN = "open", _("To be decided")
        APART = "apart", _("Not the same")
        JOINED = "joined", _("Joined")

    class Found(models.TextChoices):
        RUN = "run", _("Whole base")
        CHANGE = "change", _("New or changed")
        IMPORT = "import", _("Import")
        PERSON = "person", _("A colleague")

    low = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    bits = models.FloatField(_("score"), help_text=_("Bits of evidence that the two are one."))
    # One object per comparison: {"field", "level", "bits", "rarity"}; they add up to `bits` with the prior.
    reasons = models.JSONField(_("why"), default=list)
    prior = models.FloatField(_("before any evidence"), default=0)
    # Whether the evidence passes the gate, which the score alone never does.
    is_sure = models.BooleanField(_("sure"), default=False)
    is_vetoed = models.BooleanField(_("contradicted"), default=False)
    weights = models.ForeignKey(
        Weights, verbose_name=_("matching model"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    found = models.CharField(_("found by"), max_length=6, choices=Found)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    # Of both customers' records when it was decided: a decision stands until the data change.
    digest = models.CharField(max_length=32, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="pair_is_known_once"),
            models.CheckConstraint(name="pair_is_in_order", condition=Q(low__lt=F("high"))),
            models.CheckConstraint(
                name="pair_decided_has_a_moment",
                condition=Q(state="open", decided_at=None) | ~Q(state="open") & ~Q(decided_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["bits", "id"], name="pair_best_first", condition=Q(state="open")),
            models.Index(fields=["high"], name="pair_by_high"),
            models.Index(
                fields=["decided_at", "id"], name="pair_kept_apart_lately", condition=Q(state="apart")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low_id}-{self.high_id}"
