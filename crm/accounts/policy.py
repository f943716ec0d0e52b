"""Who may do what: one table, default deny. A missing line means no."""

from enum import IntEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crm.accounts.models import User


class Role(models.TextChoices):
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")
    MARKETING = "marketing", _("Marketing")
    OPERATIONS = "operations", _("Operations")
    MANAGER = "manager", _("Manager")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


class Scope(IntEnum):
    """How far a grant reaches. A user with several roles has the widest of them."""

    NONE = 0
    OWN = 1
    TEAM = 2
    TEAM_TREE = 3
    ALL = 4


Actions = dict[str, Scope]

# Actions: view, create, edit, assign, delete, merge, reveal, export, send, share, erase, approve, configure.
GRANTS: dict[Role, dict[str, Actions]] = {
    Role.SALES: {
        "customer": {
            "view": Scope.OWN,
            "create": Scope.OWN,
            "edit": Scope.OWN,
            "merge": Scope.OWN,
            "reveal": Scope.OWN,
            "export": Scope.OWN,
            "share": Scope.OWN,
        },
        "export": {"view": Scope.OWN},
        "duplicate": {"view": Scope.OWN, "edit": Scope.OWN},
        "inquiry": {"view": Scope.OWN, "create": Scope.OWN, "edit": Scope.OWN},
        "list": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN},
        "conversation": {"view": Scope.OWN, "create": Scope.OWN, "edit": Scope.OWN},
        "knowledge": {"view": Scope.ALL},
        "task": {"view": Scope.OWN, "create": Scope.OWN, "edit": Scope.OWN, "assign": Scope.TEAM},
        "message": {"view": Scope.OWN, "create": Scope.OWN},
        "order": {"view": Scope.OWN},
        "quality": {"view": Scope.OWN, "edit": Scope.OWN},
        "consent": {"view": Scope.OWN, "edit": Scope.OWN},
        "privacy": {"view": Scope.OWN, "create": Scope.OWN},
        "goal": {"view": Scope.OWN},
        "pivot": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN, "export": Scope.OWN},
        "insight": {"view": Scope.OWN},
        "score": {"view": Scope.OWN},
        "segment": {"view": Scope.ALL},
        "campaign": {"view": Scope.ALL},
        "event": {"view": Scope.ALL},
        "attendance": {"view": Scope.OWN, "edit": Scope.OWN},
        "offer": {"view": Scope.ALL},
        "coupon": {"view": Scope.OWN},
        "journey": {"view": Scope.ALL},
    },
    Role.SERVICE: {
        "customer": {
            "view": Scope.TEAM,
            "create": Scope.OWN,
            "edit": Scope.TEAM,
            "merge": Scope.TEAM,
            "reveal": Scope.TEAM,
            "share": Scope.OWN,
        },
        "duplicate": {"view": Scope.TEAM, "edit": Scope.TEAM},
        "inquiry": {"view": Scope.OWN, "create": Scope.OWN, "edit": Scope.OWN},
        "list": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN},
        "conversation": {
            "view": Scope.TEAM,
            "create": Scope.TEAM,
            "edit": Scope.TEAM,
            "assign": Scope.ALL,
        },
        "knowledge": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN},
        "store": {"view": Scope.ALL, "edit": Scope.ALL},
        "event": {"view": Scope.ALL},
        "attendance": {"view": Scope.TEAM, "edit": Scope.TEAM},
        "offer": {"view": Scope.ALL},
        "coupon": {"view": Scope.TEAM, "edit": Scope.TEAM},
        "report": {"view": Scope.OWN},
        "task": {"view": Scope.TEAM, "create": Scope.OWN, "edit": Scope.OWN, "assign": Scope.TEAM},
        "message": {"view": Scope.TEAM, "create": Scope.TEAM},
        "order": {"view": Scope.TEAM},
        "quality": {"view": Scope.TEAM, "edit": Scope.TEAM},
        "consent": {"view": Scope.TEAM, "edit": Scope.TEAM},
        "privacy": {"view": Scope.TEAM, "create": Scope.TEAM},
        "goal": {"view": Scope.OWN},
        "pivot": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN},
        "insight": {"view": Scope.TEAM},
        "score": {"view": Scope.TEAM},
    },
    Role.MARKETING: {
        "customer": {"view": Scope.ALL},
        "list": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN},
        "knowledge": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN},
        "report": {"view": Scope.ALL},
        "task": {"view": Scope.OWN, "create": Scope.OWN, "edit": Scope.OWN, "assign": Scope.TEAM},
        "order": {"view": Scope.ALL},
        "goal": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "pivot": {
            "view": Scope.ALL,
            "create": Scope.OWN,
            "edit": Scope.OWN,
            "export": Scope.ALL,
            "share": Scope.ALL,
        },
        "quality": {"view": Scope.ALL},
        "consent": {"view": Scope.ALL},
        "insight": {"view": Scope.ALL, "export": Scope.ALL},
        "score": {"view": Scope.ALL, "configure": Scope.ALL},
        "segment": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL, "delete": Scope.ALL},
        "campaign": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL, "send": Scope.ALL},
        "event": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "attendance": {"view": Scope.ALL, "edit": Scope.ALL},
        "offer": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "coupon": {"view": Scope.ALL},
        "template": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL, "approve": Scope.ALL},
        "journey": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL, "send": Scope.ALL},
        "landing": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL, "send": Scope.ALL},
        "audience": {"view": Scope.ALL, "create": Scope.ALL},
        "social": {
            "view": Scope.ALL,
            "create": Scope.ALL,
            "edit": Scope.ALL,
            "send": Scope.ALL,
            "approve": Scope.ALL,
        },
        "channel": {"view": Scope.ALL},
        "token": {"view": Scope.OWN, "create": Scope.OWN},
    },
    Role.OPERATIONS: {
        "customer": {
            "view": Scope.ALL,
            "create": Scope.ALL,
            "edit": Scope.ALL,
            "assign": Scope.ALL,
            "merge": Scope.ALL,
            "reveal": Scope.ALL,
            "export": Scope.ALL,
            "share": Scope.ALL,
        },
        "duplicate": {"view": Scope.ALL, "edit": Scope.ALL, "configure": Scope.ALL},
        "inquiry": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "export": {"view": Scope.OWN},
        "list": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN, "share": Scope.ALL},
        "conversation": {
            "view": Scope.ALL,
            "create": Scope.ALL,
            "edit": Scope.ALL,
            "assign": Scope.ALL,
        },
        "knowledge": {
            "view": Scope.ALL,
            "create": Scope.ALL,
            "edit": Scope.ALL,
            "approve": Scope.ALL,
        },
        "routing": {"view": Scope.ALL, "configure": Scope.ALL},
        "store": {"view": Scope.ALL, "edit": Scope.ALL, "configure": Scope.ALL},
        "report": {"view": Scope.ALL, "export": Scope.ALL},
        "task": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL, "assign": Scope.ALL},
        "workload": {"view": Scope.ALL, "assign": Scope.ALL},
        "message": {"view": Scope.ALL, "create": Scope.ALL},
        "order": {"view": Scope.ALL, "create": Scope.ALL},
        "goal": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "pivot": {
            "view": Scope.ALL,
            "create": Scope.OWN,
            "edit": Scope.OWN,
            "export": Scope.ALL,
            "share": Scope.ALL,
        },
        "quality": {"view": Scope.ALL, "edit": Scope.ALL, "configure": Scope.ALL},
        "consent": {"view": Scope.ALL, "edit": Scope.ALL, "configure": Scope.ALL},
        "privacy": {
            "view": Scope.ALL,
            "create": Scope.ALL,
            "edit": Scope.ALL,
            "export": Scope.ALL,
            "erase": Scope.ALL,
            "approve": Scope.ALL,
        },
        "retention": {"view": Scope.ALL, "configure": Scope.ALL},
        "insight": {"view": Scope.ALL, "export": Scope.ALL},
        "score": {"view": Scope.ALL, "configure": Scope.ALL},
        "segment": {"view": Scope.ALL},
        "campaign": {"view": Scope.ALL},
        "event": {"view": Scope.ALL},
        "attendance": {"view": Scope.ALL, "edit": Scope.ALL},
        "offer": {"view": Scope.ALL},
        "coupon": {"view": Scope.ALL, "edit": Scope.ALL},
        "template": {"view": Scope.ALL, "approve": Scope.ALL, "configure": Scope.ALL},
        "journey": {"view": Scope.ALL},
        "landing": {"view": Scope.ALL},
        "audience": {"view": Scope.ALL, "create": Scope.ALL, "approve": Scope.ALL},
        "social": {"view": Scope.ALL},
        "import": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "token": {"view": Scope.OWN, "create": Scope.OWN},
        "webhook": {"view": Scope.ALL},
    },
    Role.MANAGER: {
        "customer": {
            "view": Scope.TEAM_TREE,
            "create": Scope.OWN,
            "edit": Scope.TEAM_TREE,
            "assign": Scope.TEAM_TREE,
            "delete": Scope.TEAM_TREE,
            "merge": Scope.TEAM_TREE,
            "reveal": Scope.TEAM_TREE,
            "export": Scope.TEAM_TREE,
            "share": Scope.TEAM_TREE,
        },
        "duplicate": {"view": Scope.TEAM_TREE, "edit": Scope.TEAM_TREE},
        "inquiry": {"view": Scope.TEAM_TREE, "create": Scope.OWN, "edit": Scope.TEAM_TREE},
        "export": {"view": Scope.OWN, "approve": Scope.TEAM_TREE},
        "list": {"view": Scope.ALL, "create": Scope.OWN, "edit": Scope.OWN, "share": Scope.TEAM_TREE},
        "conversation": {
            "view": Scope.TEAM_TREE,
            "create": Scope.TEAM_TREE,
            "edit": Scope.TEAM_TREE,
            "assign": Scope.ALL,
        },
        "knowledge": {
            "view": Scope.ALL,
            "create": Scope.OWN,
            "edit": Scope.ALL,
            "approve": Scope.ALL,
        },
        "routing": {"view": Scope.ALL},
        "store": {"view": Scope.ALL, "edit": Scope.ALL, "configure": Scope.ALL},
        "report": {"view": Scope.TEAM_TREE, "export": Scope.TEAM_TREE},
        "task": {
            "view": Scope.TEAM_TREE,
            "create": Scope.OWN,
            "edit": Scope.TEAM_TREE,
            "assign": Scope.TEAM_TREE,
        },
        "workload": {"view": Scope.TEAM_TREE, "assign": Scope.TEAM_TREE},
        "message": {"view": Scope.TEAM_TREE, "create": Scope.TEAM_TREE},
        "order": {"view": Scope.TEAM_TREE},
        "goal": {"view": Scope.TEAM_TREE, "create": Scope.TEAM_TREE, "edit": Scope.TEAM_TREE},
        "pivot": {
            "view": Scope.ALL,
            "create": Scope.OWN,
            "edit": Scope.OWN,
            "export": Scope.TEAM_TREE,
            "share": Scope.TEAM_TREE,
        },
        "quality": {"view": Scope.TEAM_TREE, "edit": Scope.TEAM_TREE},
        "consent": {"view": Scope.TEAM_TREE, "edit": Scope.TEAM_TREE},
        "privacy": {
            "view": Scope.TEAM_TREE,
            "create": Scope.TEAM_TREE,
            "edit": Scope.TEAM_TREE,
            "approve": Scope.TEAM_TREE,
        },
        "insight": {"view": Scope.TEAM_TREE, "export": Scope.TEAM_TREE},
        "score": {"view": Scope.TEAM_TREE},
        "segment": {"view": Scope.ALL},
        "campaign": {"view": Scope.ALL},
        "event": {"view": Scope.ALL},
        "attendance": {"view": Scope.TEAM_TREE, "edit": Scope.TEAM_TREE},
        "offer": {"view": Scope.ALL},
        "coupon": {"view": Scope.TEAM_TREE, "edit": Scope.TEAM_TREE},
        "template": {"view": Scope.ALL, "approve": Scope.ALL},
        "journey": {"view": Scope.ALL},
        "landing": {"view": Scope.ALL},
        "audience": {"view": Scope.ALL, "approve": Scope.ALL},
        "social": {"view": Scope.ALL, "approve": Scope.ALL},
        "token": {"view": Scope.OWN, "create": Scope.OWN},
    },
    Role.AUDITOR: {"audit": {"view": Scope.ALL}},
    Role.ADMIN: {
        "export": {"view": Scope.ALL, "approve": Scope.ALL},
        "user": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "field": {"view": Scope.ALL, "create": Scope.ALL, "edit": Scope.ALL},
        "channel": {"view": Scope.ALL, "configure": Scope.ALL},
        "routing": {"view": Scope.ALL, "configure": Scope.ALL},
        "audit": {"view": Scope.ALL},
        "token": {"view": Scope.ALL, "create": Scope.ALL, "configure": Scope.ALL},
        "webhook": {"view": Scope.ALL, "configure": Scope.ALL},
    },
}


def scope_of(user: "User", resource: str, action: str) -> Scope:
    """The widest reach that any role of `user` gives; NONE for people who may not sign in."""
    if not user.is_active:
        return Scope.NONE
    grants = (GRANTS.get(Role(role), {}).get(resource, {}).get(action, Scope.NONE) for role in user.roles)
    return max(grants, default=Scope.NONE)
