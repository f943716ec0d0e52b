"""Who is signed in, and the policy table in the words of Django's admin."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import BaseBackend

from crm.accounts.models import User, teams_of

# App label → the policy's resource. An app that is missing here is closed in the admin.
RESOURCES = {
    "accounts": "user",
    "audit": "audit",
    "api": "token",
    "webhooks": "webhook",
    "customers": "customer",
    "timeline": "customer",
    # Also the wordings that were taken back.
    "touches": "audit",
    "identity": "customer",
    "fields": "field",
    "relations": "customer",
    "addresses": "customer",
    "orders": "order",
    "privacy": "privacy",
    "quality": "quality",
    "imports": "import",
    "consent": "consent",
    "letters": "consent",
    "segments": "segment",
    "scoring": "score",
    "channels": "channel",
    "sandbox": "channel",
    "campaigns": "campaign",
    "direct": "message",
}
# Django's verb → ours; channels are configured, not created.
ACTIONS = {
    "view": "view",
    "add": "create",
    "change": "edit",
    "delete": "delete",
    "export": "export",
    "import": "create",
}


class SignedIn(AuthenticationBackend):  # type: ignore[misc]
    """Reads the user of a request together with the teams: nearly every page asks for both."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id).annotate(read_teams=teams_of()).first()
        return user if user and self.user_can_authenticate(user) else None


class RolePermissions(BaseBackend):
    """Answers `has_perm("customers.change_customer")` from the policy, so the admin opens no back door."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        label, _, codename = perm.partition(".")
        verb = codename.partition("_")[0]
        resource, action = RESOURCES.get(label), ACTIONS.get(verb)
        if not isinstance(user_obj, User) or resource is None or action is None:
            return False
        if resource == "channel" and action != "view":
            action = "configure"
        return user_obj.may(resource, action)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        resource = RESOURCES.get(app_label)
        return isinstance(user_obj, User) and resource is not None and user_obj.may(resource, "view")
