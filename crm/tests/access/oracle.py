"""What each role should be able to do, written down a second time and independent of the policy.

If the policy is changed on purpose, this table is changed on purpose too.
"""

from crm.tests.access.world import HOLDINGS

OWN, TEAM, ALL = "own", "team", "all"

# role → resource → action → reach
TABLE: dict[str, dict[str, dict[str, str]]] = {
    "sales": {
        "customer": {"view": OWN, "create": OWN, "edit": OWN, "reveal": OWN, "export": OWN},
        "order": {"view": OWN},
        "consent": {"view": OWN, "edit": OWN},
        "score": {"view": OWN},
        "segment": {"view": ALL},
        "campaign": {"view": ALL},
    },
    "service": {
        "customer": {"view": TEAM, "create": OWN, "edit": TEAM, "reveal": TEAM},
        "order": {"view": TEAM},
        "consent": {"view": TEAM, "edit": TEAM},
        "score": {"view": TEAM},
    },
    "marketing": {
        "customer": {"view": ALL},
        "order": {"view": ALL},
        "consent": {"view": ALL},
        "score": {"view": ALL, "configure": ALL},
        "segment": {"view": ALL, "create": ALL, "edit": ALL, "delete": ALL},
        "campaign": {"view": ALL, "create": ALL, "edit": ALL, "send": ALL},
        "channel": {"view": ALL},
    },
    "operations": {
        "customer": {"view": ALL, "create": ALL, "edit": ALL, "assign": ALL, "reveal": ALL, "export": ALL},
        "order": {"view": ALL, "create": ALL},
        "consent": {"view": ALL, "edit": ALL},
        "score": {"view": ALL, "configure": ALL},
        "segment": {"view": ALL},
        "campaign": {"view": ALL},
        "import": {"view": ALL, "create": ALL, "edit": ALL},
    },
    "manager": {
        "customer": {
            "view": TEAM,
            "create": OWN,
            "edit": TEAM,
            "assign": TEAM,
            "delete": TEAM,
            "reveal": TEAM,
            "export": TEAM,
        },
        "order": {"view": TEAM},
        "consent": {"view": TEAM, "edit": TEAM},
        "score": {"view": TEAM},
        "segment": {"view": ALL},
        "campaign": {"view": ALL},
    },
    "auditor": {"audit": {"view": ALL}},
    "admin": {
        "user": {"view": ALL, "create": ALL, "edit": ALL},
        "field": {"view": ALL, "create": ALL, "edit": ALL},
        "channel": {"view": ALL, "configure": ALL},
        "audit": {"view": ALL},
    },
}


def may(user: str, resource: str, action: str) -> bool:
    return action in TABLE.get(user.split("-")[0], {}).get(resource, {})


def may_customer(user: str, action: str, holding: str) -> bool:
    """Whether the colleague `user`, such as "sales-north", may do `action` to the customer held so."""
    role, _, place = user.partition("-")
    reach = TABLE.get(role, {}).get("customer", {}).get(action)
    owner, team, restricted, shared_with = HOLDINGS[holding]
    if reach is None or holding == "deleted":
        return False
    if reach == ALL or owner == user:
        return True
    if shared_with == user:
        return action in ("view", "edit", "reveal")
    return reach == TEAM and team == place and not restricted
