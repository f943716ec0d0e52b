"""Tokens for tests."""

from crm.accounts.models import User
from crm.api import services
from crm.api.scopes import offered_to


def token(user: User, *scopes: str, **options: object) -> str:
    """The secret of a token that may do what `scopes` say, or all that its user may."""
    given = scopes or tuple(key for key, _scope in offered_to(user))
    return services.create(user, "Test", given, days=30, by=user, **options).secret  # type: ignore[arg-type]
