"""Making and revoking tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex, token_urlsafe

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.api.models import Integration, Token
from crm.api.scopes import SCOPES
from crm.audit import services as audit
from crm.lib.errors import Refused

MARK = "crm"
# How exact "last used" is; writing it on every request would cost more than most requests.
NOTED_EVERY = timedelta(minutes=1)
MOST_VALID = 20


@dataclass(frozen=True)
class Made:
    """A new token, with the only copy of its secret there will ever be."""

    token: Token
    secret: str

    @property
    def header(self) -> str:
        """What requests carry, without the secret part."""
        return f"Authorization: Bearer {self.token.beginning}"


@transaction.atomic
def create(
    user: User,
    name: str,
    scopes: Sequence[str],
    *,
    days: int,
    by: User,
    per_minute: int | None = None,
) -> Made:
    """A token that acts as `user`, who may do at least what `scopes` say."""
    User.objects.select_for_update().get(pk=user.pk)
    if not all(scope in SCOPES and user.may(*SCOPES[scope].needs) for scope in scopes):
        raise Refused(_("The account may not do all that this token should be able to."))
    if Token.objects.valid().filter(user=user).count() >= MOST_VALID:
        raise Refused(_("This account has too many tokens. Revoke those that are no longer used."))
    prefix, secret = token_hex(4), token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=list(scopes),
        expires_at=timezone.now() + timedelta(days=days),
        created_by=by,
        **({"per_minute": per_minute} if per_minute else {}),
    )
    audit.record("token.created", token, by=by, user=user.pk, scopes=list(scopes), days=days)
    return Made(token, f"{MARK}_{prefix}_{secret}")


@transaction.atomic
def integrate(name: str, roles: Sequence[str], *, by: User, team: Team | None = None) -> User:
    """An account for a program. Without a password and a working address, nobody signs in as it."""
    username = f"integration-{token_hex(4)}"
    user = User.objects.create_user(
        username=username, email=f"{username}@integrations.invalid", name=name, roles=list(roles)
    )
    user.teams.set([team] if team else [])
    Integration.objects.create(user=user, created_by=by)
    audit.record("integration.created", user, by=by, roles=list(roles))
    return user


@transaction.atomic
def revoke(token: Token, *, by: User) -> None:
    here = Token.objects.filter(pk=token.pk, revoked_at=None)
    if not here.update(revoked_at=timezone.now()):
        raise Refused(_("This token was already revoked."))
    audit.record("token.revoked", token, by=by)


def sweep() -> None:
    """Whoever was deactivated does not find their tokens alive when they come back."""
    for token in Token.objects.filter(revoked_at=None, user__is_active=False):
        with transaction.atomic():
            if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
                audit.record("token.revoked", token, by=None, reason="deactivated")


def find(text: str) -> Token | None:
    """The valid token with this secret; notes now and then that it was used."""
    mark, _bar, rest = text.partition("_")
    prefix, _bar, secret = rest.partition("_")
    if mark != MARK or not secret.isascii() or not prefix.isalnum():
        return None
    token = Token.objects.valid().select_related("user").filter(prefix=prefix).first()
    if token is None or not compare_digest(token.digest, digest_of(secret)):
        return None
    now = timezone.now()
    unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        Token.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token


def digest_of(secret: str) -> str:
    """Fast on purpose: the secret has 256 random bits, which no amount of guessing finds."""
    return sha256(secret.encode()).hexdigest()
