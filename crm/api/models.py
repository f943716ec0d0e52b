"""Tokens by which programs ask in somebody's name."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.policy import Scope as Reach


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        reach = user.scope("token", action)
        if reach is Reach.ALL:
            return self
        return self.filter(user=user) if reach else self.none()

    def valid(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class Token(models.Model):
    """A key to the API. Only a hash of it is kept: whoever lost it makes a new one."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        User, verbose_name=_("acts as"), on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(_("what it is for"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("may"))
    per_minute = models.PositiveIntegerField(_("requests a minute"), default=1200)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(name="token_may_do_something", condition=~Q(scopes=[])),
            models.CheckConstraint(
                name="token_expires_after_its_making", condition=Q(expires_at__gt=models.F("created_at"))
            ),
            models.CheckConstraint(name="token_may_ask_at_least_once", condition=Q(per_minute__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def beginning(self) -> str:
        return f"crm_{self.prefix}_…"

    @property
    def state(self) -> str:
        """valid, revoked, expired or, when its user may no longer sign in, off."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "valid" if self.user.is_active else "off"


# Which users are people: work is given to colleagues, not to programs.
A_PERSON = Q(integration=None)


class Integration(models.Model):
    """An account for a program instead of a colleague: it has roles, but nobody can sign in as it."""

    access = "Read only on the token pages, which ask the policy."

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="integration")
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")

    def __str__(self) -> str:
        return str(self.user)
