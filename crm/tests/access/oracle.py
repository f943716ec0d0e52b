"""What each role should be able to do, written down a second time and independent of the policy.

If the policy is changed on purpose, this table is changed on purpose too.
"""

from crm.tests.access.world import HOLDINGS

OWN, TEAM, ALL = "own", "team", "all"

# role → resource → action → reach
TABLE: dict[str, dict[str, dict[str, str]]] = {
    "sales": {
        "conversation": {"view": OWN, "create": OWN, "edit": OWN},
        "knowledge": {"view": ALL},
        "customer": {
            "view": OWN,
            "create": OWN,
            "edit": OWN,
            "merge": OWN,
            "reveal": OWN,
            "export": OWN,
            "share": OWN,
        },
        "duplicate": {"view": OWN, "edit": OWN},
        "export": {"view": OWN},
        "inquiry": {"view": OWN, "create": OWN, "edit": OWN},
        "list": {"view": ALL, "create": OWN, "edit": OWN},
        "task": {"view": OWN, "create": OWN, "edit": OWN, "assign": TEAM},
        "message": {"view": OWN, "create": OWN},
        "order": {"view": OWN},
        "quality": {"view": OWN, "edit": OWN},
        "consent": {"view": OWN, "edit": OWN},
        "privacy": {"view": OWN, "create": OWN},
        "goal": {"view": OWN},
        "pivot": {"view": ALL, "create": OWN, "edit": OWN, "export": OWN},
        "insight": {"view": OWN},
        "score": {"view": OWN},
        "segment": {"view": ALL},
        "campaign": {"view": ALL},
        "event": {"view": ALL},
        "attendance": {"view": OWN, "edit": OWN},
        "offer": {"view": ALL},
        "coupon": {"view": OWN},
        "journey": {"view": ALL},
    },
    "service": {
        "conversation": {"view": TEAM, "create": TEAM, "edit": TEAM, "assign": ALL},
        "knowledge": {"view": ALL, "create": OWN, "edit": OWN},
        "store": {"view": ALL, "edit": ALL},
        "event": {"view": ALL},
        "attendance": {"view": TEAM, "edit": TEAM},
        "offer": {"view": ALL},
        "coupon": {"view": TEAM, "edit": TEAM},
        "report": {"view": OWN},
        "customer": {
            "view": TEAM,
            "create": OWN,
            "edit": TEAM,
            "merge": TEAM,
            "reveal": TEAM,
            "share": OWN,
        },
        "duplicate": {"view": TEAM, "edit": TEAM},
        "inquiry": {"view": OWN, "create": OWN, "edit": OWN},
        "list": {"view": ALL, "create": OWN, "edit": OWN},
        "task": {"view": TEAM, "create": OWN, "edit": OWN, "assign": TEAM},
        "message": {"view": TEAM, "create": TEAM},
        "order": {"view": TEAM},
        "quality": {"view": TEAM, "edit": TEAM},
        "consent": {"view": TEAM, "edit": TEAM},
        "privacy": {"view": TEAM, "create": TEAM},
        "goal": {"view": OWN},
        "pivot": {"view": ALL, "create": OWN, "edit": OWN},
        "insight": {"view": TEAM},
        "score": {"view": TEAM},
    },
    "marketing": {
        "knowledge": {"view": ALL, "create": OWN, "edit": OWN},
        "report": {"view": ALL},
        "customer": {"view": ALL},
        "list": {"view": ALL, "create": OWN, "edit": OWN},
        "task": {"view": OWN, "create": OWN, "edit": OWN, "assign": TEAM},
        "order": {"view": ALL},
        "goal": {"view": ALL, "create": ALL, "edit": ALL},
        "pivot": {"view": ALL, "create": OWN, "edit": OWN, "export": ALL, "share": ALL},
        "quality": {"view": ALL},
        "consent": {"view": ALL},
        "insight": {"view": ALL, "export": ALL},
        "score": {"view": ALL, "configure": ALL},
        "segment": {"view": ALL, "create": ALL, "edit": ALL, "delete": ALL},
        "campaign": {"view": ALL, "create": ALL, "edit": ALL, "send": ALL},
        "event": {"view": ALL, "create": ALL, "edit": ALL},
        "attendance": {"view": ALL, "edit": ALL},
        "offer": {"view": ALL, "create": ALL, "edit": ALL},
        "coupon": {"view": ALL},
        "template": {"view": ALL, "create": ALL, "edit": ALL, "approve": ALL},
        "journey": {"view": ALL, "create": ALL, "edit": ALL, "send": ALL},
        "landing": {"view": ALL, "create": ALL, "edit": ALL, "send": ALL},
        "audience": {"view": ALL, "create": ALL},
        "social": {"view": ALL, "create": ALL, "edit": ALL, "send": ALL, "approve": ALL},
        "channel": {"view": ALL},
        "token": {"view": OWN, "create": OWN},
    },
    "operations": {
        "conversation": {"view": ALL, "create": ALL, "edit": ALL, "assign": ALL},
        "knowledge": {"view": ALL, "create": ALL, "edit": ALL, "approve": ALL},
        "store": {"view": ALL, "edit": ALL, "configure": ALL},
        "report": {"view": ALL, "export": ALL},
        "routing": {"view": ALL, "configure": ALL},
        "customer": {
            "view": ALL,
            "create": ALL,
            "edit": ALL,
            "assign": ALL,
            "merge": ALL,
            "reveal": ALL,
            "export": ALL,
            "share": ALL,
        },
        "duplicate": {"view": ALL, "edit": ALL, "configure": ALL},
        "export": {"view": OWN},
        "inquiry": {"view": ALL, "create": ALL, "edit": ALL},
        "list": {"view": ALL, "create": OWN, "edit": OWN, "share": ALL},
        "task": {"view": ALL, "create": ALL, "edit": ALL, "assign": ALL},
        "workload": {"view": ALL, "assign": ALL},
        "message": {"view": ALL, "create": ALL},
        "order": {"view": ALL, "create": ALL},
        "goal": {"view": ALL, "create": ALL, "edit": ALL},
        "pivot": {"view": ALL, "create": OWN, "edit": OWN, "export": ALL, "share": ALL},
        "quality": {"view": ALL, "edit": ALL, "configure": ALL},
        "consent": {"view": ALL, "edit": ALL, "configure": ALL},
        "privacy": {"view": ALL, "create": ALL, "edit": ALL, "export": ALL, "erase": ALL, "approve": ALL},
        "retention": {"view": ALL, "configure": ALL},
        "insight": {"view": ALL, "export": ALL},
        "score": {"view": ALL, "configure": ALL},
        "segment": {"view": ALL},
        "campaign": {"view": ALL},
        "event": {"view": ALL},
        "attendance": {"view": ALL, "edit": ALL},
        "offer": {"view": ALL},
        "coupon": {"view": ALL, "edit": ALL},
        "template": {"view": ALL, "approve": ALL, "configure": ALL},
        "journey": {"view": ALL},
        "landing": {"view": ALL},
        "audience": {"view": ALL, "create": ALL, "approve": ALL},
        "social": {"view": ALL},
        "import": {"view": ALL, "create": ALL, "edit": ALL},
        "token": {"view": OWN, "create": OWN},
        "webhook": {"view": ALL},
    },
    "manager": {
        "conversation": {"view": TEAM, "create": TEAM, "edit": TEAM, "assign": ALL},
        "knowledge": {"view": ALL, "create": OWN, "edit": ALL, "approve": ALL},
        "store": {"view": ALL, "edit": ALL, "configure": ALL},
        "report": {"view": TEAM, "export": TEAM},
        "routing": {"view": ALL},
        "customer": {
            "view": TEAM,
            "create": OWN,
            "edit": TEAM,
            "assign": TEAM,
            "delete": TEAM,
            "merge": TEAM,
            "reveal": TEAM,
            "export": TEAM,
            "share": TEAM,
        },
        "duplicate": {"view": TEAM, "edit": TEAM},
        "export": {"view": OWN, "approve": TEAM},
        "inquiry": {"view": TEAM, "create": OWN, "edit": TEAM},
        "list": {"view": ALL, "create": OWN, "edit": OWN, "share": TEAM},
        "task": {"view": TEAM, "create": OWN, "edit": TEAM, "assign": TEAM},
        "workload": {"view": TEAM, "assign": TEAM},
        "message": {"view": TEAM, "create": TEAM},
        "order": {"view": TEAM},
        "goal": {"view": TEAM, "create": TEAM, "edit": TEAM},
        "pivot": {"view": ALL, "create": OWN, "edit": OWN, "export": TEAM, "share": TEAM},
        "quality": {"view": TEAM, "edit": TEAM},
        "consent": {"view": TEAM, "edit": TEAM},
        "privacy": {"view": TEAM, "create": TEAM, "edit": TEAM, "approve": TEAM},
        "insight": {"view": TEAM, "export": TEAM},
        "score": {"view": TEAM},
        "segment": {"view": ALL},
        "campaign": {"view": ALL},
        "event": {"view": ALL},
        "attendance": {"view": TEAM, "edit": TEAM},
        "offer": {"view": ALL},
        "coupon": {"view": TEAM, "edit": TEAM},
        "template": {"view": ALL, "approve": ALL},
        "journey": {"view": ALL},
        "landing": {"view": ALL},
        "audience": {"view": ALL, "approve": ALL},
        "social": {"view": ALL, "approve": ALL},
        "token": {"view": OWN, "create": OWN},
    },
    "auditor": {"audit": {"view": ALL}},
    "admin": {
        "routing": {"view": ALL, "configure": ALL},
        "export": {"view": ALL, "approve": ALL},
        "user": {"view": ALL, "create": ALL, "edit": ALL},
        "field": {"view": ALL, "create": ALL, "edit": ALL},
        "channel": {"view": ALL, "configure": ALL},
        "audit": {"view": ALL},
        "token": {"view": ALL, "create": ALL, "configure": ALL},
        "webhook": {"view": ALL, "configure": ALL},
    },
}


def may(user: str, resource: str, action: str) -> bool:
    return action in TABLE.get(user.split("-")[0], {}).get(resource, {})


def may_restore(user: str, holding: str) -> bool:
    """Whether the colleague may bring the customer held so back: if they could have deleted it."""
    reach = TABLE.get(user.split("-")[0], {}).get("customer", {}).get("delete")
    _owner, team, restricted, _shared_with = HOLDINGS[holding]
    return holding == "deleted" and reach == TEAM and team == user.split("-")[1] and not restricted


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
