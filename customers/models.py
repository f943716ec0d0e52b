"""The customer: the one root that everything else hangs on."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from crm.lib import lookups  # noqa: F401 - registers any_of

if TYPE_CHECKING:
    from customers.orders.models import Rollup


class CustomerQuerySet(models.QuerySet["Customer"]):
    # What the customers of somebody with few of them are made of; an index walks each part in order.
    _parts: tuple[Q, ...] = ()

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._parts = self._parts
        return clone

    def visible_to(self, user: User, action: str = "view") -> Self:
        """The customers on whom `user` may do `action`; children of a customer follow this answer."""
        return self.present().held_by(user, action)

    def held_by(self, user: User, action: str) -> Self:
        """The same, deleted ones included: what visible_to is made of."""
        scope = user.scope("customer", action)
        if scope is Scope.ALL:
            return self
        if scope is Scope.NONE:
            return self.none()
        parts = [Q(owner=user), Q(pk__any_of=ArraySubquery(Share.customers_of(user, action)))]
        if scope is Scope.TEAM:
            parts.append(Q(team__in=user.team_ids, restricted=False))
        elif scope is Scope.TEAM_TREE:
            parts.append(Q(team__in=user.team_tree_ids, restricted=False))
        rows = self.filter(reduce(or_, parts))
        if scope is Scope.OWN:
            rows._parts = tuple(parts)
        return rows

    def latest_keys(self, number: int, before: datetime | None = None) -> dict[int, datetime]:
        """With whom something happened last, and when; perhaps also some who were filtered out."""
        newest = [
            (rows.filter(touched_at__lt=before) if before else rows)
            .order_by("-touched_at", "-pk")
            .values_list("pk", "touched_at")[:number]
            for rows in self.apart()
        ]
        found = newest[0] if len(newest) == 1 else newest[0].union(*newest[1:]).order_by("-touched_at", "-pk")
        return dict(found[:number])

    def apart(self) -> list["CustomerQuerySet"]:
        """The parts of what somebody with few customers sees, not narrowed by anything else; of others, all.

        Beside the filter that joins them by OR, no part would find its index.
        """
        return [Customer.objects.present().filter(part) for part in self._parts] or [self]

    def present(self) -> Self:
        return self.filter(deleted_at=None)

    def removed(self) -> Self:
        """Those in the bin. Who became part of another customer is hidden too, but only taking the merge back
        brings them back."""
        joined = FilteredRelation("absorptions", condition=Q(absorptions__undone_at=None))
        return self.exclude(deleted_at=None).alias(joined=joined).filter(joined=None)

    def restorable_by(self, user: User) -> Self:
        """The deleted customers whom `user` may bring back: those they could have deleted."""
        return self.removed().held_by(user, "delete")


def of_present(field: str = "customer") -> Q:
    """Of rows that belong to customers: those whose customer was not deleted.

    Asks for the few that were; joining ten million orders with all the others took most of the time.
    """
    return Q(~Exists(Customer.objects.exclude(deleted_at=None).filter(pk=OuterRef(field))))


def of_visible(user: User, action: str = "view", *, field: str = "customer") -> Q:
    """Of rows that belong to customers: those whose customer `user` may see."""
    if user.scope("customer", action) is Scope.ALL:
        return of_present(field)
    return Q(**{f"{field}__in": Customer.objects.visible_to(user, action)})


class Customer(models.Model):
    """A person or an organisation we have, or may have, business with."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    class Gender(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", pgettext_lazy("gender", "Other")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(pgettext_lazy("customer", "name"), max_length=200)
    organisation = models.ForeignKey(
        "self",
        verbose_name=_("works at"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
        db_index=False,
    )
    company = models.CharField(_("company"), max_length=200, blank=True)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    phone = models.CharField(
        _("phone"), max_length=32, blank=True, help_text=_("The number shown first, as E.164.")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    birthday_is_lunar = models.BooleanField(
        _("keeps it by the lunar calendar"),
        default=False,
        db_default=False,
        help_text=_("The date itself stays the one of the common calendar."),
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    province = models.CharField(_("province"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=20, blank=True)
    quiet_from = models.PositiveSmallIntegerField(
        _("not to be disturbed from"),
        null=True,
        blank=True,
        help_text=_("Hour of the day, by the customer's own clock."),
    )
    quiet_until = models.PositiveSmallIntegerField(_("not to be disturbed until"), null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    source = models.CharField(_("came from"), max_length=40, blank=True)
    owner = models.ForeignKey(
        User,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customers",
        db_index=False,
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customers",
        db_index=False,
    )
    restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("Only the owner and people it is shared with see it.")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    touched_at = models.DateTimeField(
        _("last activity"),
        default=timezone.now,
        help_text=_(
            "When they last did something, or a colleague did with them. What is sent to many does not count."
        ),
    )
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        User,
        verbose_name=_("deleted by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CustomerQuerySet.as_manager()

    if TYPE_CHECKING:
        rollup: Rollup

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(fields=["touched_at", "id"], name="customer_by_activity"),
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["owner", "touched_at", "id"], name="customer_of_an_owner"),
            models.Index(fields=["team", "touched_at", "id"], name="customer_of_a_team"),
            # Of those who are present, as lists ask: then the index alone says who they are.
            models.Index(
                fields=["city", "touched_at", "id"],
                name="customer_present_in_a_city",
                condition=Q(deleted_at=None),
            ),
            # A few per cent of the base: without this, listing them walks past everybody else.
            models.Index(
                fields=["touched_at", "id"], name="customer_organisation", condition=Q(kind="organisation")
            ),
            models.Index(fields=["organisation"], name="customer_at_work", condition=~Q(organisation=None)),
            GinIndex(fields=["tags"], name="customer_with_a_tag", condition=~Q(tags=[])),
            # Tiny; lets work over everybody leave the deleted out without reading every customer.
            models.Index(fields=["id"], name="customer_deleted", condition=~Q(deleted_at=None)),
            models.Index(
                fields=["deleted_at", "id"], name="customer_deleted_lately", condition=~Q(deleted_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="customer_does_not_work_at_itself", condition=~Q(pk=models.F("organisation"))
            ),
            models.CheckConstraint(
                name="customer_quiet_hours_begin_and_end",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__lte=23, quiet_until__lte=23) & ~Q(quiet_from=models.F("quiet_until")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Share(models.Model):
    """A colleague beside the owner who may work on a customer."""

    access = "Read only through Customer.visible_to."

    class Level(models.TextChoices):
        VIEW = "view", _("May look")
        EDIT = "edit", _("May work on it")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(_("level"), max_length=4, choices=Level, default=Level.EDIT)

    class Meta:
        verbose_name = _("collaborator")
        verbose_name_plural = _("collaborators")
        constraints = [
            models.UniqueConstraint(fields=["customer", "user"], name="share_is_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.customer_id}"

    @classmethod
    def customers_of(cls, user: User, action: str) -> models.QuerySet["Share", int]:
        """The ids of the customers on whom a share lets `user` do `action`."""
        levels = {"view": cls.Level.values, "edit": [cls.Level.EDIT], "reveal": [cls.Level.EDIT]}
        granted = cls.objects.filter(user=user, level__in=levels.get(action, []))
        return granted.values_list("customer", flat=True)


class SearchDocument(models.Model):
    """What a customer can be found by: character pairs, words, pinyin, initials, last digits.

    Kept beside the customer, so that customer rows stay small and are not rewritten when the words change.
    Written by customers.search, never by hand.
    """

    access = "Read only by customers.search, which starts at Customer.visible_to."

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="document"
    )
    tokens = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["tokens"], name="search_by_token")]

    def __str__(self) -> str:
        return str(self.customer_id)
