"""What every endpoint of the API asks for. A new one is entered here, or the crawl with tokens fails."""

from dataclasses import dataclass, field
from typing import Any

MOMENT = "2026-01-31T09:30:00+08:00"


@dataclass(frozen=True)
class Ask:
    """One endpoint; `{pk}`, `{order}` and `{identity}` in path and body are those of the customer tried.

    `needs` is what the policy is asked; `acts`, what the colleague must be able to do to that customer, empty
    when the endpoint is about nobody in particular.
    """

    method: str
    path: str
    needs: tuple[str, str]
    acts: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


VIEW, EDIT = ("customer", "view"), ("customer", "edit")
TOUCH = {"source": "web", "source_id": "1", "kind": "visit", "channel": "web", "occurred_at": MOMENT}
ORDER = {"customer": {"id": "{pk}"}, "placed_at": MOMENT, "amount": 5}
KEY = "customers/by-key/shop/{pk}"
HANDLE = {"kind": "card", "value": "CANARY-1-card"}
NUMBER = "orders/by-number/shop/CANARY-{pk}-order"
VALUES = {"values": {"favourite": "new"}}
TASK = {"title": "Call", "due_on": "2026-12-01", "customer": "{pk}"}
CONSENT = {"purpose": "marketing", "channel": "sms", "state": "granted", "source": "shop"}
TALKS, TALKING = ("conversation", "view"), ("conversation", "edit")
REPLY = {"channel": "{channel}", "text": "Good day", "key": "1"}
NOTE = {"text": "They called", "key": "2"}

CODE = {"code": "WELCOME", "basket": {"amount": 50}}
TILL = {**CODE, "source": "till", "number": "1", "key": "1"}

ASKS: dict[str, Ask] = {
    "list_customers": Ask("GET", "customers", VIEW),
    "search_customers": Ask("POST", "customers/search", VIEW, body={"text": "canary"}),
    "upsert_customers": Ask(
        "POST",
        "customers/bulk",
        EDIT,
        "edit",
        body={"items": [{"source": "shop", "key": "{pk}", "postcode": "1"}]},
    ),
    "read_customer_by_key": Ask("GET", KEY, VIEW, "view"),
    "upsert_customer": Ask("PUT", KEY, EDIT, "edit", body={"postcode": "1"}),
    "read_customer": Ask("GET", "customers/{pk}", VIEW, "view"),
    "change_customer": Ask(
        "PATCH", "customers/{pk}", EDIT, "edit", body={"postcode": "1"}, headers={"If-Match": '"1"'}
    ),
    "delete_customer": Ask("DELETE", "customers/{pk}", ("customer", "delete"), "delete"),
    "search_identities": Ask(
        "POST", "identities/search", VIEW, body={"kind": "card", "value": "CANARY-1-card"}
    ),
    "list_identities": Ask("GET", "customers/{pk}/identities", VIEW, "view"),
    "add_identity": Ask(
        "POST",
        "customers/{pk}/identities",
        EDIT,
        "edit",
        body={"kind": "card", "value": "new", "source": "till"},
    ),
    "detach_identity": Ask("DELETE", "customers/{pk}/identities/{identity}", EDIT, "edit"),
    "list_merges": Ask("GET", "customers/{pk}/merges", VIEW, "view"),
    "merge_customers": Ask(
        "POST", "customers/{pk}/merges", ("customer", "merge"), "merge", body={"absorbed": ["{twin}"]}
    ),
    "undo_merge": Ask("DELETE", "customers/{pk}/merges/{merge}", ("customer", "merge"), "merge"),
    "list_orders": Ask("GET", "orders", ("order", "view")),
    "read_order": Ask("GET", "orders/{order}", ("order", "view"), "view"),
    "read_order_by_number": Ask("GET", NUMBER, ("order", "view"), "view"),
    "record_order": Ask("PUT", NUMBER, ("order", "create"), "edit", body=ORDER),
    "record_orders": Ask(
        "POST",
        "orders/bulk",
        ("order", "create"),
        "edit",
        body={"items": [{**ORDER, "source": "shop", "number": "new"}]},
    ),
    "record_touchpoints": Ask(
        "POST",
        "touchpoints/bulk",
        EDIT,
        "edit",
        body={"items": [{**TOUCH, "customer": {"id": "{pk}"}, "summary": "Visit"}]},
    ),
    "list_touchpoints": Ask("GET", "customers/{pk}/touchpoints", VIEW, "view"),
    "list_fields": Ask("GET", "fields", VIEW),
    "read_values": Ask("GET", "customers/{pk}/fields", VIEW, "view"),
    "change_values": Ask("PATCH", "customers/{pk}/fields", EDIT, "edit", body=VALUES),
    "list_tasks": Ask("GET", "tasks", ("task", "view")),
    "create_task": Ask("POST", "tasks", ("task", "edit"), "view", body=TASK),
    "read_task": Ask("GET", "tasks/{task}", ("task", "view"), "view"),
    "complete_task": Ask("PUT", "tasks/{task}/completion", ("task", "edit"), "edit"),
    "read_consents": Ask("GET", "customers/{pk}/consents", ("consent", "view"), "view"),
    "record_consent": Ask("POST", "customers/{pk}/consents", ("consent", "edit"), "view", body=CONSENT),
    "list_conversations": Ask("GET", "conversations", TALKS),
    "read_conversation": Ask("GET", "conversations/{talk}", TALKS, "view"),
    "list_messages": Ask("GET", "conversations/{talk}/messages", TALKS, "view"),
    # Whoever answers for a conversation answers a customer whom they may only see.
    "reply": Ask("POST", "conversations/{talk}/replies", TALKING, "view", body=REPLY),
    "note": Ask("POST", "conversations/{talk}/notes", TALKING, "view", body=NOTE),
    "check_coupon": Ask("POST", "coupons/check", ("coupon", "view"), body=CODE),
    "redeem_coupon": Ask("POST", "coupons/redemptions", ("coupon", "edit"), body=TILL),
    "take_back_coupon": Ask("DELETE", "coupons/redemptions/{redemption}", ("coupon", "edit")),
    "list_segments": Ask("GET", "segments", ("segment", "view")),
    "list_recommendations": Ask("GET", "customers/{pk}/recommendations", ("order", "view"), "view"),
    "list_members": Ask("GET", "segments/{segment}/members", ("segment", "view")),
}
